"""TAILOR: every label draws its own representation from common and private parts of three modalities.

Each modality is split into a common part, which an adversary makes indistinguishable between modalities, and a
private part, which must tell its modality and be orthogonal to the others. The parts are fused from fine to
coarse (video and speech, then text, then the common part), and a decoder whose queries are label embeddings
reads a different mixture of them for each label. Reference: Zhang et al., "Tailor Versatile Multi-Modal Learning
for Multi-Label Emotion Recognition", AAAI 2022, arXiv 2201.05834.

Known: network, losses, optimiser and sizes (sheet checked against the released code; its poolers, whose outputs
are never used, are left out: 394,752 of 10,798,652 weights). Chosen: attention, adversary and orthogonality
leave padded steps out, and a step keeps its learned position whatever the batch is padded to (the release has
no masks; with all 60 steps both are the same); unaligned input uses the true frame lengths in the alignment
loss, and as many positions as the text has words; longer aligned input is cut to its first steps; an input
without time axis is a sequence of one step, in units of its deviation over the training part. The clip of each
tensor after that of the whole gradient changes nothing and is left out.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.nn.bert_adam import BertAdam, decayed_groups
from ai4er.nn.bert_encoder import EPSILON, BertEncoder
from ai4er.nn.common_private import CommonPrivate, orthogonality
from ai4er.nn.gradient_reversal import reverse_gradient
from ai4er.nn.label_decoder import LabelDecoder
from ai4er.nn.pooling import masked_mean
from ai4er.nn.pseudo_alignment import PseudoAlignment, alignment_loss
from ai4er.nn.standardisation import Standardisation
from ai4er.systems._inputs import measure_inputs, need_vectors
from ai4er.systems._schedules import linear_warmup
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.card import Card, Diagnostic, Reported

MODALITIES = ("text", "video", "speech")


class Config(SystemConfig):
    """The released values for aligned CMU-MOSEI; unaligned: `aligned=false,steps=50`.

    `fusion=joint` fuses all parts in one encoder, `label_decoder=false` is a linear layer on the mean of the
    fused steps; a weight of 0 takes a term away. `deviation` is that of the initial weights.
    """

    offline: ClassVar[dict[str, Any]] = {}

    inputs: dict[str, str] = {
        "text": "array:name=text_frames",
        "video": "array:name=video_frames",
        "speech": "array:name=audio_frames",
    }
    aligned: bool = True
    steps: int = 60
    features: int = 256
    heads: int = 8
    inner: int = 256
    text_layers: int = 6
    video_layers: int = 4
    speech_layers: int = 4
    fusion_layers: int = 3
    fusion: Literal["descent", "joint"] = "descent"
    label_decoder: bool = True
    discriminator: int = 128
    dropout: float = 0.3
    private_dropout: float = 0.1
    logit_dropout: float = 0.1
    common_weight: float = 0.5
    adversarial_weight: float = 0.01
    difference_weight: float = 5e-6
    alignment_weight: float = 0.5
    learning_rate: float = 5e-5
    weight_decay: float = 0.01
    warmup: float = 0.1
    clip: float = 1.0
    batch_size: int = 64
    epochs: int = 20
    threshold: float = 0.35
    deviation: float = 0.02

    @classmethod
    def small(cls) -> Self:
        return cls(
            features=32, heads=4, inner=32, text_layers=1, video_layers=1, speech_layers=1, fusion_layers=1,
            discriminator=16, dropout=0.1, learning_rate=3e-3, batch_size=16, epochs=8,
        )  # fmt: skip


class Fusion(nn.Module):
    """[speech; video], then [text; both], then [private; common]: (batch, 4 * steps, features) at the end.

    A step of segment s has the position s * `steps` + its number, so that padding moves nothing.
    """

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.steps, self.descent = config.steps, config.fusion == "descent"

        def encoder() -> BertEncoder:
            return BertEncoder(
                config.features, config.heads, config.inner, config.fusion_layers, 4 * config.steps, config.dropout, 2
            )

        self.video_speech = encoder() if self.descent else None
        self.video_speech_text = encoder() if self.descent else None
        self.private_common = encoder()

    def forward(self, private: Tensor, common: Tensor, mask: Tensor) -> Tensor:
        text, video, speech = private
        if self.video_speech is None or self.video_speech_text is None:
            return self._fuse(self.private_common, [speech, video, text, common.sum(0)], (0, 0, 0, 1), mask)
        fused = self._fuse(self.video_speech, [speech, video], (0, 1), mask)
        fused = self._fuse(self.video_speech_text, [text, fused], (0, 1, 1), mask)
        return self._fuse(self.private_common, [fused, common.sum(0)], (0, 0, 0, 1), mask)

    def _fuse(self, encoder: BertEncoder, parts: list[Tensor], kinds: tuple[int, ...], mask: Tensor) -> Tensor:
        time = torch.arange(mask.shape[1], device=mask.device)
        places = torch.cat([segment * self.steps + time for segment in range(len(kinds))])
        types = torch.tensor(kinds, device=mask.device).repeat_interleave(mask.shape[1])
        fused: Tensor = encoder(torch.cat(parts, dim=1), mask.repeat(1, len(kinds)), places, types)
        return fused


class Tailor(System[Config]):
    """Text, video and speech sequences -> one probability for each label."""

    config_class = Config
    kinds = ("multi",)
    toy = "synthetic_trimodal"
    card = Card(
        title="Tailor Versatile Multi-Modal Learning for Multi-Label Emotion Recognition",
        venue="AAAI", year=2022, paper="arXiv 2201.05834", inputs=("speech", "text", "video"), task="multi-label",
        official_code="kniter1/TAILOR", licence="MIT",
        reported=tuple(
            Reported(corpus="cmu_mosei", protocol="official", metric=name, value=value, certainty="memory", note=note)
            for note, values in (("aligned", (0.488, 0.641, 0.512, 0.569)), ("unaligned", (0.460, 0.639, 0.452, 0.529)))
            for name, value in zip(("jaccard", "micro_precision", "micro_recall", "micro_f1"), values)
        ),
        diagnostic=Diagnostic(
            mechanism="crowded_labels", margin=0.015, metric="micro_f1",
            settings={
                "features": 32, "heads": 4, "inner": 32, "text_layers": 1, "video_layers": 1, "speech_layers": 1,
                "fusion_layers": 1, "dropout": 0.0, "private_dropout": 0.0, "logit_dropout": 0.0, "deviation": 0.1,
                "learning_rate": 1e-3, "epochs": 30,
            },
            ablation={"label_decoder": False}, removes="the decoder of labels (one mean for all remains)",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        need_vectors(self.slug(), shapes, MODALITIES)
        sizes = {name: shapes[name][0] for name in MODALITIES}
        layers = {"text": config.text_layers, "video": config.video_layers, "speech": config.speech_layers}
        self.standardisation = nn.ModuleDict({n: Standardisation(s) for n, s in sizes.items() if not timed[n]})
        self.norms = nn.ModuleDict({name: nn.LayerNorm(size, eps=EPSILON) for name, size in sizes.items()})
        self.alignment = nn.ModuleDict(
            {n: PseudoAlignment(sizes[n], config.steps) for n in ("video", "speech") if not config.aligned}
        )
        self.projections = nn.ModuleDict({name: nn.Linear(size, config.features) for name, size in sizes.items()})
        self.unimodal = nn.ModuleDict(
            {
                name: BertEncoder(
                    config.features, config.heads, config.inner, layers[name], config.steps, config.dropout
                )
                for name in MODALITIES
            }
        )
        self.refinement = CommonPrivate(
            len(MODALITIES), config.features, config.discriminator, config.dropout, config.private_dropout
        )
        self.fusion = Fusion(config)
        drop = nn.Dropout(config.logit_dropout)
        self.common_classifier = nn.Sequential(nn.Linear(config.features, space.size), drop)
        decoder = (space.size, config.features, config.heads, config.inner, config.dropout)
        self.decoder = LabelDecoder(*decoder) if config.label_decoder else None
        self.classifier = nn.Sequential(nn.Linear(config.features, 1 if config.label_decoder else space.size), drop)
        self.apply(lambda module: _initialise(module, config.deviation))

    def sequences(self, batch: Batch) -> tuple[dict[str, Tensor], Tensor, dict[str, tuple[Tensor, Tensor]]]:
        """Normalised steps of each modality, their common mask (batch, steps), and what the alignment loss needs."""
        steps = {name: self._steps(name, batch[name]) for name in MODALITIES}
        lengths = {name: found[1] for name, found in steps.items()}
        words = lengths["text"].clamp(max=self.config.steps)
        aligned, needs = {"text": steps["text"][0]}, {}
        for name in ("video", "speech"):
            if self.config.aligned:
                _check_aligned(name, lengths[name], lengths["text"])
                aligned[name] = steps[name][0]
            else:
                aligned[name], logarithms = self.alignment[name](*steps[name])
                needs[name] = (logarithms, lengths[name])
        longest = int(words.max())
        mask = torch.arange(longest, device=words.device) < words.unsqueeze(1)
        return {name: x[:, :longest] for name, x in aligned.items()}, mask, needs

    def _steps(self, name: str, given: Padded | Tensor) -> tuple[Tensor, Tensor]:
        """(batch, steps, features) and lengths (batch,); an empty sequence is one step of zeros."""
        if isinstance(given, Padded):
            return self.norms[name](given.data), given.lengths.clamp(min=1)
        vectors = self.norms[name](self.standardisation[name](given))
        return vectors.unsqueeze(1), torch.ones(len(given), dtype=torch.long, device=given.device)

    def forward(self, batch: Batch) -> Outputs:
        inputs, mask, needs = self.sequences(batch)
        time = torch.arange(mask.shape[1], device=mask.device)
        encoded = torch.stack([self.unimodal[n](self.projections[n](inputs[n]), mask, time) for n in MODALITIES])
        private, common = self.refinement(encoded)
        fused, whole = self.fusion(private, common, mask), mask.repeat(1, 4)
        if self.decoder is None:
            tailored, attention = masked_mean(fused, whole), None
            logits = self.classifier(tailored)
        else:
            tailored, attention = self.decoder(fused, whole)
            logits = self.classifier(tailored).squeeze(-1)
        return Outputs(
            logits=logits,
            embedding=tailored.flatten(1),
            attention=attention,
            extras={
                "common_logits": self.common_classifier(common.sum(0)[:, 0]),
                "private": private,
                "common": common,
                "mask": mask,
                "alignment": needs,
            },
        )

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Both classifiers, the adversary on private and (reversed) common parts, orthogonality, alignment."""
        config, mask = self.config, outputs.extras["mask"]
        private, common = outputs.extras["private"], outputs.extras["common"]
        adversary = self.refinement.adversary
        terms = {
            "labels": functional.binary_cross_entropy_with_logits(outputs.logits, batch.targets),
            "common_labels": config.common_weight
            * functional.binary_cross_entropy_with_logits(outputs.extras["common_logits"], batch.targets),
            "private_adversary": config.adversarial_weight * adversary(private, mask),
            "common_adversary": config.adversarial_weight * adversary(reverse_gradient(common), mask),
            "difference": config.difference_weight * orthogonality(private, common, mask),
        }
        for name, (logarithms, lengths) in outputs.extras["alignment"].items():
            ctc = alignment_loss(logarithms, lengths, mask.sum(1))
            terms[f"{name}_alignment"] = config.alignment_weight * ctc
        return terms

    def measure(self, data: StageData) -> None:
        """Take the statistics of inputs without time axis from the training part."""
        measure_inputs(self.standardisation, data, self.config.batch_size)

    def stages(self) -> list[Stage]:
        """One stage: warm-up over the first share of steps, then linear decay; the best epoch by micro F1."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            optimiser = BertAdam(decayed_groups(self), config.learning_rate, weight_decay=config.weight_decay)
            return [Optimisation(optimiser, linear_warmup(optimiser, int(config.warmup * steps), steps))]

        return [
            Stage(
                "train", config.epochs, config.batch_size, optimise, select="micro_f1", clip=config.clip,
                before="measure", drop_last=True,
            )
        ]  # fmt: skip


def _initialise(module: nn.Module, deviation: float) -> None:
    """Normal weights for linear layers and embeddings, zero biases; the LSTMs keep their default."""
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=deviation)
    if isinstance(module, nn.Linear):
        nn.init.zeros_(module.bias)


def _check_aligned(name: str, lengths: Tensor, words: Tensor) -> None:
    if not torch.equal(lengths, words):
        item = int((lengths != words).nonzero()[0])
        raise Ai4erError(
            f"tailor: an item has {int(words[item])} steps of text and {int(lengths[item])} of {name}; give sequences "
            "of equal length, or set aligned=false"
        )

"""What an utterance shares with another corpus and what is its corpus' own, told apart by mutual information.

Segments of the log-mel spectrogram become vectors, a transformer makes one vector m of an utterance, and two extractors
split it into an invariant part i and a specific part p. Information is raised where the parts should agree and lowered
where they should not, each estimated by a network of its own, and cross-attention lets both parts complete each other
before classification. Reference: "Unsupervised Domain Adaptation Integrating Transformer and Mutual Information for
Cross-Corpus Speech Emotion Recognition", ACM Multimedia 2022, 3503161.3548328.

Known: the three steps, segment-level log-mel features, the hybrid of raising and lowering, MINE among the references
(abstract); the paper's results were not found. Inferred by the sheet: all sizes, which information is raised (that of
the two corpora's i, and of i with m) and lowered (that of i with p), weights, recipe. Chosen: VGG-11 with ImageNet
weights, frozen, and the mean of its last convolution as the vector of a segment; deltas inside a segment. Random
utterances of two corpora have no information of each other, so i of the target is paired with i of a source utterance
of the class that is predicted for it. The specific extractor's weights are shared, and its layer norm has a gain and
offset for each corpus, so that a target that is only met without labels is still read in the same terms; what is
predicted later counts as the target's. CLUB is the upper bound, and below 0 it is not lowered; the estimators read
vectors of unit variance, without which scale passes for information; the last epoch is kept.

Offline substitute: a small convolutional network from random weights, trained with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.labels import LabelSpace
from ai4er.nn.cross_attention import CrossAttention
from ai4er.nn.deltas import with_deltas
from ai4er.nn.multilayer_perceptron import multilayer_perceptron
from ai4er.nn.mutual_information import MutualInformationLowerBound, MutualInformationUpperBound
from ai4er.nn.pooling import masked_mean
from ai4er.nn.positions import sinusoidal_positions
from ai4er.nn.segments import cut, segments
from ai4er.nn.standardisation import Standardisation
from ai4er.nn.vgg import VGG11, vgg
from ai4er.systems._inputs import need_vectors
from ai4er.systems._published_convolutions import take_convolutions
from ai4er.systems.adaptation._corpus_parts import Extractor, normalised
from ai4er.systems.adaptation._paired import PairedSystem
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, SystemConfig
from ai4er.systems.batch import Batch, as_sequence
from ai4er.systems.card import Card


class Config(SystemConfig):
    """At most `segments` of `segment` frames, `shift` apart, the last one ending the utterance.

    `image_weights` names a published VGG for `groups`, then frozen. `raised` is alpha and `lowered` beta, in force
    after `plain_epochs`; `interactive` is the cross-attention.
    """

    offline: ClassVar[dict[str, Any]] = {
        "image_weights": "", "groups": ((16,), (32,), (64,), (64,)), "dim": 64, "inner": 128, "part": 32, "epochs": 30,
        "learning_rate": 1e-3,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "log_mel:bands=64"}
    image_weights: str = "timm/vgg11.tv_in1k"
    groups: tuple[tuple[int, ...], ...] = pydantic.Field(VGG11, min_length=1)
    segment: int = pydantic.Field(64, ge=5)
    shift: int = pydantic.Field(30, ge=1)
    segments: int = pydantic.Field(20, ge=1)
    dim: int = pydantic.Field(512, ge=1)
    layers: int = pydantic.Field(2, ge=1)
    heads: int = pydantic.Field(8, ge=1)
    inner: int = pydantic.Field(2048, ge=1)
    dropout: float = pydantic.Field(0.1, ge=0, lt=1)
    part: int = pydantic.Field(256, ge=1)
    part_heads: int = pydantic.Field(4, ge=1)
    head_dropout: float = pydantic.Field(0.5, ge=0, lt=1)
    raised: float = pydantic.Field(0.1, ge=0)
    lowered: float = pydantic.Field(0.1, ge=0)
    interactive: bool = True
    learning_rate: float = 1e-4
    weight_decay: float = 1e-4
    clip: float = 5.0
    batch_size: int = pydantic.Field(32, ge=1)
    epochs: int = pydantic.Field(100, ge=1)
    plain_epochs: int = pydantic.Field(10, ge=0)

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": "log_mel:bands=16,n_fft=512,hop=512"}, image_weights="", groups=((8,), (16,)), segment=8,
            shift=8, segments=8, dim=16, layers=1, heads=2, inner=32, part=8, part_heads=2, head_dropout=0.1,
            learning_rate=5e-3, batch_size=16, epochs=12, plain_epochs=1,
        )  # fmt: skip


class TransformerMutualInformation(PairedSystem[Config]):
    """Log-mel frames -> class logits."""

    config_class = Config
    encoder_kind: ClassVar[EncoderKind] = "image"
    card = Card(
        title="Unsupervised Domain Adaptation Integrating Transformer and Mutual Information for Cross-Corpus Speech "
        "Emotion Recognition",
        venue="ACM MM", year=2022, paper="ACM 3503161.3548328", inputs=("speech",), task="single label",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        need_vectors(self.slug(), shapes, ["speech"])
        self.standardise = nn.ModuleList(Standardisation(shapes["speech"][0]) for _ in range(2))
        self.convolutions = vgg(config.groups).requires_grad_(not config.image_weights)
        self.projection = nn.Linear(config.groups[-1][-1], config.dim)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(config.dim, config.heads, config.inner, config.dropout, batch_first=True)
            for _ in range(config.layers)
        )
        part = config.part
        self.invariant = nn.Sequential(multilayer_perceptron((config.dim, part, part), nn.ReLU), nn.ReLU())
        self.specific = Extractor(config.dim, part)
        if config.interactive:
            self.to_invariant, self.to_specific = (CrossAttention(part, config.part_heads) for _ in range(2))
        self.classifier = nn.Sequential(
            nn.Linear(2 * part, part), nn.ReLU(), nn.Dropout(config.head_dropout), nn.Linear(part, space.size)
        )
        self.estimators = nn.ModuleDict({
            "corpora": MutualInformationLowerBound(part, part, part),
            "content": MutualInformationLowerBound(part, config.dim, part),
            "parts": MutualInformationUpperBound(part, part, part),
        })  # fmt: skip

    @classmethod
    def encoders(cls, config: SystemConfig) -> dict[str, EncoderKind]:
        """The network whose convolutions are taken over."""
        assert isinstance(config, Config)
        return {config.image_weights: "image"} if config.image_weights else {}

    def begin(self, data: StageData) -> None:
        """Meet the target, measure the frames of each corpus, and take over the published convolutions."""
        self.meet(data)
        for role, one in zip(("train", "unlabelled"), self.standardise):
            assert isinstance(one, Standardisation)
            parts = (as_sequence(batch["speech"]) for batch in data.batches(role, 64))
            one.measure((speech.data, speech.mask) for speech in parts)
        if self.config.image_weights:
            take_convolutions(self.convolutions, self.config.image_weights, self.slug())

    def utterances(self, batch: Batch, of_target: Tensor) -> Tensor:
        """m (batch, dim): the mean of the transformer's outputs over the segments."""
        config, speech = self.config, as_sequence(batch["speech"])
        source, target = (one(speech.data) for one in self.standardise)
        x = torch.where(of_target.view(-1, 1, 1), target, source) * speech.mask.unsqueeze(2)
        longest = config.segment + (config.segments - 1) * config.shift
        where = segments(speech.lengths.clamp(max=longest), config.segment, config.shift)
        pieces, _ = cut(x, speech.lengths, where, config.segment)
        vectors = self.projection(self.convolutions(with_deltas(pieces.transpose(1, 2))).mean((2, 3)))
        count = torch.bincount(where.row, minlength=where.rows)
        x = nn.utils.rnn.pad_sequence(vectors.split(count.tolist()), batch_first=True)
        x = x + sinusoidal_positions(x.shape[1], x.shape[2], x.device).to(x.dtype)
        mask = torch.arange(x.shape[1], device=x.device) < count.unsqueeze(1)
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=~mask)
        return masked_mean(x, mask)

    def forward(self, batch: Batch) -> Outputs:
        of_target = batch.extras["of_target"] if self.training else torch.ones_like(batch.extras["of_target"])
        m = self.utterances(batch, of_target)
        i, p = self.invariant(m), self.specific(m, of_target)
        fused = torch.cat(self.fused(i, p), dim=1)
        return Outputs(logits=self.classifier(fused), embedding=fused, extras={"m": m, "i": i, "p": p})

    def fused(self, i: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
        """Each part with what it takes from the other, (batch, part) both."""
        if not self.config.interactive:
            return i, p
        there = torch.ones(len(i), dtype=torch.bool, device=i.device)
        one, other = i.unsqueeze(1), p.unsqueeze(1)
        return self.to_invariant(one, other, there).squeeze(1), self.to_specific(other, one, there).squeeze(1)

    def paired(self, i: Tensor, logits: Tensor, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """i of target items, i of a source item of the class that each is predicted, and i of all source items.

        Target items of a class that the source half lacks are left out.
        """
        of_target = batch.extras["of_target"]
        guessed, known = logits[of_target].detach().argmax(1), batch.targets[~of_target]
        same = guessed.unsqueeze(1) == known.unsqueeze(0)
        there = same.any(1)
        partner = (same * torch.rand(same.shape, device=same.device)).argmax(1)[there]
        return i[of_target][there], i[~of_target][partner], i[~of_target]

    def information(self, outputs: Outputs, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """The bounds: of the two corpora's i, of i with m (both to be raised), and of i with p (to be lowered).

        An upper bound below 0 is none and counts as 0.
        """
        m, i, p = (normalised(outputs.extras[name]) for name in "mip")
        target, source, all_sources = self.paired(i, outputs.logits, batch)
        corpora, content, parts = (self.estimators[name] for name in ("corpora", "content", "parts"))
        return corpora(target, source, all_sources), content(i, m), parts(i, p).relu()

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the source; behind the plain epochs the information of both corpora."""
        config, of_source = self.config, ~batch.extras["of_target"]
        terms = {"cross_entropy": functional.cross_entropy(outputs.logits[of_source], batch.targets[of_source])}
        if float(self.progress) * config.epochs >= config.plain_epochs and config.raised + config.lowered:
            corpora, content, parts = self.information(outputs, batch)
            terms["raised"] = -config.raised * (corpora + content)
            terms["lowered"] = config.lowered * parts
        return terms

    def estimation_loss(self, outputs: Outputs, batch: Batch) -> Tensor:
        """What the estimators make small: minus their lower bounds, and minus the log-likelihood of p given i."""
        fixed = {name: value.detach() for name, value in outputs.extras.items()}
        seen = Outputs(logits=outputs.logits.detach(), extras=fixed)
        corpora, content, _ = self.information(seen, batch)
        parts = self.estimators["parts"]
        assert isinstance(parts, MutualInformationUpperBound)
        return parts.unlikelihood(normalised(fixed["i"]), normalised(fixed["p"])) - corpora - content

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """The estimators' step on fixed parts, then that of all the rest, by which the estimators do not change."""
        rest, estimators = optimisers
        outputs = self(batch)
        estimators.zero_grad()
        backward(self.estimation_loss(outputs, batch))
        estimators.step()
        terms = self.loss(outputs, batch)
        rest.zero_grad()
        backward(torch.stack(list(terms.values())).sum())
        self.clip(stage)
        rest.step()
        self.advance()
        return terms

    def stages(self) -> list[Stage]:
        """One stage with an optimiser for the network and one for the estimators; the last epoch is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            self.expect(steps)
            own = {id(p) for p in self.estimators.parameters()}
            rest = [p for p in self.parameters() if id(p) not in own and p.requires_grad]
            made = (torch.optim.Adam(p, config.learning_rate, weight_decay=config.weight_decay)
                    for p in (rest, [*self.estimators.parameters()]))  # fmt: skip
            return [Optimisation(one) for one in made]

        return [Stage("adapt", config.epochs, config.batch_size, optimise, before="begin", clip=config.clip)]

"""wav2vec 2.0 fine-tuned for emotion, plainly or after further pre-training on the corpus itself.

V-FT fine-tunes with a pooled linear head. TAPT first goes on with wav2vec 2.0's contrastive pre-training on the
corpus. P-TAPT replaces its objective: a small teacher learns the emotion of frames, its frames are clustered by
k-means, and the encoder learns to predict the clusters of masked frames. Reference: Chen and Rudnicky, "Exploring
Wav2vec 2.0 Fine Tuning for Improved Speech Emotion Recognition", ICASSP 2023, arXiv 2110.06309.

Known: head, masks, losses, codebooks, schedules, lengths (sheet checked against the released code); 10,000 and 20,000
steps are the epochs of IEMOCAP's four training sessions. Chosen: the teacher's wav2vec (v1) cannot be had as an
open, safe file, so an aggregator of the same shape learns from random weights on the encoder's own last but one
convolution, which has wav2vec's 512 features every 10 ms; the quantiser of TAPT starts from random weights at
temperature 2, with wav2vec 2.0's own masks. The teacher's best epoch is chosen on the fold's validation part (not
on a tenth of the training part). Batches have `batch_size` utterances of similar length, not 250 s. Crops begin on a
frame. In use, an extractor with group norm runs on each utterance alone, as at the paper's batch size of 1, so
padding never changes an answer. `adapt_role` can name unlabelled data of the target domain for the second stage.

Offline substitute: a small random encoder, all of it trained (there are no pretrained convolutions to keep), on
crops of 2 s, with small codebooks, a short teacher and few epochs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.augment.cropping import random_crop
from ai4er.encoders import expects_normalised, pretrained
from ai4er.labels import LabelSpace
from ai4er.losses.class_weights import class_weights
from ai4er.nn.pooling import masked_mean
from ai4er.nn.span_masks import span_mask
from ai4er.nn.waveform_encoder import WaveformEncoder
from ai4er.systems._schedules import warmup_flat_linear
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item
from ai4er.systems.card import Card, Diagnostic, Reported
from ai4er.systems.speech._contrastive import ContrastiveQuantisation
from ai4er.systems.speech._frame_teacher import FrameTeacher, MaskedPrediction, labels_from, pseudo_labels

RATE = 16_000


class Config(SystemConfig):
    """The released values for IEMOCAP.

    `train_convolutions` also trains the convolutions and the feature projection, for an encoder without pretrained
    weights. Spans are in frames of 20 ms (10 ms in the teacher) and in channels.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "small", "train_convolutions": True, "teacher_features": 96, "teacher_kernels": (2, 3, 4, 5),
        "codebooks": (16, 64, 256), "channel_span": 16, "max_seconds": 2.0, "learning_rate": 5e-4, "batch_size": 16,
        "teacher_epochs": 5, "adapt_epochs": 5, "epochs": 15, "adapt_warmup": 20,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "waveform:sample_rate=16000"}
    encoder: str = "facebook/wav2vec2-base"
    method: Literal["v_ft", "tapt", "p_tapt"] = "p_tapt"
    train_convolutions: bool = False
    adapt_role: Literal["train", "pretrain", "unlabelled"] = "train"
    teacher_features: int = 512
    teacher_kernels: tuple[int, ...] = tuple(range(2, 14))
    teacher_width: int = 4
    teacher_hidden: int = 128
    codebooks: tuple[int, ...] = pydantic.Field((64, 512, 4096), min_length=1)
    kmeans_iterations: int = 20
    prediction_hidden: int = 256
    mask_span: int = 15
    mask_probability: float = 0.06
    time_span: int = 15
    time_probability: float = 0.08
    channel_span: int = 64
    channel_probability: float = 0.05
    contrastive_span: int = 10
    contrastive_probability: float = 0.65
    diversity: float = 0.1
    max_seconds: float = pydantic.Field(10.0, gt=0)
    learning_rate: float = 1e-4
    batch_size: int = 64
    teacher_epochs: int = 145
    adapt_epochs: int = 250
    epochs: int = 15
    teacher_warmup: float = 0.05
    adapt_warmup: int = 100
    flat: float = 0.05

    @classmethod
    def small(cls) -> Self:
        return cls(
            encoder="tiny", teacher_features=32, teacher_kernels=(2, 3), teacher_hidden=32, codebooks=(8, 16, 32),
            prediction_hidden=32, mask_span=5, mask_probability=0.3, time_span=3, channel_span=4, learning_rate=5e-3,
            batch_size=16, teacher_epochs=4, adapt_epochs=4, epochs=6, adapt_warmup=2,
        )  # fmt: skip


class FTWav2Vec2(System[Config]):
    """Waveform -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Exploring Wav2vec 2.0 Fine Tuning for Improved Speech Emotion Recognition",
        venue="ICASSP", year=2023, paper="arXiv 2110.06309", inputs=("speech",), task="single label",
        official_code="b04901014/FT-w2v2-ser", licence="MIT",
        reported=(
            Reported(corpus="iemocap", protocol="session", metric="ua", value=0.743, note="P-TAPT, mean of 5 runs"),
            Reported(corpus="iemocap", protocol="session", metric="ua", value=0.735, note="TAPT, mean of 5 runs"),
            Reported(corpus="iemocap", protocol="session", metric="ua", value=0.699, note="V-FT, mean of 5 runs"),
        ),
        frozen=("encoder.network.feature_extractor", "encoder.network.feature_projection"),
        diagnostic=Diagnostic(
            mechanism="pseudo_label_adaptation", ablation={"method": "v_ft"}, margin=0.12,
            settings={
                "adapt_role": "unlabelled", "mask_span": 2, "mask_probability": 0.4, "time_span": 2,
                "learning_rate": 3e-3, "teacher_epochs": 20, "adapt_epochs": 20, "epochs": 120,
            },
            removes="the prediction of pseudo-labels",
        ),
    )  # fmt: skip
    class_weights: Tensor

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.encoder = WaveformEncoder(pretrained(config.encoder, "speech"), expects_normalised(config.encoder))
        self.longest = int(config.max_seconds * RATE)
        sizes = self.encoder.sizes
        self.head = nn.Linear(sizes.hidden_size, space.size)
        self.register_buffer("class_weights", torch.full((space.size,), 1 / space.size))
        self.pseudo_labels: dict[tuple[str, str], Tensor] = {}
        if config.method == "tapt":
            self.contrast = ContrastiveQuantisation(sizes, config.diversity)
        if config.method == "p_tapt":
            self.teacher = FrameTeacher(
                sizes.conv_dim[-2], config.teacher_kernels, config.teacher_width, sizes.conv_stride[-1],
                config.teacher_features, config.teacher_hidden, space.size,
            )  # fmt: skip
            self.prediction = MaskedPrediction(sizes.hidden_size, config.prediction_hidden, config.codebooks)

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the `keys` under which the pseudo-labels of the items are kept."""
        batch = super().collate(items)
        batch.extras["keys"] = [(item.record.corpus, item.record.id) for item in items]
        return batch

    def classified(self, h: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and the mean over all real frames but the last: h (batch, frames, hidden), lengths (batch,)."""
        steps = torch.arange(h.shape[1], device=h.device)
        pooled = masked_mean(h, steps < (lengths - 1).clamp(min=1).unsqueeze(1))
        return self.head(pooled), pooled

    def forward(self, batch: Batch) -> Outputs:
        data, lengths = batch["speech"].data, batch["speech"].lengths
        if self.training:
            data, lengths = data[:, : self.longest], lengths.clamp(max=self.longest)
        z = self.encoder.convolved(self.encoder.prepared(data, lengths))[1]
        x, masked = self.encoder.projected(z.x), None
        if self.training:
            masked, channels = self._spans(x, z.lengths)
            x = x * ~channels.unsqueeze(1)
        logits, pooled = self.classified(self.encoder.states(x, z.mask, masked).relu(), z.lengths)
        return Outputs(logits=logits, embedding=pooled)

    def _spans(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """What SpecAugment hides of x (batch, frames, channels): frames (batch, frames), channels (batch, channels)."""
        config, channels = self.config, torch.full_like(lengths, x.shape[2])
        return (
            span_mask(lengths, x.shape[1], config.time_span, config.time_probability, least=2),
            span_mask(channels, x.shape[2], config.channel_span, config.channel_probability, least=1),
        )

    def _cross_entropy(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Weighted mean over what has a label; logits (items, classes), targets (items,)."""
        return functional.cross_entropy(logits, targets, self.class_weights.to(logits.dtype))

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy with class weights."""
        return {"cross_entropy": self._cross_entropy(outputs.logits, batch.targets)}

    def teacher_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Stage A: the label of the utterance, from all of it and from each of its frames."""
        data, lengths = batch["speech"].data, batch["speech"].lengths
        if self.training:
            data, lengths, _ = random_crop(data, lengths, min(int(lengths.min()), self.longest))
        z = self.encoder.convolved(self.encoder.prepared(data, lengths))[0]
        x = z.x
        if self.training:
            masked, channels = self._spans(x, z.lengths)
            x = x * ~masked.unsqueeze(2) * ~channels.unsqueeze(1)
        r = self.teacher(x, z.lengths)
        frames, utterances = self.teacher.judge(r)
        targets = batch.targets.unsqueeze(1).expand_as(r.mask)
        return {
            "utterance": self._cross_entropy(utterances, batch.targets),
            "frame": self._cross_entropy(frames[r.mask], targets[r.mask]),
        }

    @torch.no_grad()
    def cluster(self, data: StageData) -> None:
        """Stage B: the cluster of every frame of the teacher in each codebook."""
        config, role = self.config, self.config.adapt_role
        self.eval()
        self.pseudo_labels = {}
        frames: list[Tensor] = []
        for batch in data.batches(role, config.batch_size):
            z = self.encoder.convolved(self.encoder.prepared(batch["speech"].data, batch["speech"].lengths))[0]
            r = self.teacher(z.x, z.lengths)
            frames += [x[:length] for x, length in zip(r.x, r.lengths)]
        found = pseudo_labels(frames, config.codebooks, config.kmeans_iterations, data.seed)
        keys = [(item.record.corpus, item.record.id) for item in data.items[role]]
        self.pseudo_labels = dict(zip(keys, found))

    def _hidden(self, batch: Batch, span: int, probability: float) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """States with masked frames, features, the masked frames, and the frame where each random crop begins."""
        hop, speech = self.encoder.hop, batch["speech"]
        data, lengths, first = random_crop(speech.data, speech.lengths, self.longest // hop * hop, hop)
        z = self.encoder.convolved(self.encoder.prepared(data, lengths))[1]
        whole = torch.full_like(lengths, z.x.shape[1])
        masked = span_mask(whole, z.x.shape[1], span, probability, least=2) & z.mask
        return self.encoder.states(self.encoder.projected(z.x), z.mask, masked).relu(), z.x, masked, first // hop

    def prediction_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Stage C: the clusters of masked frames, summed over the codebooks."""
        h, _, masked, first = self._hidden(batch, self.config.mask_span, self.config.mask_probability)
        labels = labels_from([self.pseudo_labels[key] for key in batch.extras["keys"]], first, h.shape[1])
        return self.prediction(h, labels, masked)

    def contrastive_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """TAPT: wav2vec 2.0's own objective."""
        config = self.config
        h, z, masked, _ = self._hidden(batch, config.contrastive_span, config.contrastive_probability)
        return self.contrast(h, self.encoder.network.feature_projection.layer_norm(z), masked)

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """The stages before fine-tuning have networks of their own and need no `forward`."""
        if stage.loss == "loss":
            return super().step(batch, stage, optimisers, backward)
        terms: dict[str, Tensor] = getattr(self, stage.loss)(Outputs(), batch)
        optimisers[0].zero_grad()
        backward(torch.stack(list(terms.values())).sum())
        optimisers[0].step()
        return terms

    def weigh(self, data: StageData) -> None:
        """Take the class weights from the training part."""
        targets = [int(item.target) for item in data.items["train"] if item.target is not None]
        counts = torch.bincount(torch.tensor(targets), minlength=self.space.size)
        self.class_weights.copy_(class_weights(counts))

    def stages(self) -> list[Stage]:
        """Teacher (A), masked prediction of its clusters (B, C) or contrastive pre-training, then fine-tuning."""
        config = self.config

        def warmed(share: float, steps: int, *parts: nn.Module | nn.Parameter) -> Callable[[int], list[Optimisation]]:
            def optimise(total: int) -> list[Optimisation]:
                optimiser = self._optimiser(*parts)
                warmup = round(share * total) + steps
                return [
                    Optimisation(optimiser, warmup_flat_linear(optimiser, warmup, round(config.flat * total), total))
                ]

            return optimise

        size, context = config.batch_size, (self.encoder.network.encoder, self.encoder.network.masked_spec_embed)
        found = []
        if config.method == "p_tapt":
            found = [
                Stage("teacher", config.teacher_epochs, size, warmed(config.teacher_warmup, 0, self.teacher),
                      loss="teacher_loss", before="weigh", select="loss"),
                Stage("adapt", config.adapt_epochs, size, warmed(0, config.adapt_warmup, *context, self.prediction),
                      loss="prediction_loss", before="cluster", role=config.adapt_role, buckets=True),
            ]  # fmt: skip
        elif config.method == "tapt":
            found = [
                Stage("adapt", config.adapt_epochs, size, warmed(0, config.adapt_warmup, self.encoder, self.contrast),
                      loss="contrastive_loss", role=config.adapt_role, buckets=True),
            ]  # fmt: skip

        def tune(total: int) -> list[Optimisation]:
            return [Optimisation(self._optimiser(*context, self.head))]

        return [*found, Stage("tune", config.epochs, size, tune, before="weigh", select="ua", drop_last=True)]

    def _optimiser(self, *parts: nn.Module | nn.Parameter) -> torch.optim.Adam:
        """Adam on these parts; all other parameters are frozen from here on."""
        if self.config.train_convolutions:
            parts = (*parts, self.encoder.network.feature_extractor, self.encoder.network.feature_projection)
        self.requires_grad_(False)
        for part in parts:
            part.requires_grad_(True)
        return torch.optim.Adam([p for p in self.parameters() if p.requires_grad], self.config.learning_rate)

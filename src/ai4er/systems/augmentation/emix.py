"""EMix: pairs of utterances are mixed only where the emotion of the mixture is clear.

Mixup blends any two samples and their labels, which gives emotions that no listener would name. EMix mixes an
emotional utterance with a neutral one, which becomes its background (a noisier sample), or two utterances of the
same emotion (a less ambiguous sample); the label stays hard. Reference: "EMIX: A Data Augmentation Method for Speech
Emotion Recognition", ICASSP 2023, IEEE 10096789.

Known: the idea, a log-mel front end, a transformer classifier, and two numbers from a later literature table; which
pairs the best variant ("EMix-S") mixes was not found. Chosen: all the rest, as on the sheet, and rule `both` (either
of the two rules with probability 1/2, the other where no partner fits the first). A neutral sample under rule
`noisier` gives way to the emotional one that it becomes the background of. `mixup`, for comparison, mixes any pair as
r a + (1 - r) b with one r for a batch. Crops to 6 s are made in training only: padding never counts here.

The operator works with any system of speech: `base` names one, whose settings are `base_settings`. Waveforms are
mixed, and every input that the base reads from audio is extracted from the mixture; all other samples keep their
cached features. Base and mixing meet in nothing else: stages, loss and answers are the base's own.

`--offline` takes a smaller classifier, shorter crops and 40 epochs, for a CPU.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.augment.cropping import random_crop
from ai4er.encoders import front_end
from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.nn.convolutional_transformer import ConvolutionalTransformer
from ai4er.nn.log_mel import LogMel
from ai4er.nn.span_masks import span_mask
from ai4er.records import Record
from ai4er.systems._schedules import cosine
from ai4er.systems.augmentation._over_base import OverBase, OverBaseConfig
from ai4er.systems.augmentation._pairs import MixedItem, PairMixer, waveform
from ai4er.systems.base import Optimisation, Outputs, Stage, System
from ai4er.systems.batch import Batch, Item
from ai4er.systems.card import Card, Diagnostic, Reported

RATE = 16_000


class Config(OverBaseConfig):
    """The operator, and the classifier that is used without a `base`.

    `share` is the range of r, the part of the anchor. `time_span` and `band_span` are the widths of two masks each of
    frames and of bands (SpecAugment, the rival augmentation); 0 for none.
    """

    needed: ClassVar[dict[str, str]] = {"waveform": f"waveform:sample_rate={RATE}"}
    offline: ClassVar[dict[str, Any]] = {
        "channels": (16, 32, 64), "dim": 96, "layers": 2, "inner": 384, "seconds": 4.0, "epochs": 40,
        "learning_rate": 5e-4,
    }  # fmt: skip

    inputs: dict[str, str] = needed
    rule: Literal["noisier", "same", "both", "mixup"] = "both"
    probability: float = pydantic.Field(0.5, ge=0, le=1)
    share: tuple[float, float] = (0.5, 1.0)
    bands: int = 64
    n_fft: int = 400
    hop: int = 160
    seconds: float = pydantic.Field(6.0, gt=0)
    channels: tuple[int, ...] = (32, 64, 128)
    dim: int = 192
    layers: int = 4
    heads: int = 4
    inner: int = 768
    dropout: float = 0.1
    time_span: int = 0
    band_span: int = 0
    learning_rate: float = 1e-4
    weight_decay: float = 1e-2
    warmup_epochs: int = 5
    batch_size: int = 32
    epochs: int = 100
    patience: int = 15

    @classmethod
    def small(cls) -> Self:
        return cls(
            bands=32, n_fft=512, hop=256, channels=(8, 16, 16), dim=32, layers=1, inner=64, learning_rate=5e-3,
            warmup_epochs=1, batch_size=16, epochs=10,
        )  # fmt: skip


class EMix(OverBase[Config]):
    """Waveform -> class logits, of its own classifier or of another system."""

    config_class = Config
    toy = "synthetic_speech"
    card = Card(
        title="EMIX: A Data Augmentation Method for Speech Emotion Recognition",
        venue="ICASSP", year=2023, paper="IEEE 10096789", inputs=("speech",), task="single label",
        reported=(
            Reported(corpus="iemocap", protocol="random_kfold:folds=5", metric="ua", value=0.7185,
                     certainty="second-hand", note="EMix-S"),
            Reported(corpus="iemocap", protocol="random_kfold:folds=5", metric="wa", value=0.7763,
                     certainty="second-hand", note="EMix-S"),
        ),
        diagnostic=Diagnostic(
            mechanism="overlaid_talk", ablation={"probability": 0}, margin=0.08, settings={"epochs": 20},
            removes="mixing",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        neutral = space.neutral or "neutral"
        if neutral not in space.names and config.rule in ("noisier", "both"):
            raise Ai4erError(
                f"emix: rule={config.rule} needs a class neutral, and {space.name} has none: set rule=same"
            )
        place = space.index(neutral) if neutral in space.names else UNLABELLED
        self.mixer = PairMixer(config.rule, config.probability, config.share, place)
        if self.base is None:
            self.log_mel = LogMel(RATE, config.bands, config.n_fft, config.hop)
            self.network = ConvolutionalTransformer(
                config.bands, config.channels, config.dim, config.layers, config.heads, config.inner, config.dropout,
                space.size,
            )  # fmt: skip

    def _base(self) -> System:
        base = super()._base()
        plain = type(base).step is System.step and {stage.loss for stage in base.stages()} == {"loss"}
        if self.config.rule == "mixup" and not plain:
            raise Ai4erError(f"emix: rule=mixup needs a base with a single loss, and {self.config.base} has several")
        return base

    def transform(self, items: Sequence[Item], pool: Sequence[Item], generator: np.random.Generator) -> Sequence[Item]:
        """Replace some items by mixtures with partners out of the pool; nothing is mixed in evaluation mode."""
        if self.training:
            items = self._extracted(items, self.mixer(items, pool, generator))
        return super().transform(items, pool, generator)

    def _extracted(self, items: Sequence[Item], found: list[Item]) -> list[Item]:
        """The items found, mixtures with the inputs that the base reads from audio; the others keep their own."""
        places = [i for i, (old, new) in enumerate(zip(items, found)) if old is not new]
        if self.base is None or not places:
            return found
        records = [_sounding(found[i]) for i in places]
        for name, spec in self.base.config.inputs.items():
            extractor = front_end(spec)
            if extractor.needs == "audio":
                features = extractor.extract([extractor.load(record) for record in records])
                for i, one in zip(places, features):
                    found[i] = dataclasses.replace(found[i], inputs={**found[i].inputs, name: one})
        return found

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the partners' targets, where the batch has mixtures by mixup."""
        batch = super().collate(items)
        shares = {item.share for item in items if isinstance(item, MixedItem)}
        if shares:
            partners = [item.partner_target if isinstance(item, MixedItem) else item.target for item in items]
            batch.extras["partner_targets"] = torch.tensor([UNLABELLED if t is None else int(t) for t in partners])
            batch.extras["share"] = shares.pop()
        return batch

    def own(self, batch: Batch) -> Outputs:
        config, samples, lengths = self.config, batch["waveform"].data, batch["waveform"].lengths
        if self.training:
            samples, lengths, _ = random_crop(samples, lengths, int(config.seconds * RATE))
        x, frames = self.log_mel(samples, lengths)
        if self.training and config.time_span:
            x = x * ~span_mask(frames, x.shape[1], config.time_span, 0, least=2).unsqueeze(2)
        if self.training and config.band_span:
            bands = torch.full_like(frames, x.shape[2])
            x = x * ~span_mask(bands, x.shape[2], config.band_span, 0, least=2).unsqueeze(1)
        logits, pooled = self.network(x, frames)
        return Outputs(logits=logits, embedding=pooled)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy, or the base's loss; under mixup r times that of the label plus 1 - r of the partner's."""
        terms = super().loss(outputs, batch)
        if "share" not in batch.extras:
            return terms
        share = batch.extras["share"]
        partner = super().loss(outputs, dataclasses.replace(batch, targets=batch.extras["partner_targets"]))
        return {name: share * term + (1 - share) * partner[name] for name, term in terms.items()}

    def own_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets)}

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """The base's own step; under mixup, which needs both labels, the plain one."""
        kind = System if self.config.rule == "mixup" else OverBase
        return kind.step(self, batch, stage, optimisers, backward)

    def own_stages(self) -> list[Stage]:
        """One stage with warm-up and cosine."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            optimiser = torch.optim.AdamW(self.parameters(), config.learning_rate, weight_decay=config.weight_decay)
            warmup = steps * config.warmup_epochs // config.epochs
            return [Optimisation(optimiser, cosine(optimiser, warmup, steps))]

        return [Stage("train", config.epochs, config.batch_size, optimise, select="ua", patience=config.patience)]


def _sounding(item: Item) -> Record:
    """The item's record with the item's samples in place of its recording."""
    record = item.record
    arrays, attributes = {**record.arrays, "audio": waveform(item)}, {**record.attributes, "sample_rate": str(RATE)}
    return record.replace(arrays=arrays, attributes=attributes)

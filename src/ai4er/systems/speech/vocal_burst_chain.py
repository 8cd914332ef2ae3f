"""Regression chains in a hierarchy, for vocal bursts whose ratings depend on each other.

Valence and arousal come first; country and kind of burst read them; the intensities of the emotions read all of these,
and each other, in both directions; the intensities as each culture hears them read the emotions. Sparse data are met
with a self-supervised encoder, aggregated over layers and over time. Reference: Li et al., "A Hierarchical Regression
Chain Framework for Affective Vocal Burst Recognition", ICASSP 2023, arXiv 2303.08027.

Known: network, losses, sizes, recipe (sheet checked against the released code, of June 2023); of the released attention
only the bias is left out, which a softmax does not see. Chosen: Gumbel noise on the layer weights in training only;
waves standardised over their real samples; pitch and tempo drawn for every clip (the release draws them once); missing
targets do not count; a batch of one is normalised by the running statistics. On classes the chain runs over them, a
label being an intensity of 1 of its class. CULTURE is `--labels hume_vb_cultures` (any space with names
CULTURE_EMOTION) with `--set cultures='["china", "united_states", "south_africa", "venezuela"]'`; its training from the
weights of HIGH is `--initialise-from`. Valence and arousal alone (TWO) are a chain of two.

Offline substitute: `ai4er-small`, in small batches.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.augment.pitch_and_tempo import pitch_and_tempo
from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.losses.concordance import known_concordance_loss
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.attention_pooling import AttentionPooling
from ai4er.nn.batch_normalisation import BatchNormalisation
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch, Item
from ai4er.systems.card import Card, Diagnostic, Reported
from ai4er.systems.speech._chain_levels import Hierarchy, Levels, NoisyLayerMix

RATE = 16_000


class Config(SystemConfig):
    """The released values (an earlier setting had `projection` 512 and `shared` 128).

    `contexts` are what the second level tells apart: an attribute of the records, or their `label`, and its values.
    `low` are the dimensions of the first level, between the bounds `low_range`. `order` is that of the emotions in the
    chain, where it is not that of the label space. `cents` and `tempo` bound the augmentation; `dither` is noise.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "batch_size": 16, "half_period": 15, "epochs": 15,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": f"waveform:sample_rate={RATE},silence=-60,seconds=3"}
    encoder: str = "ehcalabres/wav2vec2-lg-xlsr-en-speech-emotion-recognition"
    chain: Literal["bidirectional", "forward", "independent"] = "bidirectional"
    order: tuple[str, ...] = ()
    low: tuple[str, ...] = pydantic.Field(("valence", "arousal"), min_length=1)
    low_range: tuple[float, float] = (0.0, 1.0)
    contexts: dict[str, tuple[str, ...]] = {
        "country": ("China", "United States", "South Africa", "Venezuela"),
        "label": ("cry", "gasp", "groan", "grunt", "laugh", "pant", "other", "scream"),
    }
    cultures: tuple[str, ...] = ()
    projection: int = pydantic.Field(128, ge=1)
    shared: int = pydantic.Field(64, ge=1)
    dropout: float = pydantic.Field(0.25, ge=0, lt=1)
    auxiliary_weight: float = pydantic.Field(0.1, ge=0)
    cents: float = pydantic.Field(300, ge=0)
    tempo: float = pydantic.Field(0.1, ge=0, lt=1)
    dither: float = pydantic.Field(1e-4, ge=0)
    learning_rate: float = 1e-3
    encoder_rate: float = 1e-5
    lowest_rate: float = 1e-6
    weight_decay: float = 1e-3
    clip_value: float = 2.0
    half_period: int = pydantic.Field(2, ge=1)
    batch_size: int = 1024
    epochs: int = 100
    patience: int = 20

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": "log_mel:bands=40,hop=320,normalise=utterance"}, encoder="", low_range=(-1, 1),
            contexts={"gender": ("female", "male")}, learning_rate=1e-2, half_period=10, batch_size=16, epochs=10,
        )  # fmt: skip


class VocalBurstChain(System[Config]):
    """Waveform (or frames) -> intensities of emotions."""

    config_class = Config
    kinds = ("dimensions", "single")
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="A Hierarchical Regression Chain Framework for Affective Vocal Burst Recognition",
        venue="ICASSP", year=2023, paper="arXiv 2303.08027", inputs=("speech",), task="intensities of emotions",
        official_code="JinchaoLove/AffectiveVocalBurstRecognition", licence="none",
        reported=(
            Reported(corpus="hume_vb", protocol="official", metric="ccc", value=0.7299, certainty="second-hand",
                     note="HIGH on the validation part, a remark in the released configuration; "
                     "first in TWO and CULTURE, second in HIGH at A-VB 2022"),
        ),
        frozen=("encoder.network",),
        diagnostic=Diagnostic(
            mechanism="dependent_intensities", ablation={"chain": "independent"}, margin=0.06, metric="ccc",
            settings={
                "inputs": {"speech": "array:name=frames"}, "contexts": {}, "low_range": (0, 1), "projection": 4,
                "shared": 1, "auxiliary_weight": 1, "dropout": 0, "learning_rate": 3e-2, "batch_size": 32,
                "half_period": 30, "epochs": 30,
            },
            removes="what the regressors of the emotions read of each other",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.names = self._emotions()
        if set(config.order) - set(self.names) or len(config.order) not in (0, len(self.names)):
            raise Ai4erError(f"order={','.join(config.order)}: it must name each of {', '.join(self.names)} once")
        order = [self.names.index(name) for name in config.order or self.names]
        self.places = [order.index(i) for i in range(len(order))]
        self.encoder = speech_encoder(config.encoder, shapes["speech"], frozen=("feature_extractor", "encoder"))
        self.layer_mix = NoisyLayerMix(self.encoder.states_number) if self.encoder.states_number > 1 else None
        self.pooling = AttentionPooling(self.encoder.hidden_size)
        self.norm = BatchNormalisation(self.encoder.hidden_size)
        self.dropout = nn.Dropout(config.dropout)
        self.hierarchy = Hierarchy(
            self.encoder.hidden_size, config.projection, config.shared, len(config.low),
            {name: len(known) for name, known in config.contexts.items()}, len(self.names), len(config.cultures),
            config.chain,
        )  # fmt: skip

    def _emotions(self) -> tuple[str, ...]:
        """The emotions of the space; of one with cultures, those that every culture has, culture by culture."""
        cultures, names = self.config.cultures, self.space.names
        if not cultures:
            return names
        emotions = tuple(name.removeprefix(f"{cultures[0]}_") for name in names[: len(names) // len(cultures)])
        if names != tuple(f"{culture}_{emotion}" for culture in cultures for emotion in emotions):
            raise Ai4erError(
                f"cultures={','.join(cultures)}: {self.space.name} must have the names CULTURE_EMOTION, all emotions "
                f"of the first culture first; it has {', '.join(names[:3])} ..."
            )
        return emotions

    def transform(self, items: Sequence[Item], pool: Sequence[Item], generator: np.random.Generator) -> Sequence[Item]:
        """Another pitch and tempo, and dither, for every recording."""
        return items if self.shapes["speech"] else [self._augmented(item, generator) for item in items]

    def _augmented(self, item: Item, generator: np.random.Generator) -> Item:
        config, samples = self.config, item.inputs["speech"]
        assert samples is not None
        cents, tempo = (
            generator.uniform(-config.cents, config.cents),
            1 + generator.uniform(-config.tempo, config.tempo),
        )
        changed = pitch_and_tempo(samples, RATE, cents, tempo)
        changed = changed + np.float32(config.dither) * generator.standard_normal(len(changed), dtype=np.float32)
        return dataclasses.replace(item, inputs={**item.inputs, "speech": changed})

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also what is known of the other levels: `low` and `emotions` (or NaN), and the class of each context."""
        batch, records = super().collate(items), [item.record for item in items]
        for level, names in (("low", self.config.low), ("emotions", self.names)):
            values = [[record.dimensions.get(name, math.nan) for name in names] for record in records]
            batch.extras[level] = torch.tensor(values, dtype=torch.float32)
        batch.extras["contexts"] = {
            name: torch.tensor([_class(r.label if name == "label" else r.attributes.get(name), known) for r in records])
            for name, known in self.config.contexts.items()
        }
        return batch

    def forward(self, batch: Batch) -> Outputs:
        states = self.encoder.hidden(batch["speech"].data, batch["speech"].lengths)
        frames = states.x[:, :, 0] if self.layer_mix is None else self.layer_mix(states.x)
        pooled = self.pooling(frames * states.mask.unsqueeze(-1), states.mask)
        levels = self.hierarchy(self.dropout(self.norm(pooled)))
        levels = levels._replace(emotions=levels.emotions[:, self.places])
        found = levels.emotions if levels.cultures is None else levels.cultures
        if self.space.kind == "single":
            return Outputs(logits=found.clamp(min=1e-6).log(), embedding=pooled, extras={"levels": levels})
        values = self.space.low + (self.space.high - self.space.low) * found
        return Outputs(values=values, embedding=pooled, extras={"levels": levels})

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The concordance loss of the task; in training also a tenth of what the other levels lose."""
        levels: Levels = outputs.extras["levels"]
        if self.space.kind == "single":
            known = (batch.targets != UNLABELLED).unsqueeze(1)
            classes = functional.one_hot(batch.targets.clamp(min=0), self.space.size).float()
            task = known_concordance_loss(levels.emotions, classes.masked_fill(~known, torch.nan))
        else:
            task = known_concordance_loss(outputs.values, batch.targets)
        if not self.training:
            return {"task": task}
        weight, (least, most) = self.config.auxiliary_weight, self.config.low_range
        terms = {"task": task, "low": known_concordance_loss(levels.low * (most - least) + least, batch.extras["low"])}
        terms |= {name: known_cross_entropy(levels.contexts[name], y) for name, y in batch.extras["contexts"].items()}
        if levels.cultures is not None:
            emotions = self.space.low + (self.space.high - self.space.low) * levels.emotions
            terms["emotions"] = known_concordance_loss(emotions, batch.extras["emotions"])
        return {name: term if name == "task" else weight * term for name, term in terms.items()}

    def clip(self, stage: Stage) -> None:
        """Every element of the gradient is limited, not its norm."""
        nn.utils.clip_grad_value_(self.parameters(), self.config.clip_value)

    def stages(self) -> list[Stage]:
        """One stage; the rate goes down and up again in half cosines, and the least validation loss is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            optimiser = torch.optim.AdamW(self._groups(), weight_decay=config.weight_decay)
            half = max(1, steps * config.half_period // config.epochs)
            return [
                Optimisation(optimiser, torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, half, config.lowest_rate))
            ]

        return [Stage("train", config.epochs, config.batch_size, optimise, select="loss", patience=config.patience)]

    def _groups(self) -> list[dict[str, Any]]:
        """The encoder at its own rate; biases and normalisation without weight decay."""
        trained = [(name, p) for name, p in self.named_parameters() if p.requires_grad]
        groups: list[dict[str, Any]] = []
        for inside, rate in ((True, self.config.encoder_rate), (False, self.config.learning_rate)):
            part = [p for name, p in trained if name.startswith("encoder.") == inside]
            groups.append({"params": [p for p in part if p.ndim > 1], "lr": rate})
            groups.append({"params": [p for p in part if p.ndim < 2], "lr": rate, "weight_decay": 0.0})
        return groups


def _class(value: str | None, known: Sequence[str]) -> int:
    return known.index(value) if value in known else UNLABELLED

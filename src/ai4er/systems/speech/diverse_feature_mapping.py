"""Diverse feature mapping: speech of several languages is mapped in several ways, each shaped by a task of its own.

In multilingual training one representation has to serve what all languages have in common and what is peculiar to each.
Here the states of one encoder are mapped three times: by the emotions of all languages, by the emotions of each
language by itself, and by who speaks what (language, gender); a penalty keeps the mappings different, and a gate weighs
them for each utterance. Only what the gate gives is classified in use, so that nobody has to name the language.
Reference: Lee, "Diverse Feature Mapping and Fusion via Multitask Learning for Multilingual Speech Emotion Recognition",
Interspeech 2023.

Known: the title alone; results were not found. Chosen: everything, as on the sheet, which realises the title with
standard parts. Chosen here: languages are numbered in the training part, at most `languages` of them; items whose
language or gender no record tells are left out of those tasks; balanced batches are drawn with replacement; batch
normalisation takes its running values where a batch is one item; with `fusion="mean"` each mapping has a classifier of
emotions, whose probabilities are averaged; the best epoch by the mean over languages of the validation part's UA.

Offline substitute: `ai4er-small`, at a higher rate and for fewer epochs, and narrower mappings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn

from ai4er.augment.cropping import random_crop
from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.losses.cross_correlation import cross_correlation_loss
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.layer_mix import LayerMix
from ai4er.systems._sampling import balanced
from ai4er.systems._schedules import linear_warmup
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item, as_sequence
from ai4er.systems.card import Card, Diagnostic
from ai4er.systems.speech._task_mappings import GENDERS, FeatureMapping, Fusion, FusionKind, Tasks

RATE = 16_000
Mapping = Literal["common", "language", "attribute"]
Attribute = Literal["language", "gender"]


class Config(SystemConfig):
    """The sheet's values. `mappings` are what is fused, and `attributes` what the mapping `attribute` tells.

    `languages` is the most that training may have. Without `train_encoder` the pretrained network stays as it is; with
    `shared_mixture` all mappings read one mixture of its layers. `encoder_rate` is the learning rate of the encoder.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "encoder_rate": 1e-4, "learning_rate": 1e-3, "dim": 96, "hidden": 64, "head": 64,
        "epochs": 8,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": f"waveform:sample_rate={RATE}"}
    encoder: str = "facebook/wav2vec2-large-xlsr-53"
    train_encoder: bool = True
    shared_mixture: bool = False
    languages: int = pydantic.Field(4, ge=1)
    mappings: tuple[Mapping, ...] = pydantic.Field(("common", "language", "attribute"), min_length=1)
    attributes: tuple[Attribute, ...] = ("language", "gender")
    fusion: FusionKind = "gated"
    hidden: int = pydantic.Field(128, ge=1)
    dim: int = pydantic.Field(256, ge=1)
    head: int = pydantic.Field(128, ge=1)
    dropout: float = pydantic.Field(0.2, ge=0, lt=1)
    common_weight: float = pydantic.Field(0.5, ge=0)
    language_weight: float = pydantic.Field(0.5, ge=0)
    attribute_weight: float = pydantic.Field(0.2, ge=0)
    diversity_weight: float = pydantic.Field(0.05, ge=0)
    seconds: float = pydantic.Field(10.0, gt=0)
    encoder_rate: float = 1e-5
    learning_rate: float = 1e-4
    weight_decay: float = 0.01
    warmup: float = pydantic.Field(0.1, ge=0, lt=1)
    batch_size: int = pydantic.Field(16, ge=1)
    epochs: int = pydantic.Field(25, ge=1)
    patience: int | None = 6

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": "log_mel:bands=40,hop=320,normalise=utterance"}, encoder="", languages=1,
            attributes=("gender",), hidden=16, dim=24, head=16, dropout=0.1, encoder_rate=3e-3, learning_rate=3e-3,
            batch_size=16, epochs=8,
        )  # fmt: skip


class Network(nn.Module):
    """Mappings of the encoder's states, their tasks, their fusion."""

    def __init__(self, config: Config, layers: int, features: int, classes: int) -> None:
        super().__init__()

        def mixture() -> nn.Module:
            return LayerMix(layers) if layers > 1 else nn.Flatten(start_dim=2)

        dim, dropout, shared = config.dim, config.dropout, mixture()
        self.mappings = nn.ModuleDict({
            name: FeatureMapping(
                shared if config.shared_mixture else mixture(), features, config.hidden, dim, dropout
            )
            for name in config.mappings
        })  # fmt: skip
        self.tasks = Tasks(config.mappings, config.attributes, config.languages, dim, classes)
        self.fusion = Fusion(config.fusion, len(config.mappings), dim, config.head, dropout, classes)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """(batch, frames, layers, features), (batch, frames) -> z (batch, mappings, dim)."""
        return torch.stack([mapping(states, mask) for mapping in self.mappings.values()], dim=1)


class DiverseFeatureMapping(System[Config]):
    """Waveform (or frames) -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Diverse Feature Mapping and Fusion via Multitask Learning for Multilingual Speech Emotion Recognition",
        venue="Interspeech", year=2023, paper="lee23g_interspeech", inputs=("speech",), task="single label",
        frozen=("encoder.network.feature_extractor", "encoder.network.masked_spec_embed"),
        diagnostic=Diagnostic(
            mechanism="turned_cues", margin=0.1,
            ablation={"common_weight": 0.0, "language_weight": 0.0, "attribute_weight": 0.0},
            settings={
                "inputs": {"speech": "array:name=frames"}, "languages": 4, "attributes": ["language"],
                "fusion": "concatenation", "epochs": 30, "patience": None,
            },
            removes="the tasks of the mappings",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        still = () if config.train_encoder else ("feature_projection", "encoder")
        self.encoder = speech_encoder(config.encoder, shapes["speech"], frozen=("feature_extractor", *still))
        self.network = Network(config, self.encoder.states_number, self.encoder.hidden_size, space.size)
        self.numbers: dict[str, int] = {}

    def begin(self, data: StageData) -> None:
        """Number the languages of the training part. Raises `Ai4erError` where there are more than expected."""
        names = sorted({item.record.language for item in data.items["train"]} - {""})
        if len(names) > self.config.languages:
            raise Ai4erError(
                f"{self.slug()}: training has {len(names)} languages ({', '.join(names)}), and languages="
                f"{self.config.languages}: set languages to as many at least"
            )
        self.numbers = {name: number for number, name in enumerate(names)}

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the `language` and the `gender` of each item as numbers, where they are known."""
        batch, records = super().collate(items), [item.record for item in items]
        genders = {name: number for number, name in enumerate(GENDERS)}
        batch.extras["language"] = torch.tensor([self.numbers.get(r.language, UNLABELLED) for r in records])
        told = [genders.get(r.attributes.get("gender", ""), UNLABELLED) for r in records]
        batch.extras["gender"] = torch.tensor(told)
        return batch

    def forward(self, batch: Batch) -> Outputs:
        speech = as_sequence(batch["speech"])
        x, lengths = speech.data, speech.lengths
        if self.training and not self.shapes["speech"]:
            x, lengths, _ = random_crop(x, lengths, round(self.config.seconds * RATE))
        states = self.encoder.hidden(x, lengths)
        z = self.network(states.x, states.mask)
        logits, fused, weights = self.network.fusion(z)
        return Outputs(logits=logits, embedding=fused, attention=weights, extras={"z": z})

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the fused answer and of each task, and the correlation between the mappings."""
        config, z = self.config, outputs.extras["z"]
        found, language = self.network.tasks(z), batch.extras["language"]
        terms = {
            "fused": known_cross_entropy(outputs.logits, batch.targets),
            "diversity": config.diversity_weight * cross_correlation_loss(z.transpose(0, 1)),
        }
        if "common" in found:
            terms["common"] = config.common_weight * known_cross_entropy(found["common"], batch.targets)
        if "language" in found:
            own = found["language"][torch.arange(len(z), device=z.device), language.clamp(min=0)]
            known = torch.where(language == UNLABELLED, UNLABELLED, batch.targets)
            terms["language"] = config.language_weight * known_cross_entropy(own, known)
        for name in config.attributes if "attribute" in config.mappings else ():
            told = known_cross_entropy(found[f"told_{name}"], batch.extras[name])
            terms[f"told_{name}"] = config.attribute_weight * told
        return terms

    def language_ua(self, batches: Iterable[Batch]) -> float:
        """The mean over the languages of the UA on labelled items; those of no known language are one more."""
        from sklearn.metrics import balanced_accuracy_score

        rows = [(self(b).logits.argmax(1), b.targets, b.extras["language"]) for b in batches]
        guessed, true, language = (torch.cat(column).cpu().numpy() for column in zip(*rows))
        parts = [(language == number) & (true != UNLABELLED) for number in np.unique(language)]
        return float(np.mean([balanced_accuracy_score(true[part], guessed[part]) for part in parts if part.any()]))

    def stages(self) -> list[Stage]:
        """One stage of AdamW on batches with as many items of each language."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            encoder = [p for p in self.encoder.parameters() if p.requires_grad]
            groups: list[dict[str, Any]] = [
                {"params": encoder, "lr": config.encoder_rate},
                {"params": list(self.network.parameters())},
            ]
            optimiser = torch.optim.AdamW(groups, config.learning_rate, weight_decay=config.weight_decay)
            return [Optimisation(optimiser, linear_warmup(optimiser, round(config.warmup * steps), steps))]

        def draw(items: Sequence[Item], generator: np.random.Generator) -> list[np.ndarray]:
            return balanced([item.record.language for item in items], config.batch_size, generator)

        return [
            Stage("train", config.epochs, config.batch_size, optimise, select="language_ua", before="begin",
                  patience=config.patience, sampler=draw)
        ]  # fmt: skip

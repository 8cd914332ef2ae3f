"""One head for the labels of all corpora: each corpus teaches those that it annotates, and no other.

Old people's emotional speech is hardly recorded in other languages than English. A multilingual wav2vec 2.0 is
fine-tuned on any groups of languages and ages at once and tested on every group; the labels of all corpora are united,
and a mask lets a corpus be silent on those that it does not annotate, so that corpora with different labels can be
mixed. Other groups' data alone do not carry over to a group, but beside its own they help. Reference: Cahyawijaya et
al., "Cross-Lingual Cross-Age Group Adaptation for Low-Resource Elderly Speech Emotion Recognition", Interspeech 2023,
arXiv 2306.14517.

Known: network, loss, groups and recipe (sheet checked against the released code; its trainer's defaults inferred); the
numbers of the paper were not found. Chosen: utterances of zero mean and unit variance, the backbone's own recipe (the
release hands over raw samples); a corpus that `label_sets` does not name annotates the labels that its training part
has, and one that was not trained on all labels that any corpus annotates; languages are those of the corpora's codes;
the backbone hides no frames in training; records without an age have the group that the paper gives their corpus, or
none. CSED has no reader here (its layout is not published): a table of it can be read as `manifest`.

Offline substitute: `ai4er-small`, at a higher rate and for fewer epochs.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.losses.label_masked import label_masked_cross_entropy
from ai4er.nn.fitted import Fitted
from ai4er.nn.layer_mix import LayerMix
from ai4er.nn.pooling import masked_mean
from ai4er.records import Record
from ai4er.systems._schedules import linear_warmup
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item
from ai4er.systems.card import Card, Diagnostic

_SIX = "anger disgust fear happiness neutral sadness"
_LABEL_SETS = {
    "crema_d": _SIX, "elder_react": "anger disgust fear happiness sadness surprise",
    "esd": "anger happiness neutral sadness surprise", "tess": f"{_SIX} surprise",
    "csed": "positive neutral negative", "yuemotion": _SIX,
}  # fmt: skip
_GROUP_OF = {"elder_react": "elderly", "csed": "elderly", "esd": "adults", "iemocap": "adults"}
"""The group of corpora that tell no ages."""
_ELDERLY = 60
_ELDERLY_CANTONESE = 59
_MOST_NEGATIVE = -1e4
"""The logit of a label that a corpus does not have, in half precision too."""


class Config(SystemConfig):
    """`languages` (`("en", "zh")`, none is all) and `age` choose the groups that are trained on and validated.

    `label_sets` names the labels that corpora annotate. `masked` false counts what a corpus does not annotate as
    absent. `mix_layers` reads a learned mixture of all layers in place of the last one.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "learning_rate": 1e-4, "batch_size": 16, "epochs": 10,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "waveform:sample_rate=16000"}
    encoder: str = "facebook/wav2vec2-large-xlsr-53"
    languages: tuple[str, ...] = ()
    age: Literal["all", "elderly", "adults"] = "all"
    label_sets: dict[str, str] = _LABEL_SETS
    masked: bool = True
    mix_layers: bool = False
    hidden: int = pydantic.Field(256, ge=1)
    learning_rate: float = 5e-5
    batch_size: int = pydantic.Field(8, ge=1)
    epochs: int = pydantic.Field(20, ge=1)
    patience: int | None = 5

    @classmethod
    def small(cls) -> Self:
        return cls(encoder="", hidden=32, learning_rate=3e-3, batch_size=16, epochs=6)


def age_group(record: Record) -> str:
    """`elderly` from 60 years on (Cantonese: 59), `adults` below; without an age that of the corpus, or `unknown`."""
    age = record.attributes.get("age", "")
    if not age.isdigit():
        return _GROUP_OF.get(record.corpus, "unknown")
    return "elderly" if int(age) >= (_ELDERLY_CANTONESE if _language(record) == "yue" else _ELDERLY) else "adults"


def _language(record: Record) -> str:
    return record.language.partition("-")[0]


def in_group(record: Record, languages: Sequence[str], age: str) -> bool:
    """Whether a record is in one of the languages (none: any) and of the age group (`all`: any)."""
    return (not languages or _language(record) in languages) and age in ("all", age_group(record))


class Head(nn.Module):
    """Linear on every frame, mean over the real ones, linear: (batch, frames, features) -> logits (batch, labels)."""

    def __init__(self, features: int, hidden: int, labels: int) -> None:
        super().__init__()
        self.projector = nn.Linear(features, hidden)
        self.classifier = nn.Linear(hidden, labels)

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Also the mean, (batch, hidden); mask (batch, frames)."""
        pooled = masked_mean(self.projector(x), mask)
        return self.classifier(pooled), pooled


class CrossLingualCrossAge(System[Config]):
    """Waveform -> logits of the united labels, of which a corpus has its own."""

    config_class = Config
    kinds = ("single", "multi")
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Cross-Lingual Cross-Age Group Adaptation for Low-Resource Elderly Speech Emotion Recognition",
        venue="Interspeech", year=2023, paper="arXiv 2306.14517", inputs=("speech",), task="single or multi-label",
        official_code="HLTCHKUST/elderly_ser", licence="MIT",
        frozen=("encoder.network.masked_spec_embed",),
        diagnostic=Diagnostic(
            mechanism="partial_labels", ablation={"masked": False}, margin=0.1,
            settings={"inputs": {"speech": "array:name=frames"}, "learning_rate": 1e-2, "epochs": 15},
            removes="the masks of the labels",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.encoder = speech_encoder(config.encoder, shapes["speech"], channels=())
        self.head = Head(self.encoder.hidden_size, config.hidden, space.size)
        self.mix = LayerMix(self.encoder.states_number) if config.mix_layers else None
        self.known = Fitted("corpora", "annotated")

    def labels_of(self, corpus: str) -> Tensor:
        """The labels that a corpus annotates, booleans (labels,)."""
        names = set(self.config.label_sets.get(corpus, "").split())
        stated = torch.tensor([name in names for name in self.space.names])
        if stated.any():
            return stated
        corpora, annotated = (self.known.get_buffer(name).cpu() for name in ("corpora", "annotated"))
        if not len(corpora):
            return torch.ones(self.space.size, dtype=torch.bool)
        own = corpora == zlib.crc32(corpus.encode())
        return annotated[own if own.any() else slice(None)].any(0)

    def learn_sets(self, data: StageData) -> None:
        """Which labels the training part has of each corpus. Raises `Ai4erError` where the groups have no item."""
        for role in ("train", "valid"):
            items = data.items.get(role, ())
            if items and not len(self._chosen(items)):
                languages = ", ".join(self.config.languages) or "all"
                raise Ai4erError(
                    f"cross_lingual_cross_age: no {role} item is of languages {languages} and age {self.config.age}: "
                    "set languages and age otherwise"
                )
        found: dict[str, Tensor] = {}
        for item in data.items["train"]:
            if (there := self._target(item)) is not None:
                own = found.setdefault(item.record.corpus, torch.zeros(self.space.size, dtype=torch.bool))
                own |= there > 0
        if not found:
            raise Ai4erError("cross_lingual_cross_age: no training item has a label: name a label space with --labels")
        numbers = torch.tensor([zlib.crc32(corpus.encode()) for corpus in found])
        self.known.keep(corpora=numbers, annotated=torch.stack(list(found.values())))
        self.known.to(data.device)

    def _target(self, item: Item) -> Tensor | None:
        """Which labels apply (labels,), None where nobody said."""
        if item.target is None:
            return None
        if self.space.kind == "single":
            return functional.one_hot(torch.tensor(int(item.target)), self.space.size).float()
        return torch.from_numpy(np.array(item.target)).float()

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the labels that `exist` for the corpus of each item, those that apply, and which items are `chosen`."""
        batch, blank = super().collate(items), torch.zeros(self.space.size)
        targets = [self._target(item) for item in items]
        batch.extras.update(
            exist=torch.stack([self.labels_of(item.record.corpus) for item in items]),
            apply=torch.stack([blank if target is None else target for target in targets]),
            said=torch.tensor([target is not None for target in targets]),
            chosen=torch.tensor([self._is_chosen(item) for item in items]),
        )
        return batch

    def _is_chosen(self, item: Item) -> bool:
        return in_group(item.record, self.config.languages, self.config.age)

    def _chosen(self, items: Sequence[Item]) -> np.ndarray:
        return np.flatnonzero([self._is_chosen(item) for item in items])

    def forward(self, batch: Batch) -> Outputs:
        states, lengths = self.encoder.hidden(batch["speech"].data, batch["speech"].lengths)
        x = states[:, :, -1] if self.mix is None else self.mix(states)
        mask = torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)
        raw, pooled = self.head(x, mask)
        logits = raw.masked_fill(~batch.extras["exist"], _MOST_NEGATIVE)
        return Outputs(logits=logits, embedding=pooled, extras={"raw": raw})

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The cross-entropy of what each corpus annotates, the same weight for every item."""
        given, said = batch.extras, batch.extras["said"].unsqueeze(1)
        annotated = said & given["exist"] if self.config.masked else said.expand_as(given["exist"])
        return {"cross_entropy": label_masked_cross_entropy(outputs.extras["raw"].float(), given["apply"], annotated)}

    def group_fit(self, batches: Iterable[Batch]) -> float:
        """Minus the loss over the validation items of the chosen groups."""
        total, count = 0.0, 0
        for batch in batches:
            batch.extras["said"] &= batch.extras["chosen"]
            total += float(self.loss(self(batch), batch)["cross_entropy"]) * len(batch)
            count += int(batch.extras["said"].sum())
        return -total / max(1, count)

    def sample(self, units: Sequence[Item], generator: np.random.Generator) -> list[np.ndarray]:
        """Batches of the chosen groups' items, shuffled and not balanced."""
        order, size = generator.permutation(self._chosen(units)), self.config.batch_size
        return [order[start : start + size] for start in range(0, len(order), size)]

    def stages(self) -> list[Stage]:
        """One stage of AdamW whose rate falls to 0 in a line; the epoch of the least validation loss is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            trained = [p for p in self.parameters() if p.requires_grad]
            optimiser = torch.optim.AdamW(trained, config.learning_rate, weight_decay=0.0)
            return [Optimisation(optimiser, linear_warmup(optimiser, 0, steps))]

        return [
            Stage("train", config.epochs, config.batch_size, optimise, select="group_fit", patience=config.patience,
                  before="learn_sets", sampler=self.sample),
        ]  # fmt: skip

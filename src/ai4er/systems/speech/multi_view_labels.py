"""One network that learns the category, the sentiment and the dimensions of emotional speech at once.

The same recording can be described by a category, by a sentiment or by dimensional scores, which are usually learnt
apart. Here the output layer carries any of the three views and nothing else depends on which; views act as each
other's auxiliary tasks. A probe that sees the true dimensions alone tells how much of a category or sentiment they
hold. Reference: Tompkins, Emmanouilidou, Deshmukh and Elizalde, "Multi-View Learning for Speech Emotion Recognition
with Categorical Emotion, Categorical Sentiment, and Dimensional Scores", ICASSP 2023, IEEE 10096700.

Known: the views, their sizes and combinations, the two backbones, the probe. Chosen (the sheet says inferred): all
sizes and the recipe; the base wav2vec 2.0 with its convolutions frozen, or CNN14, whose weights of audio tagging can
only be had as a pickle and which therefore starts at random unless `--initialise-from` is given; crops of 6 s in
training; sentiment from the category, or from valence with the thresholds 3.5 and 4.5 on the scale of 1 to 7. The label
space says which view is answered and tested; what the records say of the other views is learnt with it where known.
Figures of the paper were not found.

Offline substitute: `ai4er-small`, at a higher rate and for fewer epochs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn

from ai4er.augment.cropping import random_crop
from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.losses.concordance import concordance, known_concordance_loss
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.cnn14 import CNN14
from ai4er.nn.log_mel import LogMel
from ai4er.nn.pooling import masked_mean
from ai4er.records import Record
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch, Item
from ai4er.systems.card import Card, Diagnostic

RATE = 16_000
SENTIMENTS = ("negative", "neutral", "positive")
SENTIMENT_OF = {
    "anger": "negative", "angry": "negative", "sadness": "negative", "sad": "negative", "disgust": "negative",
    "disgusted": "negative", "fear": "negative", "fearful": "negative", "neutral": "neutral", "happiness": "positive",
    "happy": "positive", "joy": "positive",
}  # fmt: skip
"""The sentiment of a category; those that are not named have none."""

View = Literal["dimensions", "sentiment", "emotion"]


class Config(SystemConfig):
    """`views` are what the output layer carries; `model` is the network, or the probe of the true dimensions.

    `emotions` and `dimensions` are the names of the views that the label space does not name, and `scale` the bounds
    of these dimensions. `thresholds` part valence, as shares of its scale, where `sentiment_from` says so.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "learning_rate": 1e-4, "batch_size": 16, "epochs": 8,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": f"waveform:sample_rate={RATE}"}
    model: Literal["network", "probe"] = "network"
    backbone: Literal["wav2vec2", "cnn14"] = "wav2vec2"
    encoder: str = "facebook/wav2vec2-base"
    channels: tuple[int, ...] = pydantic.Field((64, 128, 256, 512, 1024, 2048), min_length=1)
    views: tuple[View, ...] = pydantic.Field(("dimensions", "sentiment", "emotion"), min_length=1)
    emotions: tuple[str, ...] = ("anger", "disgust", "happiness", "neutral", "sadness")
    dimensions: tuple[str, ...] = ("valence", "arousal", "dominance")
    scale: tuple[float, float] = (1.0, 7.0)
    sentiment_from: Literal["category", "valence"] = "category"
    thresholds: tuple[float, float] = (2.5 / 6, 3.5 / 6)
    hidden: int = pydantic.Field(512, ge=1)
    probe_hidden: int = pydantic.Field(64, ge=1)
    dropout: float = pydantic.Field(0.2, ge=0, lt=1)
    dimension_weight: float = pydantic.Field(1.0, ge=0)
    seconds: float = pydantic.Field(6.0, gt=0)
    learning_rate: float = 1e-5
    batch_size: int = 32
    epochs: int = 50
    patience: int = 7

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": "log_mel:bands=40,hop=320,normalise=utterance"}, encoder="", hidden=32, scale=(-1, 1),
            learning_rate=1e-2, batch_size=16, epochs=10,
        )  # fmt: skip


class Backbone(nn.Module):
    """Samples or frames -> one vector: the mean over the frames of an encoder, or CNN14's embedding."""

    def __init__(self, config: Config, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.cnn14 = CNN14(channels=config.channels) if config.backbone == "cnn14" else None
        if self.cnn14 is not None:
            if shape:
                raise Ai4erError("multi_view_labels: backbone=cnn14 reads samples, so its input must be a waveform")
            self.log_mel, self.size = LogMel(RATE, 64, 512, 160), config.channels[-1]
        else:
            self.encoder = speech_encoder(config.encoder, shape, frozen=("feature_extractor",))
            self.size = self.encoder.hidden_size

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """x (batch, samples) or (batch, frames, features) -> (batch, size)."""
        if self.cnn14 is not None:
            embedding: Tensor = self.cnn14(*self.log_mel(x, lengths))
            return embedding
        states = self.encoder.hidden(x, lengths)
        return masked_mean(states.x[:, :, -1], states.mask)


class MultiViewLabels(System[Config]):
    """Waveform (or frames) -> class logits or dimensions, whichever the label space is of."""

    config_class = Config
    kinds = ("single", "dimensions")
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Multi-View Learning for Speech Emotion Recognition with Categorical Emotion, Categorical Sentiment, and "
        "Dimensional Scores",
        venue="ICASSP", year=2023, paper="IEEE 10096700", inputs=("speech",),
        task="single label; sentiment; valence, arousal, dominance",
        frozen=("backbone.encoder.network.feature_extractor", "backbone.encoder.network.masked_spec_embed"),
        diagnostic=Diagnostic(
            mechanism="few_categories", ablation={"views": ("emotion",)}, margin=0.1,
            settings={
                "inputs": {"speech": "array:name=frames"}, "views": ("dimensions", "emotion"), "hidden": 8,
                "dimensions": ("valence", "arousal"), "dimension_weight": 8, "epochs": 40,
            },
            removes="the view of the dimensions",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.answered: View = "emotion"
        if space.kind == "dimensions":
            self.answered = "dimensions"
        elif set(space.names) == set(SENTIMENTS):
            self.answered = "sentiment"
        probed = config.model == "probe"
        views = [view for view in config.views if not (probed and view == "dimensions")]
        if self.answered not in views:
            raise Ai4erError(
                f"multi_view_labels: {space.name} is the view {self.answered!r}, which model={config.model} does not "
                f"learn with views={','.join(config.views)}"
            )
        own: dict[View, tuple[str, ...]] = {
            "dimensions": config.dimensions, "sentiment": SENTIMENTS, "emotion": config.emotions
        }  # fmt: skip
        own[self.answered] = space.names
        self.names = own
        self.sizes: dict[View, int] = {view: len(own[view]) for view in own if view in views}
        self.scale = (space.low, space.high) if self.answered == "dimensions" else config.scale
        if probed:
            size, hidden = len(own["dimensions"]), config.probe_hidden
        else:
            self.backbone = Backbone(config, shapes["speech"])
            size, hidden = self.backbone.size, config.hidden
        self.shared = nn.Sequential(nn.Linear(size, hidden), nn.ReLU(), nn.Dropout(config.dropout))
        self.output = nn.Linear(hidden, sum(self.sizes.values()))

    def collate(self, items: Sequence[Item]) -> Batch:
        """Also the three `views`: the dimensions between 0 and 1, or NaN; classes of sentiment and emotion."""
        batch, records = super().collate(items), [item.record for item in items]
        low, high = self.scale
        values = [[r.dimensions.get(name, math.nan) for name in self.names["dimensions"]] for r in records]
        batch.extras["views"] = {
            "dimensions": (torch.tensor(values, dtype=torch.float32) - low) / (high - low),
            "sentiment": torch.tensor([_place(self._sentiment(r), self.names["sentiment"]) for r in records]),
            "emotion": torch.tensor([_place(r.label, self.names["emotion"]) for r in records]),
        }
        return batch

    def _sentiment(self, record: Record) -> str | None:
        if self.answered == "sentiment":
            return record.label
        if self.config.sentiment_from == "category":
            return SENTIMENT_OF.get(record.label or "")
        if "valence" not in record.dimensions:
            return None
        share = (record.dimensions["valence"] - self.scale[0]) / (self.scale[1] - self.scale[0])
        return SENTIMENTS[int(np.searchsorted(self.config.thresholds, share))]

    def forward(self, batch: Batch) -> Outputs:
        embedding = self.shared(self._read(batch))
        views = dict(zip(self.sizes, self.output(embedding).split(list(self.sizes.values()), dim=1)))
        answer, extras = views[self.answered], {"views": views}
        if self.space.kind == "dimensions":
            low, high = self.scale
            return Outputs(values=low + (high - low) * answer, embedding=embedding, extras=extras)
        return Outputs(logits=answer, embedding=embedding, extras=extras)

    def _read(self, batch: Batch) -> Tensor:
        """What the shared layer reads: speech, or under the probe the true dimensions."""
        if self.config.model == "probe":
            dimensions: Tensor = batch.extras["views"]["dimensions"]
            if dimensions.isnan().any():
                raise Ai4erError("multi_view_labels: model=probe needs the dimensions of every record")
            return dimensions
        x, lengths = batch["speech"].data, batch["speech"].lengths
        if self.training and not self.shapes["speech"]:
            x, lengths, _ = random_crop(x, lengths, round(self.config.seconds * RATE))
        found: Tensor = self.backbone(x, lengths)
        return found

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of classes and concordance loss of dimensions, over the items whose view is known."""
        found, known = outputs.extras["views"], batch.extras["views"]
        terms = {view: known_cross_entropy(found[view], known[view]) for view in found if view != "dimensions"}
        if "dimensions" in found:
            weight = self.config.dimension_weight
            terms["dimensions"] = weight * known_concordance_loss(found["dimensions"], known["dimensions"])
        return terms

    def agreement(self, batches: Iterable[Batch]) -> float:
        """The mean over the views of accuracy and of concordance, on items whose view is known."""
        pairs = [(self(batch).extras["views"], batch.extras["views"]) for batch in batches]
        scores = []
        for view in self.sizes:
            found, known = (torch.cat([views[view] for views in side]) for side in zip(*pairs))
            if view == "dimensions":
                there = ~known.isnan().any(1)
                scores += [concordance(found[there], known[there]).mean()] if there.any() else []
            elif (there := known != UNLABELLED).any():
                scores.append((found.argmax(1) == known)[there].float().mean())
        return float(torch.stack(scores).mean()) if scores else 0.0

    def stages(self) -> list[Stage]:
        """One stage of AdamW; the epoch that agrees best with all views is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            trained = [p for p in self.parameters() if p.requires_grad]
            return [Optimisation(torch.optim.AdamW(trained, config.learning_rate))]

        return [
            Stage("train", config.epochs, config.batch_size, optimise, select="agreement", patience=config.patience)
        ]


def _place(name: str | None, names: Sequence[str]) -> int:
    return names.index(name) if name in names else UNLABELLED

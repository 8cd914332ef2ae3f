"""Heterogeneous features: each kind of acoustic feature has an encoder of its own kind, and a gate weighs them.

A cepstral sequence, a spectral image and the states of a frozen speech network differ in size, time scale and meaning,
so each view has an encoder that suits it (recurrent, convolutional, statistics). Their vectors become tokens of one
size that attend to each other, and a gate for each utterance weighs what counts. Reference: "Speech Emotion Recognition
via Heterogeneous Feature Learning", ICASSP 2023, IEEE 10095566.

Known: title and venue; reported numbers were not found. Chosen: everything, as on the sheet, which infers a system from
the title and from papers of the same group. Also chosen: segments of 3 s without overlap; the learning rate is halved
every 15 epochs, in place of at a plateau; batches of utterances with all their segments; the epoch with the best
validation UA; one seed at a time. An absent view is masked in attention and gate, so the others answer without it.

Offline substitute: the frames of `ai4er-small` in place of the states of wav2vec 2.0; an image with half as many
frames.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn

from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.attentive_statistics import statistics
from ai4er.nn.bidirectional_lstm import BidirectionalLSTM
from ai4er.nn.pooling import masked_softmax
from ai4er.systems.base import Outputs
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.card import Card, Diagnostic
from ai4er.systems.speech._segmented import SegmentedConfig, SegmentedSystem

_MFCC = "mfcc:sample_rate=16000,coefficients=40,n_fft=400,hop=160"
_LOG_MEL = "log_mel:bands=80,hop=320,normalise=utterance"
VIEWS = ("mfcc", "image", "speech")


class Config(SegmentedConfig):
    """The sheet's values. `fusion="mean"` has the mean of the views' vectors in place of attention and gate.

    `view_weight` is that of the classifiers of single views, which are there in training only.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {
            "mfcc": _MFCC.replace("hop=160", "hop=320"), "image": "log_mel:bands=64,n_fft=640,hop=320",
            "speech": "speech_frames:encoder=ai4er-small",
        },
        "rates": {"mfcc": 50.0, "image": 50.0, "speech": 50.0}, "batch_size": 32, "learning_rate": 1e-3, "epochs": 25,
    }  # fmt: skip

    inputs: dict[str, str] = {
        "mfcc": _MFCC, "image": "log_mel:bands=64,n_fft=640,hop=160",
        "speech": "speech_frames:encoder=facebook/wav2vec2-base",
    }  # fmt: skip
    rates: dict[str, float] = {"mfcc": 100.0, "image": 100.0, "speech": 50.0}
    recurrent_units: int = 64
    recurrent_layers: int = 2
    recurrent_dropout: float = 0.3
    channels: tuple[int, ...] = (32, 64, 128, 128)
    features: int = pydantic.Field(128, ge=1)
    heads: int = 4
    inner: int = 256
    dropout: float = 0.1
    fusion: Literal["gated", "mean"] = "gated"
    head: int = 64
    head_dropout: float = 0.5
    view_weight: float = pydantic.Field(0.3, ge=0)
    learning_rate: float = 5e-4
    weight_decay: float = 1e-5
    decay: float = 0.5
    decay_epochs: int = 15
    batch_size: int = 64
    epochs: int = 60
    patience: int | None = 12

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={
                "mfcc": "mfcc:sample_rate=16000,coefficients=13,n_fft=512,hop=320",
                "image": "log_mel:bands=16,n_fft=640,hop=320", "speech": _LOG_MEL,
            },
            rates={"mfcc": 50.0, "image": 50.0, "speech": 50.0}, seconds=1.0, recurrent_units=8, recurrent_layers=1,
            recurrent_dropout=0.0, channels=(8, 8), features=16, heads=2, inner=32, head=16, head_dropout=0.2,
            learning_rate=5e-3, batch_size=16, epochs=5,
        )  # fmt: skip


class SequenceEncoder(nn.Module):
    """An LSTM in both directions, then u = sum_t softmax_t(v . tanh(W h_t)) h_t."""

    def __init__(self, inputs: int, units: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(
            BidirectionalLSTM(2 * units if number else inputs, units) for number in range(layers)
        )
        self.hidden = nn.Linear(2 * units, 2 * units)
        self.score = nn.Linear(2 * units, 1, bias=False)
        self.size = 2 * units

    def forward(self, view: Padded) -> Tensor:
        h = view.data
        for number, layer in enumerate(self.layers):
            h = layer(self.dropout(h) if number else h, view.lengths)
        weights = masked_softmax(self.score(self.hidden(h).tanh()).squeeze(2), view.mask)
        return (weights.unsqueeze(1) @ h).squeeze(1)


class ImageEncoder(nn.Module):
    """The spectrogram with its first and second differences over time as an image; convolutions; mean of all places."""

    def __init__(self, channels: tuple[int, ...]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in zip((3, *channels), channels):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2)]
        self.convolutions = nn.Sequential(*layers)
        self.size = channels[-1]

    def forward(self, view: Padded) -> Tensor:
        x = view.data
        first = torch.diff(x, dim=1, prepend=x[:, :1])
        second = torch.diff(first, dim=1, prepend=first[:, :1])
        return self.convolutions(torch.stack([x, first, second], dim=1)).mean((2, 3))


class StateEncoder(nn.Module):
    """Linear, ReLU of each frame, mean and deviation over time, linear."""

    def __init__(self, inputs: int, features: int) -> None:
        super().__init__()
        self.frame = nn.Linear(inputs, features)
        self.summary = nn.Linear(2 * features, features)
        self.size = features

    def forward(self, view: Padded) -> Tensor:
        return self.summary(statistics(self.frame(view.data).relu(), view.mask))


class GatedFusion(nn.Module):
    """One transformer layer over the tokens of the views, then f = sum_k g_k z'_k, g = softmax_k(w . tanh(U z'_k)).

    forward: tokens (batch, views, features), there (batch, views) -> fused (batch, features), gates (batch, views);
    an absent view is neither attended to nor weighed.
    """

    def __init__(self, features: int, heads: int, inner: int, dropout: float) -> None:
        super().__init__()
        self.interaction = nn.TransformerEncoderLayer(features, heads, inner, dropout, batch_first=True)
        self.hidden = nn.Linear(features, features)
        self.score = nn.Linear(features, 1, bias=False)

    def forward(self, tokens: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        z = self.interaction(tokens, src_key_padding_mask=~there)
        gates = masked_softmax(self.score(self.hidden(z).tanh()).squeeze(2), there)
        return (gates.unsqueeze(1) @ z).squeeze(1), gates


class MeanFusion(nn.Module):
    """The mean of the tokens that are there, in place of `GatedFusion`."""

    def forward(self, tokens: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        gates = there / there.sum(1, keepdim=True).clamp(min=1)
        return (gates.unsqueeze(1) @ tokens).squeeze(1), gates


class Network(nn.Module):
    """Encoders by view, unification to tokens, fusion, classifier, and a classifier of each view by itself."""

    def __init__(self, config: Config, shapes: dict[str, tuple[int, ...]], classes: int) -> None:
        super().__init__()
        size = config.features
        self.encoders = nn.ModuleDict({
            "mfcc": SequenceEncoder(
                shapes["mfcc"][0], config.recurrent_units, config.recurrent_layers, config.recurrent_dropout
            ),
            "image": ImageEncoder(config.channels),
            "speech": StateEncoder(shapes["speech"][0], size),
        })  # fmt: skip
        self.unify = nn.ModuleDict({
            name: nn.Sequential(nn.Linear(int(encoder.size), size), nn.LayerNorm(size))  # type: ignore[arg-type]
            for name, encoder in self.encoders.items()
        })  # fmt: skip
        self.kinds = nn.Parameter(0.02 * torch.randn(len(VIEWS), size))
        gated = config.fusion == "gated"
        self.fusion = GatedFusion(size, config.heads, config.inner, config.dropout) if gated else MeanFusion()
        self.classifier = nn.Sequential(
            nn.Dropout(config.head_dropout), nn.Linear(size, config.head), nn.ReLU(), nn.Linear(config.head, classes)
        )
        self.view_classifiers = nn.ModuleDict({name: nn.Linear(size, classes) for name in VIEWS})

    def tokens(self, views: dict[str, Padded]) -> Tensor:
        """One token for each view, (batch, views, features)."""
        found = [self.unify[name](self.encoders[name](views[name])) for name in VIEWS]
        return torch.stack(found, dim=1) + self.kinds

    def forward(self, views: dict[str, Padded], there: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits (batch, classes), fused vectors, gates (batch, views), and logits by view (batch, views, classes)."""
        tokens = self.tokens(views)
        fused, gates = self.fusion(tokens, there)
        by_view = torch.stack([self.view_classifiers[name](tokens[:, k]) for k, name in enumerate(VIEWS)], dim=1)
        return self.classifier(fused), fused, gates, by_view


class HeterogeneousFeatures(SegmentedSystem[Config]):
    """MFCC, log-mel image and frozen speech frames -> class logits."""

    config_class = Config
    tolerates_missing = True
    card = Card(
        title="Speech Emotion Recognition via Heterogeneous Feature Learning",
        venue="ICASSP", year=2023, paper="IEEE 10095566", inputs=("speech",), task="single label",
        diagnostic=Diagnostic(
            mechanism="trusted_view", ablation={"fusion": "mean"}, margin=0.1,
            removes="the attention among the views and the gate",
            settings={"inputs": {name: f"array:name={name}" for name in VIEWS}, "seconds": 0.24, "epochs": 25},
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.network = Network(config, shapes, space.size)

    def forward(self, batch: Batch) -> Outputs:
        views, where = self.cut(batch)
        there = torch.stack([batch.available[name] for name in VIEWS], dim=1)[where.row]
        logits, fused, gates, by_view = self.network(views, there)
        return self.joined(where, logits, fused, gates=gates, by_view=by_view, there=there)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the segments, and the mean of those of the views by themselves, where they are there."""
        targets = batch.targets[outputs.extras["row"]].unsqueeze(1)
        targets = torch.where(outputs.extras["there"], targets, UNLABELLED)
        views = known_cross_entropy(outputs.extras["by_view"].flatten(0, 1), targets.flatten())
        return {**super().loss(outputs, batch), "views": self.config.view_weight * views}

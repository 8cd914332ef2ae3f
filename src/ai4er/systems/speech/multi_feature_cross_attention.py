"""SMW_CAT: three views of one recording re-read each other, one pair of cross-attention transformers after the other.

A plain transformer takes one source. A cross-attention transformer (CAT) takes two: queries come from one acoustic
view, keys and values from another, so that one view is re-read under the guidance of the other. Spectrogram and MFCC
read each other first; then what both know and the learned features of the waveform do, which ties the views closer
together than their concatenation. Reference: "Multiple Acoustic Features Speech Emotion Recognition Using
Cross-Attention Transformer", ICASSP 2023, IEEE 10095777.

Known: the three inputs, the principle of CAT and the results (abstract); the front ends' numbers are those of a public
system of the same inputs. Chosen, inferred by the sheet: every size, one layer in each CAT, the order of the fusion,
the recipe. Chosen here: a grey image in all three channels; power in decibels, brought to [0, 1] over a segment's own
frames; two views read each other in the same way, and one view alone is classified by its mean; batches of utterances
with all their segments; the epoch with the best validation UA. AlexNet's ImageNet weights are published as pickles
only, so its convolutions begin at random unless `image_weights` names a safe file of them (torchvision's names).

Offline substitute: `ai4er-small` in place of wav2vec 2.0; half as many frames, a smaller image, narrow encoders.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn

from ai4er.labels import LabelSpace
from ai4er.nn.alexnet import ALEXNET, SMALLEST
from ai4er.nn.cross_attention import CrossAttentionTransformer
from ai4er.nn.pooling import masked_mean
from ai4er.systems._inputs import need_vectors
from ai4er.systems._published_convolutions import take_convolutions
from ai4er.systems.base import EncoderKind, Stage, StageData, SystemConfig
from ai4er.systems.batch import Padded
from ai4er.systems.card import Card, Diagnostic, Reported
from ai4er.systems.speech._acoustic_views import MfccView, SpectrogramView, SpeechView
from ai4er.systems.speech._segmented import SegmentedConfig, SegmentedSystem

View = Literal["spectrogram", "mfcc", "speech"]
_SPECTROGRAM = "spectrogram:window=640,hop=160,n_fft=800,bins=200,scale=decibels"
_MFCC = "mfcc:sample_rate=16000,coefficients=40,n_fft=640,hop=160,scale=htk"
_HALF = {name: spec.replace("hop=160", "hop=320") for name, spec in (("spectrogram", _SPECTROGRAM), ("mfcc", _MFCC))}
_HALF_RATES = {"spectrogram": 50.0, "mfcc": 50.0}


class Config(SegmentedConfig):
    """The sheet's values. `fusion="concatenation"` has the means of the views side by side in place of the CATs.

    `views` are fused in their order, which is that of `spectrogram`, `mfcc`, `speech` in the paper. `image_size` and
    `image_places` are height (frequency) and width (time) of the image and of what is left of it.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {**_HALF, "speech": "waveform:sample_rate=16000"}, "rates": {**_HALF_RATES, "speech": 16_000.0},
        "encoder": "ai4er-small", "image_size": (95, 127), "image_places": (2, 3), "channels": (32, 64, 96, 64, 64),
        "recurrent_units": 64, "dim": 96, "inner": 192, "learning_rate": 2e-4, "batch_size": 32, "epochs": 10,
    }  # fmt: skip

    inputs: dict[str, str] = {
        "spectrogram": _SPECTROGRAM, "mfcc": _MFCC, "speech": "waveform:sample_rate=16000"
    }  # fmt: skip
    rates: dict[str, float] = {"spectrogram": 100.0, "mfcc": 100.0, "speech": 16_000.0}
    views: tuple[View, ...] = pydantic.Field(("spectrogram", "mfcc", "speech"), min_length=1)
    encoder: str = "facebook/wav2vec2-base-960h"
    image_weights: str = ""
    image_size: tuple[int, int] = (256, 384)
    image_places: tuple[int, int] = (6, 6)
    channels: tuple[int, int, int, int, int] = ALEXNET
    recurrent_units: int = pydantic.Field(256, ge=1)
    recurrent_dropout: float = pydantic.Field(0.5, ge=0, lt=1)
    dim: int = pydantic.Field(256, ge=1)
    heads: int = pydantic.Field(8, ge=1)
    inner: int = pydantic.Field(1024, ge=1)
    layers: int = pydantic.Field(1, ge=1)
    fusion: Literal["cross_attention", "concatenation"] = "cross_attention"
    head: int = pydantic.Field(128, ge=1)
    dropout: float = pydantic.Field(0.1, ge=0, lt=1)
    learning_rate: float = 1e-5
    batch_size: int = 64
    epochs: int = 100
    patience: int | None = 8

    @pydantic.model_validator(mode="after")
    def _sizes_fit(self) -> Self:
        if min(self.image_size) < SMALLEST:
            raise ValueError(f"image_size={self.image_size} must be {SMALLEST} or more each way")
        if self.dim % self.heads:
            raise ValueError(f"dim={self.dim} must be a multiple of heads={self.heads}")
        return self

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={
                "spectrogram": "spectrogram:hop=320,n_fft=400,bins=64,scale=decibels",
                "mfcc": "mfcc:sample_rate=16000,coefficients=13,n_fft=512,hop=320,scale=htk",
                "speech": "log_mel:bands=40,hop=320,normalise=utterance",
            },
            rates={**_HALF_RATES, "speech": 50.0}, seconds=1.0, encoder="", image_size=(64, 64), image_places=(1, 1),
            channels=(8, 8, 8, 8, 8), recurrent_units=16, recurrent_dropout=0.0, dim=16, heads=2, inner=32, head=32,
            learning_rate=3e-3, batch_size=16, epochs=4,
        )  # fmt: skip


class CrossAttentionChain(nn.Module):
    """Each view in turn and the context of those before it read each other; both readings are the next context.

    forward: tokens (segments, steps, features) and masks (segments, steps) of the views, with the first one as context
    -> the means of the last view re-read, of its context re-read and of the last view itself, side by side; with one
    view its mean.
    """

    def __init__(self, views: int, config: Config) -> None:
        super().__init__()

        def transformer() -> CrossAttentionTransformer:
            return CrossAttentionTransformer(config.dim, config.heads, config.inner, config.layers, config.dropout)

        self.of_context = nn.ModuleList(transformer() for _ in range(views - 1))
        self.of_view = nn.ModuleList(transformer() for _ in range(views - 1))

    def forward(self, tokens: list[Tensor], masks: list[Tensor]) -> Tensor:
        context, mask = tokens[0], masks[0]
        means = [masked_mean(context, mask)]
        for x, there, of_context, of_view in zip(tokens[1:], masks[1:], self.of_context, self.of_view):
            read, guided = of_context(context, x, there), of_view(x, context, mask)
            means = [masked_mean(guided, there), masked_mean(read, mask), masked_mean(x, there)]
            context, mask = torch.cat([read, guided], dim=1), torch.cat([mask, there], dim=1)
        return torch.cat(means, dim=1)


class Concatenation(nn.Module):
    """The means of the views side by side, in place of `CrossAttentionChain`."""

    def forward(self, tokens: list[Tensor], masks: list[Tensor]) -> Tensor:
        return torch.cat([masked_mean(x, there) for x, there in zip(tokens, masks)], dim=1)


class Network(nn.Module):
    """An encoder for each view, tokens of one size, fusion, two linear layers."""

    def __init__(self, config: Config, shapes: dict[str, tuple[int, ...]], classes: int) -> None:
        super().__init__()
        self.encoders = nn.ModuleDict({view: _encoder(view, config, shapes) for view in config.views})
        self.unify = nn.ModuleDict({
            view: nn.Sequential(nn.Linear(int(encoder.size), config.dim), nn.LayerNorm(config.dim))  # type: ignore[arg-type]
            for view, encoder in self.encoders.items()
        })  # fmt: skip
        count, chained = len(config.views), config.fusion == "cross_attention"
        self.fusion = CrossAttentionChain(count, config) if chained else Concatenation()
        means = 3 if chained and count > 1 else count
        self.classifier = nn.Sequential(
            nn.Linear(means * config.dim, config.head), nn.ReLU(), nn.Dropout(config.dropout),
            nn.Linear(config.head, classes),
        )  # fmt: skip

    def forward(self, views: dict[str, Padded]) -> tuple[Tensor, Tensor]:
        """Segments of every view -> logits (segments, classes), fused vectors (segments, features)."""
        read = {name: encoder(views[name]) for name, encoder in self.encoders.items()}
        tokens = [self.unify[name](x) for name, (x, _) in read.items()]
        fused = self.fusion(tokens, [mask for _, mask in read.values()])
        return self.classifier(fused), fused


def _encoder(view: View, config: Config, shapes: dict[str, tuple[int, ...]]) -> nn.Module:
    if view == "spectrogram":
        return SpectrogramView(config.image_size, config.image_places, config.channels)
    if view == "mfcc":
        return MfccView(shapes["mfcc"][0], config.recurrent_units, config.recurrent_dropout)
    return SpeechView(config.encoder, shapes["speech"])


class MultiFeatureCrossAttention(SegmentedSystem[Config]):
    """Spectrogram, MFCC and waveform -> class logits."""

    config_class = Config
    raw = ("spectrogram", "mfcc", "speech")
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Multiple Acoustic Features Speech Emotion Recognition Using Cross-Attention Transformer",
        venue="ICASSP", year=2023, paper="IEEE 10095777", inputs=("speech",), task="single label",
        reported=tuple(
            Reported(corpus="iemocap", protocol="loso", metric=metric, value=value, certainty="abstract")
            for metric, value in (("wa", 0.7380), ("ua", 0.7425))
        ),
        frozen=("network.encoders.speech.encoder.network.masked_spec_embed",),
        diagnostic=Diagnostic(
            mechanism="asked_event", ablation={"fusion": "concatenation"}, margin=0.35,
            settings={
                "inputs": {name: f"array:name={name}" for name in raw}, "views": ("mfcc", "speech"), "seconds": 0.24,
                "dim": 32, "heads": 4, "inner": 64, "epochs": 20,
            },
            removes="the cross-attention transformers",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        need_vectors(self.slug(), shapes, ("spectrogram", "mfcc"))
        self.network = Network(config, shapes, space.size)

    @classmethod
    def encoders(cls, config: SystemConfig) -> dict[str, EncoderKind]:
        """The speech network, and the image network whose convolutions are taken over."""
        assert isinstance(config, Config)
        images: dict[str, EncoderKind] = {config.image_weights: "image"} if config.image_weights else {}
        return {**super().encoders(config), **images}

    def begin(self, data: StageData) -> None:
        """Take over the published convolutions, if any are named."""
        if self.config.image_weights and "spectrogram" in self.config.views:
            encoder = self.network.encoders["spectrogram"]
            assert isinstance(encoder, SpectrogramView)
            take_convolutions(encoder.convolutions, self.config.image_weights, self.slug())

    def classify(self, views: dict[str, Padded]) -> tuple[Tensor, Tensor]:
        found: tuple[Tensor, Tensor] = self.network(views)
        return found

    def stages(self) -> list[Stage]:
        """One stage of Adam; the epoch with the best validation UA is kept."""
        return [self.stage("train", self, self.config.epochs, before="begin")]

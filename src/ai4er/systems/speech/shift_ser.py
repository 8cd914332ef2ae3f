"""Temporal shift: small networks on a pretrained encoder, a share of whose channels is moved by one frame along time.

The move mixes neighbouring frames, 20 ms apart, without a weight or a product; too many channels, or a move in the
wrong place, would break the alignment of frames. ShiftCNN moves channels on the residual path of its second block,
ShiftLSTM before the LSTM, and Shiftformer has the bare shift in the place of attention. Reference: "Mingling or
Misalignment? Temporal Shift for Speech Emotion Recognition with Pre-trained Representations", ICASSP 2023, arXiv
2302.13277.

Known: the shift, three heads, SpecAugment, recipe of the frozen setting (sheet checked against the released code).
Different from the released code, which pads to 7.5 s without a mask: padding is zero for shift and convolution as the
ends of an utterance are, no LSTM, key or mean sees it, and an utterance of 7.5 s has the original arithmetic. An odd
channel that is left over by two folds stays. Chosen: training order is shuffled; the cosine is counted from the end of
the warm-up; the epoch of the best validation UA. With an `encoder`, which is fine-tuned behind its frozen convolutions,
the rate is 1e-4 (released: 0 in the first epoch, rising to 5e-4, by a schedule advanced at the wrong time), held after
the warm-up for as long as that took, then falling straight to 0.

Offline substitute: the frames of `ai4er-small` and a learned projection to a small `dim`.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.nn.bidirectional_lstm import BidirectionalLSTM
from ai4er.nn.convnext import ConvNeXtBranch
from ai4er.nn.pooling import masked_mean
from ai4er.nn.relative_attention import RelativeSelfAttention
from ai4er.nn.span_masks import span_mask
from ai4er.nn.temporal_shift import temporal_shift
from ai4er.nn.transformer_block import MixerBlock, feed_forward
from ai4er.systems._schedules import cosine, warmup_flat_linear
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch, as_sequence
from ai4er.systems.card import Card, Diagnostic, Reported

_LOG_MEL = "log_mel:bands=80,hop=320,normalise=utterance"
_SHARES = {"cnn": 16, "lstm": 4, "transformer": 4}


class Config(SystemConfig):
    """The released values of Shiftformer on frozen HuBERT frames.

    With an `encoder`, which reads `waveform:sample_rate=16000,seconds=7.5`, that is fine-tuned at `tuning_rate`. One of
    `share` channels is moved each way, by default as published for the head (16, 4, 4). Without `shift` the heads are a
    plain CNN, LSTM and transformer. Spans of SpecAugment are in frames and in channels.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"speech": "speech_frames:encoder=ai4er-small"},
        "dim": 128, "heads": 4, "channel_span": 16, "learning_rate": 1e-3, "epochs": 30,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "speech_frames:encoder=facebook/hubert-base-ls960"}
    encoder: str = ""
    head: Literal["cnn", "lstm", "transformer"] = "transformer"
    shift: bool = True
    share: int | None = pydantic.Field(None, ge=1)
    frames: int = pydantic.Field(374, ge=1)
    dim: int = pydantic.Field(768, ge=1)
    heads: int = pydantic.Field(12, ge=1)
    expansion: int = pydantic.Field(4, ge=1)
    layers: int = pydantic.Field(2, ge=1)
    time_span: int = pydantic.Field(15, ge=1)
    time_probability: float = pydantic.Field(0.08, ge=0, le=1)
    channel_span: int = pydantic.Field(64, ge=1)
    channel_probability: float = pydantic.Field(0.05, ge=0, le=1)
    label_smoothing: float = pydantic.Field(0.0, ge=0, lt=1)
    learning_rate: float = 5e-4
    tuning_rate: float = 1e-4
    weight_decay: float = 0.05
    clip: float = 5.0
    batch_size: int = 32
    epochs: int = 100
    warmup_epochs: int = 5

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": _LOG_MEL}, dim=32, heads=2, expansion=2, time_span=3, channel_span=4, learning_rate=5e-3,
            batch_size=16, epochs=10, warmup_epochs=1,
        )  # fmt: skip

    @property
    def moved(self) -> int | None:
        """One of how many channels is moved, None for none."""
        return (self.share or _SHARES[self.head]) if self.shift else None


class ConvolutionHead(nn.Module):
    """y = x + f(x) in every block, f a ConvNeXt branch; y = shift(x) + f(x) in the last one."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.moved, self.features = config.moved, config.dim
        self.branches = nn.ModuleList(
            ConvNeXtBranch(config.dim, expansion=config.expansion) for _ in range(config.layers)
        )
        self.norm = nn.LayerNorm(config.dim)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        for number, branch in enumerate(self.branches, start=1):
            residual = x
            if self.moved is not None and number == len(self.branches):
                residual = temporal_shift(x, self.moved)
            x = (residual + branch(x)) * mask.unsqueeze(-1)
        normed: Tensor = self.norm(x)
        return normed


class RecurrentHead(nn.Module):
    """A bidirectional LSTM over frames whose channels were moved in place."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.moved, self.features = config.moved, 2 * config.dim
        self.lstm = BidirectionalLSTM(config.dim, config.dim)
        self.norm = nn.LayerNorm(self.features)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = x if self.moved is None else temporal_shift(x, self.moved)
        normed: Tensor = self.norm(self.lstm(x, mask.sum(1).clamp(min=1)))
        return normed


class ShiftBlock(nn.Module):
    """x <- shift(x) in both directions, then LN(x + MLP(x))."""

    def __init__(self, features: int, inner: int, moved: int) -> None:
        super().__init__()
        self.moved = moved
        self.feed_forward = feed_forward(features, inner, activation=nn.GELU)
        self.norm = nn.LayerNorm(features)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = temporal_shift(x, self.moved, bidirectional=True)
        return self.norm(x + self.feed_forward(x)) * mask.unsqueeze(-1)


class TransformerHead(nn.Module):
    """Shiftformer's blocks, or without a shift post-norm blocks of relative self-attention."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.features, inner = config.dim, config.expansion * config.dim
        self.blocks = nn.ModuleList(
            MixerBlock(RelativeSelfAttention(config.dim, config.heads, config.frames), config.dim, inner,
                       activation=nn.GELU)
            if config.moved is None else ShiftBlock(config.dim, inner, config.moved)
            for _ in range(config.layers)
        )  # fmt: skip

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x, mask)
        return x


Head = ConvolutionHead | RecurrentHead | TransformerHead
_HEADS: dict[str, type[Head]] = {"cnn": ConvolutionHead, "lstm": RecurrentHead, "transformer": TransformerHead}


class Network(nn.Module):
    """SpecAugment (in training) -> head -> mean over time -> one linear layer."""

    def __init__(self, config: Config, features: int, classes: int) -> None:
        super().__init__()
        self.config = config
        self.masked = nn.Parameter(torch.empty(features).uniform_())
        self.projection: nn.Module = nn.Identity() if features == config.dim else nn.Linear(features, config.dim)
        self.head = _HEADS[config.head](config)
        self.classifier = nn.Linear(self.head.features, classes)

    def augmented(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Spans of frames replaced by the learned vector, then spans of channels by 0: x (batch, time, features)."""
        config, channels = self.config, torch.full_like(lengths, x.shape[2])
        frames = span_mask(lengths, x.shape[1], config.time_span, config.time_probability, least=2)
        bands = span_mask(channels, x.shape[2], config.channel_span, config.channel_probability, least=1)
        return torch.where(frames.unsqueeze(2), self.masked.to(x.dtype), x) * ~bands.unsqueeze(1)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """x (batch, time, features), lengths (batch,) -> logits (batch, classes), mean vector."""
        x, lengths = x[:, : self.config.frames], lengths.clamp(max=self.config.frames)
        mask = torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)
        x = self.augmented(x, lengths) if self.training else x
        pooled = masked_mean(self.head(self.projection(x) * mask.unsqueeze(-1), mask), mask)
        return self.classifier(pooled), pooled


class ShiftSER(System[Config]):
    """Speech frames, or waveforms through an encoder that is fine-tuned, -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Mingling or Misalignment? Temporal Shift for Speech Emotion Recognition with Pre-trained "
        "Representations",
        venue="ICASSP", year=2023, paper="arXiv 2302.13277", inputs=("speech",), task="single label",
        official_code="ECNU-Cross-Innovation-Lab/ShiftSER", licence="MIT",
        reported=tuple(
            Reported(corpus="iemocap", protocol="session", metric=metric, value=value, note=f"{head}, {encoder}",
                     certainty="memory" if value == 0.706 else "second-hand")
            for metric, encoder, values in (
                ("ua", "wav2vec 2.0 fine-tuned", (0.745, 0.747, 0.748)),
                ("wa", "frozen HuBERT", (0.719, 0.698, 0.721)),
                ("ua", "frozen HuBERT", (0.728, 0.706, 0.727)),
            )
            for head, value in zip(("ShiftCNN", "ShiftLSTM", "Shiftformer"), values)
        ),
        frozen=("encoder.network.feature_extractor", "encoder.network.masked_spec_embed"),
        diagnostic=Diagnostic(
            mechanism="order_of_neighbours", ablation={"share": 1000}, margin=0.4,
            settings={"inputs": {"speech": "array:name=frames"}, "channel_span": 2, "epochs": 12}, removes="the shift",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        shape = shapes["speech"]
        if len(shape) > 1 or bool(shape) == bool(config.encoder):
            raise Ai4erError(
                f"shift_ser reads (frames, features), or with an encoder samples: input speech is {shape} with "
                f"encoder={config.encoder!r}; set both inputs and encoder"
            )
        self.encoder = speech_encoder(config.encoder, shape, frozen=("feature_extractor",))
        self.network = Network(config, self.encoder.hidden_size, space.size)

    def forward(self, batch: Batch) -> Outputs:
        speech = as_sequence(batch["speech"])
        states = self.encoder.hidden(speech.data, speech.lengths)
        logits, pooled = self.network(states.x[:, :, -1], states.lengths)
        return Outputs(logits=logits, embedding=pooled)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy."""
        smoothing = self.config.label_smoothing
        return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets, label_smoothing=smoothing)}

    def stages(self) -> list[Stage]:
        """One stage: AdamW under a cosine for a head alone, Adam on all that is trained with an encoder."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            trained = [p for p in self.parameters() if p.requires_grad]
            warmup = steps * config.warmup_epochs // config.epochs
            if config.encoder:
                adam = torch.optim.Adam(trained, config.tuning_rate)
                return [Optimisation(adam, warmup_flat_linear(adam, warmup, warmup, steps))]
            groups: list[dict[str, Any]] = [
                {"params": [p for p in trained if p.dim() > 1]},
                {"params": [p for p in trained if p.dim() <= 1], "weight_decay": 0.0},
            ]
            adamw = torch.optim.AdamW(groups, config.learning_rate, weight_decay=config.weight_decay)
            return [Optimisation(adamw, cosine(adamw, warmup, steps, start=1e-3, lowest=1e-2))]

        return [Stage("train", config.epochs, config.batch_size, optimise, select="ua", clip=config.clip)]

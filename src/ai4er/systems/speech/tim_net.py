"""TIM-Net: temporal-aware blocks that gate their own input, read in both time directions.

Each block turns its input into a sigmoid mask by two causal dilated convolutions and multiplies the
input by it; the time means of all blocks, that is of all receptive fields 2^n, are added with learned
scalar weights. Reference: Ye et al., "Temporal Modeling Matters: A Novel Temporal Emotional Modeling
Approach for Speech Emotion Recognition", ICASSP 2023, arXiv 2211.08233.

Known: everything (sheet checked against the released code). Chosen: both directions run as one
grouped computation, and a sequence with padding is reversed inside its own length and averaged over
its valid frames, so that padding changes nothing; with the paper's fixed length this is the original.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.nn.causal_product import causal_product
from ai4er.systems.base import Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card, Diagnostic, Reported


class Config(SystemConfig):
    """The released values for EMO-DB (`inputs` fixes the length per corpus, `blocks` is 10 for IEMOCAP).

    `buckets` makes batches of similar length, which saves time where `inputs` leaves utterances whole.
    """

    offline: ClassVar[dict[str, Any]] = {"epochs": 100}

    inputs: dict[str, str] = {"mfcc": "mfcc:sample_rate=22050,coefficients=39,samples=96000"}
    filters: int = 39
    kernel: int = 2
    blocks: int = 8
    dropout: float = 0.1
    backward: bool = True
    multi_scale: bool = True
    label_smoothing: float = 0.1
    learning_rate: float = 1e-3
    betas: tuple[float, float] = (0.93, 0.98)
    batch_size: int = 64
    epochs: int = 500
    buckets: bool = False

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"mfcc": "mfcc:sample_rate=16000,coefficients=13,n_fft=512,hop=256"},
            filters=13, blocks=5, epochs=12, batch_size=16, learning_rate=5e-3,
        )  # fmt: skip


LANES = 8  # channels are padded with zeros to whole vector registers, on which products run much faster


def resize(x: Tensor, size: int) -> Tensor:
    """Pad the last axis with zeros or cut it; by a product, which the compiler keeps and doesn't redo per element."""
    with torch.autocast(x.device.type, enabled=False):
        return x @ torch.eye(x.shape[-1], size, dtype=x.dtype, device=x.device)


def widen(x: Tensor) -> Tensor:
    """Pad the last axis with zeros to a multiple of LANES."""
    return resize(x, x.shape[-1] + -x.shape[-1] % LANES)


class Rectify(torch.autograd.Function):
    """ReLU whose slope, 0 or 1, is computed from its output: the compiler stores masks of bytes, and that is slow."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        out = x.clamp_min(0)
        ctx.save_for_backward(out)
        return out

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (out,) = ctx.saved_tensors
        return gradient * (out * _HUGE).clamp_max(1)


_HUGE = 1e38  # makes 1 or more of every output but 0


class CausalConvolution(nn.Module):
    """Causal dilated convolution of several streams: y_t = sum_k W_k x_{t - (K-1-k) d}, and a bias for who adds it.

    (streams, frames, batch, wide channels) -> the same. With time before the batch, a shift in time
    moves a contiguous block, and all taps are one matrix product.
    """

    def __init__(self, streams: int, channels: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.channels = channels
        self.shifts = [(kernel - 1 - tap) * dilation for tap in range(kernel)]
        self.weight = nn.Parameter(torch.empty(streams, channels, kernel * channels))
        self.bias = nn.Parameter(torch.zeros(streams, channels))
        bound = (6 / (kernel * 2 * channels)) ** 0.5  # Glorot uniform of a kernel-k convolution
        nn.init.uniform_(self.weight, -bound, bound)

    def forward(self, x: Tensor) -> Tensor:
        streams, frames, batch, width = x.shape
        taps = self.weight.view(streams, self.channels, -1, self.channels).permute(0, 2, 3, 1)  # (.., inputs, outputs)
        taps = functional.pad(taps, (0, -self.channels % LANES, 0, -self.channels % LANES)).contiguous()
        out = causal_product(x.view(streams, frames * batch, width), taps, [shift * batch for shift in self.shifts])
        return out.view(streams, frames, batch, width)


class StreamBatchNorm(nn.Module):
    """Batch normalisation with separate statistics for each stream and channel (Keras values)."""

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, streams: int, channels: int, epsilon: float = 1e-3, momentum: float = 0.01) -> None:
        super().__init__()
        self.channels, self.epsilon, self.momentum = channels, epsilon, momentum
        self.weight = nn.Parameter(torch.ones(streams, channels))
        self.bias = nn.Parameter(torch.zeros(streams, channels))
        self.register_buffer("running_mean", torch.zeros(streams, channels))
        self.register_buffer("running_var", torch.ones(streams, channels))

    def forward(self, x: Tensor, offset: Tensor) -> tuple[Tensor, Tensor]:
        """The scale and shift, (streams, channels), that normalise x + offset when they are applied to x."""
        if self.training:
            variance, mean = torch.var_mean(x.float(), dim=(1, 2), correction=0)
            variance, mean = variance[:, : self.channels], mean[:, : self.channels] + offset
            with torch.no_grad():
                self.running_mean.lerp_(mean, self.momentum)
                self.running_var.lerp_(variance, self.momentum)
        else:
            variance, mean = self.running_var, self.running_mean
        scale = self.weight * torch.rsqrt(variance + self.epsilon)
        return scale, self.bias + (offset - mean) * scale


class TemporalAwareBlock(nn.Module):
    """F_{j+1} = F_j * sigmoid(v), v = two times (convolution, normalisation, ReLU, channel dropout)."""

    def __init__(self, streams: int, channels: int, kernel: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.convolution1 = CausalConvolution(streams, channels, kernel, dilation)
        self.norm1 = StreamBatchNorm(streams, channels)
        self.convolution2 = CausalConvolution(streams, channels, kernel, dilation)
        self.norm2 = StreamBatchNorm(streams, channels)
        self.dropout = dropout

    def forward(self, x: Tensor) -> Tensor:
        u = self._layer(x, self.convolution1, self.norm1)
        v = self._layer(u, self.convolution2, self.norm2)
        return x * v.sigmoid()

    def _layer(self, x: Tensor, convolution: CausalConvolution, norm: StreamBatchNorm) -> Tensor:
        """Bias, normalisation and dropout of whole channels of an item are one scale and one shift, not negative ones
        for ReLU, so that the frames are read once for their statistics and once for all the rest.
        """
        y = convolution(x)
        scale, shift = resize(self._drop(torch.stack(norm(y, convolution.bias)), x.shape[2]), x.shape[3]).to(y.dtype)
        return Rectify.apply(y * scale + shift)

    def _drop(self, affine: Tensor, batch: int) -> Tensor:
        """(2, streams, channels) -> (2, streams, 1 frame, 1 or batch, channels), what is dropped being 0."""
        affine = affine[:, :, None, None]
        if not self.training or self.dropout == 0:
            return affine
        keep = torch.rand(affine.shape[1], 1, batch, affine.shape[-1], device=affine.device) >= self.dropout
        return affine * (keep / (1 - self.dropout))


class Network(nn.Module):
    """Both directions as streams, their blocks, the multi-scale summary and the dynamic fusion."""

    def __init__(self, config: Config, features: int, classes: int) -> None:
        super().__init__()
        if features != config.filters:
            raise Ai4erError(f"tim_net: filters={config.filters} must equal the {features} input features")
        self.directions = 2 if config.backward else 1
        self.features, self.multi_scale = features, config.multi_scale
        self.entry = CausalConvolution(self.directions, features, kernel=1, dilation=1)
        self.blocks = nn.ModuleList(
            TemporalAwareBlock(self.directions, features, config.kernel, 2**j, config.dropout)
            for j in range(config.blocks)
        )
        self.fusion = nn.Parameter(torch.empty(config.blocks if config.multi_scale else 1).uniform_(-0.05, 0.05))
        self.classifier = nn.Linear(features, classes)
        nn.init.xavier_uniform_(self.classifier.weight)
        nn.init.zeros_(self.classifier.bias)

    def streams(self, x: Tensor, lengths: Tensor) -> Tensor:
        """(batch, frames, features) -> (directions, frames, batch, wide features), the second one reversed."""
        if self.directions == 2:
            steps = torch.arange(x.shape[1], device=x.device)
            backwards = (lengths.unsqueeze(1) - 1 - steps) % x.shape[1]
            reverse = x.gather(1, backwards.unsqueeze(-1).expand_as(x))
            x = torch.stack([x, reverse])
        else:
            x = x.unsqueeze(0)
        return self.entry(widen(x.transpose(1, 2)).contiguous()) + widen(self.entry.bias)[:, None, None]

    def summaries(self, x: Tensor, lengths: Tensor) -> Tensor:
        """g_j = mean over time of the sum of both directions after block j: (batch, blocks, features)."""
        real = torch.arange(x.shape[1], device=x.device).unsqueeze(1) < lengths
        with torch.autocast(x.device.type, enabled=False):
            weights = (real.float() @ torch.diag(1 / lengths)).unsqueeze(-1)
        x = self.streams(x, lengths)
        scales = []
        for block in self.blocks:
            x = block(x)
            scales.append((x.float() * weights).sum(dim=(0, 1)))
        return resize(torch.stack(scales, dim=1), self.features)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, frames, features) -> logits (batch, classes), fused vector (batch, features)."""
        scales = self.summaries(x, lengths)
        scales = scales if self.multi_scale else scales[:, -1:]
        fused = (self.fusion.unsqueeze(-1) * scales).sum(dim=1)
        return self.classifier(fused), fused


_RERUN = "the authors' re-run: last epoch, no selection on the test fold"
_WITHOUT_EFFECT = tuple(f"network.blocks.{block}.convolution{number}.bias" for block in range(10) for number in (1, 2))
"""What these add, the normalisation after them takes away; they are there because the original has them."""


class TIMNet(System[Config]):
    """MFCC sequence -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    compiling_pays_after = 400
    card = Card(
        title="Temporal Modeling Matters: A Novel Temporal Emotional Modeling Approach for Speech Emotion Recognition",
        venue="ICASSP", year=2023, paper="arXiv 2211.08233", inputs=("speech",), task="single label",
        official_code="Jiaxin-Ye/TIM-Net_SER", licence="GPL-3.0",
        frozen=_WITHOUT_EFFECT,
        reported=(
            Reported(corpus="emodb", protocol="random_kfold:folds=10", metric="ua", value=0.9517, certainty="memory"),
            Reported(corpus="emodb", protocol="random_kfold:folds=10", metric="ua", value=0.8919, note=_RERUN),
            Reported(corpus="emodb", protocol="random_kfold:folds=10", metric="wa", value=0.9028, note=_RERUN),
            Reported(corpus="ravdess", protocol="random_kfold:folds=10", metric="ua", value=0.9004, note=_RERUN),
            Reported(corpus="emovo", protocol="random_kfold:folds=10", metric="ua", value=0.92, certainty="memory"),
            Reported(corpus="iemocap", protocol="random_kfold:folds=10", metric="ua", value=0.725, certainty="memory"),
        ),
        diagnostic=Diagnostic(
            mechanism="future_context", ablation={"backward": False}, margin=0.12, removes="the backward direction",
            settings={"inputs": {"mfcc": "array:name=frames"}, "blocks": 4, "epochs": 30},
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.network = Network(config, shapes["mfcc"][0], space.size)

    def forward(self, batch: Batch) -> Outputs:
        logits, fused = self.network(batch["mfcc"].data, batch["mfcc"].lengths)
        return Outputs(logits=logits, embedding=fused)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy with label smoothing."""
        smoothing = self.config.label_smoothing
        return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets, label_smoothing=smoothing)}

    def stages(self) -> list[Stage]:
        """One stage at a constant learning rate; the last epoch is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            adam = torch.optim.Adam(self.parameters(), config.learning_rate, config.betas, eps=1e-8, fused=True)
            return [Optimisation(adam)]

        return [Stage("train", config.epochs, config.batch_size, optimise, buckets=config.buckets)]

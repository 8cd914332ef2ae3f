"""The teacher of P-TAPT, a small network that learns the emotion of frames, and the heads that imitate it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED
from ai4er.nn.kmeans import kmeans, nearest
from ai4er.nn.lstm import LSTM
from ai4er.nn.pooling import masked_mean
from ai4er.nn.waveform_encoder import Steps


class CausalConvolution(nn.Module):
    """y = (x + ReLU(LN(convolution of x and what came before it))) / sqrt(2): one layer of the aggregator.

    (batch, frames, channels) -> the same. wav2vec's group norm over time is a layer norm over the channels here, so
    that a frame does not depend on what comes after it. Source: Schneider et al. 2019 (wav2vec), arXiv 1904.05862.
    """

    def __init__(self, channels: int, kernel: int) -> None:
        super().__init__()
        self.past = kernel - 1
        self.convolution = nn.Conv1d(channels, channels, kernel)
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        seen = self.convolution(functional.pad(x.transpose(1, 2), (self.past, 0))).transpose(1, 2)
        return (x + self.norm(seen).relu()) * 0.5**0.5


class FrameTeacher(nn.Module):
    """Convolutional features -> aggregator -> strided convolution -> r, with a frame head and an utterance head.

    The strided convolution of width `width` brings frames to the rate of the student.
    """

    def __init__(
        self, channels: int, kernels: Sequence[int], width: int, stride: int, features: int, hidden: int, classes: int
    ) -> None:
        super().__init__()
        self.width, self.stride = width, stride
        self.aggregator = nn.Sequential(*(CausalConvolution(channels, kernel) for kernel in kernels))
        self.strided = nn.Conv1d(channels, features, width, stride)
        self.frame_head = nn.Sequential(nn.Linear(features, hidden), nn.Tanh(), nn.Linear(hidden, classes))
        self.lstm = LSTM(features, features // 2, batch_first=True, bidirectional=True)
        self.utterance_head = nn.Sequential(nn.Linear(features // 2 * 2, hidden), nn.Tanh(), nn.Linear(hidden, classes))

    def forward(self, z: Tensor, lengths: Tensor) -> Steps:
        """z (batch, steps, channels) -> r (batch, frames, features), at least one frame each."""
        c = self.aggregator(z).transpose(1, 2)
        r = self.strided(functional.pad(c, (0, max(0, self.width - c.shape[2])))).relu()
        return Steps(r.transpose(1, 2), ((lengths - self.width) // self.stride + 1).clamp(min=1))

    def judge(self, r: Steps) -> tuple[Tensor, Tensor]:
        """Logits of every frame (batch, frames, classes) and of the utterances (batch, classes)."""
        packed = nn.utils.rnn.pack_padded_sequence(r.x, r.lengths.cpu(), batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=r.x.shape[1])
        return self.frame_head(r.x), self.utterance_head(masked_mean(states, r.mask).relu())


def pseudo_labels(items: Sequence[Tensor], codebooks: Sequence[int], iterations: int, seed: int) -> list[Tensor]:
    """The cluster of every frame in each codebook: items (frames, features) each -> (frames, codebooks) each.

    k-means over all frames together. Raises `Ai4erError` for fewer frames than the largest codebook has clusters.
    """
    frames, generator = torch.cat([*items]), torch.Generator().manual_seed(seed)
    if len(frames) < max(codebooks):
        raise Ai4erError(
            f"codebooks={tuple(codebooks)} need {max(codebooks)} frames of 20 ms, and there are {len(frames)}: set "
            "smaller codebooks"
        )
    centres = [kmeans(frames, size, iterations, generator) for size in codebooks]
    labels = torch.stack([nearest(frames, centre) for centre in centres], dim=1).cpu()
    return list(labels.split([len(item) for item in items]))


def labels_from(labels: Sequence[Tensor], first: Tensor, frames: int) -> Tensor:
    """The labels of `frames` frames of each item from its frame `first` (batch,) on: (batch, frames, codebooks).

    labels: (frames of the item, codebooks) each; a frame behind the end has -100.
    """
    padded = nn.utils.rnn.pad_sequence([*labels], batch_first=True, padding_value=UNLABELLED).to(first.device)
    padded = functional.pad(padded, (0, 0, 0, 1), value=UNLABELLED)
    places = first.unsqueeze(1) + torch.arange(frames, device=first.device)
    rows = torch.arange(len(padded), device=first.device).unsqueeze(1)
    return padded[rows, places.clamp(max=padded.shape[1] - 1)]


class MaskedPrediction(nn.Module):
    """One head for each codebook: the cluster of a masked frame from the student's state there."""

    def __init__(self, features: int, hidden: int, codebooks: Sequence[int]) -> None:
        super().__init__()
        self.codebooks = tuple(codebooks)
        self.heads = nn.ModuleList(
            nn.Sequential(nn.Linear(features, hidden), nn.Tanh(), nn.Linear(hidden, size)) for size in codebooks
        )

    def forward(self, states: Tensor, labels: Tensor, masked: Tensor) -> dict[str, Tensor]:
        """states (batch, frames, features), labels (batch, frames, codebooks), masked (batch, frames) -> loss terms.

        Mean cross-entropy over the masked frames that have a label (not -100), zero where there is none.
        """
        chosen = masked & (labels[..., 0] != UNLABELLED)
        states, labels = states[chosen], labels[chosen]
        return {
            f"codebook_{size}": functional.cross_entropy(head(states), labels[:, i], reduction="sum")
            / max(1, len(labels))
            for i, (size, head) in enumerate(zip(self.codebooks, self.heads))
        }

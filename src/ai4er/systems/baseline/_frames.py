"""What the baselines on a sequence of frames have in common: one input, its axes flattened, standardised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.nn.convolutional_transformer import MaskedConvolution
from ai4er.nn.standardisation import Standardisation
from ai4er.systems.batch import Batch, Padded

MFCC = "mfcc:sample_rate=16000,coefficients=20,n_fft=512,hop=320,bands=40,normalise_level=true"
LOG_MEL = "log_mel:bands=40,hop=320,normalise=utterance"
FALLBACKS = ("text_frames:encoder=minilm", "differential_entropy")
"""Front ends for corpora without sound."""


class Frames(nn.Module):
    """The one input of a batch as frames in units of the training part's deviation, zero behind the end.

    forward: -> (batch, frames, features), lengths (batch,), at least 1.
    Raises `Ai4erError` for several inputs, and for one without a time axis.
    """

    def __init__(self, slug: str, shapes: Mapping[str, tuple[int, ...]], timed: Mapping[str, bool]) -> None:
        super().__init__()
        if len(shapes) != 1 or not all(timed.values()):
            given = ", ".join(f"{name}{'' if timed[name] else ' (no time axis)'}" for name in shapes)
            raise Ai4erError(
                f"{slug} reads one input with a time axis, and is given {given}: set one front end such as "
                f"""--set 'inputs={{"frames": "mfcc"}}'"""
            )
        (self.name,) = shapes
        self.standardise = Standardisation(int(torch.Size(shapes[self.name]).numel()))

    @property
    def size(self) -> int:
        """The number of features of a frame."""
        return len(self.standardise.mean)

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        found: Padded = batch[self.name]
        x = self.standardise(_flat(found)) * found.mask.unsqueeze(-1)
        return x, found.lengths.clamp(min=1)

    def measure(self, batches: Iterable[Batch]) -> None:
        """Take mean and deviation from the frames of the training part."""
        self.standardise.measure((_flat(batch[self.name]), batch[self.name].mask) for batch in batches)


def _flat(padded: Padded) -> Tensor:
    return padded.data.flatten(2).float()


def real_steps(x: Tensor, lengths: Tensor) -> Tensor:
    """True on real steps: x (batch, time, features), lengths (batch,) -> (batch, time)."""
    return torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)


class Convolutions(nn.Module):
    """Blocks of `MaskedConvolution`: x (batch, frames, features), lengths -> (batch, frames left, `size`), lengths.

    Every block halves frames and features, rounded up; `size` is channels times the features that are left.
    """

    def __init__(self, features: int, channels: Sequence[int]) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(MaskedConvolution(*pair) for pair in pairwise((1, *channels)))
        self.size = channels[-1] * -(-features // 2 ** len(channels))

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        mask = real_steps(x, lengths)
        x = x.unsqueeze(1)
        for block in self.blocks:
            x, mask = block(x, mask)
        return x.transpose(1, 2).flatten(2), mask.sum(1)

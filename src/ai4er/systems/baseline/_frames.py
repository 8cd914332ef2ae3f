"""What the baselines on a sequence of frames have in common: one input, its axes flattened, standardised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.nn.standardisation import Standardisation
from ai4er.systems.batch import Batch, Padded

MFCC = "mfcc:sample_rate=16000,coefficients=20,n_fft=512,hop=320,bands=40,normalise_level=true"
LOG_MEL = "log_mel:bands=40,hop=320,normalise=utterance"
FALLBACKS = ("text_frames:encoder=minilm", "differential_entropy")
"""Front ends for corpora without sound."""


class Frames(nn.Module):
    """The one input of a batch as frames in units of the training part's deviation, zero behind the end.

    forward: -> (batch, frames, features), every length at least 1.
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

    def forward(self, batch: Batch) -> Padded:
        found: Padded = batch[self.name]
        x = self.standardise(_flat(found)) * found.mask.unsqueeze(-1)
        return Padded(x, found.lengths.clamp(min=1))

    def measure(self, batches: Iterable[Batch]) -> None:
        """Take mean and deviation from the frames of the training part."""
        self.standardise.measure((_flat(batch[self.name]), batch[self.name].mask) for batch in batches)


def _flat(padded: Padded) -> Tensor:
    return padded.data.flatten(2).float()

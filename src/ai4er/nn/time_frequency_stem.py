"""Two first convolutions of a time-frequency map, one along time and one along frequency."""

from __future__ import annotations

from torch import Tensor, nn


class TimeFrequencyStem(nn.Module):
    """Convolution of the kernel's own shape, batch norm, ReLU: twice side by side, with separate weights.

    Kernels are (frames, bands). forward: (batch, 1, frames, bands) -> two maps (batch, channels, frames, bands), by the
    time kernel and by the frequency kernel.
    """

    def __init__(self, channels: int, time_kernel: tuple[int, int], frequency_kernel: tuple[int, int]) -> None:
        super().__init__()
        self.time, self.frequency = (
            nn.Sequential(nn.Conv2d(1, channels, kernel, padding="same"), nn.BatchNorm2d(channels), nn.ReLU())
            for kernel in (time_kernel, frequency_kernel)
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.time(x), self.frequency(x)

"""The segmental network on raw waveforms ("seg") written plainly, layer by layer, from its sheet."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

NAMES = {
    "convolution1": "convolutions.0", "convolution2": "convolutions.3", "convolution3": "convolutions.5",
    "convolution4": "convolutions.7", "hidden": "classifier.0", "classes": "classifier.2",
}  # fmt: skip
"""Parts of parameter names here, and their names in the library."""


class PlainSegmentNetwork(nn.Module):
    """(segments, samples) -> logits (segments, classes)."""

    def __init__(self, classes: int = 7) -> None:
        super().__init__()
        self.convolution1 = nn.Conv1d(1, 128, 300, stride=100)
        self.convolution2 = nn.Conv1d(128, 256, 5, stride=2)
        self.convolution3 = nn.Conv1d(256, 512, 4, stride=2)
        self.convolution4 = nn.Conv1d(512, 512, 3)
        self.hidden, self.classes = nn.Linear(512, 10), nn.Linear(10, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.max_pool1d(functional.relu(self.convolution1(x.unsqueeze(1))), 2)
        for convolution in (self.convolution2, self.convolution3, self.convolution4):
            x = functional.relu(convolution(x))
        return self.classes(functional.relu(self.hidden(x.mean(2))))

"""Images of faces as the published convolutions for recognising faces see them."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from ai4er.encoders import weights
from ai4er.errors import Ai4erError
from ai4er.nn.face_convolutions import FaceConvolutions

SIDE = 112
"""Pixels of the side to which an image is brought: three quarters of what the network was trained on, half the time."""
MAP, PLACES = 6, 3
"""Rows and columns of the last map, and of its parts whose means are kept: where a change is tells expressions."""
DEVIATION = 0.22
"""About that of a photograph's pixels between 0 and 1, in which the network was trained."""


class FaceFeatures(nn.Module):
    """Images (batch, 1 or 3, height, width) in units of their deviation -> (batch, 9 * 128), each normalised."""

    def __init__(self) -> None:
        super().__init__()
        self.convolutions = FaceConvolutions()
        self.size = PLACES**2 * self.convolutions.size
        self.norm = nn.BatchNorm1d(self.size)

    def take(self, spec: str, slug: str) -> None:
        """The convolutions' weights from a checkpoint. Raises `Ai4erError` where it cannot be had or is another's."""
        try:
            self.convolutions.load_state_dict(weights(spec))
        except RuntimeError:
            raise Ai4erError(
                f"{slug}: image_weights={spec} do not fit: they need the names and sizes of ai4er-face"
            ) from None

    def forward(self, images: Tensor) -> Tensor:
        larger = functional.interpolate(images, size=(SIDE, SIDE), mode="bilinear", align_corners=False)
        maps = self.convolutions(DEVIATION * larger.expand(-1, 3, -1, -1))
        found: Tensor = self.norm(functional.avg_pool2d(maps, MAP // PLACES).flatten(1))
        return found

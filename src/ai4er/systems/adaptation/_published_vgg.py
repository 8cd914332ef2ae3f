"""The convolutions of a VGG that was trained on ImageNet, for systems that read spectrograms as images."""

from __future__ import annotations

from torch import nn

from ai4er.encoders import weights
from ai4er.errors import Ai4erError

_PREFIX = "features."


def take_convolutions(convolutions: nn.Module, spec: str, slug: str) -> None:
    """Give convolutions made by `ai4er.nn.vgg.vgg` the weights of a checkpoint with torchvision's or timm's names.

    Raises `Ai4erError` where it cannot be had, or has other sizes.
    """
    own = {name.removeprefix(_PREFIX): value for name, value in weights(spec).items() if name.startswith(_PREFIX)}
    try:
        convolutions.load_state_dict(own)
    except RuntimeError:
        raise Ai4erError(
            f"{slug}: image_weights={spec} do not fit groups: they need the names and sizes of a VGG of torchvision "
            "without batch normalisation"
        ) from None

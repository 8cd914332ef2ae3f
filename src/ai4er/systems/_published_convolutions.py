"""Convolutions that were trained on ImageNet, for systems that read spectrograms as images."""

from __future__ import annotations

from torch import nn

from ai4er.encoders import weights
from ai4er.errors import Ai4erError

_PREFIX = "features."
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
"""Mean and deviation of red, green and blue, in whose units the ImageNet networks read."""


def take_convolutions(convolutions: nn.Module, spec: str, slug: str) -> None:
    """Give the convolutions of `nn.vgg` or `nn.alexnet` the weights of a checkpoint with torchvision's names.

    Raises `Ai4erError` where it cannot be had, or has other sizes.
    """
    own = {name.removeprefix(_PREFIX): value for name, value in weights(spec).items() if name.startswith(_PREFIX)}
    try:
        convolutions.load_state_dict(own)
    except RuntimeError:
        raise Ai4erError(
            f"{slug}: image_weights={spec} do not fit: they need torchvision's names ({_PREFIX}0.weight ...) and the "
            "sizes of the convolutions here, without batch normalisation"
        ) from None

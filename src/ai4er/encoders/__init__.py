"""Pretrained networks by spec, and the front ends that use them frozen.

Importing this package loads neither torch nor transformers; the functions do when they are called.
"""

from __future__ import annotations

from ai4er.config import parse_spec
from ai4er.encoders._classifier import Classifier, classifier
from ai4er.encoders._entailment import entailment
from ai4er.encoders._load import Kind, is_available, pretrained, save_assets, tokenizer, weights
from ai4er.encoders._locate import BUILT_IN, expects_normalised
from ai4er.encoders._transcribe import transcribe
from ai4er.encoders._word_vectors import word_vectors
from ai4er.errors import unknown
from ai4er.features.base import FrontEnd, feature_names
from ai4er.features.base import front_end as feature_front_end
from ai4er.registry import find, places

__all__ = [
    "BUILT_IN",
    "Classifier",
    "Kind",
    "classifier",
    "entailment",
    "expects_normalised",
    "front_end",
    "front_end_names",
    "is_available",
    "pretrained",
    "save_assets",
    "tokenizer",
    "transcribe",
    "weights",
    "word_vectors",
]


def front_end_names() -> list[str]:
    """The names of all front ends, those that need a pretrained network included."""
    return sorted([*feature_names(), *places(__name__)])


def front_end(spec: str) -> FrontEnd:
    """The front end of a spec such as `mfcc:coefficients=39` or `speech_frames:encoder=tiny,layer=2`.

    Raises `Ai4erError` for an unknown name or setting; the network itself is loaded when it is first used.
    """
    name, settings = parse_spec(spec)
    if name in places(__name__):
        made: FrontEnd = find(__name__, "front end", name).FRONT_END().override(settings)
        return made
    if name in feature_names():
        return feature_front_end(spec)
    raise unknown("front end", name, front_end_names())

"""The settings of the hybrid corpus: an acted part, a real-life part, and what is trained on which."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ai4er.config import Configuration
from ai4er.errors import Ai4erError, unknown
from ai4er.systems import system_class
from ai4er.systems.base import System

PAPERS_SYSTEM = "mobilenet_self_attention"


class Parts(Configuration):
    """The corpora of both parts, and how systems are trained and tested on them.

    `unconfident` is the acted part with the clips kept on which the annotators are not sure, where there is one.
    `acted_folds` are the folds of the acted part that are trained and tested, from 1; all of them where it is empty.
    `weights` are sampling weights of classes in the real-life part. `trial` takes the small configurations of the
    systems, and `settings` go to every system that has such a setting. `remark` is what a reader must know of the
    corpora.
    """

    acted: str
    real: str
    labels: str
    protocol: str
    unconfident: str = ""
    acted_folds: tuple[int, ...] = ()
    weights: dict[str, float] = {}
    trial: bool = False
    settings: dict[str, Any] = {}
    remark: str = ""


OPEN = Parts(
    acted="emodb+ravdess+emovo", real="urdu", labels="common4", protocol="speaker_kfold:folds=3,valid_speakers=4",
    acted_folds=(1,), trial=True, settings={"epochs": 15, "batch_size": 16},
    remark="In URDU 26 of the 29 speakers are heard in one emotion only. Who is trained on it can tell voices in place "
    "of emotions, and leaving speakers out changes how frequent the classes are; in the acted part everybody speaks in "
    "all of them.",
)  # fmt: skip
DUSHA = Parts(
    acted="dusha:labels=dawid_skene", real="dusha:part=podcast,labels=dawid_skene", labels="dusha4",
    protocol="official", unconfident="dusha:labels=dawid_skene,confidence=0",
    weights={"angry": 10, "sad": 20, "neutral": 1, "positive": 5},
    settings={"inputs": {"log_mel": "array:name=log_mel"}},
)  # fmt: skip


def parts_of(data: Path | None) -> Parts:
    """Dusha where the folder of the corpora has it, else the open corpora."""
    base = data or os.environ.get("AI4ER_DATA")
    return DUSHA if base and (Path(base) / "dusha").is_dir() else OPEN


class Setting(Configuration):
    """One training: on what, under which protocol, with which settings, and from whose weights it starts."""

    name: str
    corpus: str
    protocol: str
    settings: dict[str, Any]
    folds: tuple[int, ...] = ()
    starts_from: str = ""


LARGE, MEDIUM, SMALL, UNCONFIDENT = "acted large", "acted medium", "acted small", "acted unconfident"
REAL, TUNED, BOTH = "real large", "real tune", "both large"


def settings_of(parts: Parts) -> list[Setting]:
    """The seven of the paper, in its order; its crowd is the acted part and its podcasts are the real-life part."""
    acted, slow, fast = parts.acted, {"learning_rate": 1e-3}, {"learning_rate": 5e-3}
    weights = {"sampling_weights": parts.weights} if parts.weights else {}
    sizes = {MEDIUM: (0.5, fast), SMALL: (0.2, slow)}
    of_acted = {"folds": parts.acted_folds}
    found = [Setting(name=LARGE, corpus=acted, protocol=parts.protocol, settings=slow, **of_acted)]
    for name, (share, rate) in sizes.items():
        protocol = f"{parts.protocol}|low_resource:fraction={share:g}"
        found.append(Setting(name=name, corpus=acted, protocol=protocol, settings=rate, **of_acted))
    if parts.unconfident:
        found.append(
            Setting(name=UNCONFIDENT, corpus=parts.unconfident, protocol=parts.protocol, settings=fast, **of_acted)
        )
    real = {"corpus": parts.real, "protocol": parts.protocol}
    return [
        *found,
        Setting(name=REAL, settings={**fast, **weights}, **real),
        Setting(name=TUNED, settings={**slow, **weights}, starts_from=LARGE, **real),
        Setting(name=BOTH, corpus=f"{acted}+{parts.real}", protocol=parts.protocol, settings=slow),
    ]


def chosen_settings(parts: Parts, names: Sequence[str]) -> list[Setting]:
    """The settings of these names, or all of them. Raises `Ai4erError` for an unknown one, or one without its start."""
    there = {one.name: one for one in settings_of(parts)}
    for name in names:
        if name not in there:
            raise unknown("setting of the study", name, there)
    found = [one for one in there.values() if not names or one.name in names]
    for one in found:
        if one.starts_from and names and one.starts_from not in names:
            raise Ai4erError(f"setting {one.name} starts from {one.starts_from}: choose both")
    return found


def check_systems(slugs: Sequence[str]) -> None:
    """Raise `Ai4erError` for a system that is tested under several conditions, which have no place in the tables."""
    for slug in slugs:
        if system_class(slug).conditions:
            raise Ai4erError(f"{slug} is tested with inputs withheld, which this study does not do: choose another")


def learns_in_steps(slug: str) -> bool:
    """Whether a system is trained in stages, so that it can start from the weights of another run."""
    return system_class(slug).stages is not System.stages


def fitting(slug: str, wished: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the settings that a system has; of `inputs` those that it reads, the others stay its own."""
    kind = system_class(slug).config_class
    found = {name: value for name, value in wished.items() if name in kind.model_fields and name != "inputs"}
    own = kind().inputs
    read = {name: spec for name, spec in wished.get("inputs", {}).items() if name in own}
    return {**found, "inputs": {**own, **read}} if read else found

"""What CMU-MOSI and CMU-MOSEI have in common: the folds of the owners' SDK, transcripts, and recordings."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from ai4er.corpora._tables import read_text
from ai4er.corpora.base import find_text_file
from ai4er.errors import Ai4erError

_FOLDS = {"standard_train_fold": "train", "standard_valid_fold": "valid", "standard_test_fold": "test"}
_KINDS = {".wav": "audio", ".mp4": "video"}


def standard_folds(root: Path, name: str) -> dict[str, str]:
    """The part of the split of each video, from the lists in a file of the SDK; empty where it is not there.

    The file is parsed, never run. Raises `Ai4erError` where it does not hold the three lists.
    """
    path = find_text_file(root, name)
    if path is None:
        return {}
    try:
        assigned = [node for node in ast.parse(read_text(path)).body if isinstance(node, ast.Assign)]
        lists = {
            target.id: ast.literal_eval(node.value)
            for node in assigned
            for target in node.targets
            if isinstance(target, ast.Name) and target.id in _FOLDS
        }
        return {str(video): split for fold, split in _FOLDS.items() for video in lists[fold]}
    except (SyntaxError, ValueError, TypeError, KeyError):
        raise Ai4erError(f"{path}: must hold the lists {', '.join(_FOLDS)}; fetch it again from the SDK") from None


def transcripts(root: Path, suffix: str) -> dict[str, Path]:
    """The transcript of each video in the folders `Segmented`, plain or gzipped, by the name of the video."""
    found: dict[str, Path] = {}
    for path in sorted(root.rglob(f"*{suffix}*")):
        name = path.name.removesuffix(".gz")
        if name.endswith(suffix) and "Segmented" in path.parts:
            found.setdefault(name.removesuffix(suffix), path)
    return found


def recordings(root: Path) -> dict[str, dict[str, str]]:
    """The audio and video of each stem below a folder: VIDEO as a whole, VIDEO_3 its segment."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted(root.rglob("*")):
        kind = _KINDS.get(path.suffix.lower())
        if kind:
            found.setdefault(path.stem, {}).setdefault(kind, str(path))
    return found


def recorded(
    files: dict[str, dict[str, str]], video: str, segment: str | None, start: float, end: float
) -> dict[str, Any]:
    """Audio, video, start and end of a segment: cut out of the whole recording, or its own files, which are not cut."""
    whole = files.get(video)
    own = files.get(f"{video}_{segment}")
    if own and not whole:
        return dict(own)
    return {**(whole or {}), "start": start, "end": end}

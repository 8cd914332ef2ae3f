"""Checkpoints of a training in one file, written whole or not at all, read without executing code."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from ai4er.errors import Ai4erError

CHECKPOINT = "checkpoint.pt"


def save_checkpoint(path: Path, state: dict[str, Any]) -> None:
    """Replace the file by this state (tensors, numbers, texts, lists and dictionaries of them)."""
    part = path.with_suffix(".part")
    with writing(part):
        torch.save(state, part)
        part.replace(path)


def load_checkpoint(path: Path) -> dict[str, Any]:
    """The state that `save_checkpoint` wrote. Raises `Ai4erError` for a damaged file."""
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load raises whatever the damage happens to trigger
        raise Ai4erError(f"{path} is damaged ({type(error).__name__}): delete it to start this fold anew") from None
    return state


def save_text(path: Path, text: str) -> None:
    """Replace the file by this text, and make the folder that it lies in."""
    part = path.with_suffix(".part")
    with writing(part):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text)
        part.replace(path)


@contextmanager
def writing(part: Path) -> Iterator[None]:
    """Turn a failed write into one clear line, and leave no half-written file behind."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        part.unlink(missing_ok=True)
        full = getattr(error, "errno", None) == errno.ENOSPC or "enforce fail" in str(error)
        reason = "the disk is full" if full else str(error).splitlines()[0]
        raise Ai4erError(f"cannot write {part.parent}: {reason}; what was saved before is whole") from None

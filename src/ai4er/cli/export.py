"""Recognizers for programs without PyTorch."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def export(
    recognizer: Annotated[str, typer.Argument(help="A shipped name, a folder, a recognizer on the hub.")],
    out: Annotated[Path, typer.Option("--out", help="The folder to write.")],
    int8: Annotated[bool, typer.Option("--int8", help="Store and multiply matrices in 8 bits.")] = False,
) -> None:
    """Write a recognizer as an ONNX graph with its labels and front ends, compared with PyTorch."""
    from ai4er.prediction.export import export as export_to
    from ai4er.recognition.recognize import load

    print(f"{out}: {export_to(load(recognizer), out, int8)}")

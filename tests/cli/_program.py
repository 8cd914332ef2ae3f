"""The program, run inside the test."""

from __future__ import annotations

import sys

import pytest

from ai4er.cli import main as cli


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit status, standard output and error of a command."""
    monkeypatch.setattr(sys, "argv", ["ai4er", *words])
    try:
        cli.main()
        status = 0
    except SystemExit as end:
        status = int(end.code or 0)
    out = capsys.readouterr()
    return status, out.out, out.err

"""Spans that are looked for while those before are recognised."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.recognition.hearing import BATCH, ahead
from ai4er.recognition.voice_activity import Span


def spans(number: int) -> Iterator[Span]:
    return (Span(i, np.zeros(1, np.float32)) for i in range(number))


def test_every_span_comes_in_its_order() -> None:
    assert [span.start for span in ahead(spans(3 * BATCH))] == list(range(3 * BATCH))


def test_no_more_than_a_batch_is_held_and_nothing_goes_on_behind_who_stops() -> None:
    looked: list[int] = []

    def counted() -> Iterator[Span]:
        for span in spans(10 * BATCH):
            looked.append(span.start)
            yield span

    before = threading.active_count()
    found = ahead(counted())
    assert next(found).start == 0
    found.close()  # type: ignore[attr-defined]
    assert len(looked) <= BATCH + 3 and threading.active_count() == before


def test_what_goes_wrong_goes_wrong_here() -> None:
    def broken() -> Iterator[Span]:
        yield from spans(2)
        raise Ai4erError("the file is damaged")

    found = ahead(broken())
    assert [next(found).start, next(found).start] == [0, 1]
    with pytest.raises(Ai4erError, match="the file is damaged"):
        next(found)

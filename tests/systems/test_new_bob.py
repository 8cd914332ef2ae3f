"""New-Bob annealing."""

from __future__ import annotations

from ai4er.systems._new_bob import NewBob


def test_the_rate_falls_when_patience_is_over_and_not_while_the_value_improves() -> None:
    annealing = NewBob(0.8, threshold=0.001, patience=2)
    assert [annealing(value) for value in (1.0, 0.9, 0.8)] == [1.0, 1.0, 1.0]
    assert [annealing(0.8) for _ in range(4)] == [1.0, 1.0, 0.8, 1.0]


def test_what_it_remembers_is_in_its_state() -> None:
    one, other = NewBob(0.5, patience=1), NewBob(0.5, patience=1)
    for value in (1.0, 1.0):
        one(value)
    other.load_state_dict(one.state_dict())
    assert one(1.0) == other(1.0) == 0.5

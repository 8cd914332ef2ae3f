"""Who takes part, and the error where nobody can."""

from __future__ import annotations

import pytest

from ai4er.errors import Ai4erError
from ai4er.training import contest as module
from ai4er.training.contest import Contest, chosen_systems, nobody


def test_systems_are_named_by_slug_family_or_all(monkeypatch: pytest.MonkeyPatch) -> None:
    places = {"tim_net": "ai4er.systems.speech.tim_net", "tailor": "ai4er.systems.fusion.tailor"}
    monkeypatch.setattr(module, "slugs", lambda: places)
    assert chosen_systems("all") == ["tim_net", "tailor"]
    assert chosen_systems("family:fusion") == ["tailor"]
    assert chosen_systems("family:fusion,speech") == ["tim_net", "tailor"]
    assert chosen_systems("tailor, tim_net,tailor") == ["tailor", "tim_net"]
    for text, said in (("timnet", "did you mean 'tim_net'"), ("family:speach", "did you mean 'speech'"), ("", "write")):
        with pytest.raises(Ai4erError, match=said):
            chosen_systems(text)


def test_a_reason_that_all_have_is_told_once() -> None:
    error = nobody(Contest("emodbb", "loso"), {"tim_net": "no corpus", "emix": "no corpus", "tailor": "no text"})
    assert str(error) == "no system can run on emodbb under loso (tim_net, emix: no corpus; tailor: no text)"

"""From letters to phonemes."""

from __future__ import annotations

import re

import pytest

from ai4er.labels import _letter_to_sound as tables
from ai4er.labels.phonemes import _CLASS_OF, CLASSES, phoneme_class, phonemes


@pytest.mark.parametrize(
    ("text", "language", "spoken"),
    [
        ("so sad", "en", "S OW S AE D"),
        ("the speaker feels anger", "en", "DH AH S P IY K ER F IY L Z AE NG G ER"),
        ("Dogs are sitting by the door", "en", "D AA G Z AA R S IH T IH NG B AY DH AH D AO R"),
        ("light, thought", "en", "L AY T sp TH AO T"),
        ("Das will sie am Mittwoch abgeben.", "de", "D AA S V IH L Z IY AA M M IH T V AO X AA B G EH B AX N"),
        ("schwarze Stücke", "de", "SH V AA R T S AX SH T UE K AX"),
        ("perché gli occhi", "it", "P EH R K EH L AO K IY"),
    ],
)
def test_words_are_read_as_they_are_said(text: str, language: str, spoken: str) -> None:
    assert phonemes(text, language) == spoken.split()


def test_marks_inside_a_text_are_pauses_and_brackets_noises() -> None:
    assert phonemes("So, no [laughter] so!", "en") == ["S", "OW", "sp", "N", "OW", "noise", "S", "OW"]


def test_another_script_has_no_phonemes() -> None:
    assert phonemes("میں خوش", "ur") == [] == phonemes("", "en")


@pytest.mark.parametrize("table", [tables.ENGLISH, tables.GERMAN, tables.LATIN])
def test_every_rule_gives_known_phonemes_and_has_no_group_of_its_own(table: str) -> None:
    for line in table.strip("\n").split("\n"):
        pattern, _, spoken = line.partition(" ")
        assert re.compile(pattern).groups == 0
        assert set(spoken.split()) <= set(_CLASS_OF)


def test_each_phoneme_is_in_one_class() -> None:
    assert {phoneme_class(phoneme) for phoneme in _CLASS_OF} == set(CLASSES[:3])
    assert phoneme_class("noise") == phoneme_class("sp") == "other"

"""Transcripts as symbols of a recogniser."""

from __future__ import annotations

from ai4er.labels.characters import WAV2VEC2, Alphabet


def test_a_transcript_comes_back_without_signs_and_capitals() -> None:
    assert len(WAV2VEC2.symbols) == 32 and WAV2VEC2.symbols[0] == "<pad>"
    assert WAV2VEC2.decode(WAV2VEC2.encode("  Don’t you — see?  It's  OK!")) == "don't you see it's ok"


def test_letters_with_marks_are_written_with_the_26_of_english() -> None:
    assert WAV2VEC2.decode(WAV2VEC2.encode("Stück für heiße Öfen, perché")) == "stueck fuer heisse oefen perche"


def test_another_script_has_no_symbols_and_special_symbols_are_no_text() -> None:
    assert len(WAV2VEC2.encode("میں خوش ہوں")) == 0
    assert WAV2VEC2.decode([0, 1, 9, 2, 3]) == "n"


def test_an_alphabet_may_know_a_full_stop_and_no_apostrophe() -> None:
    plain = Alphabet(("<blank>", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ", " ", "."), " ")
    assert plain.decode(plain.encode("It's done.")) == "its done."

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

USER = """---recording 1 turn 2---
400 700 HELLO
700 1000 POPPY
.

---recording 1 turn 4---
2000 2200 <LAUGH>
2200 2600 WELL
.

---recording 1 turn 6---
.
"""
OPERATOR = "---recording 1 turn 3---\n1200 1900 LOVELY\n.\n"
TRACES = {"R5": {"V": (0.2, -0.4), "A": (0.1, 0.1), "P": (0.0, 0.3)}, "R6": {"V": (0.4, 0.0), "I": (0.5, 0.7)}}


def trace(before: float, after: float) -> str:
    """A value every 0.02 s for three seconds, which changes after 1.5."""
    return "".join(f"{0.02 * step:.2f} {before if step < 75 else after}\n" for step in range(150))


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    place = "Sessions/2/"
    write_text(f"{place}session.xml", '<?xml version="1.0"?>\n<session recording="1" character="Poppy"/>')
    for role, words in (("user", USER), ("operator", OPERATOR)):
        write_text(f"{place}wordLevel_alignedTranscript_2_Poppy_{role}", words)
        write_audio(f"{place}2008.12.05.16.03.15_{role.title()} HeadMounted_Poppy.wav", rate=48000)
    for rater, dimensions in TRACES.items():
        for dimension, values in dimensions.items():
            write_text(f"{place}{rater}S1TUCPoD{dimension}.txt", trace(*values))
    write_text(f"{place}R5S1TUCPoDHp.txt", trace(0, 0))
    write_text("Sessions/1/session.xml", '<session recording="1" character="Beginning"/>')
    return tmp_path


def test_turns_of_both_are_in_the_order_of_time(folder: Path) -> None:
    records = open_corpus("semaine", folder).read()
    assert [record.id for record in records] == ["2_user_2", "2_operator_3", "2_user_4"]
    assert [(r.dialogue, r.turn, r.session) for r in records] == [("2", n, "1") for n in range(3)]
    assert [record.text for record in records] == ["HELLO POPPY", "LOVELY", "WELL"]
    assert [(record.start, record.end) for record in records] == [(0.4, 1.0), (1.2, 1.9), (2.0, 2.6)]
    assert records[1].audio == str(folder / "Sessions/2/2008.12.05.16.03.15_Operator HeadMounted_Poppy.wav")
    assert records[1].speaker == "1_operator"
    assert records[0].attributes == {"character": "Poppy", "role": "user"}


def test_a_turn_has_the_mean_of_what_was_traced_over_it(folder: Path) -> None:
    first, operator, last = open_corpus("semaine", folder).read()
    assert first.dimensions == pytest.approx(
        {"valence": 0.3, "arousal": 0.1, "dominance": 0.0, "intensity": 0.5}, abs=1e-6
    )
    assert last.dimensions["valence"] == pytest.approx(-0.2)
    assert label_space("valence_arousal_dominance").target(last) == pytest.approx([-0.2, 0.1, 0.3])
    assert np.allclose(label_space("valence_arousal_dominance").ratings(last), [[-0.4, 0.1, 0.3]])
    assert len(last.ratings) == 2
    assert (operator.dimensions, operator.ratings) == ({}, ())


def test_check_names_sessions_without_words(folder: Path) -> None:
    assert open_corpus("semaine", folder).left_out() == ["sessions without words of the user (1): 1"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("session.xml", "<session", r"session\.xml: not whole XML"),
        ("R5S1TUCPoDV.txt", "0.02 0.1\n0.04 high\n", r"R5S1TUCPoDV\.txt: not a whole table of numbers"),
    ],
)
def test_a_damaged_file_is_one_clear_line(folder: Path, write_text, name: str, text: str, said: str) -> None:
    write_text(f"Sessions/2/{name}", text)
    with pytest.raises(Ai4erError, match=said):
        open_corpus("semaine", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"has session\.xml and wordLevel_alignedTranscript_\.\.\._user"):
        open_corpus("semaine", tmp_path).read()

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

RATED = """UTD-IMPROV-S01A-F02-R-FF01.avi; A; A:2.222222; V:3.777778; D:2.888889 ; N:4.444444;
WORKER00000142; Angry; Angry; A:2.000000; V:4.000000; D:2.000000; N:5.000000;
WORKER00000144; Other-disappointed; Neutral,Sad; A:3.000000; V:3.000000; D:NaN; N:NaN;

UTD-IMPROV-S14N-M05-S-FM03.avi; X; A:3.0; V:3.0; D:3.0; N:NaN;
WORKER00000145; Happy; Happy,Excited; A:3.0; V:3.0; D:3.0; N:NaN;

"""


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    write_text("Evalution.txt", RATED)
    write_audio("Audio/session2/S01A/R/MSP-IMPROV-S01A-F02-R-FF01.wav")
    write_audio("Audio/session5/S14N/S/MSP-IMPROV-S14N-M05-S-FM03.wav")
    return tmp_path


def test_names_and_ratings_give_speaker_kind_label_and_dimensions(folder: Path) -> None:
    angry, disagreed = open_corpus("msp_improv", folder).read()
    assert (angry.label, angry.speaker, angry.session) == ("angry", "F02", "session2")
    assert angry.votes == ("angry",)
    assert angry.dimensions == {"valence": 3.777778, "arousal": 2.222222, "dominance": 2.888889}
    assert angry.ratings[0]["naturalness"] == 5
    assert angry.ratings[1] == {"arousal": 3, "valence": 3}
    assert label_space("valence_arousal_dominance_1_5").ratings(angry) is not None
    assert angry.attributes == {
        "gender": "female", "text_id": "S01", "meant": "angry", "kind": "read", "emotion": "angry",
        "raters": "WORKER00000142,WORKER00000144", "secondary": "Angry|Neutral,Sad",
    }  # fmt: skip
    assert (disagreed.label, disagreed.votes) == (None, ("happy",))
    assert (disagreed.attributes["kind"], disagreed.attributes["emotion"]) == ("improvised", "no_agreement")
    assert disagreed.audio == str(folder / "Audio/session5/S14N/S/MSP-IMPROV-S14N-M05-S-FM03.wav")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("S01A-F02", "S01Q-F02", "UTD-IMPROV-S01Q-F02-R-FF01 is not named like"),
        ("avi; A;", "avi; ZZ;", "line 1: unknown class 'ZZ'"),
        ("; Angry; Angry; A:2.000000; V:4.000000; D:2.000000; N:5.000000;", "", "line 2: .* is not like"),
    ],
)
def test_a_damaged_file_of_ratings_is_one_clear_line(
    folder: Path, write_text, old: str, new: str, message: str
) -> None:
    write_text("Evalution.txt", RATED.replace(old, new, 1))
    with pytest.raises(Ai4erError, match=rf"Evalution\.txt: {message}"):
        open_corpus("msp_improv", folder).read()


def test_check_names_what_has_no_counterpart(folder: Path) -> None:
    (folder / "Audio/session2/S01A/R/MSP-IMPROV-S01A-F02-R-FF01.wav").unlink()
    assert open_corpus("msp_improv", folder).left_out() == [
        "records without a recording (1): MSP-IMPROV-S01A-F02-R-FF01"
    ]


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file Evalution\.txt or Evaluation\.txt"):
        open_corpus("msp_improv", tmp_path).read()

"""WESAD, chest: windows inside the conditions of the schedule, raw values in the units of the readme."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.wesad import in_units, schedule
from ai4er.errors import Ai4erError

_QUEST = (
    "# Subj;S2;;;;;;;\n"
    "# ORDER;Base;TSST;Medi 1;Fun;Medi 2;sRead;fRead;\n"
    "# START;0.01;0.04;0.06;0.07;0.1;0.02;0.03;\n"
    "# END;0.03;0.06;0.07;0.09;0.11;0.03;0.04;\n"
    ";;;;;;;;\n# PANAS;1;1;3\n# STAI;4;1\n"
    "# DIM;7;2;\n# DIM;5;4;\n# DIM;7;2;\n# DIM;8;1;\n# DIM;7;3;\n"
)
_SENSORS = '"ECG", "EDA", "EMG", "TEMP", "XYZ", "XYZ", "XYZ", "RESPIRATION"'


def _signals(seconds: int, sensors: str = _SENSORS) -> str:
    head = f'# OpenSignals Text File Format\n# {{"x": {{"sensor": [{sensors}], "date": "2017-5-22"}}}}\n# EndOfHeader\n'
    rows = [
        f"{i}\t0\t{32768 + s}\t{s}\t32768\t30000\t28000\t33000\t38000\t49152\t"
        for s in range(seconds)
        for i in range(700)
    ]
    return head + "\n".join(rows) + "\n"


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("WESAD/S2/S2_quest.csv", _QUEST)
    write_text("WESAD/S2/S2_respiban.txt", _signals(11))
    write_text("WESAD/S2/S2_readme.txt", "### Personal information\nAge: 27\nHeight (cm): 175\nGender: male\n")
    return tmp_path


def test_windows_follow_the_schedule(folder: Path) -> None:
    records = open_corpus("wesad:seconds=1", folder).read()
    assert [(r.id, r.label) for r in records] == [
        ("S2_Base_00", "baseline"), ("S2_Base_01", "baseline"), ("S2_TSST_00", "stress"), ("S2_TSST_01", "stress"),
        ("S2_Medi1_00", None), ("S2_Fun_00", "amusement"), ("S2_Fun_01", "amusement"), ("S2_Medi2_00", None),
    ]  # fmt: skip
    stress = records[3]
    assert (stress.speaker, stress.dialogue, stress.turn) == ("S2", "S2_TSST", 1)
    assert stress.dimensions == {"valence": 5, "arousal": 4}
    assert (stress.attributes["age"], stress.attributes["gender"], stress.attributes["seconds_in"]) == (
        "27",
        "male",
        "5",
    )
    assert stress.arrays["physiology"].shape == (700, 8)
    assert np.allclose(stress.arrays["ecg"], 5 / 65536 * 3)


def test_ten_minutes_lose_their_zero(write_text) -> None:
    path = write_text("S3_quest.csv", "# ORDER;Base;TSST\n# START;7.08;39.55\n# END;26.32;50.3\n")
    assert schedule(path) == [("Base", 428, 1592, {}), ("TSST", 2395, 3030, {})]


def test_units_are_those_of_the_readme() -> None:
    raw = np.array([[65536, 32768, 0, 32767.5, 28000, 33000, 38000, 49152]], np.float32)
    ecg, eda, emg, celsius, *acceleration, respiration = in_units(raw)[0].tolist()
    assert (ecg, eda, emg, respiration) == (1.5, 12.5, -1.5, 25.0)
    assert acceleration == [-1, 0, 1]
    assert celsius == pytest.approx(25.0, abs=0.1)  # a thermistor of 10 kiloohm at 25 degrees


def test_what_is_wrong_is_said_in_one_line(folder: Path, write_text) -> None:
    with pytest.raises(Ai4erError, match=r"seconds=0.5 must be at least 1"):
        open_corpus("wesad:seconds=0.5", folder)
    write_text("WESAD/S2/S2_respiban.txt", _signals(2))
    records = open_corpus("wesad:seconds=1", folder).read()
    with pytest.raises(Ai4erError, match=r"2 s long, but 5 s are expected"):
        records[2].arrays["ecg"]
    write_text("WESAD/S2/S2_quest.csv", _QUEST.replace("# END", "# STOP"))
    with pytest.raises(Ai4erError, match=r"no lines # ORDER, # START, # END"):
        open_corpus("wesad", folder).read()
    write_text("WESAD/S2/S2_quest.csv", _QUEST.replace("# DIM;7;2;\n", "", 1))
    with pytest.raises(Ai4erError, match=r"5 conditions and 4 lines # DIM"):
        open_corpus("wesad", folder).read()
    write_text("WESAD/S3/S3_quest.csv", _QUEST)
    (folder / "WESAD/S2/S2_quest.csv").unlink()
    write_text("WESAD/S3/S3.pkl", b"\x80\x03}.")
    with pytest.raises(Ai4erError, match=r"S3_respiban.txt: no such file; .*S3.pkl is a pickle and not read"):
        open_corpus("wesad", folder).read()
    write_text("WESAD/S3/S3_respiban.txt", _signals(2, '"EDA", "ECG"'))
    with pytest.raises(Ai4erError, match=r"the header names the sensors \['EDA', 'ECG'\]"):
        open_corpus("wesad:seconds=1", folder).read()[0].arrays["ecg"]
    with pytest.raises(Ai4erError, match=r"no condition lasts 60 s"):
        open_corpus("wesad", folder).read()

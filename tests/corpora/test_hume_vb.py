from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

EMOTIONS = "Awe,Excitement,Amusement,Awkwardness,Fear,Horror,Distress,Triumph,Sadness,Surprise"
HIGH = (
    f"File_ID,Split,{EMOTIONS}\n"
    "[10119],Train,0.6,0.5,0.4,0.2,0.1,0.1,0.2,0.1,0.2,0.5\n[7],Val,0,0,1,0,0,0,0,0,0,0\n[8],Test" + "," * 10 + "\n"
)


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    write_text("labels/high_info.csv", HIGH)
    write_text("labels/two_info.csv", "File_ID,Split,Valence,Arousal\n[10119],Train,0.75,0.25\n")
    write_text("labels/type_info.csv", "File_ID,Split,Voc_Type\n[10119],Train,Gasp\n[7],Val,Laugh\n")
    write_text("labels/culture_info.csv", "File_ID,Split,China_Awe,United States_Awe\n[10119],Train,0.5,\n")
    for number in ("10119", "7", "8"):
        write_audio(f"wav/{number}.wav")
    return tmp_path


def test_tables_are_joined_by_the_number_of_the_file(folder: Path) -> None:
    first, second, hidden = open_corpus("hume_vb", folder).read()
    intensities = label_space("hume_vb10").target(first)
    assert np.allclose(intensities, [0.6, 0.5, 0.4, 0.2, 0.1, 0.1, 0.2, 0.1, 0.2, 0.5])
    assert np.allclose(label_space("hume_vb_valence_arousal").target(first), [0.75, 0.25])
    assert (first.id, first.label, first.split, second.split) == ("10119", "gasp", "train", "valid")
    assert first.attributes == {"China_Awe": "0.5"}
    assert first.audio == str(folder / "wav/10119.wav")
    assert label_space("hume_vb_valence_arousal").target(second) is None
    assert (hidden.split, hidden.dimensions, hidden.label) == ("test", {}, None)


def test_the_other_tables_need_not_be_there(folder: Path) -> None:
    for name in ("two", "type", "culture"):
        (folder / f"labels/{name}_info.csv").unlink()
    assert [record.label for record in open_corpus("hume_vb", folder).read()] == [None, None, None]


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("high_info", "Horror", "Terror", "no column Horror"),
        ("high_info", "Val,0", "Valid,0", "7 is in the part 'Valid'"),
        ("high_info", "0.6", "much", "Awe is 'much' where a number is expected"),
        ("type_info", "Gasp", "Sneeze", "unknown type 'sneeze'; known are cry"),
    ],
)
def test_a_damaged_table_is_one_clear_line(folder: Path, name: str, old: str, new: str, message: str) -> None:
    path = folder / f"labels/{name}.csv"
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(Ai4erError, match=rf"{name}\.csv: {message}"):
        open_corpus("hume_vb", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file high_info\.csv"):
        open_corpus("hume_vb", tmp_path).read()

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

EMOTIONS = "Awe,Excitement,Amusement,Awkwardness,Fear,Horror,Distress,Triumph,Sadness,Surprise"
COUNTRIES = ("China", "United States", "South Africa", "Venezuela")
CULTURE = (
    "File_ID,Split," + ",".join(f"{country}_{emotion}" for country in COUNTRIES for emotion in EMOTIONS.split(","))
    + f"\n[10119],Train{',' * 10},0.5,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9{',' * 20}\n[7],Val{',' * 40}\n"
)  # fmt: skip
HIGH = (
    f"File_ID,Split,{EMOTIONS}\n"
    "[10119],Train,0.6,0.5,0.4,0.2,0.1,0.1,0.2,0.1,0.2,0.5\n[7],Val,0,0,1,0,0,0,0,0,0,0\n[8],Test" + "," * 10 + "\n"
)


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    write_text("labels/high_info.csv", HIGH)
    write_text("labels/two_info.csv", "File_ID,Split,Valence,Arousal\n[10119],Train,0.75,0.25\n")
    write_text("labels/type_info.csv", "File_ID,Split,Voc_Type\n[10119],Train,Gasp\n[7],Val,Laugh\n")
    write_text("labels/culture_info.csv", CULTURE)
    for number in ("10119", "7", "8"):
        write_audio(f"wav/{number}.wav")
    return tmp_path


def test_tables_are_joined_by_the_number_of_the_file(folder: Path) -> None:
    first, second, hidden = open_corpus("hume_vb", folder).read()
    intensities = label_space("hume_vb10").target(first)
    assert np.allclose(intensities, [0.6, 0.5, 0.4, 0.2, 0.1, 0.1, 0.2, 0.1, 0.2, 0.5])
    assert np.allclose(label_space("hume_vb_valence_arousal").target(first), [0.75, 0.25])
    assert (first.id, first.label, first.split, second.split) == ("10119", "gasp", "train", "valid")
    assert first.audio == str(folder / "wav/10119.wav")
    assert label_space("hume_vb_valence_arousal").target(second) is None
    assert (hidden.split, hidden.dimensions, hidden.label) == ("test", {}, None)


def test_a_burst_is_rated_by_people_of_its_country_which_says_where_it_is_from(folder: Path) -> None:
    first, second, _ = open_corpus("hume_vb", folder).read()
    space = label_space("hume_vb_cultures")
    target = space.target(first)
    assert target is not None
    assert np.flatnonzero(~np.isnan(target)).tolist() == list(range(10, 20))
    assert target[[10, 19]] == pytest.approx([0.5, 0.9])
    assert space.names[10] == "united_states_awe"
    assert (first.attributes, second.attributes) == ({"country": "United States"}, {})
    assert space.target(second) is None


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
        ("culture_info", "China_Fear", "China_Dread", "no column China_Fear"),
        ("culture_info", ",0.5,0.1", ",0.5,some", "United States_Excitement is 'some' where a number is expected"),
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

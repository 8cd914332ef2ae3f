from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

TABLES = {
    "train": "50_50_100.mp4 0 1 1 0 0 1 f 1.6666666666666667\ngta1_0.mp4 0 0 0 1 0 0 m 6.333333333333333\n",
    "dev": "Branda_schmitz_46.mp4 0 0 0 0 0 0 f 3.6666666666666665\n",
    "test": "50_50_17.mp4 0 0 0 1 0 0 f 5.0\n",
}


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    for part, text in TABLES.items():
        write_text(f"ElderReact_Data/{part}_labels.txt", text)
        for line in text.splitlines():
            name = line.split()[0]
            write_text(f"ElderReact_Data/ElderReact_{part}/{name}", name)
    return tmp_path


def test_several_emotions_can_be_on_and_none(folder: Path) -> None:
    records = open_corpus("elder_react", folder).read()
    assert [record.labels for record in records] == [
        ("disgust", "fear", "surprise"),
        ("happiness",),
        (),
        ("happiness",),
    ]
    assert label_space("elder_react6").target(records[0]).tolist() == [0, 1, 1, 0, 0, 1]
    assert label_space("elder_react_valence").target(records[1]) == pytest.approx([19 / 3])
    assert records[0].attributes == {"gender": "female"}
    assert records[2].video == str(folder / "ElderReact_Data/ElderReact_dev/Branda_schmitz_46.mp4")


def test_parts_are_official_and_share_films(folder: Path) -> None:
    records = open_corpus("elder_react", folder).read()
    assert [record.split for record in records] == ["train", "train", "valid", "test"]
    assert [record.session for record in records] == ["50_50", "gta1", "Branda_schmitz", "50_50"]


def test_check_names_clips_without_video(folder: Path) -> None:
    (folder / "ElderReact_Data/ElderReact_test/50_50_17.mp4").unlink()
    assert open_corpus("elder_react", folder).left_out() == ["records without a recording (1): 50_50_17"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a_1.mp4 0 0 0 2 0 0 f 5.0", "is not like '50_50_35.mp4 1 0 0 0 0 1 m 3.0'"),
        ("a_1.mp4 0 0 0 1 0 0 x 5.0", "is not like"),
        ("a_1.mp4 0 0 0 1 0 0 f 9", "is not like"),
        ("a_1.mp4 0 0 0 1 0 0 f", "line 1 has 8 fields where 9 are expected"),
    ],
)
def test_a_broken_line_is_one_clear_line(folder: Path, write_text, line: str, said: str) -> None:
    write_text("ElderReact_Data/dev_labels.txt", line)
    with pytest.raises(Ai4erError, match=rf"dev_labels\.txt: .*{said}"):
        open_corpus("elder_react", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"has no train_labels\.txt, dev_labels\.txt or test_labels\.txt"):
        open_corpus("elder_react", tmp_path).read()

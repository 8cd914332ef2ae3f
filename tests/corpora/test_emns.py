from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError

HEADER = "id|utterance|description|emotion|date_created|status|gender|age|level|audio_recording|user_id\n"
LINES = (
    "1|It was dark.|Calm and even|Neutral|2021|Complete|Female|20s|5|wavs/recorded_audio_aaaaaaa.wav|3\n"
    "2|Look at that!|With wide eyes|Surprised|2021|Complete|Female|20s|8|wavs/recorded_audio_bbbbbbb.wav|3\n"
    "3|Sure, why not.|Dry|Sarcastic|2021|Complete|Female|20s|7|wavs/recorded_audio_ccccccc.wav|3\n"
)


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("metadata.csv", HEADER + LINES)
    for name in ("cleaned_webm/recorded_audio_aaaaaaa", "raw_webm/recorded_audio_aaaaaaa"):
        write_text(f"{name}.webm", name)
    write_text("cleaned_webm/recorded_audio_bbbbbbb.webm", "b")
    return tmp_path


def test_the_table_says_everything_of_a_recording(folder: Path) -> None:
    neutral, surprised = open_corpus("emns", folder).read()
    assert (neutral.id, neutral.label, neutral.text) == ("recorded_audio_aaaaaaa", "neutral", "It was dark.")
    assert (neutral.speaker, surprised.label) == ("3", "surprise")
    assert neutral.attributes == {
        "gender": "female", "age": "20s", "expressiveness": "5", "description": "Calm and even",
    }  # fmt: skip


def test_the_cleaned_recording_comes_before_the_raw_one(folder: Path) -> None:
    assert open_corpus("emns", folder).read()[0].audio == str(folder / "cleaned_webm/recorded_audio_aaaaaaa.webm")


def test_lines_and_recordings_without_the_other_are_reported(folder: Path, write_text) -> None:
    write_text("raw_webm/recorded_audio_ddddddd.webm", "d")
    assert open_corpus("emns", folder).left_out() == [
        "lines of metadata.csv without a recording (1): recorded_audio_ccccccc",
        "recordings that metadata.csv does not name (1): recorded_audio_ddddddd",
    ]


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        (HEADER + LINES.replace("Neutral", "Bored"), "unknown emotion 'Bored' of recorded_audio_aaaaaaa.webm"),
        (HEADER + LINES[:60], r"metadata\.csv: line 2 has \d fields where 11 are expected"),
        ("id|utterance\n1|Hello\n", r"metadata\.csv: no column description, emotion"),
        (HEADER, r"no recording below .* is named in metadata\.csv"),
    ],
)
def test_a_broken_table_is_one_clear_line(folder: Path, write_text, table: str, problem: str) -> None:
    write_text("metadata.csv", table)
    with pytest.raises(Ai4erError, match=problem):
        open_corpus("emns", folder).read()


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file metadata\.csv"):
        open_corpus("emns", tmp_path).read()


def test_every_official_path_is_understood(layout, tmp_path: Path, write_text) -> None:
    rows = layout("emns")
    for row in rows[::20]:
        write_text(row["path"].removeprefix("emns/"), row["key"])
    lines = (
        f"{i}|Hi.||{r['label']}||Complete|Female|20s|5|wavs/{Path(r['path']).stem}.wav|3" for i, r in enumerate(rows)
    )
    write_text("metadata.csv", HEADER + "\n".join(lines))
    records = open_corpus("emns", tmp_path).read()
    assert len({Path(row["path"]).stem for row in rows}) == len(rows) == 1181
    assert {r.id: r.label for r in records} == {Path(row["path"]).stem: row["label"].lower() for row in rows[::20]}
    assert set(Counter(row["label"].lower() for row in rows)) == set(open_corpus("emns", tmp_path).space.names)

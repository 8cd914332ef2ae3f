"""Promises about the subsets of IEMOCAP: the published counts, on a manifest with them and on the official paths."""

from __future__ import annotations

import csv
import gzip
import os
from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora.iemocap import _CLASSES
from ai4er.labels.iemocap_subsets import SUBSETS, Subset
from ai4er.records import Record, Records

SESSIONS = {  # angry, happy and excited, neutral, sad
    1: (229, 278, 384, 194), 2: (137, 327, 362, 197), 3: (240, 286, 320, 305), 4: (327, 303, 258, 143),
    5: (170, 442, 384, 245),
}  # fmt: skip
EXCITED = 1041
FOUR = ("angry", "happy", "neutral", "sad")


def manifest() -> Records:
    """Turns with the published counts by session, some frustrated and without agreement; 1,041 are of excitement."""
    records, excited = [], 0
    for session, counts in SESSIONS.items():
        emotions = [name for name, number in zip(FOUR, counts) for _ in range(number)]
        for turn, emotion in enumerate([*emotions, *["frustrated", "no_agreement"] * 20]):
            if emotion == "happy" and excited < EXCITED and turn % 3:
                emotion, excited = "excited", excited + 1
            kind = "improvised" if turn % 2 else "scripted"
            about = {"emotion": emotion, "kind": kind}
            name = f"Ses0{session}F_{kind[:5]}_F{turn:03d}"
            records.append(Record(id=name, corpus="iemocap", session=f"Ses0{session}", attributes=about))
    short = EXCITED - excited
    happy = [i for i, record in enumerate(records) if record.attributes["emotion"] == "happy"][:short]
    for i in happy:
        records[i] = records[i].replace(attributes={**records[i].attributes, "emotion": "excited"})
    return Records(records)


def test_the_5531_turns_have_the_published_counts_of_every_session() -> None:
    chosen = SUBSETS["four_class_5531"].select(manifest())
    assert len(chosen) == 5531
    counts = Counter((int(name[4]), label) for name, label in chosen)
    assert {session: tuple(counts[session, name] for name in FOUR) for session in SESSIONS} == SESSIONS


def test_the_4490_turns_are_those_without_excitement() -> None:
    records = manifest()
    chosen = dict(SUBSETS["four_class_4490"].select(records))
    assert Counter(chosen.values()) == {"angry": 1103, "happy": 595, "neutral": 1708, "sad": 1084}
    assert not any(record.id in chosen for record in records if record.attributes["emotion"] == "excited")


def test_improvised_and_scripted_turns_are_the_whole_subset() -> None:
    records = manifest()
    for subset in SUBSETS.values():
        parts = [subset.override({"turns": turns}).select(records) for turns in ("improvised", "scripted")]
        assert sorted(parts[0] + parts[1]) == sorted(subset.select(records)) and all(parts)
        assert all("impro" in name for name, _ in parts[0])


def test_any_label_map_makes_a_subset() -> None:
    chosen = Subset(labels={"frustrated": "negative", "sad": "negative"}).select(manifest())
    assert Counter(label for _, label in chosen) == {"negative": 5 * 20 + 1084}


@pytest.mark.parametrize(
    ("name", "turns", "count"),
    [
        ("four_class_5531", "all", 5531), ("four_class_4490", "all", 4490), ("four_class_5531", "improvised", 2943),
        ("four_class_4490", "improvised", 2280), ("four_class_5531", "scripted", 2588),
    ],
)  # fmt: skip
def test_the_official_paths_have_the_counts_that_papers_report(name: str, turns: str, count: int) -> None:
    path = Path(os.environ.get("AI4ER_DATA", "")) / "emobox_layouts" / "iemocap.csv.gz"
    if not path.is_file():
        pytest.skip("no table of layouts")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    records = Records(
        Record(
            id=Path(row["path"]).stem, corpus="iemocap",
            attributes={
                "emotion": _CLASSES[row["label"]] or "",
                "kind": "improvised" if "_impro" in row["path"] else "scripted",
            },
        )
        for row in rows
    )  # fmt: skip
    chosen = SUBSETS[name].override({"turns": turns}).select(records)  # type: ignore[index]
    assert len(chosen) == count
    if count == 5531:
        counts = Counter((int(turn[4]), label) for turn, label in chosen)
        assert {session: tuple(counts[session, name] for name in FOUR) for session in SESSIONS} == SESSIONS

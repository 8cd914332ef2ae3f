from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

FEATURES = (
    "pcm_RMSenergy_sma_max", "voiceProb_sma_max", "F0_sma_max", "word#0001", "word#0002", "noun", "lenS-lenU", "qy",
    "17_velocity_max", "AU01_c_mean", "HandLeft_velocity_max", "Head_velocity_std", "EDA_mean", "HR_std", "duration",
)  # fmt: skip
COLUMNS = (
    "start(exchange)[ms]", "end(system)[ms]", "end(exchange)[ms]", "kinectstart(exchange)[ms]",
    "kinectend(system)[ms]", "kinectend(exchange)[ms]", "SS_ternary", "TS_ternary", "TC_ternary", "SS",
    "TC1", "TC2", "TC3", "TC4", "TC5", "TS1", "TS2", "TS3", "TS4", "TS5", *FEATURES,
)  # fmt: skip


def exchange(start: int, end: int, own: int, others: tuple[int, ...]) -> str:
    """A row: times (milliseconds), the person's rating and the five raters', and features 0, 1, 2 ..."""
    mean = np.mean(others)
    ternary = (1 + (own > 4) - (own < 4), 1 + int(mean > 4.5) - int(mean < 3.5), 1)
    times = (start, (start + end) // 2, end)
    numbers = (*times, *times, *ternary, own, 4, 4, 4, 4, 4, *others, *range(len(FEATURES)))
    return ",".join(map(str, numbers)) + "\n"


TABLE = (
    ",".join(COLUMNS)
    + "\n"
    + exchange(1000, 3000, 2, (5, 6, 6, 5, 7))
    + exchange(3000, 9000, 4, (4, 3, 5, 4, 4))
    + exchange(9000, 9500, 7, (1, 2, 3, 4, 1))
)


def transcript(user: list[tuple[int, int, str]], system: list[tuple[int, int, str]]) -> str:
    """An ELAN file with two tiers."""
    slots, tiers = [], []
    for name, spoken in (("user_utterance", user), ("sys_utterance", system)):
        rows = []
        for start, end, text in spoken:
            first = len(slots)
            slots += [f'<TIME_SLOT TIME_SLOT_ID="ts{first}" TIME_VALUE="{start}"/>']
            slots += [f'<TIME_SLOT TIME_SLOT_ID="ts{first + 1}" TIME_VALUE="{end}"/>']
            rows.append(
                f'<ANNOTATION><ALIGNABLE_ANNOTATION TIME_SLOT_REF1="ts{first}" TIME_SLOT_REF2="ts{first + 1}">'
                f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
            )
        tiers.append(f'<TIER TIER_ID="{name}">{"".join(rows)}</TIER>')
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f"<ANNOTATION_DOCUMENT><TIME_ORDER>{''.join(slots)}</TIME_ORDER>{''.join(tiers)}</ANNOTATION_DOCUMENT>"
    )


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("features/1911F2001.csv.gz", TABLE)
    write_text("features/1911M7002.csv", TABLE)
    user = [(0, 1000, "前"), (1000, 3001, "(F あ)|はい(D は)"), (3001, 8999, "")]
    write_text("elan/1911F2001.eaf.gz", transcript(user, [(1000, 3000, " こんにちは")]))
    write_text("elan/1911M3001.eaf", transcript([], []))
    return tmp_path


def test_a_session_is_a_dialogue_of_one_person(folder: Path) -> None:
    records = open_corpus("hazumi1911", folder).read()
    assert [record.id for record in records[:4]] == [
        "1911F2001_000", "1911F2001_001", "1911F2001_002", "1911M7002_000",
    ]  # fmt: skip
    assert {(record.speaker, record.dialogue, record.session) for record in records} == {
        ("1911F2001",) * 3,
        ("1911M7002",) * 3,
    }
    assert [record.turn for record in records] == [0, 1, 2, 0, 1, 2]
    assert (records[0].start, records[0].end) == (1.0, 3.0)
    assert (records[0].attributes["gender"], records[0].attributes["age"]) == ("female", "20")


def test_features_are_grouped_in_the_order_of_the_file(folder: Path) -> None:
    arrays = open_corpus("hazumi1911", folder).read()[0].arrays
    assert {name: array.tolist() for name, array in arrays.items()} == {
        "speech": [0, 1, 2],
        "words": [3, 4, 5, 6, 7],
        "face": [8, 9],
        "motion": [10, 11],
        "physiology": [12, 13],
    }
    assert all(array.dtype == np.float32 for array in arrays.values())


def test_third_party_sentiment_by_default(folder: Path) -> None:
    corpus = open_corpus("hazumi1911", folder)
    high, neutral, low = corpus.read()[:3]
    assert [record.label for record in (high, neutral, low)] == ["high", "neutral", "low"]
    assert neutral.votes == ("neutral", "low", "high", "neutral", "neutral")
    assert neutral.raters == ("TS1", "TS2", "TS3", "TS4", "TS5")
    assert neutral.labels == ("low", "neutral", "high")
    assert low.labels == ("low", "neutral")
    assert neutral.dimensions == {"sentiment": 4.0}
    ratings = label_space("sentiment_1_7").ratings(neutral)
    assert ratings is not None
    assert ratings.ravel().tolist() == [4, 3, 5, 4, 4]
    assert [record.attributes["self_sentiment"] for record in (high, neutral, low)] == ["low", "neutral", "high"]


def test_every_label_space_gives_a_target(folder: Path) -> None:
    corpus = open_corpus("hazumi1911", folder)
    record = corpus.read()[0]
    assert all(label_space(name).target(record) is not None for name in corpus.spaces)


def test_target_self_is_the_rating_of_the_person(folder: Path) -> None:
    records = open_corpus("hazumi1911:target=self", folder).read()[:3]
    assert [record.label for record in records] == ["low", "neutral", "high"]
    assert [record.dimensions["sentiment"] for record in records] == [2, 4, 7]
    assert all(record.votes == record.ratings == () and record.labels is None for record in records)
    assert [record.attributes["third_party_sentiment"] for record in records] == ["high", "neutral", "low"]


def test_target_both_adds_the_own_rating_to_the_votes(folder: Path) -> None:
    others, both = (open_corpus(f"hazumi1911:target={target}", folder).read()[0] for target in ("third", "both"))
    assert both.votes == (*others.votes, "low")
    assert both.raters == (*others.raters, "self")
    assert both.replace(votes=(), raters=()) == others.replace(votes=(), raters=(), arrays=both.arrays)


def test_words_are_joined_by_time_where_the_transcript_covers_the_exchange(folder: Path) -> None:
    records = open_corpus("hazumi1911", folder).read()
    assert [record.text for record in records] == ["あ はいは", "", None, None, None, None]
    assert records[0].attributes["system_text"] == "こんにちは"


def test_check_names_sessions_without_transcript_and_other_files(folder: Path, write_text) -> None:
    write_text("features/notes.csv", "")
    assert open_corpus("hazumi1911", folder).left_out() == [
        "files not named like 1911F2001.csv (1): notes.csv",
        "sessions without elan/ID.eaf, so without text (1): 1911M7002",
    ]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (TABLE[:-12], "line 4 has .* fields where 35 are expected"),
        (TABLE.replace("TS3", "T3"), "no column TS3"),
        (",".join(COLUMNS), "no exchange"),
        ("", "no column start"),
        (TABLE.replace("1000,2000", "x,2000"), "a field is not a number"),
        (TABLE.replace(",0,2,1,2,", ",5,2,1,2,"), ".* must hold 0, 1 or 2"),
    ],
)
def test_a_damaged_table_is_one_clear_line(folder: Path, write_text, table: str, message: str) -> None:
    write_text("features/1911M7002.csv", table)
    with pytest.raises(Ai4erError, match=rf"1911M7002\.csv: {message}"):
        open_corpus("hazumi1911", folder).read()


def test_a_damaged_transcript_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("elan/1911M7002.eaf", transcript([], [])[:-20])
    with pytest.raises(Ai4erError, match=r"1911M7002\.eaf: not a whole ELAN file"):
        open_corpus("hazumi1911", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"is named like features/1911F2001\.csv"):
        open_corpus("hazumi1911", tmp_path).read()


def test_real_copy_equals_what_is_published(real, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = real("hazumi1911")
    records = corpus.read()
    monkeypatch.setattr(corpus, "read", lambda: records)
    report = corpus.check()
    assert report.problems == []
    assert report.items == 2439
    assert report.counts == {"low": 178, "neutral": 881, "high": 1380}
    assert {name: array.shape for name, array in records[0].arrays.items()} == {
        "speech": (384,), "words": (2616,), "face": (66,), "motion": (20,), "physiology": (4,),
    }  # fmt: skip
    assert all(record.text is not None for record in records)
    own = [record.attributes["self_sentiment"] for record in records]
    assert [own.count(level) for level in ("low", "neutral", "high")] == [485, 848, 1106]

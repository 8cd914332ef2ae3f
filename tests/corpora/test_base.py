from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import pytest
import soundfile

from ai4er.corpora import Corpus, open_corpus
from ai4er.corpora.base import _settings, digests, some, text_file
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record, Records


class Listed(Corpus):
    """A corpus whose records are given."""

    name = "listed"
    spaces: ClassVar[tuple[str, ...]] = ("urdu4",)
    records = Records([])

    def __init__(
        self, root: Path, records: Records | None = None, fold: Literal["a", "b"] = "a", size: int = 1
    ) -> None:
        super().__init__(root)
        self.records = records or self.records

    def read(self) -> Records:
        return self.records


def item(number: int, label: str | None = "sad", **more: object) -> Record:
    return Record(id=f"i{number}", corpus="listed", label=label, **more)  # type: ignore[arg-type]


def test_check_of_a_complete_copy_has_no_problem(tmp_path: Path) -> None:
    class Complete(Listed):
        published: ClassVar[dict[str, int]] = {"sad": 2}
        published_speakers: ClassVar[int | None] = 1

    report = Complete(tmp_path, Records([item(1, speaker="x"), item(2, speaker="x")])).check()
    assert report.problems == []
    assert report.items == 2
    assert report.counts == {"sad": 2}
    assert report.speakers == {"x": 2}


def test_check_names_each_class_that_differs(tmp_path: Path) -> None:
    class Short(Listed):
        published: ClassVar[dict[str, int]] = {"sad": 3, "happy": 1}
        published_speakers: ClassVar[int | None] = 2

    problems = Short(tmp_path, Records([item(1), item(2)])).check().problems
    assert problems == [
        "class sad: 2 items, published 3",
        "class happy: 0 items, published 1",
        "0 speakers, published 2",
    ]


def test_check_compares_each_split_on_its_own(tmp_path: Path) -> None:
    class Parts(Listed):
        published_splits: ClassVar[dict[str, dict[str, int]]] = {
            "train": {"sad": 1, "happy": 1},
            "dev": {"sad": 1},
            "test": {"sad": 4},
        }

    records = Records([item(1, split="train"), item(2, split="dev")])
    assert Parts(tmp_path, records).check().problems == [
        "train: class happy: 0 items, published 1",
        "test: no labelled record; this split is not in the folder",
    ]


def test_check_counts_every_label_of_a_multi_label_corpus(tmp_path: Path) -> None:
    class Multi(Listed):
        spaces: ClassVar[tuple[str, ...]] = ("semeval2018_ec11",)

    records = Records([item(1, None, labels=("joy", "love")), item(2, None, labels=("joy",)), item(3, None, labels=())])
    assert Multi(tmp_path, records).check().counts == {"joy": 2, "love": 1}


def test_copies_are_problems_unless_the_owners_released_them(tmp_path: Path, write_audio) -> None:
    class Known(Listed):
        known_copies: ClassVar[frozenset[str]] = frozenset({"i2"})

    paths = [write_audio(f"{name}.wav", seed=1) for name in "abc"]
    records = Records(
        item(number, audio=str(path), digest=digest)
        for number, (path, digest) in enumerate(zip(paths, digests(paths)), start=1)
    )
    report = Known(tmp_path, records).check()
    assert report.problems == ["copies of another record (1): i3 = i1"]
    assert report.notes == ["copies of another record (1): i2 = i1"]


def test_check_reports_a_file_that_cannot_be_decoded(tmp_path: Path, write_audio) -> None:
    good, bad = write_audio("good.wav"), tmp_path / "bad.wav"
    bad.write_bytes(b"RIFF but no sound")
    records = Records([item(1, audio=str(good)), item(2, audio=str(bad))])
    (problem,) = Listed(tmp_path, records).check().problems
    assert "bad.wav" in problem


def test_digest_depends_on_the_samples_and_not_on_the_container(tmp_path: Path, write_audio) -> None:
    wav, flac, other = write_audio("a.wav", seed=1), write_audio("a.flac", seed=1), write_audio("b.wav", seed=2)
    as_wav, as_flac, of_other = digests([wav, flac, other])
    assert as_wav == as_flac != of_other


def test_digest_of_stereo_is_the_same_in_both_containers(tmp_path: Path, write_audio) -> None:
    left, _ = soundfile.read(write_audio("left.wav"), dtype="int16")
    right, _ = soundfile.read(write_audio("right.wav"), dtype="int16")
    paths = [tmp_path / "stereo.wav", tmp_path / "stereo.flac"]
    for path in paths:
        soundfile.write(path, [*zip(left, right)], 16000, subtype="PCM_16")
    assert len(set(digests(paths))) == 1


def test_a_damaged_file_still_has_a_digest(tmp_path: Path) -> None:
    damaged = tmp_path / "a.wav"
    damaged.write_bytes(b"RIFF")
    empty = tmp_path / "b.wav"
    empty.write_bytes(b"")
    assert all(digests([damaged, empty]))


def test_settings_are_converted_to_their_declared_types() -> None:
    assert _settings("listed", Listed, {"size": "7", "fold": "b"}) == {"size": 7, "fold": "b"}


def test_a_setting_that_does_not_exist_is_named_with_the_nearest() -> None:
    with pytest.raises(Ai4erError, match=r"no setting of corpus listed named 'fould': did you mean 'fold'"):
        _settings("listed", Listed, {"fould": "a"})


def test_a_setting_with_an_impossible_value_says_what_is_accepted() -> None:
    with pytest.raises(Ai4erError, match=r"fold='c': it should be 'a' or 'b'"):
        _settings("listed", Listed, {"fold": "c"})


def test_a_corpus_without_settings_takes_none(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="no setting of corpus emodb named 'target'"):
        open_corpus("emodb:target=self", tmp_path)


def test_data_may_be_the_folder_itself_or_one_above(tmp_path: Path, write_audio) -> None:
    write_audio("urdu/Sad/SM1_F10_S010.wav")
    assert open_corpus("urdu", tmp_path).root == open_corpus("urdu", tmp_path / "urdu").root == tmp_path / "urdu"


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="no folder"):
        open_corpus("emodb", tmp_path / "nowhere")


def test_an_archive_is_to_be_unpacked_first(tmp_path: Path) -> None:
    archive = tmp_path / "emovo.zip"
    archive.write_bytes(b"PK")
    with pytest.raises(Ai4erError, match=r"emovo\.zip is a file; unpack it, and give the folder"):
        open_corpus("emovo", archive)


def test_links_that_lead_back_are_not_followed_for_ever(tmp_path: Path, write_audio) -> None:
    write_audio("f1/gio-f1-b2.wav")
    (tmp_path / "f1" / "again").symlink_to(tmp_path)
    assert len(open_corpus("emovo", tmp_path).read()) == 1


def test_without_any_folder_the_error_says_how_to_give_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AI4ER_DATA", raising=False)
    with pytest.raises(Ai4erError, match="--data DIR or the variable AI4ER_DATA"):
        open_corpus("emodb")


def test_text_file_takes_plain_or_gzipped_and_names_what_is_missing(tmp_path: Path, write_text) -> None:
    write_text("deep/a.csv.gz", "x")
    assert text_file(tmp_path, "a.csv").name == "a.csv.gz"
    write_text("a.csv", "x")
    assert text_file(tmp_path, "a.csv").name == "a.csv"
    with pytest.raises(Ai4erError, match=r"no file b\.csv or c\.csv"):
        text_file(tmp_path, "b.csv", "c.csv")


def test_default_space_is_the_first() -> None:
    assert Listed(Path("/")).space == label_space("urdu4")


def test_some_shows_all_of_a_short_list() -> None:
    assert some(["a", "b"]) == "a, b"

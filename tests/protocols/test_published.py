"""Published protocols: EmoBox' folds, IEMOCAP's two forms, one corpus out, one model for each person."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES, label_space
from ai4er.protocols.base import Fold, Protocol, audit, parse_protocol
from ai4er.protocols.leaks.guarantees import guarantees
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
NAMES = ["03a01Fa", "03a02Wb", "08a01Fa", "08a02Wb", "09a01Fa", "09a02Wb"]


def check(spec: str, records: Records, space=SPACE) -> list[Fold]:
    protocol: Protocol = parse_protocol(spec)
    folds = protocol.folds(records, space, 0)
    for fold in folds:
        audit(fold, records, protocol)
    return folds


def emodb(*names: str) -> Records:
    return Records(Record(id=name, corpus="emodb", speaker=name[:2], label="anger") for name in names)


def names(fold: Fold, role: str, records: Records) -> list[str]:
    return [records[int(i)].id for i in fold.roles[role]]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rows = [
        f"emodb-{name},emodb/wav/{name}.wav,anger,2.0,16000,{fold}"
        for name, fold in zip(NAMES, ["1", "1", "2", "v1", "", ""])
    ]
    text = "\n".join(["key,path,label,seconds,sample_rate,test_fold", *rows])
    (tmp_path / "emodb.csv.gz").write_bytes(gzip.compress(text.encode()))
    return tmp_path


def test_emobox_reads_its_folds_from_a_table(table: Path) -> None:
    records = emodb(*NAMES, "16b10Tb")
    first, second = check(f"emobox:folder={table}", records)
    assert (names(first, "test", records), names(first, "valid", records)) == (NAMES[:2], [NAMES[3]])
    assert names(first, "train", records) == [NAMES[2], *NAMES[4:]]
    assert names(second, "train", records) == [n for n in NAMES if n != NAMES[2]]
    assert first.notes == ("1 records are not in the lists and left out",)
    assert (first.mark, second.mark) == ("", "†speaker-dependent")


def test_a_checkout_of_emobox_says_the_same_as_the_table(table: Path, tmp_path: Path) -> None:
    held_out = {1: {"test": NAMES[:2], "valid": [NAMES[3]]}, 2: {"test": [NAMES[2]]}}
    for fold, roles in held_out.items():
        train = [name for name in NAMES if not any(name in there for there in roles.values())]
        for role, there in {**roles, "train": train}.items():
            file = tmp_path / f"checkout/data/emodb/fold_{fold}/emodb_{role}_fold_{fold}.jsonl"
            file.parent.mkdir(parents=True, exist_ok=True)
            lines = [{"key": f"emodb-{n}", "wav": f"downloads/emodb/wav/{n}.wav", "emo": "anger"} for n in there]
            file.write_text("\n".join(map(json.dumps, lines)))
    records = emodb(*NAMES)
    for one, other in zip(
        check(f"emobox:folder={table}", records), check(f"emobox:folder={tmp_path / 'checkout'}", records)
    ):
        assert {role: where.tolist() for role, where in one.roles.items()} == {
            role: where.tolist() for role, where in other.roles.items()
        }


def test_recordings_are_found_by_the_end_of_their_path_where_names_repeat(tmp_path: Path) -> None:
    rows = [
        f"casia-{n}-{s}-{e},casia/{s}/{e}/{n}.wav,{e},1,16000,{1 if s == 'liuchanhg' else ''}"
        for n in (1, 2)
        for s in ("liuchanhg", "wangzhe")
        for e in ("angry", "sad")
    ]
    (tmp_path / "casia.csv").write_text("\n".join(["key,path,label,seconds,sample_rate,test_fold", *rows]))
    records = Records(
        Record(id=str(i), corpus="casia", speaker=s, label="anger", audio=f"/mine/CASIA/{s}/{e}/{n}.wav")
        for i, (n, s, e) in enumerate(
            (n, s, e) for n in (1, 2) for s in ("liuchanhg", "wangzhe") for e in ("angry", "sad")
        )
    )
    (fold,) = check(f"emobox:folder={tmp_path}", records)
    assert {records[int(i)].speaker for i in fold.roles["test"]} == {"liuchanhg"} and len(fold.roles["test"]) == 4


def test_lists_that_are_not_there_say_what_to_do(table: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AI4ER_DATA", raising=False)
    with pytest.raises(Ai4erError, match="name your checkout with emobox:folder=DIR"):
        check("emobox", emodb(*NAMES))
    with pytest.raises(Ai4erError, match="no lists of urdu; it has emodb"):
        check(f"emobox:folder={table}", Records(r.replace(corpus="urdu") for r in emodb(*NAMES)))
    with pytest.raises(Ai4erError, match=r"none of the records is in the lists, such as emodb/wav/03a01Fa\.wav"):
        check(f"emobox:folder={table}", emodb("16b10Tb", "16b10Wb"))
    (table / "emodb.csv.gz").write_bytes(gzip.compress(b"key,path,test_fold\na,b,first\n"))
    with pytest.raises(Ai4erError, match="test_fold of a is 'first'; it must be 2, v2 or empty"):
        check(f"emobox:folder={table}", emodb(*NAMES))


@pytest.mark.skipif(not os.environ.get("AI4ER_DATA"), reason="AI4ER_DATA does not say where the corpora are")
@pytest.mark.parametrize(("corpus", "folds", "shares"), [("emovo", 6, False), ("urdu", 1, True)])
def test_emobox_on_real_corpora_says_which_folds_share_speakers(corpus: str, folds: int, shares: bool) -> None:
    from ai4er.corpora import open_corpus

    if not (Path(os.environ["AI4ER_DATA"]) / "emobox_layouts").is_dir():
        pytest.skip("no lists of EmoBox")
    reader = open_corpus(corpus)
    records = reader.read()
    found = check("emobox", records, reader.space)
    assert len(found) == folds and not any(fold.notes for fold in found)
    assert ("speaker" in guarantees(found, records).shared) is shares
    assert {bool(fold.mark) for fold in found} == {shares}


def iemocap() -> Records:
    """Five sessions of a woman and a man, an improvised and a scripted dialogue each."""
    classes = ("angry", "happy", "neutral", "sad")
    return Records(
        Record(
            id=f"{session}{kind}{turn}", corpus="iemocap", speaker=f"Ses0{session}{'FM'[turn % 2]}",
            session=f"Ses0{session}", dialogue=f"{session}{kind}", turn=turn,
            label=classes[turn % 4] if turn < 8 else None, attributes={"kind": kind},
        )
        for session in range(1, 6) for kind in ("improvised", "scripted") for turn in range(9)
    )  # fmt: skip


def test_iemocap_in_sessions_and_in_speakers() -> None:
    records, space = iemocap(), label_space("iemocap4")
    sessions = check("iemocap_5_sessions", records, space)
    assert len(sessions) == 5 and guarantees(sessions, records).disjoint[:3] == ("speaker", "session", "dialogue")
    speakers = check("iemocap_10_speakers", records, space)
    assert len(speakers) == 10 and not any(fold.mark for fold in speakers)
    for fold in speakers:
        tested, validated, trained = (
            {records[int(i)].speaker for i in fold.roles[role]} for role in ("test", "valid", "train")
        )
        assert tested == {fold.name} and {name[:5] for name in tested | validated} == {fold.name[:5]}
        assert len(trained) == 8 and not {name[:5] for name in trained} & {fold.name[:5]}


@pytest.mark.parametrize("name", ["iemocap_5_sessions", "iemocap_10_speakers"])
def test_iemocap_without_the_scripted_plays(name: str) -> None:
    records = iemocap()
    for fold in check(f"{name}:turns=improvised", records, label_space("iemocap4")):
        used = [records[int(i)] for where in fold.roles.values() for i in where]
        assert {record.attributes["kind"] for record in used} == {"improvised"}
    with pytest.raises(Ai4erError, match="give --corpus iemocap:target=iemocap4"):
        check(name, Records(r.replace(label="frustrated") for r in records), label_space("iemocap6"))


def test_leave_one_corpus_out_is_cross_corpus_for_every_corpus() -> None:
    records = Records(
        Record(id=f"{s}-{i}", corpus=corpus, speaker=f"s{s}", label=SPACE.names[i])
        for corpus in ("one", "two", "three") for s in range(3) for i in range(4)
    )  # fmt: skip
    folds = check("leave_one_corpus_out", records)
    assert [fold.name for fold in folds] == ["one", "three", "two"]
    for fold in folds:
        (cross,) = check(f"cross_corpus:target={fold.name}", records)
        assert (fold.roles["test"] == cross.roles["test"]).all()
        assert {records[int(i)].corpus for i in fold.roles["train"]} == {"one", "two", "three"} - {fold.name}
    with pytest.raises(Ai4erError, match="two corpora or more are needed, and there is emodb"):
        check("leave_one_corpus_out", emodb(*NAMES))


def test_subject_dependent_is_a_model_for_each_person_and_session() -> None:
    records = Records(
        Record(
            id=f"{p}_{s}_{clip}", corpus="seed", speaker=str(p), session=str(s), label=SPACE.names[clip % 3],
            split="train" if clip < 9 else "test",
        )
        for p in range(3) for s in (1, 2) for clip in range(15)
    )  # fmt: skip
    folds = check("subject_dependent", records)
    assert [fold.name for fold in folds] == ["0 1", "0 2", "1 1", "1 2", "2 1", "2 2"]
    assert {(len(fold.roles["train"]), len(fold.roles["test"]), fold.mark) for fold in folds} == {
        (9, 6, "†speaker-dependent")
    }
    with pytest.raises(Ai4erError, match="no official split"):
        check("subject_dependent", emodb(*NAMES))


def podcast(**counts: int) -> Records:
    return Records(
        Record(f"{split}-{i}", "msp_podcast", split=split, speaker=f"{split}{i % 3}", label=SPACE.names[i % 4])
        for split, count in counts.items() for i in range(count)
    )  # fmt: skip


def test_msp_podcast_is_tested_on_the_named_part_and_the_release_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from ai4er.protocols.msp_podcast import RELEASES

    counts = {"train": 12, "dev": 4, "test1": 8, "test2": 5}
    records = podcast(**counts)
    for part in ("test1", "test2"):
        (fold,) = check(f"msp_podcast:test={part}", records)
        assert {name.partition("-")[0] for name in names(fold, "test", records)} == {part}
        assert len(fold.roles["train"]) == 12 and len(fold.roles["valid"]) == 4
        assert fold.name == part and "no release that is known here" in fold.notes[0]
    monkeypatch.setitem(RELEASES, "1.8", counts)
    assert check("msp_podcast:release=1.8", records)[0].notes[0] == "release 1.8"
    with pytest.raises(Ai4erError, match=r"not release 1\.10: it has dev 4, test1 8, test2 5, train 12, and"):
        check("msp_podcast:release=1.10", records)
    with pytest.raises(Ai4erError, match="give --corpus msp_podcast"):
        check("msp_podcast", emodb(*NAMES))


def trials(**attributes: str) -> Records:
    """Two persons with two sessions of six clips."""
    return Records(
        Record(
            f"{p}-{s}-{c}", "here", speaker=p, session=str(s), label=SPACE.names[c % 4],
            attributes={key: str(c // 2 + 1) if value == "clip" else value for key, value in attributes.items()},
        )
        for p in "ab" for s in (1, 2) for c in range(6)
    )  # fmt: skip


def test_folds_over_the_clips_of_all_sessions_of_a_person() -> None:
    records = trials(fold="clip")
    folds = check("subject_dependent", records)
    assert [fold.name for fold in folds] == [f"{p} fold {n}" for p in "ab" for n in (1, 2, 3)]
    for fold in folds:
        tested = [records[int(i)] for i in fold.roles["test"]]
        assert {r.speaker for r in tested} == {fold.name[0]} and {r.session for r in tested} == {"1", "2"}
        assert {r.attributes["fold"] for r in tested} == {fold.name[-1]}
        assert len(fold.roles["train"]) == 8 and fold.mark == "†speaker-dependent"


def test_a_person_without_a_published_split_has_folds_over_his_trials() -> None:
    records = trials()
    with pytest.raises(Ai4erError, match="subject_dependent:folds=10 makes one"):
        check("subject_dependent", records)
    folds = check("subject_dependent:folds=4", records)
    assert len(folds) == 8 and all(len(f.roles["test"]) == 3 and len(f.roles["train"]) == 9 for f in folds)
    tested = sorted(i for fold in folds for i in fold.roles["test"].tolist())
    assert tested == list(range(len(records)))
    with pytest.raises(Ai4erError, match="here/a has 12 labelled records for 13 folds"):
        check("subject_dependent:folds=13", records)


def test_cross_subject_is_another_name_of_loso() -> None:
    assert parse_protocol("cross_subject") == parse_protocol("loso")

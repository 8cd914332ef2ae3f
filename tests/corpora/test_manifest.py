from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space


def test_columns_become_fields_and_others_attributes(write_audio, write_text) -> None:
    audio = write_audio("clips/a.wav")
    table = write_text(
        "my.csv",
        "ID,file,Text,emotion,speaker,turn,split,start,end,valence,arousal,dominance,gender\n"
        'u1,clips/a.wav,"Well, yes",Happy,s1,0,train,0,0.05,0.5,-0.25,,f\n'
        "u2,clips/a.wav,,,s2,1,test,0.05,,,,,\n",
    )
    corpus = open_corpus(f"manifest:file={table}")
    first, second = corpus.read()
    assert (first.id, first.audio, first.text, first.label) == ("u1", str(audio), "Well, yes", "happy")
    assert (first.speaker, first.turn, first.split, first.start, first.end) == ("s1", 0, "train", 0.0, 0.05)
    assert first.dimensions == {"valence": 0.5, "arousal": -0.25}
    assert first.attributes == {"gender": "f"}
    assert (second.label, second.text, second.end, second.attributes, second.digest) == (None, None, None, {}, "")
    assert open_corpus(f"manifest:file={table},digest=true").read()[0].digest


def test_classes_that_exist_have_the_existing_space_and_others_their_own(write_text) -> None:
    known = write_text("a.csv", "text,label\na,Anger\nb,happiness\nc,neutral\nd,sadness\n")
    own = write_text("b.csv", "text,label\na,zen\nb,neutral\n")
    assert open_corpus(f"manifest:file={known}").space == label_space("common4")
    space = open_corpus(f"manifest:file={own}").space
    assert (space.name, space.kind, space.names, space.neutral) == ("manifest", "single", ("neutral", "zen"), "neutral")
    with pytest.raises(Ai4erError, match="no class of common4 named 'zen'"):
        _ = open_corpus(f"manifest:file={own},space=common4").space


def test_dimensions_scores_and_several_labels_have_spaces(write_text) -> None:
    table = write_text("a.csv", "text,labels,valence,arousal,score\na,joy|trust,1,4,0.5\nb,,5,2,-0.5\n")
    corpus = open_corpus(f"manifest:file={table}")
    assert [record.labels for record in corpus.read()] == [("joy", "trust"), None]
    multi, dimensions, score = corpus.label_spaces
    assert (multi.kind, multi.names) == ("multi", ("joy", "trust"))
    assert (dimensions.names, dimensions.low, dimensions.high) == (("valence", "arousal"), 1, 5)
    assert (score.kind, score.low, score.high) == ("score", -1, 1)


def test_settings_name_other_columns(write_text) -> None:
    table = write_text("a.tsv", "utterance\tclass\tname\nhi\tJoy\tx\n")
    (record,) = open_corpus(f"manifest:file={table},text=utterance,label=class,id=name").read()
    assert (record.id, record.text, record.label) == ("x", "hi", "joy")
    with pytest.raises(Ai4erError, match=r"no column of .* named 'clas': did you mean 'class'"):
        open_corpus(f"manifest:file={table},text=utterance,label=clas").read()


def test_lists_of_emobox_and_tables_of_audformat(write_audio, write_text, tmp_path: Path) -> None:
    write_audio("downloads/x/a.wav")
    emobox = write_text(
        "data/x.jsonl.gz", '{"key": "x-a", "wav": "downloads/x/a.wav", "emo": "hap", "length": 1.5, "channel": 1}\n'
    )
    (record,) = open_corpus(f"manifest:file={emobox},folder={tmp_path}").read()
    assert (record.id, record.label, record.attributes) == ("x-a", "hap", {"length": "1.5", "channel": "1"})
    audformat = write_text(
        "db.emotion.csv", "file,start,end,emotion\ndownloads/x/a.wav,0 days 00:00:01.500000,,anger\n"
    )
    (record,) = open_corpus(f"manifest:file={audformat}").read()
    assert (record.start, record.end, record.label) == (1.5, None, "anger")


def test_parquet_keeps_numbers_and_a_file_is_sorted_by_its_suffix(write_text, tmp_path: Path) -> None:
    write_text("a.mp4", "")
    write_text("b.wav", "")
    pyarrow.parquet.write_table(
        pa.table({"file": ["a.mp4", "b.wav"], "valence": [0.5, None], "speaker": [7, 8]}), tmp_path / "t.parquet"
    )
    first, second = open_corpus(f"manifest:file={tmp_path / 't.parquet'}").read()
    digested = open_corpus(f"manifest:file={tmp_path / 't.parquet'},digest=true").read()
    assert digested[0].digest == digested[1].digest != ""
    assert (first.video, first.audio, first.speaker) == (str(tmp_path / "a.mp4"), None, "7")
    assert (second.video, second.audio, second.dimensions) == (None, str(tmp_path / "b.wav"), {})


@pytest.mark.parametrize(
    ("name", "table", "message"),
    [
        ("a.csv", "label\nx\n", r"a\.csv: no column of inputs \(audio, wav, file, video, image, text\); it has label"),
        ("a.csv", "text,label\na,b\nc\n", "a.csv: row 2 has 1 fields where 2 are expected"),
        ("a.csv", "text,text\na,b\n", "two columns are called 'text'"),
        ("a.csv", "file\nno.wav\nneither.wav\n", r"row 1: no file .*no\.wav \(2 rows have no file\)"),
        ("a.csv", "text,valence\na,0.5\nb,NaN\n", "valence, row 2: nan is no number"),
        ("a.csv", "text,valence\na,0.5\nb,high\n", "valence, row 2: 'high' is no number"),
        ("a.csv", "id,text\nx,a\n,b\n", "row 2: id is empty"),
        ("a.csv", "id,text\nx,a\nx,b\n", "two records have the id 'x'"),
        ("a.csv", "", "no header"),
        ("a.csv", "text,label\n", "there is no row"),
        ("a.csv", b"text\n\xff\xfe\n", "in UTF-8"),
        ("a.jsonl", '{"text": "a"}\n{"text": \n', r"a\.jsonl: line 2: not whole JSON"),
        ("a.jsonl", '{"text": "a", "valence": NaN}\n', "line 1: NaN is no number"),
        ("a.jsonl", "[1]\n", "line 1: .* where an object"),
        ("a.parquet", "no", "not a whole parquet table"),
        ("a.xlsx", "", r"a table ends in \.csv"),
    ],
)
def test_every_fault_is_one_clear_line(write_text, name: str, table: str, message: str) -> None:
    path = write_text(name, table)
    with pytest.raises(Ai4erError, match=message) as error:
        open_corpus(f"manifest:file={path}").read()
    assert "\n" not in str(error.value)


def test_a_table_that_is_not_there_and_one_without_labels(write_text) -> None:
    with pytest.raises(Ai4erError, match=r"no file nowhere\.csv"):
        open_corpus("manifest:file=nowhere.csv")
    with pytest.raises(Ai4erError, match="no label in any row"):
        _ = open_corpus(f"manifest:file={write_text('a.csv', 'text' + chr(10) + 'a' + chr(10))}").space

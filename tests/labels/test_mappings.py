"""Labels become those of another space by a named table only."""

from __future__ import annotations

import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES, MAPPINGS, LabelSpace, mapping
from ai4er.records import Record, Records

OWN = LabelSpace(name="mine", kind="single", names=("angry", "joy", "puzzled"))


def test_no_mapping_names_a_class_that_its_spaces_do_not_have() -> None:
    for found in MAPPINGS.values():
        assert set(found.table) <= set(LABEL_SPACES[found.source].names), found.name
        assert set(found.table.values()) <= set(LABEL_SPACES[found.target].names), found.name


def test_every_speech_corpus_with_the_usual_classes_maps_to_the_common_ones() -> None:
    for source in ("emodb7", "savee7", "tess7", "iemocap6", "msp_podcast8", "emozionalmente7", "mead8"):
        assert set(mapping(LABEL_SPACES[source], LABEL_SPACES["common4"]).table.values()) == {
            "anger", "happiness", "neutral", "sadness",
        }, source  # fmt: skip


def test_classes_of_a_table_of_ones_own_map_by_synonyms_and_the_rest_is_counted() -> None:
    records = Records(Record(id=str(i), corpus="c", label=name) for i, name in enumerate(("joy", "puzzled", "angry")))
    kept, dropped = mapping(OWN, LABEL_SPACES["common4"]).apply(records)
    assert [record.label for record in kept] == ["happiness", "anger"]
    assert dropped == {"puzzled": 1}


def test_where_no_class_has_a_counterpart_the_mappings_that_exist_are_named() -> None:
    with pytest.raises(Ai4erError, match="no mapping wesad3->common4: wesad3 maps to nothing"):
        mapping(LABEL_SPACES["wesad3"], LABEL_SPACES["common4"])
    with pytest.raises(Ai4erError, match="iemocap6 maps to common4, common6, ekman6, ekman7, emotions13, iemocap4"):
        mapping(LABEL_SPACES["iemocap6"], LABEL_SPACES["wesad3"])


def test_a_vote_without_counterpart_goes_together_with_its_rater() -> None:
    record = Record(id="0", corpus="c", label="joy", votes=("joy", "puzzled", "angry"), raters=("A", "B", "C"))
    (kept,), _ = mapping(OWN, LABEL_SPACES["common4"]).apply(Records([record]))
    assert (kept.votes, kept.raters) == (("happiness", "anger"), ("A", "C"))


def test_in_the_union_of_corpora_excitement_and_frustration_are_classes_of_their_own() -> None:
    table = mapping(LABEL_SPACES["iemocap6"], LABEL_SPACES["emotions13"]).table
    assert (table["excited"], table["frustrated"], table["angry"]) == ("excitement", "frustration", "anger")
    assert set(mapping(LABEL_SPACES["meld3"], LABEL_SPACES["emotions13"]).table) == {"negative", "neutral", "positive"}

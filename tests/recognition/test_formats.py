"""Recognitions as text for other programs."""

from __future__ import annotations

import json

import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.recognition.formats import FORMATS
from ai4er.recognition.result import Recognition, Segment

SPACE = LABEL_SPACES["common4"]


def segment(scores: tuple[float, ...], *where: float, speaker: str = "", text: str = "") -> Segment:
    return Segment(dict(zip(SPACE.names, scores)), *where, speaker=speaker, text=text)


SURE = segment((0.7, 0.1, 0.1, 0.1), 1.0, 2.25, speaker="Ada B", text="no <b> & no")
UNSURE = segment((0.3, 0.4, 0.2, 0.1), 3661.0, 3662.0)
FIRST, SECOND = SPACE.names[:2]


def recognition(*segments: Segment, least: float = 0.0) -> Recognition:
    return Recognition("a call.wav", SPACE, list(segments), "speech", 4000.0, "some licence", least)


def test_a_recognizer_that_is_not_sure_enough_abstains() -> None:
    found = recognition(SURE, UNSURE, least=0.5)
    assert [found.labels(one) for one in found.segments] == [[FIRST], []]
    assert [(row["label"], row["confidence"]) for row in found.rows()] == [(FIRST, 0.7), ("", 0.4)]


def test_labels_of_a_multi_label_space_apply_from_their_thresholds_and_the_wanted_confidence() -> None:
    space = LABEL_SPACES["mosei6"]
    one = Segment(dict(zip(space.names, (0.6, 0.9, 0.4, 0.1, 0.0, 0.0))))
    assert Recognition("x", space, [one]).labels(one) == ["sad", "happy"]  # likeliest first
    assert Recognition("x", space, [one], min_confidence=0.8).labels(one) == [space.names[1]]
    own = Recognition("x", space, [one], thresholds={"happy": 0.7, "anger": 0.3})
    assert own.labels(one) == ["sad", "anger"]


def test_json_is_one_object_or_a_list() -> None:
    found = recognition(SURE)
    one = json.loads(found.to_json())
    assert one["licence"] == "some licence" and one["segments"][0]["speaker"] == "Ada B"
    assert [part["source"] for part in json.loads(FORMATS["json"]([found, found]))] == ["a call.wav"] * 2


def test_rttm_has_ten_fields_a_line() -> None:
    lines = recognition(SURE, UNSURE, least=0.5).to_rttm().splitlines()
    assert lines[0] == f"SPEAKER a_call.wav 1 1.000 1.250 <NA> {FIRST} Ada_B 0.7 <NA>"
    assert lines[1] == "SPEAKER a_call.wav 1 3661.000 1.000 <NA> <NA> speech 0.4 <NA>"
    assert all(len(line.split()) == 10 for line in lines)


def test_captions_say_the_emotion_and_hold_no_markup_of_the_speakers() -> None:
    assert recognition(SURE, UNSURE, least=0.5).to_vtt() == (
        f"WEBVTT\n\n1\n00:00:01.000 --> 00:00:02.250\n<v Ada B>[{FIRST} 0.70] no &lt;b&gt; &amp; no\n\n"
        "2\n01:01:01.000 --> 01:01:02.000\n[unsure 0.40]\n"
    )


def test_captions_of_dimensions_say_every_value() -> None:
    space = LABEL_SPACES["valence_arousal"]
    one = Segment(dict(zip(space.names, (0.5, -0.25))), 0.0, 1.0)
    assert "[valence +0.50, arousal -0.25]" in Recognition("x.wav", space, [one]).to_vtt()


@pytest.mark.parametrize("form", ["rttm", "vtt"])
def test_text_has_no_times(form: str) -> None:
    with pytest.raises(Ai4erError, match="has no times"):
        FORMATS[form]([recognition(segment((0.7, 0.1, 0.1, 0.1), text="hello"))])


def test_captions_are_of_one_recording() -> None:
    with pytest.raises(Ai4erError, match="one recording"):
        FORMATS["vtt"]([recognition(SURE), recognition(SURE)])


def test_a_data_frame_has_a_row_a_segment() -> None:
    frame = recognition(SURE, UNSURE).to_dataframe()
    where = ["source", "start", "end", "speaker", "text", "label", "confidence", "valence", "arousal"]
    assert list(frame.columns) == [*where, *SPACE.names]
    assert frame[FIRST].tolist() == [0.7, 0.3] and frame["label"].tolist() == [FIRST, SECOND]


def test_a_segment_has_a_place_among_valence_and_arousal() -> None:
    space = LABEL_SPACES["common4"]
    angry, calm = (Segment(dict(zip(space.names, row)), start=0.0, end=1.0) for row in ([1, 0, 0, 0], [0, 0, 1, 0]))
    found = Recognition("x", space, [angry, calm])
    assert [(row["valence"], row["arousal"]) for row in found.rows()] == [(-0.51, 0.59), (0.0, 0.0)]


def test_a_space_without_places_and_several_labels_at_once_have_none() -> None:
    for name in ("wesad3", "goemotions28"):
        space = LABEL_SPACES[name]
        found = Recognition("x", space, [Segment(dict.fromkeys(space.names, 0.5), start=0.0, end=1.0)])
        assert "valence" not in next(iter(found.rows()))

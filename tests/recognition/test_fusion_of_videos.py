"""Somebody who is filmed: voice, face and words are averaged, and each is enough where the others are missing."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import soundfile
from av.stream import Disposition

from ai4er.corpora import open_corpus
from ai4er.corpora._voice import SAMPLE_RATE, speak, voice
from ai4er.errors import Ai4erError
from ai4er.features._video_frames import has_pictures
from ai4er.features.media import load_audio
from ai4er.prediction.fused import log_average
from ai4er.recognition.faces import tracks_of_video
from ai4er.recognition.recognize import load, recognize
from ai4er.recognition.result import Segment
from tests.recognition.test_faces import scene

RATE, SECONDS = 10, 6


@pytest.fixture(scope="module")
def voices() -> np.ndarray:
    """Speech from 0 to 2 and from 4 to 6 seconds."""
    one, other = (
        speak(kind, voice(0), 2.0, np.random.default_rng(seed)) for kind, seed in (("anger", 0), ("happiness", 1))
    )
    return np.concatenate([one, np.zeros(2 * SAMPLE_RATE), other]).astype(np.float32)


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    """A small face all the time, and a large one in the first half."""
    records = open_corpus("synthetic_face:size=70,pixels=120,noise=0").read()
    face = next(r.arrays["image"] for r in records if r.speaker == records[4].speaker and r.label == "happy")
    large = cv2.resize(face, (220, 220))
    return [
        scene((face, 480, 200), *([(large, 100, 60)] if frame < RATE * SECONDS // 2 else []))
        for frame in range(RATE * SECONDS)
    ]


def write_film(path: Path, pictures: list[np.ndarray], samples: np.ndarray | None) -> Path:
    with av.open(str(path), "w") as container:
        film = container.add_stream("ffv1", rate=RATE)
        film.height, film.width, film.pix_fmt = *pictures[0].shape[:2], "yuv420p"
        sound = None if samples is None else container.add_stream("pcm_s16le", rate=SAMPLE_RATE)
        for picture in pictures:
            container.mux(film.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(film.encode())
        if sound is not None and samples is not None:
            whole = (samples * 32767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
            frame.rate = SAMPLE_RATE
            container.mux(sound.encode(frame))
            container.mux(sound.encode())
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory, pictures: list[np.ndarray], voices: np.ndarray) -> Path:
    return write_film(tmp_path_factory.mktemp("film") / "film.mkv", pictures, voices)


def scores(segment: Segment) -> np.ndarray:
    return np.array(list(segment.scores.values()))


def test_each_stretch_of_speech_is_averaged_with_the_largest_face_of_its_time(film: Path) -> None:
    found, heard = recognize(film, "fusion"), recognize(film, "speech", labels="ekman7")
    assert found.recognizer == "fusion" and found.space.name == "ekman7" and "fer2013" in found.licence
    assert [(s.start, s.end) for s in found.segments] == [(s.start, s.end) for s in heard.segments]
    tracks, _ = tracks_of_video(film, load("fusion").part("image"))  # type: ignore[attr-defined]
    small, large = sorted(tracks, key=lambda track: track.boxes[0][2])
    for segment, alone in zip(found.segments, heard.segments):
        assert segment.start is not None and segment.end is not None and segment.box is not None
        track = large if segment.end < SECONDS / 2 else small
        inside = [segment.start <= frame / 5 < segment.end for frame in track.frames]
        seen = np.stack(track.scores)[inside].mean(0)
        np.testing.assert_allclose(scores(segment), log_average([scores(alone), seen]), atol=1e-4)
        assert segment.box[2] == pytest.approx(track.boxes[0][2], rel=0.2)
        assert segment.speaker == f"face {1 + tracks.index(track)}"


def test_without_pictures_it_hears_and_without_sound_it_sees(
    film: Path, pictures: list[np.ndarray], voices: np.ndarray, tmp_path: Path
) -> None:
    soundfile.write(tmp_path / "call.wav", voices, SAMPLE_RATE)
    heard = recognize(tmp_path / "call.wav", "fusion")
    alone = recognize(tmp_path / "call.wav", "speech", labels="ekman7")
    assert [s.scores for s in heard.segments] == [s.scores for s in alone.segments]
    for samples in (None, np.zeros_like(voices)):
        mute = write_film(tmp_path / "mute.mkv", pictures, samples)
        seen, faces = recognize(mute, "fusion"), recognize(mute, "face", labels="ekman7")
        assert [s.scores for s in seen.segments] == [s.scores for s in faces.segments] != []


def test_where_no_face_is_seen_the_voice_decides(voices: np.ndarray, tmp_path: Path) -> None:
    empty = write_film(tmp_path / "empty.mkv", [scene()] * (RATE * SECONDS), voices)
    found, alone = recognize(empty, "fusion"), recognize(empty, "speech", labels="ekman7")
    assert [s.scores for s in found.segments] == [s.scores for s in alone.segments] and not found.segments[0].speaker


def test_the_cover_of_a_piece_of_music_is_no_video(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "song.mp3"), "w") as container:
        sound, cover = container.add_stream("mp3", rate=SAMPLE_RATE), container.add_stream("mjpeg", rate=1)
        cover.width = cover.height = 64
        cover.pix_fmt, cover.disposition = "yuvj420p", Disposition.attached_pic
        picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux([*cover.encode(picture), *cover.encode()])
        frame = av.AudioFrame.from_ndarray(np.zeros((1, SAMPLE_RATE), np.int16), format="s16p", layout="mono")
        frame.rate = SAMPLE_RATE
        container.mux([*sound.encode(frame), *sound.encode()])
    assert not has_pictures(tmp_path / "song.mp3")
    assert recognize(tmp_path / "song.mp3", "fusion").segments == []


def test_a_turn_of_a_filmed_dialogue_is_read_heard_and_seen(film: Path) -> None:
    """All three count alike; the face is the largest of the turn's time, and the words need not be there."""
    text = "Thank you so much!"
    table = film.parent / "film.csv"
    table.write_text(f'text,file,start,end\n"{text}",film.mkv,0,2\n,film.mkv,4,6\n"{text}",,,\n')
    all_three, unread, alone = recognize(table).segments
    small, large = sorted(tracks_of_video(film, load("fusion").part("image"))[0], key=lambda one: one.boxes[0][2])  # type: ignore[attr-defined]
    (film.parent / "parts.csv").write_text("text,file,start,end\n,sound.wav,0,2\n,sound.wav,4,6\n")
    samples = load_audio(film, SAMPLE_RATE)
    soundfile.write(film.parent / "sound.wav", samples, SAMPLE_RATE)
    voices_alone = [scores(one) for one in recognize(film.parent / "parts.csv").segments]
    for found, track, words, voice_alone, frames in (
        (all_three, large, [scores(alone)], voices_alone[0], range(10)),
        (unread, small, [], voices_alone[1], range(20, 30)),
    ):
        seen = np.stack([row for frame, row in zip(track.frames, track.scores) if frame in frames]).mean(0)
        np.testing.assert_allclose(scores(found), log_average([*words, voice_alone, seen]), atol=2e-3)
        assert found.box is not None and found.box[2] == pytest.approx(track.boxes[0][2], rel=0.2)
    assert alone.box is None


def test_of_a_film_without_sound_the_words_and_the_face_are_left(pictures: list[np.ndarray], tmp_path: Path) -> None:
    write_film(tmp_path / "mute.mkv", pictures, None)
    (tmp_path / "a.csv").write_text('text,file\n"Thank you so much!",mute.mkv\n')
    (found,) = recognize(tmp_path / "a.csv", explain=True).segments
    assert found.box is not None and len(found.evidence) == 4


def test_it_takes_an_image_or_a_text_alone(tmp_path: Path, pictures: list[np.ndarray]) -> None:
    cv2.imwrite(str(tmp_path / "a.png"), pictures[0][..., ::-1])
    faces, alone = (recognize(tmp_path / "a.png", name, labels="ekman7").segments for name in ("fusion", "face"))
    assert len(faces) == len(alone) == 2
    for one, other in zip(faces, alone):
        np.testing.assert_allclose(scores(one), scores(other), atol=1e-6)
    read = recognize("Thank you so much!", "fusion").segments[0]
    assert (
        scores(read).argmax() == scores(recognize("Thank you so much!", "text", labels="ekman7").segments[0]).argmax()
    )


def test_what_is_for_speech_alone_is_refused(film: Path) -> None:
    for option in ("by_channel", "explain"):
        with pytest.raises(Ai4erError, match="seen and heard together"):
            recognize(film, "fusion", **{option: True})  # type: ignore[arg-type]
    with pytest.raises(Ai4erError, match="no such file"):
        recognize("absent.mkv", "fusion")
    with pytest.raises(Ai4erError, match="did you mean 'fusion'"):
        recognize(film, "fusoin")

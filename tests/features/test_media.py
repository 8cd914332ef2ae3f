"""Promises about files: every container gives the same sound, and no damaged file passes for a whole one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
import soxr
from scipy.signal import correlate

from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of, duration, load_audio, probe, stream_audio
from ai4er.records import Record

RATE = 16000
SECONDS = 3


def melody(rate: int = RATE, seconds: float = SECONDS) -> np.ndarray:
    time = np.arange(round(rate * seconds)) / rate
    return (0.3 * np.sin(2 * np.pi * (300 * time + 40 * time**2)) * (1 + 0.3 * np.sin(9 * time))).astype(np.float32)


def add_pictures(container: av.container.OutputContainer) -> av.VideoStream:
    pictures = container.add_stream("mpeg4", rate=25)
    pictures.width, pictures.height, pictures.pix_fmt = 32, 32, "yuv420p"
    return pictures


def show(container: av.container.OutputContainer, pictures: av.VideoStream, number: int) -> None:
    for at in range(number):
        picture = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")
        picture.pts = at
        container.mux(pictures.encode(picture))
    container.mux(pictures.encode())


def encode(
    path: Path, codec: str, rate: int, video: bool = False, late: float = 0.0, options: dict[str, str] | None = None
) -> Path:
    """A stereo file with the melody on both channels; in a video the sound begins `late` seconds in."""
    with av.open(path, "w", options=options or {}) as container:
        pictures = add_pictures(container) if video else None
        stream = container.add_stream(codec, rate=rate, layout="stereo")
        context = stream.codec_context
        context.open()
        if pictures:
            show(container, pictures, round(25 * (SECONDS + late)))
        frame = av.AudioFrame.from_ndarray(np.stack([melody(rate)] * 2), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = rate, round(late * rate)
        cut = av.AudioResampler(
            format=context.format, layout="stereo", rate=rate, frame_size=context.frame_size or 1024
        )
        for part in [*cut.resample(frame), *cut.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode())
    return path


def distance(one: np.ndarray, other: np.ndarray) -> float:
    """The mean square difference over the energy, after the best shift (codecs delay)."""
    inner = slice(2000, min(len(one), len(other)) - 2000)
    correlation = correlate(one[inner], other[inner], "same", "fft")
    moved = np.roll(other, int(correlation.argmax()) - len(correlation) // 2)
    return float(np.square(one[inner] - moved[inner]).mean() / np.square(one[inner]).mean())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 192000])
@pytest.mark.parametrize(
    ("suffix", "subtype", "step"),
    [
        ("wav", "PCM_U8", 2**-6),
        ("wav", "PCM_16", 2**-15),
        ("wav", "PCM_24", 2**-23),
        ("wav", "FLOAT", 2**-23),
        ("wav", "DOUBLE", 2**-23),
        ("wav", "ULAW", 2**-5),
        ("flac", "PCM_24", 2**-23),
        ("aiff", "PCM_16", 2**-15),
    ],
)
def test_every_rate_and_bit_depth_gives_the_same_samples(
    folder: Path, rate: int, suffix: str, subtype: str, step: float
) -> None:
    path = folder / f"{rate}{subtype}.{suffix}"
    soundfile.write(path, melody(rate), rate, subtype=subtype)
    samples = load_audio(path, RATE)
    assert samples.dtype == np.float32
    assert len(samples) == SECONDS * RATE
    inner = slice(200, -200)  # a resampler rings at the edges
    np.testing.assert_allclose(samples[inner], melody()[inner], atol=max(step, 3e-4))


def test_channels_are_averaged(folder: Path) -> None:
    left, right = melody(), np.linspace(-0.5, 0.5, SECONDS * RATE, dtype=np.float32)
    soundfile.write(folder / "stereo.wav", np.stack([left, right], 1), RATE, subtype="FLOAT")
    np.testing.assert_allclose(load_audio(folder / "stereo.wav"), (left + right) / 2, atol=1e-7)


@pytest.mark.parametrize(
    ("name", "codec", "rate", "video"),
    [
        ("a.mp3", "libmp3lame", 44100, False),
        ("a.m4a", "aac", 44100, False),
        ("a.aac", "aac", 44100, False),
        ("a.opus", "libopus", 48000, False),
        ("a.webm", "libopus", 48000, False),
        ("a.mp4", "aac", 44100, True),
        ("a.mkv", "libopus", 48000, True),
        ("a.mov", "pcm_s16le", 44100, True),
        ("a.avi", "pcm_s16le", 44100, True),
    ],
)
def test_compressed_sound_and_videos(folder: Path, name: str, codec: str, rate: int, video: bool) -> None:
    path = encode(folder / name, codec, rate, video)
    samples = load_audio(path)
    assert probe(path) is None
    assert distance(melody(), samples) < 0.01
    assert len(samples) == pytest.approx(SECONDS * RATE, abs=0.1 * RATE)
    assert duration(path) == pytest.approx(len(samples) / RATE, abs=0.1)
    part = load_audio(path, start=1.25, end=2.0)
    assert len(part) == 0.75 * RATE
    np.testing.assert_allclose(part[200:-200], samples[int(1.25 * RATE) : 2 * RATE][200:-200], atol=1e-3)


def test_a_track_that_begins_late_keeps_the_time_of_the_video(folder: Path) -> None:
    path = encode(folder / "late.mp4", "aac", 16000, video=True, late=0.5)
    samples = load_audio(path)
    assert np.abs(samples[: int(0.45 * RATE)]).max() < 1e-3
    assert distance(melody(), samples[RATE // 2 :]) < 0.01
    part = load_audio(path, start=2.0, end=2.5)
    np.testing.assert_allclose(part[200:-200], samples[2 * RATE : int(2.5 * RATE)][200:-200], atol=1e-3)


def test_a_part_is_that_part_of_the_whole(folder: Path) -> None:
    soundfile.write(folder / "whole.flac", melody(), RATE)
    whole = load_audio(folder / "whole.flac")
    np.testing.assert_array_equal(load_audio(folder / "whole.flac", start=0.5, end=1.5), whole[8000:24000])
    np.testing.assert_array_equal(load_audio(folder / "whole.flac", start=2.5, end=99), whole[40000:])


@pytest.mark.parametrize("chunk", [0.1, 0.7, 30.0])
@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_the_chunks_of_a_stream_are_the_whole(folder: Path, chunk: float, rate: int) -> None:
    path = folder / f"stream{rate}.wav"
    soundfile.write(path, melody(rate), rate)
    chunks = list(stream_audio(path, RATE, chunk))
    assert {len(c) for c in chunks[:-1]} <= {round(chunk * RATE)}
    np.testing.assert_allclose(np.concatenate(chunks), load_audio(path), atol=1e-6)


def test_a_stream_needs_constant_memory(folder: Path) -> None:
    path = folder / "long.wav"
    with soundfile.SoundFile(path, "w", 24000, 1, "PCM_16") as file:
        for _ in range(30):
            file.write(np.zeros(24000 * 60, np.int16))
    code = f"""
import resource
from ai4er.features.media import stream_audio
next(iter(stream_audio({str(path)!r})))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert sum(map(len, stream_audio({str(path)!r}))) == 1800 * 16000
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
    grown = float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout)
    path.unlink()
    assert grown < 30  # the half hour is 115 MB of samples


def cut(path: Path, share: float = 0.6) -> Path:
    """A copy that ends early."""
    short = path.with_name("cut_" + path.name)
    short.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return short


@pytest.mark.parametrize("name", ["whole.wav", "whole.flac", "whole.aiff", "whole.ogg", "whole.w64", "whole.caf"])
def test_a_cut_off_sound_file_is_an_error(folder: Path, name: str) -> None:
    soundfile.write(folder / name, melody(), RATE)
    assert probe(folder / name) is None
    for read in (load_audio, lambda path: list(stream_audio(path))):
        with pytest.raises(Ai4erError, match="damaged or cut off"):
            read(cut(folder / name))


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("whole.mp3", "libmp3lame", {}),
        ("whole.m4a", "aac", {}),
        ("fast.m4a", "aac", {"movflags": "+faststart"}),
        ("whole.webm", "libopus", {}),
        ("whole.aac", "aac", {}),
    ],
)
def test_a_cut_off_container_is_an_error(folder: Path, name: str, codec: str, options: dict[str, str]) -> None:
    path = encode(folder / name, codec, 48000, options=options)
    assert probe(path) is None
    assert "damaged" in str(probe(cut(path)))


def test_a_wave_file_of_unknown_length_is_read(folder: Path) -> None:
    soundfile.write(folder / "known.wav", melody(), RATE)
    content = bytearray((folder / "known.wav").read_bytes())
    at = content.find(b"data")
    content[4:8] = content[at + 4 : at + 8] = b"\xff\xff\xff\xff"
    (folder / "piped.wav").write_bytes(content)
    np.testing.assert_array_equal(load_audio(folder / "piped.wav"), load_audio(folder / "known.wav"))


def test_what_is_no_sound_is_told_in_one_line(folder: Path) -> None:
    (folder / "text.wav").write_text("I am no sound.\n" * 50)
    (folder / "empty.wav").write_bytes(b"")
    (folder / "noise.mp4").write_bytes(np.random.default_rng(0).bytes(5000))
    with av.open(folder / "mute.mp4", "w") as container:
        show(container, add_pictures(container), 25)
    soundfile.write(folder / "nothing.wav", np.zeros(0, np.float32), RATE)
    broken = melody()
    broken[1000] = np.nan
    soundfile.write(folder / "nan.wav", broken, RATE, subtype="FLOAT")
    soundfile.write(folder / "short.wav", melody(), RATE)
    expected = {
        "missing.wav": "no such file",
        ".": "is a folder",
        "empty.wav": "0 bytes",
        "text.wav": "not an audio or video file",
        "noise.mp4": "not an audio or video file",
        "mute.mp4": "no audio track",
        "nothing.wav": "no samples",
        "nan.wav": "no numbers",
    }
    for name, words in expected.items():
        problem = probe(folder / name)
        assert problem is not None
        assert words in problem
        assert "\n" not in problem
        assert str(folder / name) in problem
        with pytest.raises(Ai4erError, match=words):
            load_audio(folder / name)
    with pytest.raises(Ai4erError, match="no samples behind start=7"):
        load_audio(folder / "short.wav", start=7)
    for start, end in ((2.0, 1.0), (-1.0, None), (1.0, 1.0)):
        with pytest.raises(Ai4erError, match="0 <= start < end"):
            load_audio(folder / "short.wav", start=start, end=end)


def test_a_playlist_does_not_open_the_files_it_names(folder: Path) -> None:
    encode(folder / "secret.mp3", "libmp3lame", 44100)
    (folder / "list.m3u8").write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{folder / 'secret.mp3'}\n#EXT-X-ENDLIST\n"
    )
    (folder / "list.txt").write_text(f"ffconcat version 1.0\nfile {folder / 'secret.mp3'}\n")
    for name in ("list.m3u8", "list.txt"):
        assert probe(folder / name) is not None


def test_a_record_gives_its_array_before_its_file_and_the_sound_of_its_video(folder: Path) -> None:
    soundfile.write(folder / "record.wav", melody(), RATE)
    path = str(folder / "record.wav")
    whole = load_audio(path)
    np.testing.assert_array_equal(audio_of(Record(id="a", corpus="c", audio=path), RATE), whole)
    part = audio_of(Record(id="a", corpus="c", audio=path, start=1.0, end=2.0), RATE)
    np.testing.assert_array_equal(part, whole[RATE : 2 * RATE])
    video = encode(folder / "record.mp4", "aac", 16000, video=True)
    assert distance(melody(), audio_of(Record(id="a", corpus="c", video=str(video)), RATE)) < 0.01
    noisy = Record(id="a", corpus="c", audio=path, arrays={"audio": whole[::-1]})
    np.testing.assert_array_equal(audio_of(noisy, RATE), whole[::-1])
    at8k = Record(id="a", corpus="c", arrays={"audio": melody(8000)}, attributes={"sample_rate": "8000"})
    np.testing.assert_array_equal(audio_of(at8k, RATE), soxr.resample(melody(8000), 8000, RATE))


@pytest.mark.parametrize(
    "record",
    [
        Record(id="this", corpus="c"),
        Record(id="this", corpus="c", arrays={"audio": np.zeros((4, 2), np.float32)}),
        Record(id="this", corpus="c", arrays={"audio": np.full(9, np.inf, np.float32)}),
        Record(id="this", corpus="c", arrays={"audio": melody()}, attributes={"sample_rate": "fast"}),
    ],
)
def test_a_record_without_usable_sound_is_named(record: Record) -> None:
    with pytest.raises(Ai4erError, match="this"):
        audio_of(record, RATE)

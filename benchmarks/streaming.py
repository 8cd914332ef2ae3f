"""How far the updates of a stream lag behind the audio, and whether its answer is that of the whole recording.

    python -m benchmarks.streaming [--minutes 5] [--chunk 0.1] [--every 0.5]

Chunks come as a microphone would give them: on a clock of its own, a chunk is worked on when it has come and the one
before is done. The delay of an update is from the moment in which its chunk was whole to that in which it was told.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from ai4er.corpora._voice import SAMPLE_RATE, speak, voice
from ai4er.recognition.recognize import load, recognize
from ai4er.recognition.stream import Stream


def conversation(minutes: float) -> np.ndarray:
    """Generated utterances of 1 to 4 seconds with pauses between them."""
    generator = np.random.default_rng(0)
    parts, left = [], int(60 * minutes * SAMPLE_RATE)
    while left > 0:
        label = str(generator.choice(["anger", "happiness", "neutral", "sadness"]))
        said = speak(label, voice(int(generator.integers(6))), float(generator.uniform(1, 4)), generator)
        parts += [said, np.zeros(int(generator.uniform(0.4, 1.2) * SAMPLE_RATE), np.float32)]
        left -= len(parts[-2]) + len(parts[-1])
    audio = np.concatenate(parts)
    return (audio + 1e-4 * generator.standard_normal(len(audio))).astype(np.float32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--chunk", type=float, default=0.1, help="seconds")
    parser.add_argument("--every", type=float, default=0.5)
    given = parser.parse_args()
    audio, recognizer = conversation(given.minutes), load("speech")
    size = round(given.chunk * SAMPLE_RATE)
    warm = Stream(recognizer, every=given.every)
    warm.feed(audio[: 3 * SAMPLE_RATE])
    stream, free, delays = Stream(recognizer, every=given.every), 0.0, []
    for start in range(0, len(audio), size):
        chunk = audio[start : start + size]
        came = (start + len(chunk)) / SAMPLE_RATE
        began = time.perf_counter()
        updates = stream.feed(chunk)
        free = max(free, came) + time.perf_counter() - began
        delays += [free - came] * len(updates)
    found = stream.close()
    with tempfile.TemporaryDirectory() as place:
        soundfile.write(Path(place) / "whole.wav", audio, SAMPLE_RATE, subtype="FLOAT")
        whole = recognize(Path(place) / "whole.wav", recognizer)
    same = [(s.start, s.end) for s in found.segments] == [(s.start, s.end) for s in whole.segments]
    apart = max(
        abs(value - other.scores[name])
        for one, other in zip(found.segments, whole.segments)
        for name, value in one.scores.items()
    )
    median, late = np.percentile(delays, [50, 99]) * 1000
    print(f"{len(audio) / SAMPLE_RATE:.0f} s of audio in chunks of {given.chunk:g} s, {len(delays)} updates")
    print(f"behind the audio: median {median:.0f} ms, 99 % below {late:.0f} ms")
    print(
        f"{len(found.segments)} segments, the same times as of the whole recording: {same}, scores within {apart:.1e}"
    )


if __name__ == "__main__":
    main()

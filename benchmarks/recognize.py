"""The time and memory of the main job: cold start, ten minutes warm, three hours.

    python -m benchmarks.recognize [--recognizer speech]

The recordings are generated: utterances of the project's own voices with pauses. A wav2vec 2.0 network of base size
(random weights, which take the same time) reads one minute of the same sound in pieces of ten seconds, in the same run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from ai4er.corpora._voice import SAMPLE_RATE, speak, voice

LABELS = ("anger", "happiness", "neutral", "sadness")


def write(path: Path, seconds: int) -> Path:
    """A recording of that length: one minute of generated talk, repeated with other noise."""
    generator = np.random.default_rng(0)
    parts, total = [], 0
    while total < 60 * SAMPLE_RATE:
        number = len(parts)
        said = speak(LABELS[number % 4], voice(number % 6), 2.0 + generator.random() * 2, generator)
        parts.append(np.concatenate([said, np.zeros(int(SAMPLE_RATE * generator.uniform(0.4, 1.2)))]))
        total += len(parts[-1])
    minute = np.concatenate(parts)[: 60 * SAMPLE_RATE]
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1) as stream:
        for start in range(0, seconds, 60):
            length = min(60, seconds - start) * SAMPLE_RATE
            stream.write(minute[:length] + 1e-4 * generator.standard_normal(length))
    return path


WAV2VEC = """
import time, torch, soundfile
from transformers import Wav2Vec2Config, Wav2Vec2Model
network = Wav2Vec2Model(Wav2Vec2Config()).eval()
x = torch.from_numpy(soundfile.read({path!r}, frames=60 * 16000, dtype="float32")[0]).view(6, -1)
with torch.inference_mode():
    network(x[:1])
    t = time.perf_counter()
    for piece in x:
        network(piece[None])
print(time.perf_counter() - t)
"""


def child(code: str) -> tuple[float, list[str]]:
    """Seconds and printed lines of a fresh Python process."""
    started = time.perf_counter()
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return time.perf_counter() - started, asked.stdout.splitlines()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recognizer", default="speech")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        short, ten, long = (
            write(Path(place) / name, seconds)
            for name, seconds in (("short.wav", 5), ("ten.wav", 600), ("long.wav", 10800))
        )
        command = (
            f"import sys; sys.argv = ['ai4er', 'recognize', {str(short)!r}, '--recognizer', {given.recognizer!r}]\n"
        )
        command += "from ai4er.cli.main import main; main()"
        child(command)
        cold = sorted(child(command)[0] for _ in range(5))
        warm = (
            "import time; from ai4er import load, recognize\n"
            f"r = load({given.recognizer!r}); recognize({str(short)!r}, r)\n"
            f"t = time.perf_counter(); n = len(recognize({str(ten)!r}, r).segments); print(time.perf_counter() - t, n)"
        )
        times = sorted(float(child(warm)[1][-1].split()[0]) for _ in range(3))
        memory = (
            "import resource; from ai4er import recognize\n"
            f"n = len(recognize({{path!r}}, {given.recognizer!r}).segments)\n"
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, n)"
        )
        heavy = sorted(10 * float(child(WAV2VEC.format(path=str(ten)))[1][-1]) for _ in range(3))
        took, lines = child(memory.format(path=str(long)))
        peak_long = int(lines[-1].split()[0])
        peak_ten = int(child(memory.format(path=str(ten)))[1][-1].split()[0])
    print("| what | measured |\n|---|---|")
    print(
        f"| 5 s file, cold start to printed answer | {cold[2]:.2f} s (median of 5; {cold[0]:.2f} to {cold[-1]:.2f}) |"
    )
    print(f"| 10 minutes, warm | {times[1]:.2f} s, {600 / times[1]:.0f} times real time (median of 3) |")
    print(
        f"| a forward pass of wav2vec 2.0 base over as much sound | {heavy[1]:.1f} s, "
        f"{heavy[1] / times[1]:.0f} times as long (median of 3, from one minute) |"
    )
    print(f"| 10 minutes, peak memory | {peak_ten / 2**20:.0f} MiB |")
    print(f"| 3 hours, from a fresh process | {took:.1f} s, peak memory {peak_long / 2**20:.0f} MiB |")


if __name__ == "__main__":
    main()

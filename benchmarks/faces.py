"""How fast faces in a video of 640 x 360 pixels are found, followed and recognised, and how many are missed.

    python -m benchmarks.faces [--data DIR] [--seconds 20]

The video is generated: up to three faces at a time drift over a coloured background. They are training images of
FER2013 (in DIR), enlarged to 60 to 140 pixels and shown for two seconds each, or drawn ones without DIR. Times are
those of the wall clock and of the processor, which differ where other programs run.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from ai4er.corpora import open_corpus
from ai4er.features._face_detection import Box, cascade, find_faces
from ai4er.features._video_frames import video_frames
from ai4er.recognition.faces import FRAME_SIDE, OVERLAP, RATE, overlap
from ai4er.recognition.recognize import load, recognize

WIDTH, HEIGHT, FRAMES_A_SECOND = 640, 360, 30
SHOWN = 2
"""Seconds for which a face is there."""


def portraits(data: Path | None) -> list[np.ndarray]:
    """Grey faces, (height, width) uint8."""
    corpus = open_corpus("fer2013", data) if data else open_corpus("synthetic_face:pixels=120,noise=0")
    return [r.arrays["image"].astype(np.uint8) for r in corpus.read() if not data or r.split == "train"]


def scenes(faces: list[np.ndarray], seconds: int) -> Iterator[tuple[np.ndarray, list[Box]]]:
    """Every frame, (360, 640, 3), with the boxes of the faces in it."""
    generator = np.random.default_rng(0)
    for _ in range(0, seconds, SHOWN):
        coarse = generator.integers(0, 256, (9, 16, 3)).astype(np.uint8)
        background = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        placed = []
        for column in range(int(generator.integers(1, 4))):
            side = int(generator.integers(60, 141))
            face = cv2.resize(faces[int(generator.integers(len(faces)))], (side, side), interpolation=cv2.INTER_CUBIC)
            placed.append((face, 210 * column + int(generator.integers(0, 60)), int(generator.integers(0, 340 - side))))
        for frame in range(SHOWN * FRAMES_A_SECOND):
            picture, boxes = background.copy(), list[Box]()
            for face, left, top in placed:
                x, y, side = min(left + frame // 6, WIDTH - len(face)), top + frame // 6, len(face)
                picture[y : y + side, x : x + side] = face[..., None]
                boxes.append((x, y, side, side))
            yield picture, boxes


def write(path: Path, faces: list[np.ndarray], seconds: int) -> list[list[Box]]:
    """The video; returns the boxes of every frame."""
    known = []
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=FRAMES_A_SECOND)
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = WIDTH, HEIGHT, "yuv420p", 4_000_000
        for picture, boxes in scenes(faces, seconds):
            known.append(boxes)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return known


def found_and_wrong(path: Path, known: list[list[Box]]) -> tuple[int, int, int]:
    """Of the sampled frames: the faces there, how many were found, and how many boxes hold none."""
    detector, there, hit, wrong = cascade(), 0, 0, 0
    for number, picture in enumerate(video_frames(path, RATE)):
        boxes = known[round(number * FRAMES_A_SECOND / RATE)]
        shares = overlap(np.array(boxes), np.array(find_faces(detector, picture, FRAME_SIDE)))
        there += len(boxes)
        hit += int((shares.max(1, initial=0) >= OVERLAP).sum())
        wrong += int((shares.max(0) < OVERLAP).sum()) if shares.size else 0
    return there, hit, wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--seconds", type=int, default=20)
    given = parser.parse_args()
    recognizer = load("face")
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "faces.mp4"
        known = write(path, portraits(given.data), given.seconds)
        recognize(path, recognizer)
        wall, processor = time.perf_counter(), time.process_time()
        found = recognize(path, recognizer)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        there, hit, wrong = found_and_wrong(path, known)
    print("| what | measured |\n|---|---|")
    for name, seconds in (("wall clock", wall), ("processor", processor)):
        looks = RATE * given.seconds / seconds
        print(
            f"| {given.seconds} s of video, {RATE:g} of 30 frames a second looked at, {name} | {seconds:.2f} s: "
            f"{len(known) / seconds:.0f} frames of the video a second, {looks:.0f} of them looked at |"
        )
    print(f"| faces in the frames looked at | {hit} of {there} found, {wrong} boxes without a face |")
    print(f"| segments | {len(found.segments)} |")
    print(f"| peak memory of the process | {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB |")


if __name__ == "__main__":
    main()

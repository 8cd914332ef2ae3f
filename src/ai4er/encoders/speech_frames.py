"""The states of a frozen speech network (wav2vec 2.0, WavLM, HuBERT, Whisper, `ai4er-small`), one for each 20 ms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from ai4er.encoders._load import model_type
from ai4er.encoders._locate import AI4ER_SMALL
from ai4er.encoders._readers import RATE, SmallReader, WaveformReader, WhisperReader, side_by_side
from ai4er.encoders.base import EncoderFrontEnd, batches
from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of
from ai4er.records import Record

if TYPE_CHECKING:
    from torch import Tensor

CONTEXT = 2.5  # seconds that a chunk sees on each side beyond what is kept of it
Reader = WaveformReader | WhisperReader | SmallReader


class SpeechFrames(EncoderFrontEnd):
    """(frames, hidden) of one layer, or (frames, layers, hidden) of all.

    `layer` is k for the output of the k-th transformer layer (0 for the first one's input, -1 for the last
    layer), `all` for all transformer layers, `states` for these and the first one's input. The last layer
    is the network's own output: in the large networks that is after the closing layer norm.

    The audio is mono at 16 kHz, of zero mean and unit variance if the checkpoint was trained so. Audio
    longer than `chunk_seconds` is read in chunks that overlap by 5 s, so that memory stays constant; frames
    near a seam see less of their surroundings. Checkpoints whose padding leaks into the values (group norm
    over time in the convolutions, as in the base networks) are run one item at a time. Of Whisper, the encoder
    is taken; it hears `chunk_seconds`, at most 30, and what is shorter with silence behind it.
    """

    needs: ClassVar[str] = "audio"
    timed: ClassVar[bool | None] = True

    encoder: str = "microsoft/wavlm-base"
    layer: int | Literal["all", "states"] = -1
    chunk_seconds: float = Field(default=30.0, ge=4 * CONTEXT)

    def load(self, record: Record) -> np.ndarray:
        return audio_of(record, RATE)

    def has(self, record: Record) -> bool:
        """Whether there is audio, that of a video included."""
        return "audio" in record.arrays or bool(record.audio or record.video)

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        import torch

        reader = self._reader()
        self._check_layer(reader.layers)
        items = [reader.ready(samples) for samples in raw]
        jobs = [(i, *cut) for i, samples in enumerate(items) for cut in self._cuts(len(samples), reader)]

        def kept(group: list[int]) -> list[np.ndarray]:
            with torch.inference_mode(), _full_precision():
                states = self._chosen(reader.states([items[jobs[j][0]][jobs[j][1] : jobs[j][2]] for j in group]))
                return [values[jobs[j][3] : jobs[j][4]].cpu().numpy() for j, values in zip(group, states)]

        groups = list(batches([stop - start for _, start, stop, _, _ in jobs], reader.budget))
        found = side_by_side(kept, groups) if self.encoder == AI4ER_SMALL else map(kept, groups)
        pieces = {j: values for group, made in zip(groups, found) for j, values in zip(group, made)}
        parts: list[list[np.ndarray]] = [[] for _ in items]
        for j, job in enumerate(jobs):
            parts[job[0]].append(pieces[j])
        return [np.concatenate(p) if len(p) > 1 else p[0] for p in parts]

    def _reader(self) -> Reader:
        if self.encoder == AI4ER_SMALL:
            from ai4er.encoders._small import speech_states

            return SmallReader(speech_states())
        if model_type(self.encoder) == "whisper":
            return WhisperReader(self.network("whisper"), self.encoder, self.chunk_seconds)
        return WaveformReader(self.network("speech"), self.encoder)

    def _cuts(self, samples: int, reader: Reader) -> Iterator[tuple[int, int, int, int]]:
        """(start, stop) in samples of each chunk, and (first, last) frame of it that is kept."""
        frames, hop = (samples - reader.width) // reader.hop + 1, reader.hop
        longest = min(self.chunk_seconds, reader.seconds) * RATE
        if samples <= longest:
            yield 0, samples, 0, frames
            return
        context = round(CONTEXT * RATE / hop)
        kept = int(longest) // hop - 2 * context
        for first in range(0, frames, kept):
            before, last = max(0, first - context), min(first + kept, frames)
            stop = min(samples, (last + context - 1) * hop + reader.width)
            yield before * hop, stop, first - before, last - before

    def _chosen(self, states: Sequence[Tensor]) -> Tensor:
        """(batch, frames, hidden), or (batch, frames, layers, hidden)."""
        import torch

        if isinstance(self.layer, int):
            return states[self.layer]
        return torch.stack(tuple(states[1:] if self.layer == "all" else states), dim=2)

    def _check_layer(self, layers: int) -> None:
        """Raise `Ai4erError` for a layer that there is not."""
        if self.layer not in (*range(layers + 1), -1, "all", "states"):
            raise Ai4erError(
                f"layer={self.layer}: encoder {self.encoder!r} has layers 1 to {layers}; also 0 (their input), "
                "-1 (the last), all and states"
            )


def _full_precision() -> AbstractContextManager[Any]:
    """Convolutions without TF32, whose rounding differs with the size of a batch."""
    import torch
    from torch.backends import cudnn

    return cudnn.flags(enabled=True, allow_tf32=False) if torch.cuda.is_available() else nullcontext()


FRONT_END = SpeechFrames

"""The states of a frozen speech network (wav2vec 2.0, WavLM, HuBERT, or `ai4er-small`), one for each 20 ms."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from ai4er.encoders._locate import AI4ER_SMALL, expects_normalised
from ai4er.encoders.base import EncoderFrontEnd, batches, padded
from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of
from ai4er.records import Record

if TYPE_CHECKING:
    from torch import Tensor

RATE = 16_000
CONTEXT = 2.5  # seconds that a chunk sees on each side beyond what is kept of it
_SAMPLES = 60 * RATE  # per batch, padding included


class SpeechFrames(EncoderFrontEnd):
    """(frames, hidden) of one layer, or (frames, layers, hidden) of all.

    `layer` is k for the output of the k-th transformer layer (0 for the first one's input, -1 for the last
    layer), `all` for all transformer layers, `states` for these and the first one's input. The last layer
    is the network's own output: in the large networks that is after the closing layer norm.

    The audio is mono at 16 kHz, of zero mean and unit variance if the checkpoint was trained so. Audio
    longer than `chunk_seconds` is read in chunks that overlap by 5 s, so that memory stays constant; frames
    near a seam see less of their surroundings. Checkpoints whose padding leaks into the values (group norm
    over time in the convolutions, as in the base networks) are run one item at a time.
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

        if self.encoder == AI4ER_SMALL:
            return self._of_ai4er_small(raw)
        network = self.network("speech")
        self._check_layer(network.config.num_hidden_layers)
        normalise = expects_normalised(self.encoder)
        items = [_ready(samples, normalise, _receptive_field(network.config)[0]) for samples in raw]
        jobs = [(i, *cut) for i, samples in enumerate(items) for cut in self._cuts(len(samples), network.config)]
        budget = _SAMPLES if _batches_exactly(network.config) else 0
        pieces: dict[int, np.ndarray] = {}
        with torch.inference_mode(), _full_precision(network.device):
            for group in batches([stop - start for _, start, stop, _, _ in jobs], budget):
                states = self._states(network, [items[jobs[j][0]][jobs[j][1] : jobs[j][2]] for j in group])
                for j, values in zip(group, states):
                    pieces[j] = values[jobs[j][3] : jobs[j][4]].cpu().numpy()
        parts: list[list[np.ndarray]] = [[] for _ in items]
        for j, job in enumerate(jobs):
            parts[job[0]].append(pieces[j])
        return [np.concatenate(p) for p in parts]

    def _cuts(self, samples: int, config: Any) -> Iterator[tuple[int, int, int, int]]:
        """(start, stop) in samples of each chunk, and (first, last) frame of it that is kept."""
        width, hop = _receptive_field(config)
        frames = (samples - width) // hop + 1
        if samples <= self.chunk_seconds * RATE:
            yield 0, samples, 0, frames
            return
        context = round(CONTEXT * RATE / hop)
        kept = int(self.chunk_seconds * RATE) // hop - 2 * context
        for first in range(0, frames, kept):
            before, last = max(0, first - context), min(first + kept, frames)
            stop = min(samples, (last + context - 1) * hop + width)
            yield before * hop, stop, first - before, last - before

    def _states(self, network: Any, items: Sequence[np.ndarray]) -> Tensor:
        """(batch, frames, hidden), or (batch, frames, layers, hidden)."""
        import torch

        samples, mask = (torch.from_numpy(a).to(network.device) for a in padded(items))
        attention_mask = mask if _batches_exactly(network.config) else None  # group-norm networks never saw one
        output = network(samples, attention_mask=attention_mask, output_hidden_states=True)
        states = output.hidden_states
        if not getattr(network.config, "add_adapter", False):  # an adapter has another frame rate
            states = (*states[:-1], output.last_hidden_state)
        if isinstance(self.layer, int):
            return states[self.layer]
        return torch.stack(states[1:] if self.layer == "all" else states, dim=2)

    def _of_ai4er_small(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        from ai4er.encoders._speaker_states import LAYERS, speaker_frames

        self._check_layer(LAYERS, with_input=False)
        if not isinstance(self.layer, int):
            return speaker_frames(raw, slice(None))
        place = self.layer - 1 if self.layer > 0 else LAYERS - 1
        return [states[:, 0] for states in speaker_frames(raw, slice(place, place + 1))]

    def _check_layer(self, layers: int, with_input: bool = True) -> None:
        """Raise `Ai4erError` for what there is not; `with_input` says whether the first layer's input can be had."""
        rest = (0, -1, "all", "states") if with_input else (-1, "all")
        if self.layer not in (*range(1, layers + 1), *rest):
            others = "0 (their input), -1 (the last), all and states" if with_input else "-1 (the last) and all"
            raise Ai4erError(f"layer={self.layer}: encoder {self.encoder!r} has layers 1 to {layers}; also {others}")


def _ready(samples: np.ndarray, normalise: bool, shortest: int) -> np.ndarray:
    """At least one frame long, and of zero mean and unit variance if asked for."""
    values = np.asarray(samples, np.float32)
    if normalise and len(values):
        values = (values - values.mean(dtype=np.float64)) / np.sqrt(values.var(dtype=np.float64) + 1e-7)
    return np.pad(values.astype(np.float32), (0, max(0, shortest - len(values))))


def _receptive_field(config: Any) -> tuple[int, int]:
    """The samples that one frame reads, and those from one frame to the next."""
    width, hop = 1, 1
    for kernel, stride in zip(config.conv_kernel, config.conv_stride):
        width, hop = width + (kernel - 1) * hop, hop * stride
    return width, math.prod(config.conv_stride)


def _batches_exactly(config: Any) -> bool:
    """Whether padding behind an item leaves its values as they are."""
    known = config.model_type in ("wav2vec2", "wavlm", "hubert")
    return known and config.feat_extract_norm == "layer" and not getattr(config, "conv_pos_batch_norm", False)


def _full_precision(device: Any) -> AbstractContextManager[Any]:
    """Convolutions without TF32, whose rounding differs with the size of a batch."""
    from torch.backends import cudnn

    return cudnn.flags(enabled=True, allow_tf32=False) if device.type == "cuda" else nullcontext()


FRONT_END = SpeechFrames

"""What `speech_frames` hears with: networks that read samples, the encoder of Whisper, and `ai4er-small`.

Each says how many samples a frame reads (`width`), how far the next one is (`hop`), how many `seconds` it hears at a
time, and how many samples a batch may hold (`budget`); `ready` prepares a recording, `states` are those of pieces.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from ai4er.encoders._locate import expects_normalised, locate
from ai4er.encoders.base import padded

if TYPE_CHECKING:
    from torch import Tensor

    from ai4er.encoders._small import SpeechStates

RATE = 16_000
HOP = 320
LONGEST = 30.0  # seconds of Whisper's positions
LEVEL = 10 ** (-30 / 20)


class WaveformReader:
    """wav2vec 2.0 and its relatives."""

    seconds = math.inf

    def __init__(self, network: Any, spec: str) -> None:
        self.network, self.normalise = network, expects_normalised(spec)
        self.layers = network.config.num_hidden_layers
        self.width, self.hop = _receptive_field(network.config)
        self.exact = _batches_exactly(network.config)
        self.budget = 60 * RATE if self.exact else 0

    def ready(self, samples: np.ndarray) -> np.ndarray:
        """At least one frame long, and of zero mean and unit variance if the network was trained so."""
        values = np.asarray(samples, np.float32)
        if self.normalise and len(values):
            values = (values - values.mean(dtype=np.float64)) / np.sqrt(values.var(dtype=np.float64) + 1e-7)
        return np.pad(values.astype(np.float32), (0, max(0, self.width - len(values))))

    def states(self, items: Sequence[np.ndarray]) -> tuple[Tensor, ...]:
        """The input of the first layer and the output of each, (batch, frames, hidden)."""
        import torch

        samples, mask = (torch.from_numpy(a).to(self.network.device) for a in padded(items))
        # group-norm networks never saw a mask
        output = self.network(samples, attention_mask=mask if self.exact else None, output_hidden_states=True)
        states: tuple[Tensor, ...] = output.hidden_states
        if not getattr(self.network.config, "add_adapter", False):  # an adapter has another frame rate
            states = (*states[:-1], output.last_hidden_state)
        return states


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


class WhisperReader:
    """Log-mel of a fixed stretch, in which silence follows the recording -> the encoder.

    `seconds` are heard at a time, 30 in its training. With fewer, the first positions are used, and a short recording
    costs less. Source: Radford et al., "Robust speech recognition via large-scale weak supervision", ICML 2023.
    """

    width = hop = HOP
    budget = 0  # one at a time: beside the silence there is little to gain from others

    def __init__(self, network: Any, spec: str, seconds: float) -> None:
        from transformers import WhisperFeatureExtractor

        self.encoder, self.seconds = network.encoder, min(seconds, LONGEST)
        self.layers = len(network.encoder.layers)
        self.log_mel = WhisperFeatureExtractor.from_pretrained(locate(spec, weights=False), local_files_only=True)

    def ready(self, samples: np.ndarray) -> np.ndarray:
        return in_frames(samples)

    def states(self, items: Sequence[np.ndarray]) -> tuple[Tensor, ...]:
        """The input of the first layer and the output of each, the last one normalised, (batch, frames, hidden)."""
        from torch.nn.functional import gelu

        samples = int(self.seconds * RATE) // self.hop * self.hop
        given = self.log_mel(list(items), sampling_rate=RATE, max_length=samples, return_tensors="pt").input_features
        x = gelu(self.encoder.conv2(gelu(self.encoder.conv1(given.to(self.encoder.conv1.weight))))).transpose(1, 2)
        states = [x + self.encoder.embed_positions.weight[: x.shape[1]]]
        for layer in self.encoder.layers:
            states.append(layer(states[-1], None))
        return (*states[:-1], self.encoder.layer_norm(states[-1]))


class SmallReader:
    """`ai4er-small`: it hears a recording alone, at one level."""

    width = hop = HOP
    seconds = LONGEST
    budget = 0

    def __init__(self, network: SpeechStates) -> None:
        self.network, self.layers = network, len(network.encoder.layers)

    def ready(self, samples: np.ndarray) -> np.ndarray:
        return in_frames(levelled(samples))

    def states(self, items: Sequence[np.ndarray]) -> tuple[Tensor, ...]:
        """The input of the first layer and the output of each, (1, frames, hidden), of one piece."""
        import torch

        (samples,) = items
        states: tuple[Tensor, ...] = self.network(torch.from_numpy(samples)[None].to(self.network.transform.device))
        return states


def side_by_side(work: Callable[[list[int]], list[np.ndarray]], groups: list[list[int]]) -> list[list[np.ndarray]]:
    """What `work` gives for each group, the last ones first: on a processor several at a time, each on one thread.

    Small networks gain more from that than from several threads for one group, and how many there are changes nothing.
    Where the last groups are the longest, no thread waits long for another in the end.
    """
    import torch

    threads = torch.get_num_threads()
    if torch.cuda.is_available():
        return [work(group) for group in groups]
    try:
        with ThreadPoolExecutor(threads, initializer=torch.set_num_threads, initargs=(1,)) as pool:
            return list(pool.map(work, groups[::-1]))[::-1]
    finally:
        torch.set_num_threads(threads)


def in_frames(samples: np.ndarray) -> np.ndarray:
    """Whole frames of 20 ms, at least one, zeros behind the end."""
    values = np.asarray(samples, np.float32)
    return np.pad(values, (0, max(HOP, -(-len(values) // HOP) * HOP) - len(values)))


def levelled(samples: np.ndarray) -> np.ndarray:
    """A root mean square of -30 dB of full scale; silence stays silent."""
    values = np.asarray(samples, np.float32)
    level = float(np.sqrt(np.mean(np.square(values, dtype=np.float64)))) if len(values) else 0.0
    return values * np.float32(LEVEL / level) if level > 1e-6 else values

"""`ai4er-small`: the states of a small recurrent network that was trained to tell speakers apart."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from ai4er.encoders._locate import AI4ER_SMALL, locate
from ai4er.encoders.base import batches
from ai4er.features._spectrum import mel_power, split

LAYERS, SIZE, BANDS, RATE = 3, 256, 40, 16_000
_WINDOW, _HOP = 400, 160
_LEVEL = 10 ** (-30 / 20)
_CHUNK = 3000  # frames of which the states are computed at once, so that memory does not grow with the recording
_BUDGET = 4_000  # frames of a batch, padding included: more gains nothing, and items of one length waste less


class SpeakerStates(nn.Module):
    """Three unidirectional LSTMs over mel spectra of power.

    forward: x (batch, frames of 10 ms, 40) and the memory that an earlier call returned, if any ->
    states (batch, frames, 3, 256) and the memory. What comes later in a recording does not change a state.
    Source: Wan et al., "Generalized End-to-End Loss for Speaker Verification", ICASSP 2018.
    """

    def __init__(self) -> None:
        super().__init__()
        sizes = [BANDS, *[SIZE] * (LAYERS - 1)]
        self.layers = nn.ModuleList(nn.LSTM(size, SIZE, batch_first=True) for size in sizes)

    def forward(
        self, x: Tensor, memory: Sequence[tuple[Tensor, Tensor] | None] = (None,) * LAYERS
    ) -> tuple[Tensor, list[tuple[Tensor, Tensor] | None]]:
        states, kept = [], []
        for layer, before in zip(self.layers, memory):
            x, after = layer(x, before)
            states.append(x)
            kept.append(after)
        return torch.stack(states, dim=2), kept


@functools.lru_cache(maxsize=1)
def speaker_states() -> SpeakerStates:
    """The network with its weights, frozen, on the device that there is."""
    from safetensors.torch import load_file

    network = SpeakerStates()
    stored = load_file(locate(AI4ER_SMALL) / "model.safetensors")
    network.load_state_dict({name: weight.float() for name, weight in stored.items()})
    return network.eval().requires_grad_(False).to("cuda" if torch.cuda.is_available() else "cpu")


def speaker_frames(raw: Sequence[np.ndarray], layers: slice) -> list[np.ndarray]:
    """The states of items at 16 kHz, one for each 20 ms: (frames, number of layers, 256) each.

    Every item is brought to the same level first. A frame is the mean of the states of two windows of 25 ms.
    """
    mels = split(*mel_power([_levelled(samples) for samples in raw], RATE, _WINDOW, _HOP, BANDS))
    found: list[np.ndarray] = [np.empty(0)] * len(mels)
    for group in batches([len(mel) for mel in mels], _BUDGET):
        for position, states in zip(group, _states([mels[i] for i in group], layers)):
            found[position] = states
    return found


def _states(mels: Sequence[np.ndarray], layers: slice) -> list[np.ndarray]:
    network = speaker_states()
    device = next(network.parameters()).device
    lengths = [len(mel) for mel in mels]
    x = nn.utils.rnn.pad_sequence([torch.from_numpy(mel) for mel in mels], batch_first=True)
    memory: Sequence[tuple[Tensor, Tensor] | None] = (None,) * LAYERS
    parts: list[list[np.ndarray]] = [[] for _ in mels]
    with torch.inference_mode():
        for start in range(0, x.shape[1], _CHUNK):
            states, memory = network(x[:, start : start + _CHUNK].to(device), memory)
            states = states[:, :, layers]
            for row, length, part in zip(states, lengths, parts):
                if length > start:
                    part.append(_pairs(row[: length - start]).cpu().numpy())
    return [np.concatenate(part) for part in parts]


def _pairs(states: Tensor) -> Tensor:
    """Means of two neighbouring rows; a last row without a neighbour stays."""
    even = len(states) // 2 * 2
    means = states[:even].unflatten(0, (-1, 2)).mean(1)
    return torch.cat([means, states[even:]])


def _levelled(samples: np.ndarray) -> np.ndarray:
    """A root mean square of -30 dB of full scale; silence stays silent."""
    values = np.asarray(samples, np.float32)
    level = float(np.sqrt(np.mean(np.square(values, dtype=np.float64)))) if len(values) else 0.0
    return values * np.float32(_LEVEL / level) if level > 1e-6 else values

"""The states of speech that a system's head reads: of a network in the system, or as a front end gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ai4er.encoders import expects_normalised, pretrained
from ai4er.encoders._locate import AI4ER_SMALL
from ai4er.encoders._readers import HOP
from ai4er.encoders._small import SIZE, pretrained_states
from ai4er.nn.log_mel_encoder import LogMelEncoder
from ai4er.nn.waveform_encoder import Masking, Steps, WaveformEncoder


class SpeechNetwork(WaveformEncoder):
    """A pretrained network of which every layer is read."""

    def __init__(self, network: Any, normalise: bool) -> None:
        super().__init__(network, normalise)
        self.hidden_size, self.states_number = self.sizes.hidden_size, len(network.encoder.layers) + 1

    def hidden(
        self, samples: Tensor, lengths: Tensor, depth: int | None = None, masking: Masking | None = None
    ) -> Steps:
        """As `LogMelEncoder.hidden`: the input of the first layer and the output of every layer up to `depth`."""
        z = self.convolved(self.prepared(samples, lengths))[1]
        x = self.projected(z.x) if masking is None else masking(self.projected(z.x), z.lengths)
        return Steps(torch.stack(self.layer_states(x, z.mask, depth), dim=2), z.lengths)


class SmallNetwork(nn.Module):
    """`ai4er-small`, to be trained: its parts are the convolutions (`feature_extractor`) and the `encoder` behind them.

    Its states are those of the front end `speech_frames`, but for the last one, which a closing norm reads.
    """

    hop, hidden_size = HOP, SIZE

    def __init__(self, frozen: Sequence[str], layers: int | None, closing_norm: bool) -> None:
        super().__init__()
        self.network = pretrained_states()
        encoder = self.network.encoder
        encoder.layers = encoder.layers[:layers]
        parts = {"feature_extractor": (encoder.conv1, encoder.conv2), "encoder": (encoder.layers,)}
        for part in (part for name in frozen for part in parts.get(name, ())):
            part.requires_grad_(False)
        self.states_number = len(encoder.layers) + 1
        self.layer_norm: nn.Module = nn.LayerNorm(SIZE) if closing_norm else nn.Identity()

    def hidden(
        self, samples: Tensor, lengths: Tensor, depth: int | None = None, masking: Masking | None = None
    ) -> Steps:
        """As `LogMelEncoder.hidden`."""
        x, frames = self.network.hidden(samples, lengths, depth, masking)
        if x.shape[2] == self.states_number:
            x = torch.cat([x[:, :, :-1], self.layer_norm(x[:, :, -1:])], dim=2)
        return Steps(x[:, : int(frames.max())], frames)


class GivenFrames(nn.Module):
    """Frames that a front end has made already, of one layer (features,) or of several (layers, features)."""

    def __init__(self, shape: Sequence[int]) -> None:
        super().__init__()
        *layers, self.hidden_size = shape
        self.states_number = layers[0] if layers else 1

    def hidden(self, x: Tensor, lengths: Tensor, depth: int | None = None, masking: Masking | None = None) -> Steps:
        """x (batch, frames[, layers], features) -> (batch, frames, layers, features), those up to `depth`."""
        states = (x if masking is None else masking(x, lengths)).view(
            *x.shape[:2], self.states_number, self.hidden_size
        )
        return Steps(states if depth is None else states[:, :, : depth + 1], lengths)


def speech_encoder(
    spec: str, shape: Sequence[int], frozen: Sequence[str] = (), layers: int | None = None, closing_norm: bool = True,
    channels: Sequence[int] = (16, 32, 64),
) -> SpeechNetwork | SmallNetwork | LogMelEncoder | GivenFrames:  # fmt: skip
    """What reads an input of this shape (without its time axis).

    Samples, (), go through the pretrained network of the spec, or without one (an empty spec) through log-mel and a
    small network that is learnt from scratch, with these `channels`; all other inputs are frames already. `frozen` are
    the parts of a pretrained network that are not trained. `layers` are kept, the first ones; `closing_norm` says
    whether the last state of a network that normalises inside its layers is normalised once more.
    """
    if shape:
        return GivenFrames(shape)
    if spec == AI4ER_SMALL:
        return SmallNetwork(frozen, layers, closing_norm)
    if not spec:
        return LogMelEncoder(channels=channels, closing_norm=closing_norm)
    network: Any = pretrained(spec, "speech")
    network.encoder.layers = network.encoder.layers[:layers]
    if not closing_norm and network.config.do_stable_layer_norm:
        network.encoder.layer_norm = nn.Identity()
    found = SpeechNetwork(network, expects_normalised(spec))
    network.masked_spec_embed.requires_grad_(False)
    for part in frozen:
        network.get_submodule(part).requires_grad_(False)
    return found

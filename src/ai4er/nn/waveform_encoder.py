"""A wav2vec 2.0, WavLM or HuBERT network by its parts, masked so that padding changes no answer in use."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

Masking = Callable[[Tensor, Tensor], Tensor]
"""Steps (batch, steps, size) and their lengths (batch,) -> steps of which some are changed or hidden."""


class Steps(NamedTuple):
    """Padded steps x (batch, steps, ...) with their lengths (batch,)."""

    x: Tensor
    lengths: Tensor

    @property
    def mask(self) -> Tensor:
        """True on real steps, (batch, steps)."""
        return torch.arange(self.x.shape[1], device=self.x.device) < self.lengths.unsqueeze(1)


class WaveformEncoder(nn.Module):
    """Samples -> convolutions -> feature projection -> transformer.

    `network` is a `transformers` model; `normalise` brings every utterance to zero mean and unit variance. An
    extractor whose group norm runs over time (the base networks) sees each utterance alone in evaluation mode; in
    training it sees the padded batch, as it did when it was pretrained.
    """

    def __init__(self, network: Any, normalise: bool) -> None:
        super().__init__()
        self.network, self.normalise, self.sizes = network, normalise, network.config
        if not hasattr(network, "masked_spec_embed"):
            network.masked_spec_embed = nn.Parameter(torch.empty(self.sizes.hidden_size).uniform_())
        self.hop = math.prod(self.sizes.conv_stride)
        self.shortest = 1
        for kernel, stride in zip(self.sizes.conv_kernel[::-1], self.sizes.conv_stride[::-1]):
            self.shortest = (self.shortest - 1) * stride + kernel

    def prepared(self, x: Tensor, lengths: Tensor) -> Steps:
        """Samples (batch, samples) as the network expects them: zeros behind the end, at least one frame long."""
        x = functional.pad(x, (0, max(0, self.shortest - x.shape[1])))
        if self.normalise:
            mask, count = Steps(x, lengths).mask, lengths.clamp(min=1).unsqueeze(1)
            x = (x - x.sum(1, keepdim=True) / count) * mask
            x = x * torch.rsqrt(x.square().sum(1, keepdim=True) / count + 1e-7)
        return Steps(x, lengths)

    def convolved(self, samples: Steps) -> tuple[Steps, Steps]:
        """Features of the last but one convolution and of the last, (batch, frames, channels) each."""
        learns = next(self.network.feature_extractor.parameters()).requires_grad
        with torch.set_grad_enabled(torch.is_grad_enabled() and learns):
            if self.sizes.feat_extract_norm == "group" and not self.training:
                widths = samples.lengths.clamp(min=self.shortest).tolist()
                alone = [self._convolve(row[None, :width]) for row, width in zip(samples.x, widths)]
                before, last = (
                    nn.utils.rnn.pad_sequence([x[0] for x in part], batch_first=True) for part in zip(*alone)
                )
            else:
                before, last = self._convolve(samples.x)
        return Steps(before, self.frames(samples.lengths, -1)), Steps(last, self.frames(samples.lengths))

    def _convolve(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = x.unsqueeze(1)
        *layers, last = self.network.feature_extractor.conv_layers
        for layer in layers:
            x = layer(x)
        return x.transpose(1, 2), last(x).transpose(1, 2)

    def frames(self, samples: Tensor, layers: int | None = None) -> Tensor:
        """The number of frames that the convolutions (the first `layers`) make of samples; at least one."""
        for kernel, stride in zip(self.sizes.conv_kernel[:layers], self.sizes.conv_stride[:layers]):
            samples = (samples - kernel) // stride + 1
        return samples.clamp(min=1)

    def projected(self, z: Tensor) -> Tensor:
        """Convolutional features as the input of the transformer, (batch, frames, hidden)."""
        found = self.network.feature_projection(z)
        return found[0] if isinstance(found, tuple) else found

    def states(self, x: Tensor, valid: Tensor, masked: Tensor | None = None) -> Tensor:
        """The transformer's output; masked frames (batch, frames) of x are replaced by the mask embedding."""
        if masked is not None:
            x = torch.where(masked.unsqueeze(-1), self.network.masked_spec_embed.to(x.dtype), x)
        hidden: Tensor = self.network.encoder(x * valid.unsqueeze(-1), attention_mask=valid).last_hidden_state
        return hidden

    def layer_states(
        self, x: Tensor, valid: Tensor, depth: int | None = None, masked: Tensor | None = None
    ) -> list[Tensor]:
        """The input of the first layer and the output of every layer up to `depth`, (batch, frames, hidden) each.

        `masked` frames are hidden as in `states`; layers above `depth` are not computed, and none is skipped at random.
        The state of the last layer of all is the network's own output, which in networks that normalise inside their
        layers is normalised once more.
        """
        encoder, found = self.network.encoder, []
        layers = encoder.layers
        self.sizes.layerdrop = 0.0

        def keep(_: nn.Module, given: Any, state: Any) -> None:
            found.append(state[0] if isinstance(state, tuple) else state)

        hooks = [layers[0].register_forward_pre_hook(lambda _, given: found.append(given[0]))]
        hooks += [layer.register_forward_hook(keep) for layer in layers[:depth]]
        encoder.layers = layers[:depth]
        try:
            last = self.states(x, valid, masked)
        finally:
            encoder.layers = layers
            for hook in hooks:
                hook.remove()
        return found if len(found) <= len(layers) else [*found[:-1], last]

"""The encoder of Whisper: convolutions over log-mel, positions, and transformer layers, of full or of low rank."""

from __future__ import annotations

import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.nn.waveform_encoder import Masking

BANDS, POSITIONS = 80, 1500
"""Of its input, and of its steps of 20 ms: half a minute."""


def linear(inputs: int, outputs: int, rank: int | None, bias: bool = True) -> nn.Module:
    """A linear layer, or the product of two narrower ones."""
    if rank is None:
        return nn.Linear(inputs, outputs, bias)
    return nn.Sequential(nn.Linear(inputs, rank, bias=False), nn.Linear(rank, outputs, bias))


def halving(size: int, rank: int | None) -> nn.Module:
    """A convolution over three steps to every second one, or the product of a narrow one and a linear layer."""
    if rank is None:
        return nn.Conv1d(size, size, 3, stride=2, padding=1)
    return nn.Sequential(nn.Conv1d(size, rank, 3, stride=2, padding=1, bias=False), nn.Conv1d(rank, size, 1))


class WhisperLayer(nn.Module):
    """Self-attention and two linear layers with GELU, each behind a norm and beside a shortcut.

    forward: x (batch, steps, size), there (batch, steps), which steps are real, all without it -> (batch, steps, size).
    `ranks` are those of q_proj, k_proj, v_proj and out_proj; what it does not name is of full rank.
    """

    def __init__(self, size: int, heads: int, inner: int, ranks: Mapping[str, int]) -> None:
        super().__init__()
        self.heads = heads
        self.self_attn = nn.ModuleDict(
            {name: linear(size, size, ranks.get(name), name != "k_proj") for name in ("q_proj", "k_proj", "v_proj")}
        )
        self.self_attn["out_proj"] = linear(size, size, ranks.get("out_proj"))
        self.self_attn_layer_norm, self.final_layer_norm = nn.LayerNorm(size), nn.LayerNorm(size)
        self.fc1, self.fc2 = nn.Linear(size, inner), nn.Linear(inner, size)

    def forward(self, x: Tensor, there: Tensor | None) -> Tensor:
        y = self.self_attn_layer_norm(x)
        q, k, v = (
            self.self_attn[name](y).unflatten(2, (self.heads, -1)).transpose(1, 2)
            for name in ("q_proj", "k_proj", "v_proj")
        )
        heard = functional.scaled_dot_product_attention(q, k, v, None if there is None else there[:, None, None])
        x = x + self.self_attn["out_proj"](heard.transpose(1, 2).flatten(2))
        y = self.fc2(functional.gelu(self.fc1(self.final_layer_norm(x))))
        return x + y


def sinusoids(steps: int, size: int) -> Tensor:
    """Sines and then cosines of wave lengths from 2 pi to 20,000 pi steps, (steps, size)."""
    scales = torch.exp(-math.log(10_000) / (size // 2 - 1) * torch.arange(size // 2))
    angles = torch.arange(steps)[:, None] * scales
    return torch.cat([angles.sin(), angles.cos()], dim=1)


class WhisperEncoder(nn.Module):
    """The lower layers of the encoder, without the norm behind the last one of all.

    `inner` values lie between the two linear layers behind attention, 4 size without it. `ranks` are those of conv2,
    q_proj, k_proj, v_proj and out_proj; what it does not name is of full rank.
    forward: log-mel (batch, 2 steps, 80), lengths (batch,) in steps, all real without it -> the input of the first
    layer and the output of each, (batch, steps, size). Steps behind the lengths change nothing. After
    1,500 steps, as many as it was trained with, the positions begin again. `layers` are computed, all without it;
    `masking` (x, lengths) -> x changes what they read, (batch, steps, size) before its positions.
    Source: Radford et al., "Robust speech recognition via large-scale weak supervision", ICML 2023.
    """

    positions: Tensor

    def __init__(
        self, size: int, heads: int, layers: int, inner: int | None = None, ranks: Mapping[str, int] | None = None
    ) -> None:
        super().__init__()
        ranks = ranks or {}
        self.conv1 = nn.Conv1d(BANDS, size, 3, padding=1)
        self.conv2 = halving(size, ranks.get("conv2"))
        self.register_buffer("positions", sinusoids(POSITIONS, size), persistent=False)
        self.layers = nn.ModuleList(WhisperLayer(size, heads, inner or 4 * size, ranks) for _ in range(layers))

    def forward(
        self, log_mel: Tensor, lengths: Tensor | None = None, layers: int | None = None, masking: Masking | None = None
    ) -> tuple[Tensor, ...]:
        x, there, real = log_mel.transpose(1, 2), None, None
        if lengths is not None:
            there = torch.arange(x.shape[2] // 2, device=x.device) < lengths.unsqueeze(1)
            real = there.repeat_interleave(2, 1).unsqueeze(1)
        for convolution in (self.conv1, self.conv2):
            x = functional.gelu(convolution(x if real is None else x * real))
        x = x.transpose(1, 2).contiguous()
        if masking is not None:
            x = masking(x, x.new_full((len(x),), x.shape[1], dtype=torch.long) if lengths is None else lengths)
        states = [x + self.positions[torch.arange(x.shape[1], device=x.device) % POSITIONS]]
        for layer in self.layers[:layers]:
            states.append(layer(states[-1], there))
        return tuple(states)

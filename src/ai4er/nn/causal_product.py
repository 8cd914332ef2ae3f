"""The product of a causal dilated convolution, in place and without copies of its shifted inputs.

A tap that looks s rows back adds x[:-s] @ W to out[s:]: both are views, so that nothing is padded, concatenated
or written twice, and products of wide, contiguous rows run near the speed of the processor.
"""

from __future__ import annotations

import torch
from torch import Tensor


def causal_product(x: Tensor, weight: Tensor, shifts: list[int]) -> Tensor:
    """out[n] = sum_k x[n - shifts[k]] @ weight[k], rows before the first being zero.

    x (streams, rows, inputs), weight (streams, taps, inputs, outputs); one shift per tap, the last one 0. Under
    autocast both are cast and so is the result, as by a matrix product.
    """
    kind = x.device.type
    if torch.is_autocast_enabled(kind):
        x, weight = x.to(torch.get_autocast_dtype(kind)), weight.to(torch.get_autocast_dtype(kind))
    with torch.autocast(kind, enabled=False):
        found: Tensor = torch.ops.ai4er.causal_product(x, weight, shifts)
    return found


_LIBRARY = torch.library.Library("ai4er", "DEF")  # not custom_op, whose first call loads the compiler: two seconds
_LIBRARY.define("causal_product(Tensor x, Tensor weight, int[] shifts) -> Tensor")
_LIBRARY.define("causal_product_backward(Tensor gradient, Tensor x, Tensor weight, int[] shifts) -> (Tensor, Tensor)")


def _forward(x: Tensor, weight: Tensor, shifts: list[int]) -> Tensor:
    rows = x.shape[1]
    out = torch.bmm(x, weight[:, -1])
    for tap, shift in enumerate(shifts[:-1]):
        if shift < rows:
            out[:, shift:].baddbmm_(x[:, : rows - shift], weight[:, tap])
    return out


def _fake_forward(x: Tensor, weight: Tensor, shifts: list[int]) -> Tensor:
    return x.new_empty(x.shape[0], x.shape[1], weight.shape[3])


def _backward(gradient: Tensor, x: Tensor, weight: Tensor, shifts: list[int]) -> tuple[Tensor, Tensor]:
    rows = x.shape[1]
    to_x = torch.bmm(gradient, weight[:, -1].transpose(1, 2))
    to_weight = torch.zeros_like(weight)
    to_weight[:, -1] = torch.bmm(x.transpose(1, 2), gradient)
    for tap, shift in enumerate(shifts[:-1]):
        if shift < rows:
            late = gradient[:, shift:]
            to_x[:, : rows - shift].baddbmm_(late, weight[:, tap].transpose(1, 2))
            to_weight[:, tap] = torch.bmm(x[:, : rows - shift].transpose(1, 2), late)
    return to_x, to_weight


def _fake_backward(gradient: Tensor, x: Tensor, weight: Tensor, shifts: list[int]) -> tuple[Tensor, Tensor]:
    return torch.empty_like(x), torch.empty_like(weight)


def _save(ctx, inputs, output) -> None:  # type: ignore[no-untyped-def]
    x, weight, ctx.shifts = inputs
    ctx.save_for_backward(x, weight)


def _differentiate(ctx, gradient: Tensor):  # type: ignore[no-untyped-def]
    x, weight = ctx.saved_tensors
    return *torch.ops.ai4er.causal_product_backward(gradient.contiguous(), x, weight, ctx.shifts), None


for _name, _kernel, _fake in (
    ("causal_product", _forward, _fake_forward),
    ("causal_product_backward", _backward, _fake_backward),
):
    _LIBRARY.impl(_name, _kernel, "CompositeExplicitAutograd")
    torch.library.register_fake(f"ai4er::{_name}", _fake, lib=_LIBRARY)
torch.library.register_autograd("ai4er::causal_product", _differentiate, setup_context=_save, lib=_LIBRARY)

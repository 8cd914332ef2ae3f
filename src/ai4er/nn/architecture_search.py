"""Differentiable architecture search (DARTS): mixed operations, cells of them, and the cells that are left.

For maps (batch, channels, height, width) and sequences (batch, channels, steps) alike; `dims` is 2 or 1.
Source: Liu, Simonyan and Yang, "DARTS: Differentiable Architecture Search", ICLR 2019.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError

OPERATIONS = (
    "none", "skip", "max_pool_3", "average_pool_3", "separable_3", "separable_5", "dilated_3", "dilated_5",
)  # fmt: skip
NODES, KEPT = 4, 2
"""The intermediate nodes of a cell, and the edges that are kept into each of them."""
EDGES = tuple((source, node) for node in range(NODES) for source in range(node + 2))
"""All edges of a cell; sources 0 and 1 are the outputs of the two cells before."""

_CONVOLUTION: dict[int, Any] = {1: nn.Conv1d, 2: nn.Conv2d}
_NORM: dict[int, Any] = {1: nn.BatchNorm1d, 2: nn.BatchNorm2d}
_MAXIMUM: dict[int, Any] = {1: nn.MaxPool1d, 2: nn.MaxPool2d}
_AVERAGE: dict[int, Any] = {1: nn.AvgPool1d, 2: nn.AvgPool2d}


class Genotype(NamedTuple):
    """What is left of a normal and of a reduction cell: (operation, source) of `KEPT` edges for each node in turn.

    >>> text = "skip:0 separable_3:1 " * 4
    >>> Genotype.parse(f"{text}/ {text}").text == f"{text}/ {text}".strip()
    True
    """

    normal: tuple[tuple[str, int], ...]
    reduction: tuple[tuple[str, int], ...]

    @property
    def text(self) -> str:
        """`operation:source` of each edge, the reduction cell behind a stroke."""
        return " / ".join(" ".join(f"{name}:{source}" for name, source in cell) for cell in self)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The inverse of `text`. Raises `Ai4erError` for what is no cell."""
        cells = [tuple(_edge(edge) for edge in cell.split()) for cell in text.split("/")]
        if [len(cell) for cell in cells] != [KEPT * NODES] * 2 or not all(map(_fits, cells)):
            raise Ai4erError(
                f"{text!r} is no genotype: it needs two cells parted by /, each with {KEPT} different edges "
                f"(operation:source) into each of {NODES} nodes; operations are {', '.join(OPERATIONS[1:])}"
            )
        return cls(*cells)


def _edge(text: str) -> tuple[str, int]:
    name, _, source = text.partition(":")
    return name, int(source) if source.isdigit() else -1


def _fits(cell: Sequence[tuple[str, int]]) -> bool:
    nodes = [cell[KEPT * node : KEPT * node + KEPT] for node in range(NODES)]
    return all(
        len({source for _, source in edges}) == KEPT
        and all(name in OPERATIONS[1:] and 0 <= source < node + 2 for name, source in edges)
        for node, edges in enumerate(nodes)
    )


def discretise(alpha: Tensor, operations: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """Of each node the edges whose strongest operation but `none` weighs most, with that operation.

    alpha (edges, operations) -> (operation, source) of `KEPT` edges for each node, by their source.
    """
    weights = alpha.detach().softmax(1)
    allowed = [number for number, name in enumerate(operations) if name != "none"]
    strength, best = weights[:, allowed].max(1)
    kept: list[tuple[str, int]] = []
    for node in range(NODES):
        edges = [number for number, (_, into) in enumerate(EDGES) if into == node]
        strongest = sorted(sorted(edges, key=lambda edge: -float(strength[edge]))[:KEPT])
        kept += [(operations[allowed[int(best[edge])]], EDGES[edge][0]) for edge in strongest]
    return tuple(kept)


class Nothing(nn.Module):
    """Zeros, at every `stride`-th place."""

    def __init__(self, stride: int) -> None:
        super().__init__()
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        places = (slice(None, None, self.stride),) * (x.dim() - 2)
        return 0 * x[(slice(None), slice(None), *places)]


class Halving(nn.Module):
    """ReLU, two 1 x 1 convolutions of stride 2, the second of which begins one place further, BN; even sizes only."""

    def __init__(self, inputs: int, outputs: int, dims: int) -> None:
        super().__init__()
        self.even = _CONVOLUTION[dims](inputs, outputs // 2, 1, stride=2, bias=False)
        self.odd = _CONVOLUTION[dims](inputs, outputs - outputs // 2, 1, stride=2, bias=False)
        self.norm = _NORM[dims](outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = x.relu()
        further = x[(slice(None), slice(None), *(slice(1, None),) * (x.dim() - 2))]
        halved: Tensor = self.norm(torch.cat([self.even(x), self.odd(further)], dim=1))
        return halved


def pointwise(inputs: int, outputs: int, dims: int) -> nn.Sequential:
    """ReLU, 1 x 1 convolution, BN."""
    return nn.Sequential(nn.ReLU(), _CONVOLUTION[dims](inputs, outputs, 1, bias=False), _NORM[dims](outputs))


def _separable(channels: int, kernel: int, stride: int, dims: int, dilation: int = 1) -> list[nn.Module]:
    """ReLU, convolution of each channel, 1 x 1 convolution, BN."""
    convolution, border = _CONVOLUTION[dims], dilation * (kernel // 2)
    depthwise = convolution(
        channels, channels, kernel, stride, border, dilation=dilation, groups=channels, bias=False
    )  # fmt: skip
    return [nn.ReLU(), depthwise, convolution(channels, channels, 1, bias=False), _NORM[dims](channels)]


def operation(name: str, channels: int, stride: int, dims: int) -> nn.Module:
    """One of `OPERATIONS`, which keeps the channels and divides the size by the stride (1 or 2)."""
    if name == "none":
        return Nothing(stride)
    if name == "skip":
        return nn.Identity() if stride == 1 else Halving(channels, channels, dims)
    kind, _, size = name.rpartition("_")
    kernel = int(size)
    if kind == "max_pool":
        return nn.Sequential(_MAXIMUM[dims](kernel, stride, kernel // 2), _NORM[dims](channels, affine=False))
    if kind == "average_pool":
        pool = _AVERAGE[dims](kernel, stride, kernel // 2, count_include_pad=False)
        return nn.Sequential(pool, _NORM[dims](channels, affine=False))
    if kind == "dilated":
        return nn.Sequential(*_separable(channels, kernel, stride, dims, dilation=2))
    return nn.Sequential(*_separable(channels, kernel, stride, dims), *_separable(channels, kernel, 1, dims))


class MixedOperation(nn.Module):
    """sum_o w_o o(x) over the operations o: x and weights (operations,) -> as any of them."""

    def __init__(self, operations: Sequence[str], channels: int, stride: int, dims: int) -> None:
        super().__init__()
        self.operations = nn.ModuleList(operation(name, channels, stride, dims) for name in operations)

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        return torch.stack([weight * one(x) for weight, one in zip(weights, self.operations)]).sum(0)


class Cell(nn.Module):
    """Nodes that add up operations on the outputs of two cells and of nodes before; their concatenation.

    With `kept` edges it is a cell that was found, whose paths are dropped at the rate `path_dropout` in training;
    without, every edge is a `MixedOperation`. forward: a, b and, in a search, weights (edges, operations).
    """

    def __init__(
        self, inputs: tuple[int, int], channels: int, dims: int, reduces: bool, follows_reduction: bool,
        operations: Sequence[str], kept: Sequence[tuple[str, int]] | None = None, path_dropout: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__()
        first, second = inputs
        self.first = Halving(first, channels, dims) if follows_reduction else pointwise(first, channels, dims)
        self.second = pointwise(second, channels, dims)
        self.path_dropout = path_dropout
        self.edges = EDGES if kept is None else tuple((source, n // KEPT) for n, (_, source) in enumerate(kept))
        strides = [2 if reduces and source < 2 else 1 for source, _ in self.edges]
        self.operations = nn.ModuleList(
            MixedOperation(operations, channels, stride, dims) if kept is None
            else operation(kept[number][0], channels, stride, dims)
            for number, stride in enumerate(strides)
        )  # fmt: skip

    def forward(self, a: Tensor, b: Tensor, weights: Tensor | None = None) -> Tensor:
        states = [self.first(a), self.second(b)]
        for node in range(NODES):
            into = [number for number, (_, n) in enumerate(self.edges) if n == node]
            states.append(
                torch.stack([self._path(number, states[self.edges[number][0]], weights) for number in into]).sum(0)
            )
        return torch.cat(states[2:], dim=1)

    def _path(self, number: int, x: Tensor, weights: Tensor | None) -> Tensor:
        path = self.operations[number]
        if weights is not None:
            mixed: Tensor = path(x, weights[number])
            return mixed
        out: Tensor = path(x)
        if self.training and self.path_dropout and not isinstance(path, nn.Identity):
            keep = torch.rand(len(out), *(1,) * (out.dim() - 1), device=out.device) >= self.path_dropout
            out = out * keep / (1 - self.path_dropout)
        return out


class CellStack(nn.Module):
    """Cells one after the other; those at a third and at two thirds halve the size and double the channels.

    Without a genotype all normal cells share the weights alpha of one search, and all reduction cells those of another:
    `normal` and `reduction` (edges, operations), next to 0 at the start. forward: (batch, inputs, ...) ->
    (batch, size, ...), each axis a quarter of what it was and therefore a multiple of 4 before.
    """

    def __init__(
        self, inputs: int, cells: int, channels: int, dims: int, operations: Sequence[str],
        genotype: Genotype | None = None, path_dropout: float = 0.0,
    ) -> None:  # fmt: skip
        super().__init__()
        self.names, self.searches = tuple(operations), genotype is None
        if self.searches:
            self.normal, self.reduction = (
                nn.Parameter(1e-3 * torch.randn(len(EDGES), len(operations))) for _ in range(2)
            )
        sizes, follows = (inputs, inputs), False
        self.reducing = [number in (cells // 3, 2 * cells // 3) for number in range(cells)]
        self.cells = nn.ModuleList()
        for reduces in self.reducing:
            channels *= 2 if reduces else 1
            kept = None if genotype is None else genotype.reduction if reduces else genotype.normal
            self.cells.append(Cell(sizes, channels, dims, reduces, follows, operations, kept, path_dropout))
            sizes, follows = (sizes[1], NODES * channels), reduces
        self.size = sizes[1]

    def genotype(self) -> Genotype:
        """The cells that the search would leave."""
        return Genotype(discretise(self.normal, self.names), discretise(self.reduction, self.names))

    def forward(self, x: Tensor) -> Tensor:
        before, last = x, x
        shares = [alpha.softmax(1) for alpha in (self.normal, self.reduction)] if self.searches else [None, None]
        for cell, reduces in zip(self.cells, self.reducing):
            before, last = last, cell(before, last, shares[reduces])
        return last


def unrolled_gradients(
    train_loss: Callable[[], Tensor], valid_loss: Callable[[], Tensor], weights: Sequence[nn.Parameter],
    architecture: Sequence[nn.Parameter], rate: float,
) -> list[Tensor]:  # fmt: skip
    """The gradient of the validation loss by the architecture, at w' = w - rate * dL_train/dw, w' depending on it.

    dL_valid(w')/da - rate (dL_train(w+)/da - dL_train(w-)/da) / (2 e), w+- = w +- e dL_valid/dw', e = 0.01 over the
    norm of dL_valid/dw' (equations 7 and 8). The weights are as before when it returns; weights that a loss does not
    depend on stay.
    """
    kept = [w.detach().clone() for w in weights]
    _move(weights, _gradients(train_loss(), weights), -rate)
    found = _gradients(valid_loss(), [*architecture, *weights])
    direct, course = found[: len(architecture)], found[len(architecture) :]
    norm = torch.stack([g.square().sum() for g in course]).sum().sqrt().clamp(min=1e-12)
    step, sides = float(0.01 / norm), []
    for sign in (1, -1):
        _restore(weights, kept)
        _move(weights, course, sign * step)
        sides.append(_gradients(train_loss(), architecture))
    _restore(weights, kept)
    return [d - rate * (up - down) / (2 * step) for d, up, down in zip(direct, *sides)]


def _gradients(loss: Tensor, parameters: Sequence[nn.Parameter]) -> list[Tensor]:
    found = torch.autograd.grad(loss, parameters, allow_unused=True)
    return [torch.zeros_like(p) if g is None else g for p, g in zip(parameters, found)]


@torch.no_grad()
def _move(parameters: Sequence[nn.Parameter], course: Sequence[Tensor], length: float) -> None:
    for parameter, step in zip(parameters, course):
        parameter.add_(step, alpha=length)


@torch.no_grad()
def _restore(parameters: Sequence[nn.Parameter], kept: Sequence[Tensor]) -> None:
    for parameter, value in zip(parameters, kept):
        parameter.copy_(value)

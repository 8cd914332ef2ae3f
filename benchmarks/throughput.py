"""Training steps a second of five speech systems against the same networks written plainly (benchmarks/plain_*.py).

    python -m benchmarks.throughput [--systems tim_net,dst] [--threads 2] [--repeats 10] [--batch 4]

The networks have the sizes of their papers, the batch the size of the configuration, every item the length of the
paper, seven classes; float32. A step is the forward pass, cross-entropy, the backward pass and the optimiser. The
plain, the eager and the compiled network take turns, so that a change of the machine's speed meets all of them alike.
What the compiler takes is the first compiled step less an ordinary one; it pays after so many steps that it is won
back.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.labels import label_space
from ai4er.systems import system_class
from ai4er.systems.base import System
from ai4er.training.compilation import compile_network
from ai4er.training.memory import keep_freed_memory
from benchmarks.plain_ctl_mtnet import PlainCTLMTNet
from benchmarks.plain_dst import PlainDST
from benchmarks.plain_shift_ser import PlainShiftformer
from benchmarks.plain_short_segments import PlainSegmentNetwork
from benchmarks.plain_tim_net import PlainTIMNet

CLASSES = 7


@dataclass(frozen=True)
class Pair:
    """A system and its plain network: the input's name, the shape of an item and of its frames, the plain optimiser."""

    input: str
    item: tuple[int, ...]
    features: tuple[int, ...]
    plain: Callable[[], nn.Module]
    optimiser: Callable[[Any], torch.optim.Optimizer]

    def system(self, slug: str) -> System[Any]:
        """The system with the values of its paper."""
        kind = system_class(slug)
        shapes = {self.input: self.features}
        return kind(kind.config_class(), label_space("emodb7"), shapes, {self.input: True})


PAIRS = {
    "tim_net": Pair("mfcc", (188, 39), (39,), PlainTIMNet, lambda p: torch.optim.Adam(p, 1e-3, (0.93, 0.98))),
    "ctl_mtnet": Pair("mfcc", (96, 39), (39,), PlainCTLMTNet, lambda p: torch.optim.Adam(p, 1e-3, (0.975, 0.932))),
    "short_segments": Pair("speech", (4000,), (), PlainSegmentNetwork, lambda p: torch.optim.SGD(p, 0.1, 0.5)),
    "shift_ser": Pair(
        "speech", (374, 768), (768,), PlainShiftformer, lambda p: torch.optim.AdamW(p, 5e-4, weight_decay=0.05)
    ),
    "dst": Pair("speech", (326, 1024), (1024,), PlainDST, lambda p: torch.optim.SGD(p, 5e-4, 0.9)),
}


def logits_of(system: System[Any], x: Tensor) -> Tensor:
    """What the network of a system answers to items of one length."""
    if x.dim() == 2:
        return system.network(x)
    return system.network(x, torch.full((len(x),), x.shape[1]))[0]


def step_of(
    forward: Callable[[Tensor], Tensor], optimiser: torch.optim.Optimizer, item: tuple[int, ...], batch: int,
    smoothing: float = 0.0,
) -> Callable[[], None]:  # fmt: skip
    """One training step on items that stay the same."""
    torch.manual_seed(0)
    x, y = torch.randn(batch, *item), torch.randint(CLASSES, (batch,))

    def step() -> None:
        loss = functional.cross_entropy(forward(x), y, label_smoothing=smoothing)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return step


def seconds(step: Callable[[], None]) -> float:
    """The time of one step."""
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def measured(slug: str, repeats: int, batch: int | None) -> str:
    """The row of a system."""
    pair = PAIRS[slug]
    plain = pair.plain().train()
    eager, compiled = (pair.system(slug).train() for _ in range(2))
    compile_network(compiled.network)
    size = batch or eager.config.batch_size
    steps = [step_of(plain, pair.optimiser(plain.parameters()), pair.item, size)]
    for system in (eager, compiled):
        optimiser = system.stages()[0].optimise(1)[0].optimiser
        steps.append(step_of(lambda x, of=system: logits_of(of, x), optimiser, pair.item, size))
    *_, first = map(seconds, steps)
    turns = [[seconds(step) for step in steps] for _ in range(repeats)]
    base, usual, fast = map(statistics.median, zip(*turns, strict=True))
    pays = f"{(first - fast) / (usual - fast):.0f}" if fast < usual else "never"
    rates = [f"{1 / base:.2f}", f"{1 / usual:.2f}", f"{usual / base:.2f}", f"{1 / fast:.2f}", f"{fast / base:.2f}"]
    return f"| {' | '.join([slug, str(size), *rates, f'{first - fast:.0f}', pays])} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", default=",".join(PAIRS))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--batch", type=int, help="another size of the batch than the configuration's")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    keep_freed_memory()
    print("| system | batch | plain, steps a second | eager | time of plain | compiled | time of plain "
          "| compiling, s | pays after steps |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|")
    for slug in given.systems.split(","):
        print(measured(slug, given.repeats, given.batch), flush=True)


if __name__ == "__main__":
    main()

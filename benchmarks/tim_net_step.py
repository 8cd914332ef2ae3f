"""The time of a TIM-Net training step at batch 64, 188 x 39, 7 classes, against the network written plainly.

    python -m benchmarks.tim_net_step [--threads 2] [--repeats 20]

Every variant takes turns with the plain network, so that a change of the machine's speed meets both alike.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable

import torch
from torch import Tensor

from ai4er.labels import label_space
from ai4er.systems.speech.tim_net import Config, TIMNet
from ai4er.training.compilation import compile_network
from ai4er.training.memory import keep_freed_memory
from benchmarks.plain_tim_net import PlainTIMNet
from benchmarks.throughput import seconds, step_of

BATCH, FRAMES, FEATURES = 64, 188, 39
WARMING = 3


def plain_step() -> Callable[[], None]:
    """The plain network, float32, eager."""
    torch.manual_seed(0)
    network = PlainTIMNet().train()
    optimiser = torch.optim.Adam(network.parameters(), 1e-3, betas=(0.93, 0.98))
    return _step(optimiser, network, bfloat16=False)


def fast_step(compiled: bool, bfloat16: bool) -> Callable[[], None]:
    """The library's network, as its trainer runs it."""
    torch.manual_seed(0)
    system = TIMNet(Config(), label_space("emodb7"), {"mfcc": (FEATURES,)}, {"mfcc": True}).train()
    lengths = torch.full((BATCH,), FRAMES)
    if compiled:
        compile_network(system.network)
    optimiser = system.stages()[0].optimise(1)[0].optimiser
    return _step(optimiser, lambda x: system.network(x, lengths)[0], bfloat16)


def _step(optimiser: torch.optim.Optimizer, forward: Callable[[Tensor], Tensor], bfloat16: bool) -> Callable[[], None]:
    def logits(x: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            found = forward(x)
        return found.float()

    return step_of(logits, optimiser, (FRAMES, FEATURES), BATCH, smoothing=0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=20)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    keep_freed_memory()
    variants = {
        "float32, eager": (False, False),
        "bfloat16, eager": (False, True),
        "float32, compiled (`--compile`)": (True, False),
        "bfloat16, compiled (`--compile --precision bf16-mixed`)": (True, True),
    }
    plain = plain_step()
    print("| ai4er | ms a step (median) | least | plain, float32, eager | least | ratio of the medians |")
    print("|---|---|---|---|---|---|")
    for name, (compiled, bfloat16) in variants.items():
        step = fast_step(compiled, bfloat16)
        for _ in range(WARMING):
            step(), plain()
        pairs = [(1000 * seconds(step), 1000 * seconds(plain)) for _ in range(given.repeats)]
        (middle, base), (least, lowest) = (map(how, zip(*pairs, strict=True)) for how in (statistics.median, min))
        print(f"| {name} | {middle:.0f} | {least:.0f} | {base:.0f} | {lowest:.0f} | {middle / base:.2f} |", flush=True)


if __name__ == "__main__":
    main()

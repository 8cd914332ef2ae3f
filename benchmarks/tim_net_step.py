"""The time of a TIM-Net training step at batch 64, 188 x 39, 7 classes, against the network written plainly.

    python -m benchmarks.tim_net_step [--threads 2] [--repeats 20]

All variants run in turn, so that a change of the machine's speed meets all of them alike.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import torch
from torch.nn import functional

from ai4er.systems.speech.tim_net import Config, Network
from ai4er.training.memory import keep_freed_memory
from benchmarks.plain_tim_net import PlainTIMNet

BATCH, FRAMES, FEATURES, CLASSES = 64, 188, 39, 7


def plain_step() -> Callable[[], None]:
    """The plain network, float32, eager."""
    torch.manual_seed(0)
    network = PlainTIMNet().train()
    return _step(network.parameters(), network, bfloat16=False)


def fast_step(compiled: bool, bfloat16: bool) -> Callable[[], None]:
    """The library's network, as its trainer runs it."""
    torch.manual_seed(0)
    network = Network(Config(), FEATURES, CLASSES).train()
    lengths = torch.full((BATCH,), FRAMES)
    if compiled:
        network.compile()
    return _step(network.parameters(), lambda x: network(x, lengths)[0], bfloat16)


def _step(parameters, forward, bfloat16: bool) -> Callable[[], None]:  # type: ignore[no-untyped-def]
    optimiser = torch.optim.Adam(parameters, 1e-3, betas=(0.93, 0.98))
    x, y = torch.randn(BATCH, FRAMES, FEATURES), torch.randint(CLASSES, (BATCH,))

    def step() -> None:
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            logits = forward(x)
        loss = functional.cross_entropy(logits.float(), y, label_smoothing=0.1)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    return step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=20)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    keep_freed_memory()
    variants = {
        "plain, float32, eager": plain_step(),
        "ai4er, float32, eager": fast_step(compiled=False, bfloat16=False),
        "ai4er, bfloat16, eager": fast_step(compiled=False, bfloat16=True),
        "ai4er, float32, compiled": fast_step(compiled=True, bfloat16=False),
        "ai4er, bfloat16, compiled (`--precision bf16-mixed --compile`)": fast_step(compiled=True, bfloat16=True),
    }
    times: dict[str, list[float]] = {name: [] for name in variants}
    for step in variants.values():
        step(), step()
    for _ in range(given.repeats):
        for name, step in variants.items():
            started = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - started)
    base = statistics.median(next(iter(times.values())))
    print("| variant | ms a step (median) | least | ratio to plain |\n|---|---|---|---|")
    for name, taken in times.items():
        middle = statistics.median(taken)
        print(f"| {name} | {middle * 1000:.0f} | {min(taken) * 1000:.0f} | {middle / base:.2f} |")


if __name__ == "__main__":
    main()

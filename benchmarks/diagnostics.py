"""How long every diagnostic of the suite takes to generate: `python -m benchmarks.diagnostics`.

Prints a Markdown row for each, the slowest first: the median of some seeds, at the hardest setting, where scenes
are longest, and the number of records.
"""

from __future__ import annotations

import argparse
import statistics
import time

from ai4er.diagnostics.suite.base import mechanisms


def main() -> None:
    """Time the generation of every scene."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how many seeds each is generated with")
    seeds = parser.parse_args().seeds
    rows = []
    for name, mechanism in mechanisms().items():
        taken = []
        for seed in range(seeds):
            started = time.perf_counter()
            records = mechanism.records(seed, 1.0)
            taken.append(time.perf_counter() - started)
        rows.append((statistics.median(taken), name, len(records)))
    print("| diagnostic | seconds | records |")
    print("|---|---|---|")
    for seconds, name, size in sorted(rows, reverse=True):
        print(f"| {name} | {seconds:.2f} | {size:,} |")


if __name__ == "__main__":
    main()

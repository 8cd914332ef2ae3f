"""Programs that measure; their results are in docs/benchmarks.md."""

"""Benchmarks: every bench_*.py here has `run() -> dict`; `make bench` runs them all and writes results/."""

"""Benchmarks: us and the peers in turn, in one run, on the same threads. Ratios count; absolute times do not."""

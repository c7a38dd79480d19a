"""Benchmarks: us and the peers in turn, on the same threads. Ratios count; absolute times do not.

A family is a module with ``ROWS``; each contender of a row runs in a process of its own (``_worker.py``), started in
turn (``_run.py``). ``_report.py`` turns the JSON that this leaves into tables.
"""

FAMILIES = ("spmm", "sorting", "training", "layers", "cora", "karate", "messages", "first_call", "batching")

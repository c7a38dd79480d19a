"""``python -m benchmarks.tables_memory``: memory and time of ``from_tables`` on 1 M nodes and 10 M edges in Parquet.

The reading runs in a process of its own. Its peak beyond what the imports took is compared with the bytes of the graph
that comes out; more than 4 times as much is a failure. ``--ids`` chooses how nodes are called.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

AT_MOST = 4.0


def write(folder: Path, nodes: int, edges: int, ids: str) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    random = np.random.default_rng(0)
    names = pa.array(random.permutation(nodes))
    if ids == "words":
        names = names.cast(pa.string())
        names = pa.compute.binary_join_element_wise("user-", names, "")
    table = {"id": names, **{f"f{i}": random.normal(size=nodes) for i in range(4)}}
    table["town"] = pa.DictionaryArray.from_arrays(random.integers(0, 6, nodes), list("abcdef"))
    table["label"] = random.integers(0, 5, nodes)
    table["split"] = pa.array(np.array(["train", "val", "test"])[random.integers(0, 3, nodes)])
    pq.write_table(pa.table(table), folder / "nodes.parquet")
    block = 1_000_000
    with pq.ParquetWriter(
        folder / "edges.parquet",
        pa.schema([("source", names.type), ("target", names.type), ("weight", pa.float32())]),
    ) as writer:
        for first in range(0, edges, block):
            count = min(block, edges - first)
            ends = [names.take(pa.array(random.integers(0, nodes, count))) for _ in range(2)]
            weight = pa.array(random.random(count, dtype=np.float32))
            writer.write_table(pa.table([*ends, weight], ["source", "target", "weight"]))


def size_of(graph) -> int:
    total = sum(value.numel() * value.element_size() for _, value in graph if hasattr(value, "element_size"))
    return total + getattr(getattr(graph, "node_names", None), "nbytes", 0)


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def measure(folder: Path) -> None:
    import pyarrow.compute
    import pyarrow.parquet  # noqa: F401

    from edgewise.io import from_tables

    from_tables({"source": [0], "target": [0]}, {"id": [0], "label": [0]}, quiet=True)
    before, start = peak(), time.perf_counter()
    graph = from_tables(folder / "edges.parquet", folder / "nodes.parquet")
    seconds = time.perf_counter() - start
    needed, size = peak() - before, size_of(graph)
    print(
        f"{graph.num_nodes:,} nodes, {graph.num_edges:,} edges: graph {size / 1e6:.0f} MB, peak {needed / 1e6:.0f} MB"
    )
    print(f"ratio {needed / size:.2f} (at most {AT_MOST}), {seconds:.1f} s")
    sys.exit(needed > AT_MOST * size)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=1_000_000)
    parser.add_argument("--edges", type=int, default=10_000_000)
    parser.add_argument("--ids", choices=("words", "integers"), default="words")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.measure is not None:
        measure(chosen.measure)
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        write(Path(folder), chosen.nodes, chosen.edges, chosen.ids)
        command = [sys.executable, "-m", "benchmarks.tables_memory", "--measure", folder]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

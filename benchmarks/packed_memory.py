"""Train on a packed dataset of 4 GB in a process that may allocate 1 GB: ``python -m benchmarks.packed_memory``.

The limit is on the memory that the process owns (``RLIMIT_DATA``). Pages of the mapped files are the system's: it drops
them when it needs them.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

GIGABYTE = 10**9


def write(folder: Path, size: int) -> int:
    """Graphs of 400 nodes with 64 features until the rows take ``size`` bytes; the label is whether features rise."""
    from edgewise.data import Data, PackedWriter

    generator, nodes, width = torch.Generator().manual_seed(0), 400, 64
    ring = torch.arange(nodes)
    edge_index = torch.stack([ring, ring.roll(1)])
    count = size // (nodes * width * 4)
    with PackedWriter(folder) as writer:
        for n in range(count):
            x = torch.randn(nodes, width, generator=generator) + n % 2
            writer.append(Data(x=x, edge_index=edge_index, y=torch.tensor([n % 2])))
    return count


def train(folder: Path, limit: int) -> None:
    """One epoch of a GCN with mean pooling; prints what was seen and how much memory the process owned at most."""
    import edgewise
    from edgewise.data import PackedDataset
    from edgewise.loader import DataLoader
    from edgewise.utils import scatter

    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    torch.manual_seed(0)
    conv, head = edgewise.nn.GCNConv(64, 32), torch.nn.Linear(32, 2)
    optimizer = torch.optim.Adam([*conv.parameters(), *head.parameters()], lr=0.01)
    seen, right, most = 0, 0, 0
    for batch in DataLoader(PackedDataset(folder), batch_size=64, shuffle=True):
        pooled = scatter(conv(batch.x, batch.edge_index).relu(), batch.batch, dim_size=batch.num_graphs, reduce="mean")
        out = head(pooled)
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(out, batch.y).backward()
        optimizer.step()
        seen, right = seen + batch.num_graphs, right + int((out.argmax(1) == batch.y).sum())
        most = max(most, int(Path("/proc/self/status").read_text().split("RssAnon:")[1].split()[0]) * 1024)
    print(f"{seen} graphs seen, {right / seen:.1%} right, at most {most / GIGABYTE:.2f} GB of memory of its own")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=4.0)
    parser.add_argument("--limit", type=float, default=1.0)
    parser.add_argument("--train", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.train:
        train(given.train, int(given.limit * GIGABYTE))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        count = write(Path(folder), int(given.gigabytes * GIGABYTE))
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
        print(f"{count} graphs, {size / GIGABYTE:.2f} GB on disk; limit {given.limit} GB", flush=True)
        begin = time.perf_counter()
        words = [sys.executable, "-m", "benchmarks.packed_memory", "--train", folder, "--limit", str(given.limit)]
        done = subprocess.run(words, check=False)
        print(f"one epoch in {time.perf_counter() - begin:.0f} s")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())

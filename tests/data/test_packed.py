"""The packed store: in memory, on disk, after a kill, and larger than the memory there is."""

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from edgewise.data import Batch, Data, HeteroData, PackedDataset, PackedWriter
from edgewise.errors import FileError


def graph(n):
    return Data(
        x=torch.full((n, 3), float(n)),
        edge_index=torch.randint(max(n, 1), (2, 2 * n), generator=torch.Generator().manual_seed(n)),
        half=torch.full((n,), n, dtype=torch.bfloat16),
        flag=torch.ones(n, dtype=torch.bool),
        y=torch.tensor([n % 2]),
        weight=n / 2,
        name=f"graph {n} ä",
        num_nodes=n,
        nothing=torch.ones(n, 0),
    )


def assert_same(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name in list(ours.keys()):
        mine, other = ours[name], theirs[name]
        if isinstance(mine, torch.Tensor):
            assert mine.dtype == other.dtype
            assert torch.equal(mine, other), name
        else:
            assert mine == other, name


@pytest.fixture(params=["memory", "disk"])
def packed(request, tmp_path):
    dataset = PackedDataset.from_list([graph(n) for n in (3, 1, 0, 5)])
    return dataset if request.param == "memory" else dataset.save(tmp_path / "graphs")


def test_graphs_come_back(packed):
    assert len(packed) == 4
    for one, n in zip(packed, (3, 1, 0, 5), strict=True):
        assert_same(one, graph(n))
    assert (packed.num_features, packed.num_classes) == (3, 2)


def test_choosing(packed):
    assert [g.num_nodes for g in packed[1:]] == [1, 0, 5]
    assert [g.num_nodes for g in packed[[3, 0]]] == [5, 3]
    assert [g.num_nodes for g in packed[torch.tensor([True, False, False, True])]] == [3, 5]
    assert [g.num_nodes for g in packed[1:][torch.tensor([-1, 0])]] == [5, 1]
    shuffled, order = packed.shuffle(return_perm=True)
    assert [g.num_nodes for g in shuffled] == [[3, 1, 0, 5][i] for i in order]
    assert packed[np.int64(3)].num_nodes == 5


def test_batches_equal_those_of_the_list(packed):
    for chosen in ([0, 3], [3, 3, 1], [2]):
        ours = Batch.from_data_list(packed.__getitems__(chosen))
        theirs = Batch.from_data_list([graph([3, 1, 0, 5][i]) for i in chosen])
        assert_same(ours, theirs)
        for mine, other in zip(ours.to_data_list(), theirs.to_data_list(), strict=True):
            assert_same(mine, other)


def test_a_graph_may_be_changed(packed):
    packed[0].x.zero_()
    assert packed[0].x.sum() == 27


def test_goes_to_another_process(packed):
    again = pickle.loads(pickle.dumps(packed[1:]))
    assert [g.num_nodes for g in again] == [1, 0, 5]


def test_hetero_on_disk(tmp_path):
    graphs = []
    for n in (2, 3):
        data = HeteroData()
        data["a"].x = torch.ones(n, 2)
        data["b"].num_nodes = n
        data["a", "to", "b"].edge_index = torch.randint(n, (2, 4))
        graphs.append(data)
    dataset = PackedDataset.from_list(graphs).save(tmp_path / "graphs")
    assert repr(dataset[1]) == repr(graphs[1])
    batch, expected = Batch.from_data_list(dataset.__getitems__([1, 0])), Batch.from_data_list(graphs[::-1])
    assert torch.equal(batch["a", "b"].edge_index, expected["a", "b"].edge_index)
    assert torch.equal(batch["b"].ptr, torch.tensor([0, 3, 5]))


def test_files_are_plain_numpy(tmp_path):
    PackedDataset.from_list([graph(3), graph(1)]).save(tmp_path)
    tables = [np.load(path, allow_pickle=False) for path in sorted(tmp_path.glob("*-rows.npy"))]
    assert tables[0].shape == (4, 3)
    assert tables[1].shape == (8, 2)


def test_writing_goes_on(tmp_path):
    for low, high in ((0, 2), (2, 5)):
        with PackedWriter(tmp_path) as writer:
            for n in range(low, high):
                writer.append(graph(n))
            assert len(writer) == high
    for n, one in enumerate(PackedDataset(tmp_path)):
        assert_same(one, graph(n))


def test_a_killed_writer_leaves_whole_graphs(tmp_path):
    program = (
        "import sys; from tests.data.test_packed import graph; from edgewise.data import PackedWriter\n"
        "writer = PackedWriter(sys.argv[1])\n"
        "for n in range(10): writer.append(graph(n))\n"
        "writer.checkpoint()\n"
        "for n in range(10, 10**9):\n"
        "    writer.append(graph(n % 50))\n"
        "    if n == 200: [c.file.flush() for c in writer._columns.values()]; print('deep in', flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"deep in\n"
    time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()

    found = PackedDataset(tmp_path)
    assert len(found) == 10
    for n, one in enumerate(found):
        assert_same(one, graph(n))
    with PackedWriter(tmp_path) as writer:
        writer.append(graph(10))
    assert_same(PackedDataset(tmp_path)[10], graph(10))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(tmp_path):
    with PackedWriter(tmp_path) as writer:
        writer.append(graph(2))
    writer = PackedWriter(tmp_path)
    writer.append(graph(3))
    writer._columns["packed-0-rows"].file.close()
    writer._columns["packed-0-rows"].file = Path("/dev/full").open("r+b", buffering=0)  # noqa: SIM115 - the writer closes it
    with pytest.raises(
        FileError, match=r"got an error \(no space left on device\). The graphs up to the last checkpoint"
    ):
        writer.append(Data(**{**graph(3).to_dict(), "x": torch.ones(100000, 3)}))
    with pytest.raises(FileError, match="make room and open the folder again to go on"):
        writer.close()
    assert len(PackedDataset(tmp_path)) == 1


def test_a_graph_half_written_is_never_counted(tmp_path, monkeypatch):
    """The disk has room again when the writer closes: what it wrote of the last graph must not be counted."""
    with PackedWriter(tmp_path) as writer:
        writer.append(graph(2))
    writer = PackedWriter(tmp_path)
    column = writer._columns["packed-1-rows"]

    def no_room(rows):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(column, "append", no_room)
    with pytest.raises(FileError, match="no space left on device"):
        writer.append(graph(3))
    monkeypatch.undo()
    for again in (lambda: writer.append(graph(3)), writer.checkpoint, writer.close):
        with pytest.raises(FileError, match="no space left on device"):
            again()
    assert_same(PackedDataset(tmp_path)[0], graph(2))
    with PackedWriter(tmp_path) as writer:
        writer.append(graph(3))
    assert_same(PackedDataset(tmp_path)[1], graph(3))


def test_larger_than_memory(tmp_path):
    """Sixteen times what the process may allocate: it is mapped, and a batch reads its own rows alone."""
    megabytes = 1024
    width = 1024
    rows = torch.arange(width, dtype=torch.float32).repeat(1024, 1)  # 4 MB
    with PackedWriter(tmp_path) as writer:
        for n in range(megabytes // 4):
            writer.append(Data(x=rows + n, y=torch.tensor([n])))
    program = (
        "import resource, sys, torch\n"
        "from edgewise.data import PackedDataset\n"
        "from edgewise.loader import DataLoader\n"
        "used = int(open('/proc/self/status').read().split('VmData:')[1].split()[0]) * 1024\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (used + 64 * 2**20,) * 2)\n"
        "seen = 0\n"
        "for batch in DataLoader(PackedDataset(sys.argv[1]), batch_size=2, shuffle=True):\n"
        "    assert torch.equal(batch.x[::1024, 0], batch.y.float())\n"
        "    seen += batch.num_graphs\n"
        "print(seen)\n"
    )
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, env=environment
    )
    assert done.stdout == f"{megabytes // 4}\n", done.stderr

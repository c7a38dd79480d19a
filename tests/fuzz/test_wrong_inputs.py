"""Over ten thousand wrong or broken inputs: an answer or an ``EdgewiseError``, never another exception or a crash.

Everything is drawn from fixed seeds: a failure names the seed that makes it again.
"""

import gzip
import json
import random
import warnings

import pytest
import torch

from edgewise import utils
from edgewise.data import Batch, Data, HeteroData, PackedDataset
from edgewise.errors import EdgewiseError
from edgewise.io import from_tables
from edgewise.io.adjacency import read_adjacency
from edgewise.io.edge_list import read_edge_list

pytestmark = pytest.mark.unhooked  # wrong arguments must reach our own checks

EDGE_FUNCTIONS = [
    lambda e, n: utils.coalesce(e, num_nodes=n),
    lambda e, n: utils.sort_edge_index(e, num_nodes=n),
    lambda e, n: utils.to_undirected(e, num_nodes=n),
    lambda e, n: utils.is_undirected(e, num_nodes=n),
    lambda e, n: utils.contains_self_loops(e),
    lambda e, n: utils.remove_self_loops(e),
    lambda e, n: utils.add_self_loops(e, num_nodes=n),
    lambda e, n: utils.add_remaining_self_loops(e, num_nodes=n),
    lambda e, n: utils.contains_isolated_nodes(e, num_nodes=n),
    lambda e, n: utils.remove_isolated_nodes(e, num_nodes=n),
    lambda e, n: utils.subgraph(torch.tensor([0, 1]), e, num_nodes=n),
    lambda e, n: utils.k_hop_subgraph(0, 2, e, num_nodes=n),
    lambda e, n: utils.get_laplacian(e, num_nodes=n),
    lambda e, n: utils.to_dense_adj(e, max_num_nodes=n),
    lambda e, n: utils.to_torch_csr_tensor(e, size=n),
    lambda e, n: utils.to_torch_coo_tensor(e, size=n),
    lambda e, n: utils.negative_sampling(e, num_nodes=n),
    lambda e, n: utils.dropout_edge(e),
    lambda e, n: utils.dropout_node(e, num_nodes=n),
    lambda e, n: utils.homophily(e, torch.zeros(4, dtype=torch.long)),
]


def wrong_edges(draw):
    """An edge list, or something like one."""
    dtype = draw.choice([torch.int64, torch.int64, torch.int64, torch.int32, torch.float32, torch.bool, torch.uint8])
    shape = draw.choice([(2, 0), (2, 3), (2, 6), (2, 6), (2, 9), (3, 2), (6,), (2, 2, 2), (1, 4)])
    low, high = draw.choice([(0, 3), (0, 4), (0, 4), (-2, 4), (0, 2000), (-(2**62), 2**62)])
    dtype = torch.int64 if high > 2000 else dtype  # int32 would wrap around to numbers of nodes that just fit
    edges = torch.randint(low, high, shape, generator=torch.Generator().manual_seed(draw.randrange(2**31))).to(dtype)
    return draw.choice([edges, edges, edges, edges.flip(0), edges.tolist(), edges.numpy(), None, "edges"])


def assert_answer_or_error(seed, call):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except EdgewiseError:
        return True
    except Exception as error:
        message = f"seed {seed}: {type(error).__name__}: {error}"
        raise AssertionError(message) from error
    return False


@pytest.mark.parametrize("function", range(len(EDGE_FUNCTIONS)))
def test_functions_on_edges(function):
    refused = 0
    for seed in range(350):
        draw = random.Random(1000 * function + seed)
        torch.manual_seed(seed)
        edges, nodes = wrong_edges(draw), draw.choice([None, None, 4, 0, 10, -1, 3])
        refused += assert_answer_or_error(seed, lambda e=edges, n=nodes: EDGE_FUNCTIONS[function](e, n))
    assert 50 < refused < 350


def wrong_value(draw, rows):
    size = draw.choice([rows, rows, rows, rows + 1, 0])
    value = draw.choice(
        [
            torch.ones(size, 2),
            torch.zeros(size, dtype=torch.int64),
            torch.ones(size, dtype=torch.bool),
            torch.full((size, 1), float("nan")),
            torch.tensor(3.0),
            -torch.ones(size, dtype=torch.int64),
        ]
    )
    return draw.choice([value, value, value, value.numpy(), value.tolist(), "text", 5, None, object()])


def test_containers():
    refused = 0
    for seed in range(2000):
        draw = random.Random(seed)
        names = draw.sample(["x", "edge_attr", "edge_weight", "y", "pos", "train_mask", "test_mask", "mine"], 4)
        values = {name: wrong_value(draw, 4) for name in names}
        edges = wrong_edges(draw)

        def use(values=values, edges=edges):
            data = Data(edge_index=edges, **values).validate()
            Batch.from_data_list([data, data]).to_data_list()
            HeteroData(a=values, a__to__a={"edge_index": edges}).validate()
            data.subgraph(torch.tensor([0, 1]))
            data.coalesce()

        refused += assert_answer_or_error(seed, use)
    assert 500 < refused < 2000


STRANGE = [b",", b"\n", b'"', b"nan", b"-1", b"99999999999999999999", b"\x00", b"\xff\xfe", b";"]


def mutated(draw, content):
    """The content with some bytes changed, cut, doubled or thrown in."""
    data = bytearray(content)
    for _ in range(draw.randrange(1, 5)):
        at = draw.randrange(len(data) + 1)
        kind = draw.randrange(5)
        if kind == 0 and data:
            data[min(at, len(data) - 1)] = draw.randrange(256)
        elif kind == 1:
            del data[at : at + draw.randrange(1, 20)]
        elif kind == 2:
            data[at:at] = draw.choice(STRANGE)
        elif kind == 3:
            data = data[:at]
        else:
            data[at:at] = data[draw.randrange(len(data) + 1) :][:30]
    return bytes(data)


def assert_loader_holds(tmp_path, name, content, load, cases):
    path = tmp_path / name
    refused = 0
    for seed in range(cases):
        path.write_bytes(mutated(random.Random(seed), content))
        refused += assert_answer_or_error(seed, lambda: load(path))
    assert refused


def test_packed_store(tmp_path):
    graphs = [Data(x=torch.ones(n, 2), edge_index=torch.zeros(2, n, dtype=torch.long), name="g") for n in (1, 2, 3)]
    PackedDataset.from_list(graphs).save(tmp_path)

    def load(path):
        dataset = PackedDataset(path.parent)
        for one in dataset:
            one.validate()
        if len(dataset):
            Batch.from_data_list(dataset.__getitems__(range(len(dataset))))

    content = (tmp_path / "manifest.json").read_bytes()
    assert json.loads(content)["graphs"] == 3
    assert_loader_holds(tmp_path, "manifest.json", content, load, 400)
    (tmp_path / "manifest.json").write_bytes(content)
    for name in ("packed-0-rows.npy", "packed-1-ends.npy", "packed-others.npy", "packed-nodes-0.npy"):
        content = (tmp_path / name).read_bytes()
        assert_loader_holds(tmp_path, name, content, load, 150)
        (tmp_path / name).write_bytes(content)


def test_edge_lists(tmp_path):
    content = b"# source target\n0\t1\n1\t2\n2\t0\n3\t3\n10\t4\n"
    assert_loader_holds(tmp_path, "edges.txt", content, lambda path: read_edge_list(path).validate(), 500)
    assert_loader_holds(tmp_path, "edges.txt.gz", gzip.compress(content), read_edge_list, 200)
    rows = b"a b c\nb c\nc\nd a\n"
    assert_loader_holds(tmp_path, "adjacency.txt", rows, read_adjacency, 200)


def test_tables(tmp_path):
    nodes = tmp_path / "nodes.csv"
    nodes.write_bytes(b"id,age,city,label\na,1.5,Rome,x\nb,2,Oslo,y\nc,,Rome,x\n")

    def load(path):
        from_tables(path, nodes, quiet=True).validate()

    assert_loader_holds(tmp_path, "edges.csv", b"source,target,weight\na,b,1\nb,c,2.5\nc,a,0\n", load, 300)
    edges = tmp_path / "whole.csv"
    edges.write_bytes(b"source,target\na,b\nb,c\nc,a\n")
    content = nodes.read_bytes()
    assert_loader_holds(
        tmp_path, "mutated.csv", content, lambda path: from_tables(edges, path, quiet=True).validate(), 300
    )

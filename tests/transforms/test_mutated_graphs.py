"""Graphs with attributes of any shape and type: a sound result, or an error of ours; never another exception."""

import random
import warnings

import pytest
import torch
from tests.transforms.test_every_transform import ALL

from edgewise._checks import check_node_range
from edgewise.data import Data, HeteroData
from edgewise.errors import EdgewiseError

GRAPHS = 400
RELATIONS = [("author", "writes", "paper"), ("author", "reads", "paper"), ("paper", "cites", "paper")]


def any_tensor(draw, rows):
    """Mostly with the right number of rows."""
    rows = max(0, rows + draw.choice([-1, 1])) if draw.random() < 0.1 else rows
    shape = draw.choice([(rows, 1), (rows, 3), (rows, 3), (rows,), (rows, 2, 2), ()])
    dtype = draw.choice([torch.float32, torch.float32, torch.float64, torch.float16, torch.int64, torch.bool])
    return (torch.rand(shape) * 5 - 1).to(dtype)


def any_edges(draw, num_src, num_dst):
    edges = draw.choice([0, 1, 2, 5, 12]) if num_src and num_dst else 0
    beyond = draw.random() < 0.05
    rows = [torch.randint(0, max(nodes, 1) + beyond, (edges,)) for nodes in (num_src, num_dst)]
    return torch.stack(rows).to(draw.choice([torch.int64, torch.int32]))


def add_some(draw, store, rows, names):
    for name in names:
        if draw.random() < 0.35:
            store[name] = any_tensor(draw, rows)


def any_graph(draw):
    nodes = draw.choice([0, 1, 2, 3, 5, 8])
    if draw.random() < 0.3:
        data = HeteroData({"paper": {"num_nodes": nodes}, "author": {"num_nodes": draw.choice([0, 1, 3, 6])}})
        for edge_type in RELATIONS:
            size = [data[edge_type[end]].num_nodes for end in (0, 2)]
            data[edge_type].edge_index = any_edges(draw, *size)
            add_some(draw, data[edge_type], data[edge_type].num_edges, ("edge_attr", "edge_weight", "mine"))
        return data
    data = Data(num_nodes=nodes, edge_index=any_edges(draw, nodes, nodes))
    add_some(draw, data, nodes, ("x", "pos", "y", "mine"))
    add_some(draw, data, data.num_edges, ("edge_attr", "edge_weight", "edge_type"))
    return data


def check(data):
    """No edge names a node that does not exist, and every edge has a row of each attribute."""
    stores = [(data, data.num_nodes, data.num_nodes)] if isinstance(data, Data) else []
    stores += [(store, *store.size()) for store in getattr(data, "edge_stores", [])]
    for store, num_src, num_dst in stores:
        if store.edge_index is not None:
            check_node_range(store.edge_index, num_src, num_dst, caller="test")
            for name in ("edge_attr", "edge_weight"):
                assert store[name] is None or store[name].shape[:1] == (store.num_edges,), name


def is_sound(data):
    try:
        check(data)
    except (EdgewiseError, AssertionError):
        return False
    return True


@pytest.mark.unhooked
@pytest.mark.parametrize("seed", range(3))
def test_a_sound_result_or_an_error_of_ours(seed):
    draw = random.Random(seed)
    torch.manual_seed(seed)
    refused = []
    for _ in range(GRAPHS):
        data, transform = any_graph(draw), draw.choice(ALL)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                out = transform(data)
            except EdgewiseError as error:
                refused.append(str(error))
                continue
        if is_sound(data):
            for one in out if isinstance(out, list | tuple) else [out]:
                check(one)
    assert GRAPHS / 5 < len(refused) < GRAPHS * 4 / 5
    assert not any("\n" in text for text in refused)

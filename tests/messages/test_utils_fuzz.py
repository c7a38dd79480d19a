"""Ten thousand calls with arguments of every kind, right and wrong: an answer or an error of ours, nothing else."""

import inspect
import random

import numpy as np
import pytest
import torch

from edgewise import utils
from edgewise.errors import EdgewiseError

CALLS = 10_000
# Flags may be anything that is true or false; types of results, and lists of tensors, are torch's to judge.
LEFT_OUT = {
    *("contains_neg_self_loops", "descending", "directed", "dtype", "fill_value", "force_undirected", "inclusive"),
    *("is_coalesced", "is_sorted", "relabel_nodes", "return_consecutive", "return_edge_mask", "return_index"),
    *("sort_by_row", "stable", "training"),
}


def edges(draw):
    nodes, count = draw.choice([1, 2, 3, 5]), draw.choice([0, 1, 2, 5])
    return torch.randint(nodes, (2, count), dtype=draw.choice([torch.int64, torch.int32]))


def numbers(draw):
    return torch.randint(4, (draw.choice([0, 1, 3, 5]),), dtype=draw.choice([torch.int64, torch.int32]))


def floats(draw):
    return torch.randn(draw.choice([(0,), (3,), (5,), (5, 2), (2, 5), (), (3, 2, 2)]))


GOOD = {
    "adj": lambda draw: torch.randn(draw.choice([(2, 2), (1, 3, 3), (2, 2, 2)])).relu(),
    "batch": lambda draw: numbers(draw).sort()[0],
    "block_sizes": lambda draw: [2, 3],
    "batch_size": lambda draw: draw.choice([1, 3, 5]),
    "dim": lambda draw: draw.choice([0, 1, -1]),
    "dim_size": lambda draw: draw.choice([0, 3, 8]),
    "edge_attr": lambda draw: torch.randn(draw.choice([0, 1, 2, 5])),
    "edge_index": edges,
    "edge_prob": lambda draw: 0.5,
    "edge_probs": lambda draw: [[0.5, 0.1], [0.1, 0.5]],
    "edge_weight": lambda draw: torch.rand(draw.choice([0, 1, 2, 5])),
    "index": numbers,
    "indices": lambda draw: [torch.tensor([0, 1, 0])],
    "inputs": numbers,
    "mask": lambda draw: torch.rand(draw.choice([0, 3, 5])) > 0.5,
    "max_num_nodes": lambda draw: draw.choice([0, 1, 5]),
    "node_idx": numbers,
    "num_edges": lambda draw: 2,
    "num_hops": lambda draw: 2,
    "num_nodes": lambda draw: draw.choice([0, 1, 3, 5, 8]),
    "num_classes": lambda draw: draw.choice([0, 3, 5]),
    "ptr": lambda draw: torch.tensor([0, 1, 3]),
    "size": lambda draw: draw.choice([5, (5, 5), (None, 8)]),
    "src": floats,
    "subset": lambda draw: draw.choice([numbers(draw), (numbers(draw), [0, 1])]),
    "target": numbers,
    "tensors": lambda draw: [torch.randn(3, 2)],
    "x": floats,
    "y": numbers,
}
WRONG = [
    *(None, -1, 0, 1, 3, 1.5, float("nan"), True, "a", [], [0, 1], [[0, 1], [1, 0]], (1, 2), {}, np.array([0, 1])),
    *(torch.tensor(1), torch.zeros(0), torch.zeros(2, 0), torch.tensor([1, -1, 7]), torch.tensor([[0, 9], [1, 2]])),
    *(torch.ones(3, dtype=torch.bool), torch.eye(3).to_sparse()),
]
THEIR_OWN_TESTS = ("edgewise.utils.points", "edgewise.utils.negative_sampling")
NAMES = [
    name
    for name in utils.__all__
    if not name.startswith(("from_", "is_sparse", "is_torch"))
    and (module := getattr(utils, name).__module__).startswith("edgewise.utils")
    and module not in THEIR_OWN_TESTS
]


def arguments(name, draw):
    chosen = {}
    for argument, parameter in inspect.signature(getattr(utils, name)).parameters.items():
        is_needed = parameter.default is inspect.Parameter.empty
        if argument in LEFT_OUT or not (is_needed or draw.random() < 0.3):
            continue
        if draw.random() < 0.15 or (argument not in GOOD and draw.random() < 0.3):
            chosen[argument] = draw.choice(WRONG)
        elif argument in GOOD:
            chosen[argument] = GOOD[argument](draw)
    return chosen


@pytest.mark.filterwarnings("ignore")
def test_an_answer_or_an_error_of_ours():
    draw, answers, refusals = random.Random(0), 0, 0
    torch.manual_seed(0)
    for _ in range(CALLS):
        name = draw.choice(NAMES)
        given = arguments(name, draw)
        try:
            getattr(utils, name)(**given)
            answers += 1
        except EdgewiseError:
            refusals += 1
        except Exception as error:
            raise AssertionError(f"{name}({given})") from error
    assert min(answers, refusals) > CALLS // 4

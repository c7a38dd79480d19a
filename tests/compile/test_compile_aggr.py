"""Aggregations, and layers that aggregate by them, under torch.compile: one graph, equal results and gradients."""

import pytest
import torch
from tests.nn.test_aggr import EDGES, X, aggregations, draw, layer_of, outcome

import edgewise.nn as ours
from edgewise.nn import MessagePassing

NAMES = [
    "sum",
    "std",
    "semi std",
    "channel softmax",
    "attention",
    "set2set",
    "deep set2set",
    "cat",
    "proj",
    "across by std",
    "degrees",
]


def assert_compiles(module, *inputs, **keywords):
    torch._dynamo.reset()
    expected = outcome(module, *inputs, **keywords)
    forward = torch.compile(module, fullgraph=True, backend="aot_eager")
    forward.parameters = module.parameters
    for mine, other in zip(outcome(forward, *inputs, **keywords), expected, strict=True):
        torch.testing.assert_close(mine, other)


@pytest.mark.parametrize("name", NAMES)
def test_aggregations(name):
    x, index, size = draw("unsorted")
    assert_compiles(aggregations(ours)[name].double(), x, index, dim_size=size)


@pytest.mark.parametrize("aggr", ["var", ["mean", "mul"], ours.SoftmaxAggregation(learn=True)])
def test_layers(aggr):
    assert_compiles(layer_of(MessagePassing)(aggr).double(), X, EDGES)


def test_without_dim_size_one_graph_is_refused_with_the_cure():
    torch._dynamo.reset()
    x, index, _ = draw("unsorted")
    compiled = torch.compile(ours.SumAggregation(), fullgraph=True, backend="eager")
    text = r"expected dim_size in compiled code, got None\. Pass the number of groups"
    with pytest.raises(RuntimeError, match=text):
        compiled(x, index)

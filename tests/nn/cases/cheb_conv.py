"""ChebConv: Chebyshev polynomials of the scaled Laplacian."""

import torch
import torch_geometric.nn as pyg
from tests.nn.cases import Case

from edgewise.nn import ChebConv


def formula(layer, x, edge_index, edge_weight=None, batch=None, lambda_max=None):
    n = len(x)
    weight = x.new_ones(edge_index.shape[1]) if edge_weight is None else edge_weight
    a = x.new_zeros(n, n)  # [source, target]
    for (j, i), w in zip(edge_index.t().tolist(), weight, strict=True):
        a[j, i] += 0 if i == j else w
    degree = a.sum(1)
    inverse = torch.where(degree == 0, 0, 1 / degree)
    laplacian = {
        None: torch.diag(degree) - a,
        "sym": torch.eye(n) - inverse.sqrt()[:, None] * a * inverse.sqrt(),
        "rw": torch.eye(n) - inverse[:, None] * a,
    }[layer.normalization]
    largest = 2 * laplacian.max() if lambda_max is None else lambda_max
    scaled = 2 * laplacian / largest if largest != 0 else laplacian
    scaled = (scaled - torch.eye(n)).t()  # what arrives at a target
    found = [x, scaled @ x]
    while len(found) < len(layer.lins):
        found.append(2 * scaled @ found[-1] - found[-2])
    return sum(t @ lin.weight.t() for t, lin in zip(found, layer.lins, strict=False)) + layer.bias


def case(*args, weighted=False, **kwargs):
    options = {"formula": formula, "edge_args": {"edge_weight": torch.rand} if weighted else {}}
    return Case(lambda: ChebConv(*args, **kwargs), lambda: pyg.ChebConv(*args, **kwargs), options)


CASES = {
    "one polynomial": case(8, 16, 1),
    "two": case(8, 16, 2),
    "three": case(8, 16, 3),
    "from the top": case(18, 16, 4),
    "weighted": case(8, 16, 3, weighted=True),
    "random walk": case(8, 16, 3, normalization="rw", weighted=True),
    "not normalised, weighted": case(18, 16, 3, normalization=None, weighted=True),
}

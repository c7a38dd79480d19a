"""T-GCN and DCRNN against the papers' equations written with dense matrices, and on a week of real traffic."""

import copy

import pytest
import torch

from edgewise.nn import DConv, GCNConv
from edgewise.nn.models.dcrnn import DCRNN, DCGRUCell, truth_probability
from edgewise.nn.models.t_gcn import TGCN, TGCNCell

NODES = 6
EDGES = torch.tensor([[0, 1, 2, 2, 3, 0, 4, 0, 0], [1, 2, 0, 3, 1, 4, 0, 1, 0]])  # node 5 is alone; 0 -> 1 is twice
WEIGHT = torch.tensor([0.5, 1.0, 2.0, 0.3, 0.7, 1.5, 0.9, 0.4, 0.8], dtype=torch.float64)


def normalised(weight):
    """The matrix of GCN: row i sums over the sources of i; a node without a loop gets one."""
    a = torch.zeros(NODES, NODES, dtype=weight.dtype)
    for (j, i), w in zip(EDGES.t().tolist(), weight, strict=True):
        a[i, j] += w
    a[range(1, NODES), range(1, NODES)] = 1.0  # node 0 has its own
    scale = a.sum(1).rsqrt()
    return scale[:, None] * a * scale[None, :]


def transitions(weight):
    """Steps along the edges and against them."""
    w = torch.zeros(NODES, NODES, dtype=weight.dtype)
    for (i, j), value in zip(EDGES.t().tolist(), weight, strict=True):
        w[i, j] += value
    along, against = (torch.nan_to_num(m / m.sum(1, keepdim=True)) for m in (w, w.t()))
    return along, against


def convolve(conv, x, weight):
    """``conv`` for the features of one time ``[nodes, in]``."""
    if isinstance(conv, GCNConv):
        out = normalised(weight) @ x @ conv.lin.weight.t()
    else:
        assert isinstance(conv, DConv)
        theta = conv.lin.weight.view(2 * conv.K - 1, conv.out_channels, x.shape[1])
        out = x @ theta[0].t()
        for side, matrix in enumerate(transitions(weight)):
            for k in range(1, conv.K):
                walked = torch.linalg.matrix_power(matrix, k) @ x
                out = out + walked @ theta[side * (conv.K - 1) + k].t()
    return out if conv.bias is None else out + conv.bias


def by_the_paper(cell, x, h, weight):
    """One step of one series, gate by gate."""
    width = cell.out_channels
    x_r, x_u, x_c = convolve(cell.conv_x, x, weight).split(width, dim=1)
    h_r, h_u = convolve(cell.conv_gates, h, weight).split(width, dim=1)
    r, u = torch.sigmoid(x_r + h_r), torch.sigmoid(x_u + h_u)
    c = torch.tanh(x_c + convolve(cell.conv_candidate, r * h, weight))
    return u * h + (1 - u) * c


def double(*shape):
    return torch.randn(*shape, dtype=torch.float64)


CELLS = {
    "T-GCN": lambda width=3: TGCNCell(width, 4),
    "DCRNN": lambda width=3: DCGRUCell(width, 4, K=3),
    "DCRNN, K = 1": lambda width=3: DCGRUCell(width, 4, K=1),
}
MODELS = {
    "T-GCN": lambda width=2: TGCN(width, 5, horizon=3),
    "DCRNN": lambda width=2: DCRNN(width, 5, horizon=3, K=2),
    "DCRNN, one layer": lambda width=2: DCRNN(width, 5, horizon=3, num_layers=1),
}


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("weighted", [False, True])
def test_a_cell_computes_the_papers_equations(name, weighted):
    cell, x, h = CELLS[name]().double(), double(NODES, 3), double(NODES, 4)
    weight = WEIGHT if weighted else torch.ones_like(WEIGHT)
    given = WEIGHT if weighted else None
    expected = by_the_paper(cell, x, h, weight)
    torch.testing.assert_close(cell(x, EDGES, given, h), expected)
    torch.testing.assert_close(
        cell(x, EDGES, given), by_the_paper(cell, x, torch.zeros_like(h), weight), msg="without a state it begins at 0"
    )
    batch = cell(torch.stack([x, 2 * x]), EDGES, given, torch.stack([h, -h]))
    torch.testing.assert_close(batch, torch.stack([expected, by_the_paper(cell, 2 * x, -h, weight)]))


@pytest.mark.parametrize("name", CELLS)
def test_gradients_of_a_cell(name):
    cell, weight = CELLS[name]().double(), WEIGHT.clone().requires_grad_()
    inputs = [double(2, NODES, 3).requires_grad_(), weight, double(2, NODES, 4).requires_grad_()]
    wanted = [*inputs, *cell.parameters()]
    assert torch.autograd.gradcheck(lambda x, w, h, *_: cell(x, EDGES, w, h), wanted, fast_mode=True)


def test_tgcn_reads_a_sequence_step_by_step():
    model, x = TGCN(2, 5, horizon=3).double(), double(4, 7, NODES, 2)
    rows = []
    for series in x:
        h = torch.zeros(NODES, 5, dtype=x.dtype)
        for step in series:
            h = by_the_paper(model.cell, step, h, WEIGHT)
        rows.append((h @ model.lin.weight.t() + model.lin.bias).t())
    torch.testing.assert_close(model(x, EDGES, WEIGHT), torch.stack(rows))


def dcrnn_by_the_paper(model, series, truth=None):
    """Encoder, then decoder, of one series; ``truth`` is what the decoder sees in place of its own forecasts."""
    states = [torch.zeros(NODES, model.hidden_channels, dtype=series.dtype) for _ in model.encoder]
    for step in series:
        below = step
        for layer, cell in enumerate(model.encoder):
            states[layer] = below = by_the_paper(cell, below, states[layer], WEIGHT)
    value, ahead = series.new_zeros(NODES, 1), []
    for step in range(model.horizon):
        below = value if truth is None or step == 0 else truth[step - 1].unsqueeze(1)
        for layer, cell in enumerate(model.decoder):
            states[layer] = below = by_the_paper(cell, below, states[layer], WEIGHT)
        value = below @ model.lin.weight.t() + model.lin.bias
        ahead.append(value.squeeze(1))
    return torch.stack(ahead)


@pytest.mark.parametrize("name", ["DCRNN", "DCRNN, one layer"])
def test_dcrnn_encodes_and_decodes(name):
    model, x, y = MODELS[name]().double(), double(4, 7, NODES, 2), double(4, 3, NODES)
    alone = torch.stack([dcrnn_by_the_paper(model, series) for series in x])
    torch.testing.assert_close(model(x, EDGES, WEIGHT), alone)
    torch.testing.assert_close(model(x, EDGES, WEIGHT, y), alone)
    told = torch.stack([dcrnn_by_the_paper(model, series, truth) for series, truth in zip(x, y, strict=True)])
    torch.testing.assert_close(model(x, EDGES, WEIGHT, y, p_truth=1.0), told)
    torch.testing.assert_close(model.eval()(x, EDGES, WEIGHT, y, p_truth=1.0), alone, msg="evaluation saw the truth")


def test_the_truth_is_drawn_step_by_step_with_the_generator():
    model, x, y = DCRNN(1, 4, horizon=6, num_layers=1), torch.randn(2, 3, NODES, 1), 10 * torch.randn(2, 6, NODES)

    def run(seed):
        torch.manual_seed(seed)
        return model(x, EDGES, y=y, p_truth=0.5)

    assert torch.equal(run(0), run(0))
    never, always = model(x, EDGES), model(x, EDGES, y=y, p_truth=1.0)
    mixed = [run(seed) for seed in range(20)]
    assert all(torch.equal(out[:, 0], never[:, 0]) for out in mixed), "the first step has nothing to be told"
    shares = [sum(torch.allclose(out[:, 1], other[:, 1]) for out in mixed) for other in (never, always)]
    assert min(shares) >= 3
    assert sum(shares) == 20


def test_probability_of_the_truth_falls():
    values = [truth_probability(step, 100.0) for step in range(0, 2000, 50)]
    assert values == sorted(values, reverse=True)
    torch.testing.assert_close(truth_probability(300, 100.0), 100 / (100 + torch.e**3), check_dtype=False)
    assert truth_probability(0, 100.0) == pytest.approx(100 / 101)
    assert truth_probability(10**9, 1.0) == 0.0


@pytest.mark.parametrize("name", MODELS)
def test_batches_equal_one_by_one(name):
    model, x = MODELS[name]().double(), double(3, 4, NODES, 2)
    torch.testing.assert_close(model(x, EDGES), torch.cat([model(x[i : i + 1], EDGES) for i in range(3)]))


@pytest.mark.parametrize("name", MODELS)
def test_permuted_nodes_give_permuted_forecasts(name):
    model, x, order = MODELS[name]().double(), double(2, 4, NODES, 2), torch.tensor([3, 5, 0, 1, 4, 2])
    renamed = order.argsort()[EDGES]
    torch.testing.assert_close(model(x[:, :, order], renamed, WEIGHT), model(x, EDGES, WEIGHT)[:, :, order])


@pytest.mark.parametrize("name", MODELS)
def test_gradients_of_a_model(name):
    model, x = MODELS[name]().double(), double(2, 3, NODES, 2).requires_grad_()
    assert torch.autograd.gradcheck(lambda x, *_: model(x, EDGES), [x, *model.parameters()], fast_mode=True)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("case", ["no nodes", "no edges", "one node", "no series", "int32", "one step"])
def test_corner_cases(name, case):
    model = MODELS[name]()
    nodes, batch, time = {"no nodes": 0, "one node": 1}.get(case, NODES), 0 if case == "no series" else 2, 4
    x = torch.randn(batch, 1 if case == "one step" else time, nodes, 2)
    edges = EDGES.int() if case == "int32" else EDGES
    edges = edges[:, :0] if case in ("no nodes", "no edges", "one node") else edges
    out = model(x, edges)
    assert out.shape == (batch, 3, nodes)
    assert out.isfinite().all()
    out.sum().backward()
    if case == "int32":
        assert torch.equal(out, model(x, EDGES))


@pytest.mark.parametrize("name", MODELS)
def test_state_dict_open_width_and_sparse_adjacency(name):
    x, lazy, other = torch.randn(2, 4, NODES, 2), MODELS[name](-1), MODELS[name]()
    edges = EDGES.unique(dim=1)
    weight = 0.5 + torch.rand(edges.shape[1])
    out = lazy(x, edges, weight)
    assert not torch.allclose(other(x, edges, weight), out)
    other.load_state_dict(lazy.state_dict())
    assert torch.equal(other(x, edges, weight), out)
    matrix = torch.zeros(NODES, NODES).index_put((edges[1], edges[0]), weight).to_sparse_csr()
    torch.testing.assert_close(other(x, matrix), out)
    again = copy.deepcopy(other)
    again.reset_parameters()
    assert not torch.allclose(again(x, edges, weight), out)


def test_gates_begin_half_open():
    for cell in (TGCNCell(2, 4), DCGRUCell(2, 4, K=2)):
        assert cell.conv_x.bias.tolist() == [1.0] * 8 + [0.0] * 4


def test_repr():
    assert repr(TGCN(2, 5, 3)) == "TGCN(2, 5, horizon=3)"
    assert repr(DCRNN(2, 5, 3)) == "DCRNN(2, 5, horizon=3, K=3, num_layers=2)"
    assert repr(TGCNCell(2, 5)) == "TGCNCell(2, 5)"
    assert repr(DCGRUCell(2, 5, K=3)) == "DCGRUCell(2, 5, K=3)"


@pytest.mark.parametrize("make", [lambda: TGCN(1, 16, horizon=3), lambda: DCRNN(1, 16, horizon=3, num_layers=1, K=2)])
def test_a_few_steps_on_real_traffic(make, data_root):
    from edgewise.datasets import LosLoop

    dataset = LosLoop(data_root / "traffic" / "los-loop")
    data = dataset[0]
    known, asked = dataset.windows(history=12, horizon=3)
    largest = data.signal.max()
    torch.manual_seed(0)
    model = make()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    losses = []
    for step in range(12):
        picked = slice(16 * step, 16 * step + 16)
        forecast = model(known[picked, ..., None] / largest, data.edge_index, data.edge_weight)
        loss = torch.nn.functional.mse_loss(forecast, asked[picked] / largest)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-3:]) < 0.5 * sum(losses[:3])

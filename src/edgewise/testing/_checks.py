"""The promises of a layer, one function each: it returns whether it could be checked, and raises where it is broken."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from edgewise.errors import EdgewiseError
from edgewise.testing._memory_check import LargestTensor
from edgewise.testing._subject import GRAPHS, CheckError, Graph, Subject, graph, require_close

__all__ = ["CHECKS", "PEER_CHECKS"]

_NODES, _EDGES = 12, 50
_DTYPES = {torch.float64: 1e-10, torch.float32: 1e-4, torch.bfloat16: 0.2, torch.float16: 0.03}
_MEMORY_WIDTH, _MEMORY_NODES, _MEMORY_EDGES = 16, 500, 400_000


def _drawn(subject: Subject, nodes: int = _NODES, edges: int = _EDGES) -> list[Graph]:
    """One graph, and one of two sides where the layer takes it."""
    drawn = [subject.draw(graph(nodes, edges), nodes, nodes)]
    if subject.is_bipartite:
        other = nodes // 2 + 1
        drawn.append(subject.draw(graph(nodes, edges, dst=other), nodes, other, pair=True))
    return drawn


def _corner_cases(subject: Subject) -> bool:
    layer = subject.copy()
    for name, (pairs, num_src, num_dst) in GRAPHS.items():
        drawn = subject.draw(torch.tensor(pairs, dtype=torch.int64).reshape(2, -1), num_src, num_dst)
        out = _survive(subject, layer, drawn, f"take a graph with {name}")
        if out.shape[0] != num_dst or not torch.isfinite(out).all():
            got = f"{list(out.shape)}{'' if out.shape[0] != num_dst else ' with values that are not finite'}"
            repair = "Mind nodes that nothing arrives at."
            raise CheckError(
                f"check_conv: expected {subject.name} to give a finite row a node, got {got} for {name}. {repair}"
            )
        for change, edge_index in _same_edges(drawn.edge_index).items():
            again = _survive(subject, layer, replace(drawn, edge_index=edge_index), f"take {change}")
            require_close(subject, f"take {change} ({name})", "Only the values of edge_index may count.", again, out)
    return True


def _same_edges(edge_index: Tensor) -> dict[str, Tensor]:
    apart = torch.empty(edge_index.shape[1], 2, dtype=torch.int64)
    apart.copy_(edge_index.t())
    return {"int32 indices": edge_index.int(), "an edge_index that is not contiguous": apart.t()}


def _survive(subject: Subject, layer: torch.nn.Module, drawn: Graph, what: str) -> Tensor:
    try:
        subject.gradients(layer, drawn)
        return subject.run(layer, drawn).detach()
    except EdgewiseError:
        raise
    except Exception as error:
        message = f"check_conv: expected {subject.name} to {what}, got {type(error).__name__}: {error}."
        raise CheckError(f"{message} Try it with the graphs of edgewise.testing.") from error


def _permuted_nodes(subject: Subject) -> bool:
    layer = subject.copy()
    for drawn in _drawn(subject):
        pair = isinstance(drawn.x, tuple)
        parts = drawn.x if isinstance(drawn.x, tuple) else (drawn.x, drawn.x)
        generator = torch.Generator().manual_seed(1)
        orders = [torch.randperm(part.shape[0], generator=generator) for part in parts]
        orders = orders if pair else [orders[0], orders[0]]
        moved = [part[order] for part, order in zip(parts, orders, strict=True)]
        renamed = torch.stack([order.argsort()[row] for order, row in zip(orders, drawn.edge_index, strict=True)])
        others = {k: v[orders[0]] if k in drawn.per_node else v for k, v in drawn.others.items()}
        permuted = Graph((moved[0], moved[1]) if pair else moved[0], renamed, others, drawn.per_node)
        what, repair = "follow its nodes when they are numbered otherwise", "A layer may not read a node's number."
        require_close(subject, what, repair, subject.run(layer, permuted), subject.run(layer, drawn)[orders[1]])
    return True


def _permuted_edges(subject: Subject) -> bool:
    layer = subject.copy()
    for drawn in _drawn(subject):
        order = torch.randperm(_EDGES, generator=torch.Generator().manual_seed(1))
        others = {k: v if k in drawn.per_node else v[order] for k, v in drawn.others.items()}
        permuted = replace(drawn, edge_index=drawn.edge_index[:, order], others=others)
        what, repair = "give the same for edges in another order", "Aggregate by a reduction that has no order."
        require_close(subject, what, repair, subject.run(layer, permuted), subject.run(layer, drawn))
    return True


def _gradients(subject: Subject) -> bool:
    layer = subject.copy()
    for drawn in _drawn(subject):
        asked = drawn.leaves()
        wanted = [*asked.wanted(), *layer.parameters()]
        try:
            torch.autograd.gradcheck(lambda *_: subject.run(layer, asked), wanted, fast_mode=True)  # noqa: B023
        except RuntimeError as error:
            first = str(error).strip().split("\n")[0]
            message = f"check_conv: expected {subject.name} to have the gradients of its formula, got: {first}"
            raise CheckError(f"{message} Compare its backward pass with finite differences.") from error
    return True


def _dtypes(subject: Subject) -> bool:
    for drawn in _drawn(subject):
        expected = subject.run(subject.copy(), drawn)
        for dtype, tolerance in _DTYPES.items():
            out = subject.run(subject.copy(dtype), drawn.to(dtype))
            name = str(dtype).removeprefix("torch.")
            if out.dtype != dtype:
                got = str(out.dtype).removeprefix("torch.")
                message = f"check_conv: expected {subject.name} to give {name} for {name}, got {got}."
                raise CheckError(f"{message} Make constants in the dtype of x: x.new_ones(...).")
            repair = "Sum in float32 and round once."
            require_close(subject, f"compute in {name}", repair, out, expected, tolerance=tolerance)
    return True


def _same_bits(subject: Subject) -> bool:
    threads = torch.get_num_threads()
    drawn = subject.draw(graph(300, 3000), 300, 300).to(torch.float32)
    found = []
    try:
        for number in (1, 1, 2):
            torch.set_num_threads(number)
            found.append(subject.gradients(subject.copy(torch.float32), drawn))
    finally:
        torch.set_num_threads(threads)
    # torch's own products and sums, of which the gradients of parameters are made, round by the number of threads.
    ours = 1 + len(drawn.leaves().wanted())
    for other, count, what in ((found[1], None, "run after run"), (found[2], ours, "on one thread and on two")):
        if not all(map(torch.equal, found[0][:count], other[:count])):
            message = f"check_conv: expected {subject.name} to give the same bits {what}, got others."
            raise CheckError(f"{message} Reduce in a fixed order: edgewise.ops has no atomics.")
    return True


def _state_dict(subject: Subject) -> bool:
    first, second = subject.copy(), subject.copy()
    drawn = subject.draw(graph(_NODES, _EDGES), _NODES, _NODES)
    subject.run(first, drawn), subject.run(second, drawn)  # open widths are read here
    with torch.no_grad():
        for parameter in second.parameters():
            parameter.add_(1)
    second.load_state_dict(first.state_dict())
    repair = "Keep everything that is learnt in parameters and buffers."
    require_close(subject, "be what its state_dict says", repair, subject.run(second, drawn), subject.run(first, drawn))
    return True


def _memory(subject: Subject) -> bool:
    small = subject.draw(graph(_NODES, _EDGES), _NODES, _NODES)
    width = subject.run(subject.copy(), small).shape[-1]
    limit = _MEMORY_EDGES * width // 2
    drawn = subject.draw(graph(_MEMORY_NODES, _MEMORY_EDGES), _MEMORY_NODES, _MEMORY_NODES).to(torch.float32)
    if width < _MEMORY_WIDTH or any(value.numel() > limit for value in drawn.others.values()):
        return False
    layer, asked = subject.copy(torch.float32), drawn.leaves()
    with LargestTensor() as largest:
        subject.run(layer, asked).sum().backward()
    if largest.numel > limit:
        message = (
            f"check_conv: expected {subject.name} to store no message an edge ({_MEMORY_EDGES} x {width}), "
            f"got a tensor of {largest.shape} by {largest.operator}."
        )
        raise CheckError(f"{message} Use a fused operator, or leave the messages to propagate.")
    return True


def _compiles(subject: Subject) -> bool:
    for drawn in _drawn(subject):
        torch._dynamo.reset()
        layer = subject.copy()
        subject.run(layer, drawn)
        expected = subject.gradients(layer, drawn)
        try:
            compiled: Any = torch.compile(layer, fullgraph=True, backend="aot_eager")
            found = subject.gradients(compiled, drawn)
        except Exception as error:
            first = str(error).strip().split("\n")[0]
            message = (
                f"check_conv: expected {subject.name} to compile as one graph, got {type(error).__name__}: {first}"
            )
            raise CheckError(f"{message} Leave Python that depends on values out of forward.") from error
        repair = "Compiled and eager code must compute the same."
        for mine, other in zip(found, expected, strict=True):
            require_close(subject, "compute the same when compiled", repair, mine, other)
    return True


def _formula(subject: Subject, formula: Callable[..., Tensor]) -> None:
    layer = subject.copy()
    cases = [subject.draw(torch.tensor(p).long().reshape(2, -1), s, d) for p, s, d in GRAPHS.values() if s]
    for drawn in [*cases, *_drawn(subject)]:
        what, repair = "compute its formula", "Look at the smallest graph first."
        require_close(subject, what, repair, subject.run(layer, drawn), formula(layer, **drawn.arguments()))


def _peer(subject: Subject, peer: torch.nn.Module) -> None:
    for drawn in _drawn(subject):
        layer, other = subject.copy(), peer.double()
        subject.run(layer, drawn)
        other.load_state_dict(layer.state_dict())
        # PyG shares the gradient of an extreme value among duplicates otherwise.
        keep = _first_of_each(drawn.edge_index)
        others = {k: v if k in drawn.per_node else v[keep] for k, v in drawn.others.items()}
        drawn = replace(drawn, edge_index=drawn.edge_index[:, keep], others=others)
        names = ["result", *(f"gradient {n}" for n in range(100))]
        pairs = zip(names, subject.gradients(layer, drawn), subject.gradients(other, drawn), strict=False)
        for name, mine, expected in pairs:
            what = f"agree with {type(peer).__module__.partition('.')[0]} ({name})"
            require_close(subject, what, "Compare the steps of both.", mine, expected)


def _first_of_each(edge_index: Tensor) -> Tensor:
    seen: dict[tuple[int, ...], int] = {}
    for position, pair in enumerate(edge_index.t().tolist()):
        seen.setdefault(tuple(pair), position)
    return torch.tensor(list(seen.values()))


CHECKS: dict[str, Callable[[Subject], bool]] = {
    "corner cases": _corner_cases,
    "permuted nodes": _permuted_nodes,
    "permuted edges": _permuted_edges,
    "gradients": _gradients,
    "dtypes": _dtypes,
    "same bits": _same_bits,
    "state_dict": _state_dict,
    "memory": _memory,
    "compiles": _compiles,
}
"""Checks that need nothing but the layer."""

PEER_CHECKS: dict[str, Callable[[Subject, Any], None]] = {"formula": _formula, "peer": _peer}
"""Checks against something given."""

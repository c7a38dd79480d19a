"""Generated graphs: the corner cases by name, and hypothesis strategies that find the ones nobody named."""

import torch
from hypothesis import strategies as st

CORNER_CASES: dict[str, tuple[list[list[int]], int, int]] = {
    "empty": ([[], []], 0, 0),
    "no edges": ([[], []], 3, 3),
    "one node": ([[], []], 1, 1),
    "one loop": ([[0], [0]], 1, 1),
    "isolated last": ([[0, 1], [1, 0]], 4, 4),
    "self loops": ([[0, 1, 1, 2], [0, 1, 0, 2]], 3, 3),
    "duplicates": ([[0, 0, 0, 1], [1, 1, 1, 0]], 2, 2),
    "unsorted": ([[2, 0, 1, 2, 0], [2, 1, 0, 0, 2]], 3, 3),
    "bipartite": ([[0, 4, 2, 2], [1, 0, 1, 0]], 5, 2),
    "star": ([[1, 2, 3, 4, 5], [0, 0, 0, 0, 0]], 6, 6),
}


def corner_case(name: str, dtype: torch.dtype = torch.int64) -> tuple[torch.Tensor, int, int]:
    pairs, num_src, num_dst = CORNER_CASES[name]
    return torch.tensor(pairs, dtype=dtype).reshape(2, -1), num_src, num_dst


@st.composite
def graphs(draw: st.DrawFn, *, square: bool = False, max_nodes: int = 12, max_edges: int = 40):
    """``(edge_index, num_src, num_dst)``: any shape, int32 or int64, sometimes a non-contiguous view."""
    num_src = draw(st.integers(0, max_nodes))
    num_dst = num_src if square else draw(st.integers(0, max_nodes))
    edges = draw(st.integers(0, max_edges)) if num_src and num_dst else 0
    seed = draw(st.integers(0, 2**31))
    dtype = draw(st.sampled_from([torch.int64, torch.int32]))
    generator = torch.Generator().manual_seed(seed)
    rows = [torch.randint(0, max(n, 1), (edges,), generator=generator).to(dtype) for n in (num_src, num_dst)]
    edge_index = torch.stack(rows)
    if draw(st.booleans()):
        edge_index = torch.stack(rows, dim=1).t()  # the [E, 2].t() that users write
    return edge_index, num_src, num_dst

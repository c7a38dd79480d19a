"""Attention over edges: scores, softmax and weighted sum in one pass over each destination."""

from typing import Any

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Tensor
from edgewise.adjacency import Adjacency
from edgewise.errors import ArgumentError, DTypeError, ShapeError
from edgewise.ops import _reference
from edgewise.ops._attention import Settings, Tensors, backward, forward
from edgewise.ops._traced_attention import attend
from edgewise.ops.epilogue import draw_seed

__all__ = ["SCORES", "attention"]

SCORES = ("additive", "post_additive", "dot")


def attention(
    adjacency: Adjacency | Tensor,
    query: Tensor | None,
    key: Float[Tensor, "src key_width"],
    value: Float[Tensor, "src width"],
    *,
    score: str,
    heads: int = 1,
    edge: Tensor | None = None,
    att: Tensor | None = None,
    factor: float | None = None,
    p: float = 0.0,
    training: bool = True,
    seed: Tensor | None = None,
    num_dst: int | None = None,
    self_loops: bool = False,
) -> Float[Tensor, "dst width"]:
    r"""Weigh what the neighbours of each node carry by a softmax over scores.

    .. math:: y_i = \sum_{k : j \to i} \operatorname{softmax}_k(s_k)\, v_j, \qquad
        s_k = \begin{cases}
        \sigma(q_i + k_j + e_k) & \text{additive} \\
        a^\top \sigma(q_i + k_j + e_k) & \text{post\_additive} \\
        \lambda\, q_i^\top (k_j + e_k) & \text{dot; there } v_j + e_k \text{ is carried}
        \end{cases}

    with :math:`\sigma` a leaky ReLU, for each head.

    Args:
        adjacency: The edges: an :class:`~edgewise.adjacency.Adjacency`, or an ``edge_index`` (sorted once and kept).
        query: Of the destinations. ``None``: zeros, for ``"additive"`` alone.
        key: Of the sources.
        value: What a source gives.
        score: ``"additive"`` (GAT), ``"post_additive"`` (GATv2) or ``"dot"`` (Transformer).
        heads: How many softmaxes run side by side; each takes ``width / heads`` channels.
        edge: A row an edge in the caller's order; with ``self_loops`` a row for the loop of each node after them.
        att: :math:`a`, for ``"post_additive"``.
        factor: The negative slope (default 0.2), or :math:`\lambda` (default :math:`1/\sqrt{channels}`).
        p: Probability that a weight is dropped after the softmax.
        training: ``False`` drops nothing.
        seed: One int64 that the mask is a function of. Default: drawn from torch's generator.
        num_dst: How many destinations an ``edge_index`` has. Default: as many as sources.
        self_loops: Every node also attends to itself, once; loops among the edges are left out.

    Shape:
        query ``[dst, heads]`` or ``[dst, width]`` · key ``[src, heads]`` or ``[src, width]`` · value ``[src, width]``
        · edge ``[edges, heads]`` or ``[edges, width]`` · att ``[heads, width / heads]`` → ``[dst, width]``. Query, key
        and edge have ``heads`` columns for ``"additive"``.

    Raises:
        ArgumentError: An unknown ``score``, or ``p`` outside of 0..1.
        DTypeError: ``value`` is not floating, or another tensor not of its dtype.
        ShapeError: A tensor does not fit the adjacency or the heads.

    Cost: O(edges · width) time, O(nodes · width + edges · heads) memory, forward and backward: scores are computed
    again rather than kept. The same bits on any number of threads.

    Source: Veličković et al., *Graph Attention Networks*, ICLR 2018, eq. 3-4; Brody et al., *How Attentive are Graph
    Attention Networks?*, ICLR 2022, eq. 7; Shi et al., *Masked Label Prediction*, IJCAI 2021, eq. 3-4. The online
    softmax is Milakov & Gimelshein's (2018).

    Example:
        >>> edge_index = torch.tensor([[0, 1, 2], [2, 2, 0]])
        >>> score, value = torch.zeros(3, 1), torch.tensor([[1.0], [3.0], [5.0]])
        >>> attention(edge_index, None, score, value, score="additive").tolist()
        [[5.0], [0.0], [2.0]]
    """
    _check(score, heads, value, p)
    if factor is None:
        factor = (heads / max(1, value.shape[1])) ** 0.5 if score == "dot" else 0.2
    p = p if training else 0.0
    seed = draw_seed() if p > 0 and seed is None else seed
    tensors = Tensors(query, key, value, edge, att)
    settings = Settings(score, heads, factor, p)
    rows = value.shape[0] if num_dst is None else num_dst
    if isinstance(adjacency, Tensor):
        if torch.compiler.is_compiling():
            return attend(adjacency, rows, self_loops, tensors, settings, seed)
        adjacency = Adjacency.of(adjacency, (value.shape[0], rows), caller="attention")
    adjacency = adjacency.with_self_loops() if self_loops else adjacency
    _check_shapes(adjacency, tensors, settings)
    out: Tensor = _Attention.apply(*tensors, seed, adjacency, settings)
    return out


class _Attention(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,
        query: Tensor | None,
        key: Tensor,
        value: Tensor,
        edge: Tensor | None,
        att: Tensor | None,
        seed: Tensor | None,
        adjacency: Adjacency,
        settings: Settings,
    ) -> Tensor:
        tensors = Tensors(*(x if x is None else x.contiguous() for x in (query, key, value, edge, att)))  # type: ignore[arg-type]
        out, row_max, row_sum = forward(adjacency, tensors, settings, seed)
        ctx.adjacency, ctx.settings = adjacency, settings
        ctx.save_for_backward(*tensors, seed, out, row_max, row_sum)
        return out

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        *tensors, seed, out, row_max, row_sum = ctx.saved_tensors
        given = Tensors(*tensors)
        if torch.is_grad_enabled():  # somebody wants a second derivative: torch finds it through the definition
            return *_differentiable(ctx, given, seed, grad), None, None, None
        grads = backward(ctx.adjacency, given, ctx.settings, seed, (out, row_max, row_sum), grad)
        wanted = zip(grads, given, ctx.needs_input_grad, strict=False)
        return *(g if x is not None and needed else None for g, x, needed in wanted), None, None, None


def _differentiable(ctx: Any, tensors: Tensors, seed: Tensor | None, grad: Tensor) -> list[Tensor | None]:
    a: Adjacency = ctx.adjacency if tensors.edge is not None else ctx.adjacency.numbered_by_source()
    score, heads, factor, p = ctx.settings
    rows = (a.indptr, a.indices, a.perm)
    # Views of their own: one tensor given twice, as key and as value, has a gradient in each place.
    tensors = Tensors(*(x if x is None else x.view_as(x) for x in tensors))  # type: ignore[arg-type]
    query, key, value, edge, att = tensors
    out, *_ = _reference.attention(*rows, score, query, key, value, edge, att, heads, factor, p, seed, a.num_values)
    inputs = [x for x, needed in zip(tensors, ctx.needs_input_grad, strict=False) if x is not None and needed]
    grads = iter(torch.autograd.grad(out, inputs, grad, create_graph=True, materialize_grads=True))
    return [
        next(grads) if x is not None and needed else None
        for x, needed in zip(tensors, ctx.needs_input_grad, strict=False)
    ]


def _check(score: str, heads: int, value: Tensor, p: float) -> None:
    if score not in SCORES:
        hint = did_you_mean(score, SCORES) or " Choose one of these."
        message = f"attention: expected score to be one of {SCORES}, got {score!r}.{hint}"
        raise ArgumentError(message)
    if not 0 <= p <= 1:
        message = f"attention: expected p between 0 and 1, got {p}. Pass 0.6, for example."
        raise ArgumentError(message)
    if not value.is_floating_point():
        message = f"attention: expected floating value, got {_name(value)}. Use value.float()."
        raise DTypeError(message)
    if value.dim() != 2:
        message = f"attention: expected value of shape [src, width], got {list(value.shape)}. Use value.flatten(1)."
        raise ShapeError(message)
    if heads < 1 or value.shape[1] % heads:
        message = (
            f"attention: expected value with a width that {heads} heads divide, got {value.shape[1]}. "
            "Give every head the same number of channels."
        )
        raise ShapeError(message)


def _name(tensor: Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _check_shapes(adjacency: Adjacency, tensors: Tensors, settings: Settings) -> None:
    width, heads = tensors.value.shape[1], settings.heads
    columns = heads if settings.score == "additive" else width
    wanted = {
        "query": (tensors.query, adjacency.num_dst, columns),
        "key": (tensors.key, adjacency.num_src, columns),
        "value": (tensors.value, adjacency.num_src, width),
        "edge": (tensors.edge, adjacency.num_values, columns),
        "att": (tensors.att, heads, width // heads),
    }
    for name, (tensor, rows, width) in wanted.items():
        if tensor is not None and tensor.dtype != tensors.value.dtype:
            kind = _name(tensors.value)
            message = (
                f"attention: expected {name} of dtype {kind} like value, got {_name(tensor)}. Convert one of them."
            )
            raise DTypeError(message)
        if tensor is not None and tuple(tensor.shape) != (rows, width):
            message = (
                f"attention: expected {name} of shape [{rows}, {width}], got {list(tensor.shape)}. "
                f"Score {settings.score!r} with {heads} heads needs that on this adjacency."
            )
            raise ShapeError(message)
    needed = {"post_additive": ("query", "att"), "dot": ("query",)}.get(settings.score, ())
    for name in needed:
        if getattr(tensors, name) is None:
            message = f"attention: expected {name} with score={settings.score!r}, got None. Pass it."
            raise ArgumentError(message)
    if tensors.att is not None and settings.score != "post_additive":
        message = f"attention: expected no att with score={settings.score!r}, got one. Multiply it into query and key."
        raise ArgumentError(message)

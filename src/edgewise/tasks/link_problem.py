"""Checks at the door of link prediction, and the pairs that each epoch learns from."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from edgewise._typing import Float, Int, Tensor
from edgewise.data import Data
from edgewise.data.splits import LinkSplit
from edgewise.errors import ArgumentError, DataError, ShapeError
from edgewise.nn import MLP, InnerProductDecoder
from edgewise.tasks.calling import call_model, extra_names
from edgewise.tasks.loop import Outputs, Picture, first_output
from edgewise.tasks.node_problem import check_inputs
from edgewise.tasks.targets import Labels, Target
from edgewise.transforms import RandomLinkSplit
from edgewise.utils import negative_sampling

__all__ = ["DECODERS", "PAIRS_AT_ONCE", "LinkModel", "LinkProblem", "check_embedding", "link_problem", "split_links"]

DECODERS = ("dot", "mlp")
PAIRS_AT_ONCE = 1 << 18


class LinkModel(nn.Module):
    r"""Embeds nodes, and scores pairs of them.

    Args:
        encoder: Called as ``encoder(x, edge_index)``; returns ``[nodes, width]``.
        decoder: ``"dot"``: :math:`z_i^\top z_j`, which is the same in both directions; ``"mlp"``: a perceptron on
            :math:`z_i \odot z_j`.
        width: Of the embedding, for the perceptron.

    Shape:
        z ``[nodes, width]`` · pairs ``[2, pairs]`` → ``[pairs, 1]``

    Example:
        >>> model = LinkModel(nn.Identity(), "dot", 2)
        >>> model.score(torch.eye(2), torch.tensor([[0, 0], [0, 1]])).tolist()
        [[1.0], [0.0]]
    """

    def __init__(self, encoder: nn.Module, decoder: str, width: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = MLP([width, width, 1], norm=None) if decoder == "mlp" else InnerProductDecoder()

    def score(self, z: Tensor, pairs: Int[Tensor, "2 pairs"]) -> Tensor:
        """Return one number a pair; above 0 where a link is more probable than none."""
        if isinstance(self.decoder, InnerProductDecoder):
            return self.decoder.forward(z, pairs, sigmoid=False).unsqueeze(1)
        out: Tensor = self.decoder(z[pairs[0]] * z[pairs[1]])
        return out

    def score_all(self, z: Tensor, nodes: Int[Tensor, " some"]) -> Float[Tensor, "some nodes"]:
        """Return the score of each of some nodes with every node."""
        if isinstance(self.decoder, InnerProductDecoder):
            return z[nodes] @ z.t()
        out: Tensor = self.decoder(z[nodes].unsqueeze(1) * z)
        return out.squeeze(2)


@dataclass(kw_only=True)
class LinkProblem:
    """A checked problem on the links of one graph. See :class:`~edgewise.tasks.loop.Problem`."""

    train: Data
    val: Data | None
    test: Data | None
    positives: Int[Tensor, "2 pairs"]
    """Links to learn from; as many other pairs are drawn in each epoch."""
    target: Target = field(default_factory=lambda: Labels(1))
    _names: tuple[str, ...] | None = field(init=False, default=())

    @property
    def device(self) -> torch.device:
        """Where it is computed."""
        device: torch.device = self.train.x.device
        return device

    @property
    def dtype(self) -> torch.dtype:
        """Of the features."""
        dtype: torch.dtype = self.train.x.dtype
        return dtype

    @property
    def has_validation(self) -> bool:
        """Whether there are pairs to choose the epoch by."""
        return self.val is not None

    @torch.no_grad()
    def check(self, model: Any) -> int:
        """Call the model once; return how wide a score is.

        Raises:
            ShapeError: The encoder does not return one row a node.
        """
        model.eval()
        self._names = extra_names(model.encoder, self.train)
        z = self.embed(model, self.train)
        check_embedding(z, len(self.train.x))
        return model.score(z, self.positives[:, :1]).shape[1]  # type: ignore[no-any-return]

    def embed(self, model: Any, data: Data) -> Tensor:
        """Return the embedding of every node of a graph."""
        z: Tensor = first_output(call_model(model.encoder, data, self._names))
        return z

    def batches(self) -> Iterator[Tensor]:
        """Yield pairs that are no link, as many as there are links, drawn anew."""
        nodes, count = len(self.train.x), self.positives.shape[1]
        known = torch.cat([self.train.edge_index, self.positives], dim=1)
        yield negative_sampling(known, nodes, num_neg_samples=count)

    def learn(self, model: Any, batch: Tensor) -> tuple[Tensor, Tensor]:
        """Return scores of links and of the drawn pairs, and which is which."""
        out = model.score(self.embed(model, self.train), torch.cat([self.positives, batch], dim=1))
        y = out.new_zeros(len(out), 1)
        y[: self.positives.shape[1]] = 1
        return out, y

    @torch.no_grad()
    def outputs(self, model: Any) -> Outputs:
        """Return scores and answers of the pairs of val and test, each by the messages of its own graph."""
        model.eval()
        parts = {"val": self.val, "test": self.test}
        return Outputs({name: self._judged(model, part) for name, part in parts.items() if part is not None})

    def _judged(self, model: Any, part: Data) -> tuple[Tensor, Tensor]:
        pairs, y = judged_pairs(part)
        return score_pairs(model, self.embed(model, part), pairs), y

    def picture(self, model: nn.Module, outputs: Outputs) -> Picture | None:
        """Return nothing."""
        return None

    def contents(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every tensor that the result depends on."""
        yield "positives", self.positives
        for name, part in (("train", self.train), ("val", self.val), ("test", self.test)):
            for key, value in ({} if part is None else part.to_dict()).items():
                if isinstance(value, Tensor):
                    yield f"{name}/{key}", value


def check_embedding(z: Any, nodes: int) -> None:
    """Check that a model returned one row a node.

    Raises:
        ShapeError: It did not.
    """
    if not isinstance(z, Tensor) or z.dim() != 2 or len(z) != nodes:
        got = list(z.shape) if isinstance(z, Tensor) else type(z).__name__
        raise ShapeError(
            f"fit: expected model(x, edge_index) to return an embedding [{nodes}, width], got {got}. "
            "Return one row per node, alone or first in a tuple."
        )


def score_pairs(model: Any, z: Tensor, pairs: Tensor) -> Tensor:
    """Return scores of pairs, some at a time."""
    return torch.cat([model.score(z, part) for part in pairs.split(PAIRS_AT_ONCE, dim=1)])


def judged_pairs(part: Data) -> tuple[Tensor, Tensor]:
    """Return the pairs that a part of a split is judged on, and which are links: ``[2, pairs]`` and ``[pairs, 1]``."""
    if "edge_label_index" in part:
        label = part.edge_label.float() if "edge_label" in part else torch.ones(part.edge_label_index.shape[1])
        return part.edge_label_index, (label > 0).float().reshape(-1, 1)
    positive, negative = part.pos_edge_label_index, part.neg_edge_label_index
    y = torch.cat([torch.ones(positive.shape[1], 1), torch.zeros(negative.shape[1], 1)])
    return torch.cat([positive, negative], dim=1), y.to(positive.device)


def split_links(data: Data) -> LinkSplit:
    """Part the links of a graph as Kipf & Welling (2016) do: 5 % for validation, 10 % for test; drawn by torch."""
    return RandomLinkSplit(0.05, 0.1, is_undirected=data.is_undirected(), add_negative_train_samples=False)(data)  # type: ignore[no-any-return]


def link_problem(split: LinkSplit, function: str = "fit") -> LinkProblem:
    """Check a split and take from it what training needs.

    Raises:
        DataError: Something leaks, or train has no link.
        ArgumentError: It is no split of links.
    """
    if not isinstance(split, LinkSplit):
        kind = type(split).__name__
        message = f"{function}: expected a graph or a LinkSplit, got {kind}. RandomLinkSplit(...)(data) makes one."
        raise ArgumentError(message)
    train, val, test = split.check()
    check_inputs(train, function)
    pairs, y = judged_pairs(train) if "edge_label_index" in train else (train.edge_index, None)
    positives = pairs if y is None else pairs[:, y.squeeze(1) > 0]
    if not positives.shape[1]:
        raise DataError(f"{function}: expected links to learn from, got none in train. Give it a larger share.")
    val, test = (part if part is not None and judged_pairs(part)[1].numel() else None for part in (val, test))
    return LinkProblem(train=train, val=val, test=test, positives=positives)

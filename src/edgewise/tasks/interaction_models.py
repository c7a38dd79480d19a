"""What learns from pairs of two worlds: an encoder for each, and a perceptron on both of their rows."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from edgewise._typing import Float, Int, Tensor
from edgewise.nn import MLP
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.graph_models import build_graph_model
from edgewise.tasks.interaction_members import Members
from edgewise.tasks.pair_head import PairHead

__all__ = ["MEMBERS_AT_ONCE", "PAIRS_AT_ONCE", "InteractionModel", "StringEncoder", "build_encoder"]

MEMBERS_AT_ONCE = 512
PAIRS_AT_ONCE = 1 << 16
_KERNEL, _POOL, _LETTERS = 7, 3, 32


class StringEncoder(nn.Module):
    """An embedding of each character, three convolutions along the string, and the maximum over all places.

    The second and third convolution see the maximum of every three places. What lies beyond the end of a string takes
    no part, so that a row does not depend on the strings beside it.

    Args:
        characters: How many numbers of characters there are, beside 0, which is none.
        width: Of the convolutions and of the output.

    Shape:
        codes ``[strings, length]`` integer → ``[strings, width]``

    Cost: O(strings · length · width · 32 · 7), and a third and a ninth of it at the width of the convolutions.

    Source: the protein branch of Öztürk, Özgür & Ozkirimli, *DeepDTA*, Bioinformatics 2018, and of Nguyen et al.,
    *GraphDTA*, Bioinformatics 2021. Differs: equal widths, places pooled in between, padding masked.

    Example:
        >>> StringEncoder(4, 8)(torch.tensor([[1, 2, 3, 4], [1, 2, 0, 0]])).shape
        torch.Size([2, 8])
    """

    def __init__(self, characters: int, width: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(characters + 1, _LETTERS, padding_idx=0)
        self.convs = nn.ModuleList(
            nn.Conv1d(inside, width, _KERNEL, padding=_KERNEL // 2) for inside in (_LETTERS, width, width)
        )

    def forward(self, codes: Int[Tensor, "strings length"]) -> Float[Tensor, "strings width"]:
        """Return one row a string."""
        h: Tensor = self.embedding(codes).transpose(1, 2)
        inside = (codes > 0).to(h.dtype).unsqueeze(1)
        for number, conv in enumerate(self.convs):
            if number:  # values are 0 or above, and 0 beyond the end: no maximum comes from there
                h, inside = (nn.functional.max_pool1d(part, _POOL, ceil_mode=True) for part in (h, inside))
            h = conv(h).relu() * inside
        return h.amax(2)


class InteractionModel(nn.Module):
    r"""Says something of pairs: :math:`f(i, j) = \mathrm{MLP}([\mathrm{left}(i) \,\|\, \mathrm{right}(j)])`.

    Each member is encoded once, in however many pairs of a batch it is.

    Args:
        left: Encoder of the members on the left.
        right: Encoder of those on the right.
        head: The perceptron on both.

    Shape:
        pairs ``[2, pairs]`` → ``[pairs, 1]``
    """

    def __init__(self, left: nn.Module, right: nn.Module, head: PairHead) -> None:
        super().__init__()
        self.left = left
        self.right = right
        self.head = head

    def forward(self, left: Members, right: Members, pairs: Int[Tensor, "2 pairs"]) -> Float[Tensor, "pairs 1"]:
        """Return one number a pair."""
        some, left_place = pairs[0].unique(return_inverse=True)
        others, right_place = pairs[1].unique(return_inverse=True)
        z, u = left.encode(self.left, some), right.encode(self.right, others)
        out: Tensor = self.head(z, u, torch.stack([left_place, right_place]))
        return out

    @torch.no_grad()
    def say(self, left: Members, right: Members, pairs: Int[Tensor, "2 pairs"]) -> Float[Tensor, "pairs 1"]:
        """Return one number a pair, in evaluation mode; members and pairs some at a time."""
        self.eval()
        if not pairs.shape[1]:
            return next(self.head.parameters()).new_empty(0, 1)
        some, left_place = pairs[0].unique(return_inverse=True)
        others, right_place = pairs[1].unique(return_inverse=True)
        z, u = encode_all(self.left, left, some), encode_all(self.right, right, others)
        places = torch.stack([left_place, right_place]).split(PAIRS_AT_ONCE, dim=1)
        return torch.cat([self.head(z, u, part) for part in places])


@torch.no_grad()
def encode_all(encoder: nn.Module, members: Members, some: Int[Tensor, " some"]) -> Float[Tensor, "some width"]:
    """Return the rows of some members, not all of them at once."""
    encoder.eval()
    return torch.cat([members.encode(encoder, part) for part in some.split(MEMBERS_AT_ONCE)])


def build_encoder(facts: Mapping[str, Any], config: TrainConfig, readout: str) -> nn.Module:
    """Build what encodes members of which facts are known, with fresh weights from torch's generator.

    Example:
        >>> build_encoder({"kind": "rows", "width": 3}, TrainConfig(hidden=8), "mean")
        MLP(3, 8, 8)
    """
    if facts["kind"] == "graphs":
        model = build_graph_model(config, facts["features"], facts["edge_features"], config.hidden, readout)
        model.head = nn.Identity()  # type: ignore[assignment]
        return model
    if facts["kind"] == "strings":
        return StringEncoder(len(facts["alphabet"]) + 1, config.hidden)
    if facts["kind"] == "rows":
        return MLP([facts["width"], config.hidden, config.hidden], dropout=config.dropout, act=config.act, norm=None)
    table = nn.Embedding(facts["count"], config.hidden)
    nn.init.normal_(table.weight, std=0.1)  # torch's 1 takes ten times as many epochs to forget
    return table

"""The report of an interaction predictor: numbers, or yes or no, of pairs from two worlds."""

from dataclasses import replace

import torch

from edgewise._typing import Float, Int, Tensor
from edgewise.tasks.grouped_split import pair_groups
from edgewise.tasks.interaction_predictor import InteractionPredictor
from edgewise.tasks.reports.answers import answer_names
from edgewise.tasks.reports.baselines import without_edges
from edgewise.tasks.reports.nodes import model_title
from edgewise.tasks.reports.rows import Scored, leak_check, part_sizes, row_report
from edgewise.viz.report import RowReport

__all__ = ["member_means", "pair_report"]


def pair_report(predictor: InteractionPredictor, *, name: str | None = None, command: str | None = None) -> RowReport:
    """Gather a report.

    Args:
        predictor: A fitted one.
        name: Of the data; ``None``: ``pairs``.
        command: What reproduces the run; ``None`` shows the predictor's own call.

    Raises:
        DataError: No pair is scored, or a pair is in two parts.

    Cost: trains the baseline that sees no edges once, where a side is graphs.
    """
    pairs, y, target = predictor.pairs_, predictor._y, predictor.target_
    train, test = predictor.parts_["train"], predictor.parts_["test"]
    kinds = [facts["kind"] for facts in predictor._facts]
    has_graphs = "graphs" in kinds
    out = predictor._outputs(pairs[:, test], None, None, "report").cpu()
    rivals = {}
    if target.kind == "numbers":
        means = member_means(pairs[:, train].cpu(), y[train].squeeze(1).cpu(), pairs[:, test].cpu())
        mean, std = (out.new_tensor(target.facts()[name]) for name in ("mean", "std"))
        rivals["row and column means"] = (means.to(out).unsqueeze(1) - mean) / std
    if len(test) and has_graphs and predictor.model != "mlp":
        rivals["MLP without edges"] = _without_edges(predictor)._outputs(pairs[:, test], None, None, "report").cpu()
    judged = pairs[:, test].t().tolist()
    scored = Scored(
        what="pairs",
        model=model_title(predictor) if has_graphs else "this model",
        out=out,
        y=y[test].cpu(),
        train_y=y[train].cpu(),
        names=answer_names(target),
        name_of=lambda row: f"left {judged[row][0]}, right {judged[row][1]}",
        rivals=rivals,
        subject="The graph" if has_graphs else "Training",
    )
    parts = {
        name: torch.zeros_like(pairs[0], dtype=torch.bool).index_fill(0, predictor.parts_[part], 1)
        for name, part in (("training", "train"), ("validation", "val"), ("test", "test"))
    }
    apart = leak_check(pair_groups(pairs, is_undirected=False), parts, "pair")
    sides = zip(("left", "right"), kinds, predictor._members, strict=True)
    report = row_report(
        predictor,
        scored,
        title=" · ".join([name or "pairs", *([predictor.config.model] if has_graphs else [])]),
        data_card={side: f"{len(members):,} {kind}" for side, kind, members in sides} | part_sizes(parts),
        leak_check=f"{apart}; {_new_members(pairs[:, train], pairs[:, test])}",
        command=command or f"{predictor!r}.fit(left, right, pairs, y)",
    )
    # Where no side is graphs, no model of graphs was built, whatever the settings say.
    of_graphs = () if has_graphs else ("model", "layers", "readout")
    return replace(report, model_card={key: fact for key, fact in report.model_card.items() if key not in of_graphs})


def member_means(
    pairs: Int[Tensor, "2 train"], y: Float[Tensor, " train"], wanted: Int[Tensor, "2 wanted"]
) -> Float[Tensor, " wanted"]:
    r"""Tell a number of each pair by what is usual for its two members alone: the mean, and how far each is off it.

    .. math:: \hat y_{ij} = \bar y + (\bar y_{i \cdot} - \bar y) + (\bar y_{\cdot j} - \bar y)

    Of a member that is in no pair to learn from, nothing is added.

    Args:
        pairs: To learn from.
        y: Their numbers.
        wanted: The pairs that are asked about.

    Example:
        >>> pairs = torch.tensor([[0, 0, 1], [0, 1, 0]])
        >>> member_means(pairs, torch.tensor([1.0, 3.0, 5.0]), torch.tensor([[1, 0, 9], [1, 0, 1]])).tolist()
        [5.0, 2.0, 3.0]
    """
    told = y.double().mean().expand(wanted.shape[1]).clone()
    for learnt, asked in zip(pairs, wanted, strict=True):
        size = 1 + int(torch.cat([learnt, asked]).max())
        count = learnt.bincount(minlength=size)
        off = torch.zeros(size, dtype=torch.float64).index_add_(0, learnt, y.double() - y.double().mean())
        told += (off / count.clamp(min=1))[asked]
    return told


def _without_edges(predictor: InteractionPredictor) -> InteractionPredictor:
    """The same members, pairs and parts, for a model that sees no edges."""
    return without_edges(
        predictor,
        *predictor._members,
        predictor.pairs_,
        predictor._y,
        settings={"numbers": predictor.target_.kind == "numbers"},
        val=predictor.parts_["val"],
        test=predictor.parts_["test"],
    )


def _new_members(train: Int[Tensor, "2 train"], test: Int[Tensor, "2 test"]) -> str:
    """How many judged pairs are of members that nothing was learnt of."""
    left, right = (int((~torch.isin(asked, learnt)).sum()) for learnt, asked in zip(train, test, strict=True))
    return f"of {test.shape[1]:,} test pairs {left:,} have a left and {right:,} a right member never seen in training"

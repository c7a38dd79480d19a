"""Everything the report of a link predictor shows, gathered from a fitted one."""

from collections.abc import Mapping

import torch

from edgewise._typing import Float, Int, Tensor
from edgewise.data import Data
from edgewise.errors import ArgumentError
from edgewise.tasks.environment import environment
from edgewise.tasks.link_predictor import LinkPredictor
from edgewise.tasks.link_problem import judged_pairs
from edgewise.tasks.metrics import measure
from edgewise.tasks.reports.baselines import best_of, paired_error, verdict_beside_rules, without_edges
from edgewise.tasks.reports.link_baselines import RULES, NeighbourRules, precision_at
from edgewise.tasks.reports.nodes import kept_why, model_card, model_title, node_name, training_card
from edgewise.viz.report import LinkReport, PairRow, Score

__all__ = ["area_under_roc", "link_report"]

_BINS = 40
_POINTS = 48
_ROWS = 10


def link_report(
    predictor: LinkPredictor, *, name: str | None = None, with_baselines: bool = True, command: str | None = None
) -> LinkReport:
    """Gather a report.

    Args:
        predictor: A fitted one.
        name: Of the data; ``None`` takes ``data.name``.
        with_baselines: Train the model without edges, and score pairs by the rules that learn nothing.
        command: What reproduces the run; ``None`` shows the predictor's own call.

    Raises:
        ArgumentError: Its split has no test links.

    Cost: one training of the baseline without edges, and a merge of neighbour lists for each test pair.
    """
    part: Data | None = getattr(predictor, "_test", None)
    if part is None:
        message = "report: expected test links, got a split or a file without. Fit a split with num_test above 0."
        raise ArgumentError(message)
    pairs, y = judged_pairs(part)
    is_link = y.squeeze(1) > 0
    rules = NeighbourRules(part.edge_index, len(part.x)).scores(pairs)
    outputs = {model_title(predictor): predictor._scores(pairs, part, "report").cpu()}
    if with_baselines:
        if predictor.model != "mlp":
            outputs["MLP without edges"] = (
                without_edges(predictor, predictor.split_)._scores(pairs, part, "report").cpu()
            )
        outputs |= rules
    pairs, y, is_link = pairs.cpu(), y.cpu(), is_link.cpu()
    scores = _scores(outputs, y)
    probability = next(iter(outputs.values())).sigmoid()
    ks = _ks(int(is_link.sum()))
    return LinkReport(
        title=f"{name or getattr(part, 'name', None) or 'links'} · {predictor.config.model}",
        history=predictor.history_,
        chosen_epoch=predictor.best_epoch_,
        chosen_why=kept_why(predictor),
        score=scores[0],
        baselines=scores[1:],
        verdict=_verdict(scores, outputs, y) if with_baselines else "",
        link_counts=_counts(probability[is_link]),
        other_counts=_counts(probability[~is_link]),
        ks=ks,
        precision={name: precision_at(out.double(), is_link, ks) for name, out in outputs.items()},
        negatives=_rows(part, pairs, probability, rules["common neighbours"], ~is_link, largest=True),
        misses=_rows(part, pairs, probability, rules["common neighbours"], is_link, largest=False),
        data_card=_facts(predictor, part, is_link),
        model_card=model_card(predictor),
        training_card=training_card(predictor, _leak_check(predictor, is_link)),
        environment=environment(),
        command=command or f"{predictor!r}.fit(data)",
    )


def area_under_roc(out: Float[Tensor, " pairs"], y: Float[Tensor, "pairs 1"]) -> float:
    """Area under ROC of any scores: torchmetrics takes what lies outside of 0 to 1 for logits, and counts are none.

    Example:
        >>> area_under_roc(torch.tensor([50.0, 70.0, 60.0]), torch.tensor([[0.0], [1.0], [1.0]]))
        1.0
    """
    low, high = out.min(), out.max()
    return measure("labels", ((out.double() - low) / (high - low).clamp(min=1e-12)).unsqueeze(1), y, "auroc")


def _scores(outputs: Mapping[str, Tensor], y: Tensor) -> list[Score]:
    detail = f"area under ROC, {int(y.sum()):,} unseen links against {int((y == 0).sum()):,} other pairs"
    scores = [Score(name=name, value=area_under_roc(out, y), detail=detail) for name, out in outputs.items()]
    first = next(iter(outputs.values()))
    precision = measure("labels", first.sigmoid().unsqueeze(1), y, "average_precision")
    own = Score(name=scores[0].name, value=scores[0].value, detail=f"{detail}; average precision {precision:.3f}")
    return [own, *scores[1:]]


def _verdict(scores: list[Score], outputs: Mapping[str, Tensor], y: Tensor) -> str:
    own = outputs[scores[0].name]
    rules = [score for score in scores if score.name in RULES]
    blind = next((score for score in scores[1:] if score.name not in RULES), None)
    if blind is None:
        return "This model sees no edges; the rules below it do."

    def error(name: str) -> float:
        other = outputs[name]
        return paired_error(
            lambda some: area_under_roc(own[some], y[some]) - area_under_roc(other[some], y[some]), len(y)
        )

    errors = {score.name: error(score.name) for score in (blind, best_of(rules))}
    return verdict_beside_rules(scores[0], blind, rules, len(y), errors, "pairs")


def _counts(probability: Tensor) -> Int[Tensor, " bins"]:
    places = (probability.double() * _BINS).long().clamp(0, _BINS - 1)
    return places.bincount(minlength=_BINS)


def _ks(links: int) -> list[int]:
    """About 48 numbers from 1 to the number of links, evenly on a logarithmic scale."""
    if links < 1:
        return []
    powers = torch.logspace(0, torch.tensor(float(links)).log10().item(), _POINTS, dtype=torch.float64)
    return sorted({max(1, min(links, round(k))) for k in powers.tolist()})


def _rows(
    part: Data, pairs: Tensor, probability: Tensor, common: Tensor, mask: Tensor, *, largest: bool
) -> list[PairRow]:
    places = mask.nonzero().squeeze(1)
    order = probability[places].argsort(descending=largest, stable=True)[:_ROWS]
    return [
        PairRow(
            source=node_name(part, int(pairs[0, place])),
            target=node_name(part, int(pairs[1, place])),
            probability=float(probability[place]),
            shared_neighbours=int(common[place]),
        )
        for place in places[order].tolist()
    ]


def _leak_check(predictor: LinkPredictor, is_link: Tensor) -> str:
    predictor.split_.check()
    return (
        f"passed (LinkSplit.check): none of the {int(is_link.sum()):,} test links passes messages before it is judged, "
        "no other pair is a link, and no pair is judged in two parts"
    )


def _facts(predictor: LinkPredictor, part: Data, is_link: Tensor) -> dict[str, str]:
    train, val, _ = predictor.split_
    facts = {
        "nodes": f"{len(part.x):,}",
        "features": f"{part.x.shape[1]:,}",
        "messages": f"{part.edge_index.shape[1]:,} directed edges pass them when test is judged",
        "training": f"{train.edge_index.shape[1]:,} directed edges",
    }
    if val is not None and "edge_label" in val:
        facts["validation"] = f"{int((val.edge_label > 0).sum()):,} links"
    return facts | {"test": f"{int(is_link.sum()):,} links, {int((~is_link).sum()):,} other pairs"}

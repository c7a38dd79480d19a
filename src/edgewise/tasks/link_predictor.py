"""Link prediction: which pairs of nodes are, or will be, joined."""

from pathlib import Path
from typing import Any, ClassVar

import torch
from torch import nn

from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Int, Tensor
from edgewise.data import Data
from edgewise.data.splits import LinkSplit
from edgewise.errors import ArgumentError
from edgewise.nn.models._pairs import KnownPairs
from edgewise.tasks.calling import call_model, extra_names, plan_of
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.estimator import Estimator
from edgewise.tasks.given import node_numbers, pairs_of_nodes
from edgewise.tasks.link_problem import (
    DECODERS,
    PAIRS_AT_ONCE,
    LinkModel,
    LinkProblem,
    judged_pairs,
    link_problem,
    score_pairs,
    split_links,
)
from edgewise.tasks.loop import Training, first_output
from edgewise.tasks.models import MODELS, build_model
from edgewise.tasks.node_problem import check_inputs
from edgewise.tasks.recommending import best_new
from edgewise.tasks.runner import own_generator
from edgewise.tasks.seeds import SeedScores
from edgewise.tasks.targets import Target

__all__ = ["LinkPredictor"]


class LinkPredictor(Estimator):
    r"""Learn which pairs of nodes are joined, and score any other pair.

    .. math:: p(i \sim j) = \sigma(z_i^\top z_j), \quad Z = \mathrm{GNN}(X, A)

    Links of the training graph against as many pairs that are none, drawn anew in each epoch. What validation and test
    are judged on passes no message: the split proves it before anything is learnt.

    Args:
        model: ``"gcn"``, ``"sage"``, ``"gat"``, ``"gin"``, ``"mlp"`` (which sees no edges), or any
            ``torch.nn.Module`` with ``forward(x, edge_index)`` that returns an embedding ``[nodes, width]``.
        decoder: How two embeddings become a score: ``"dot"``, or ``"mlp"``, a perceptron on their product.
        **settings: See :class:`~edgewise.tasks.Estimator`.

    Attributes:
        split_: The split that it was fitted on.

    Cost: per epoch one pass over the graph, O(links · width), and a pass in evaluation mode for each part.

    Source: Kipf & Welling, *Variational Graph Auto-Encoders*, 2016, for the decoder and the split.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> predictor = LinkPredictor(epochs=5, quiet=True).fit(KarateClub()[0])
        >>> predictor.predict_proba(torch.tensor([[0, 16], [1, 33]])).shape
        torch.Size([2])
    """

    _kind: ClassVar[str] = "link-predictor"
    _models: ClassVar[tuple[str, ...]] = tuple(MODELS)

    split_: LinkSplit

    def __init__(
        self,
        model: str | nn.Module = "gcn",
        *,
        decoder: str = "dot",
        hidden: int = 32,
        dropout: float = 0.0,
        weight_decay: float = 0.0,
        **settings: Any,
    ) -> None:
        super().__init__(model, hidden=hidden, dropout=dropout, weight_decay=weight_decay, **settings)
        self.decoder = decoder

    def fit(
        self, data: Data | LinkSplit, *, checkpoint: str | Path | None = None, resume: bool = False
    ) -> "LinkPredictor":
        """Train on the links of a graph, and keep the weights of the best epoch on those of validation.

        Args:
            data: A graph with ``x`` and ``edge_index``, whose links are split (85 % train, 5 % validation, 10 % test,
                drawn by ``seed``); or a split of your own, as :class:`~edgewise.transforms.RandomLinkSplit` returns it.
            checkpoint: File that is kept up to date about once a second, so that a killed training can go on.
            resume: Go on from ``checkpoint`` if it exists.

        Raises:
            DataError: The split leaks; the message names an edge.
            KeyboardInterrupt: Ctrl-C was pressed. What is learnt is kept.
        """
        if self.decoder not in DECODERS:
            hint = did_you_mean(str(self.decoder), DECODERS) or " Pass one of those."
            message = f"LinkPredictor: expected decoder among {', '.join(DECODERS)}, got {self.decoder!r}.{hint}"
            raise ArgumentError(message)
        if isinstance(data, Data):
            check_inputs(data, "fit")
            with own_generator(self.seed, data.x.device):
                data = split_links(data)
        self._fit(data, checkpoint, resume=resume)
        return self

    def predict_proba(self, pairs: Int[Tensor, "2 pairs"], data: Data | None = None) -> Float[Tensor, " pairs"]:
        """Return the probability that each pair is joined.

        Args:
            pairs: Sources in row 0, destinations in row 1.
            data: The graph that passes messages; ``None`` takes every link that the fitted split knew before its test.

        Raises:
            ArgumentError: It was never fitted.
            NodeIndexError: A pair names a node that there is not.
        """
        return self._scores(pairs, data, "predict_proba").sigmoid()

    def predict(self, pairs: Int[Tensor, "2 pairs"], data: Data | None = None) -> Int[Tensor, " pairs"]:
        """Return 1 for each pair that is more probably joined than not, else 0.

        Raises:
            ArgumentError: It was never fitted.
            NodeIndexError: A pair names a node that there is not.
        """
        return (self._scores(pairs, data, "predict") > 0).long()

    def score(self, data: Data | None = None, *, metric: str | None = None) -> float:
        """Return how well links are told from other pairs: the area under ROC, or ``"average_precision"``.

        Args:
            data: A graph with ``edge_label_index`` and ``edge_label``; ``None`` takes the fitted split's test.
            metric: Another one by name.

        Raises:
            ArgumentError: It was never fitted, or there is nothing to score.
        """
        self._check_fitted("score")
        data = getattr(self, "_test", None) if data is None else data
        if data is None or not ("edge_label_index" in data or "pos_edge_label_index" in data):
            message = "score: expected pairs with answers, got none. Pass a part of a RandomLinkSplit."
            raise ArgumentError(message)
        pairs, y = judged_pairs(data)
        return self.target_.score(self._scores(pairs, data, "score").unsqueeze(1), y, metric)

    @torch.no_grad()
    def recommend(self, nodes: Int[Tensor, " nodes"], k: int = 10, data: Data | None = None) -> tuple[Tensor, Tensor]:
        """Return the ``k`` most probable new partners of each node, ``[nodes, k]``, and the probabilities.

        Known links and the node itself are left out.

        Raises:
            ArgumentError: It was never fitted, or ``k`` is larger than the number of other nodes.
            NodeIndexError: There is no such node.
        """
        data = self._graph(data, "recommend")
        z, model = self.embed(data), self._link_model
        nodes = node_numbers(nodes, len(z), "recommend").to(z.device)
        if not 1 <= k < len(z):
            raise ArgumentError(f"recommend: expected k in 1..{len(z) - 1}, got {k}. There are {len(z)} nodes.")
        every = torch.arange(len(z), device=z.device).expand(2, -1)
        edges = data.edge_index.long()
        known = KnownPairs(*torch.cat([edges, edges.flip(0), every], dim=1))
        partners, values = best_new(lambda some: model.score_all(z, some), nodes, known, k, PAIRS_AT_ONCE // len(z))
        return partners, values.sigmoid()

    @torch.no_grad()
    def embed(self, data: Data | None = None) -> Float[Tensor, "nodes width"]:
        """Return the embedding of every node.

        Raises:
            ArgumentError: It was never fitted.
        """
        data, model = self._graph(data, "embed"), self._link_model
        model.eval()
        z: Tensor = first_output(call_model(model.encoder, data, extra_names(model.encoder, data)))
        return z

    def report(self, path: str | Path, *, seeds: SeedScores | None = None) -> Path:
        """Write a self-contained HTML report: how links and other pairs part, beside baselines, and the worst pairs.

        Baselines are the same model without edges, common neighbours, Adamic-Adar and preferential attachment.

        Args:
            path: File to write, for example ``"report.html"``.
            seeds: From :func:`~edgewise.tasks.score_seeds`: mean and spread are told beside the headline.

        Raises:
            ArgumentError: It was never fitted, or has no test links.
            DataError: The split leaks.
            FileError: The folder cannot be written.

        Cost: trains the baseline that sees no edges once.

        Example:
            >>> import tempfile
            >>> from edgewise.datasets import KarateClub
            >>> predictor = LinkPredictor(epochs=5, quiet=True).fit(KarateClub()[0])
            >>> predictor.report(Path(tempfile.mkdtemp()) / "report.html").name
            'report.html'
        """
        from edgewise.tasks.reports.links import link_report
        from edgewise.tasks.reports.seeds import with_seeds
        from edgewise.viz.report import write_report

        self._check_fitted("report")
        return write_report(with_seeds(link_report(self), seeds), Path(path))

    def plan(self, data: Data | None = None) -> Any:
        """Say what the fitted model computes on a graph, and why: see :func:`edgewise.plan`.

        Raises:
            ArgumentError: It was never fitted.
        """
        data = self._graph(data, "plan")
        return plan_of(self._link_model.encoder, data)

    def _problem(self, data: Any) -> LinkProblem:
        return link_problem(data)

    def _width(self, problem: LinkProblem) -> int:
        width: int = problem.train.x.shape[1]
        return width

    def _build(self, config: TrainConfig, in_channels: int, target: Target) -> nn.Module:
        return LinkModel(build_model(config, in_channels, config.hidden), self.decoder, config.hidden)

    def _wrap(self, module: nn.Module) -> LinkModel:
        return LinkModel(module, self.decoder, self.hidden)

    @property
    def _link_model(self) -> LinkModel:
        model: Any = self.model_
        return model  # type: ignore[no-any-return]

    def _fitted(self, training: Training, data: Any) -> None:
        problem: Any = training.problem
        self.split_, self._test = data, problem.test
        self.data_ = problem.test if problem.test is not None else problem.train

    def _own_facts(self) -> dict[str, Any]:
        return {"decoder": self.decoder}

    def _take_facts(self, facts: dict[str, Any]) -> None:
        self.decoder = facts["decoder"]

    @torch.no_grad()
    def _scores(self, pairs: Any, data: Data | None, function: str) -> Tensor:
        data = self._graph(data, function)
        z = self.embed(data)
        return score_pairs(self.model_, z, pairs_of_nodes(pairs, len(z), function).to(z.device)).squeeze(1)

    def _graph(self, data: Data | None, function: str) -> Data:
        self._check_fitted(function)
        if data is None and not hasattr(self, "data_"):
            message = f"{function}: expected data, got none; a loaded estimator has no graph. Pass data to {function}."
            raise ArgumentError(message)
        data = self.data_ if data is None else data
        check_inputs(data, function, self.in_channels_)
        return data

"""What is suspicious about a graph of tables before anything is learnt: refused where it is hopeless, else told."""

from collections.abc import Sequence

import torch

from edgewise._typing import Tensor
from edgewise.data import Data
from edgewise.errors import DataError

__all__ = ["table_warnings"]


def table_warnings(data: Data, targets: Sequence[str], task: str) -> list[str]:
    """Return a line for each thing that a person should look at.

    Args:
        data: With ``x``, ``y``, masks and ``feature_rules``.
        targets: Names of the target columns.
        task: ``"classification"``, ``"regression"`` or ``"link"``.

    Raises:
        DataError: The target is the same everywhere, or links are to be learnt of a graph without edges.

    Cost: one sort of each feature.

    Example:
        >>> data = Data(x=torch.eye(3), edge_index=torch.empty(2, 0, dtype=torch.long), num_nodes=3)
        >>> data.y, data.train_mask = torch.tensor([0, 1, 0]), torch.tensor([True, True, False])
        >>> table_warnings(data, ["topic"], "classification")
        ['the graph has no edges: the model learns from features alone (--edges --from --to)']
    """
    found = []
    if data.num_edges == 0:
        if task == "link":
            raise DataError("train: expected edges to learn links from, got none. Check --edges, --from and --to.")
        found.append("the graph has no edges: the model learns from features alone (--edges --from --to)")
    if task == "link":
        return found
    for name, y in _columns(data, targets):
        _check_varied(name, y)
        if not y.is_floating_point():
            found += _unseen_classes(data, name)
        found += _perfect_features(data, name, y)
    return found


def _columns(data: Data, targets: Sequence[str]) -> list[tuple[str, Tensor]]:
    columns = [data.y] if data.y.dim() == 1 else list(data.y.t())
    return list(zip(targets, columns, strict=True))


def _known(y: Tensor) -> Tensor:
    return ~y.isnan() if y.is_floating_point() else y >= 0


def _check_varied(name: str, y: Tensor) -> None:
    known = y[_known(y)]
    if len(known.unique()) < 2:
        got = f"the same in all {len(known):,} rows that have one" if len(known) else "no value at all"
        raise DataError(f"train: expected different values in the target {name!r}, got {got}. Choose another --target.")


def _unseen_classes(data: Data, name: str) -> list[str]:
    """A class that is judged and never learnt: no model can get it right."""
    if data.train_mask is None:
        return []
    learnt = set(data.y[data.train_mask].tolist())
    names = getattr(data, "class_names", None)
    found = []
    for part in ("val", "test"):
        mask = data[f"{part}_mask"]
        missing = [] if mask is None else sorted(set(data.y[mask].tolist()) - learnt)
        if missing:
            shown = ", ".join(names[label] if names else str(label) for label in missing[:5])
            found.append(f"{name} {shown}: only in {part}, so it cannot be learnt (--split)")
    return found


def _perfect_features(data: Data, name: str, y: Tensor) -> list[str]:
    """Columns that alone tell the target: usually another form of it, or known only afterwards."""
    rules = getattr(data, "feature_rules", None)
    known = _known(y)
    found, first = [], 0
    for rule in rules.columns if rules is not None else ():
        width = len(rule.feature_names)
        if rule.kind not in ("text", "vector") and _tells(data.x[known, first : first + width], y[known]):
            found.append(
                f"{rule.name} alone predicts {name} perfectly; if it is not known beforehand, leave it out "
                f"(--features {rule.name}=drop)"
            )
        first += width
    return found


def _tells(x: Tensor, y: Tensor) -> bool:
    """Whether one column's features settle the target."""
    if y.is_floating_point() and not bool(torch.isin(y, torch.tensor([0.0, 1.0])).all()):
        both = torch.stack([x[:, 0].double(), y.double()])
        return len(y) > 2 and float(both.std(1).min()) > 0 and float(both.corrcoef()[0, 1].abs()) > 0.999999
    y = y.long()
    if x.shape[1] == 1:  # a number: its order parts the classes
        order = x[:, 0].argsort(stable=True)
        ordered, labels = x[order, 0], y[order]
        changes = labels[1:] != labels[:-1]
        is_torn = bool((changes & (ordered[1:] == ordered[:-1])).any())
        return not is_torn and int(changes.sum()) == len(y.unique()) - 1
    groups = x.unique(dim=0, return_inverse=True)[1]
    count = int(groups.max()) + 1
    pure = len((groups * (int(y.max()) + 1) + y).unique()) == count
    # As many groups as rows settle everything, and say nothing.
    return pure and count <= len(y) // 2

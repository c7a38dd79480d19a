"""What a model says of each node, as a table: id, prediction, and the probability of each class."""

from pathlib import Path
from typing import Any

import torch

from edgewise._files import atomic_write
from edgewise._lazy import lazy_import
from edgewise._typing import Tensor
from edgewise.data import Data
from edgewise.errors import FileError

pa = lazy_import("pyarrow")
pa_csv = lazy_import("pyarrow.csv")
feather = lazy_import("pyarrow.feather")
parquet = lazy_import("pyarrow.parquet")

__all__ = ["check_output", "count_rows", "node_ids", "predictions_of", "write_table"]

_ENDINGS = (".csv", ".parquet", ".arrow")


def count_rows(count: int) -> str:
    """Say how many rows there are.

    Example:
        >>> count_rows(1), count_rows(2000)
        ('1 row', '2,000 rows')
    """
    return "1 row" if count == 1 else f"{count:,} rows"


def predictions_of(estimator: Any, data: Data, nodes: Tensor | None = None) -> Any:
    """Return a table of predictions, an Arrow one.

    Args:
        estimator: A fitted one, of nodes.
        data: The graph.
        nodes: Which nodes; ``None``: all.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> from edgewise.tasks import NodeClassifier
        >>> data = KarateClub()[0]
        >>> predictions_of(NodeClassifier(epochs=2, quiet=True).fit(data), data).column_names[:3]
        ['id', 'prediction', 'probability of class 0']
    """
    every = torch.arange(data.num_nodes) if nodes is None else nodes
    columns: dict[str, Any] = {"id": [node_ids(data)[node] for node in every.tolist()]}
    prediction = estimator.predict(data)[every]
    kind = estimator.target_.kind
    if kind == "classes":
        names = _class_names(estimator)
        columns["prediction"] = [names[label] for label in prediction.tolist()]
        probability = estimator.predict_proba(data)[every]
        columns |= {f"probability of {name}": probability[:, place].numpy() for place, name in enumerate(names)}
        return pa.table(columns)
    targets = _target_names(estimator, prediction.shape[1])
    for place, name in enumerate(targets):
        title = "prediction" if len(targets) == 1 else f"prediction of {name}"
        columns[title] = prediction[:, place].numpy()
    if kind == "labels":
        probability = estimator.predict_proba(data)[every]
        columns |= {f"probability of {name}": probability[:, place].numpy() for place, name in enumerate(targets)}
    return pa.table(columns)


def node_ids(data: Data) -> Any:
    """Return the id of each node, as the tables have it.

    Example:
        >>> node_ids(Data(num_nodes=2))
        [0, 1]
    """
    names = getattr(data, "node_names", None)
    if names is not None:
        return [str(name) for name in names]
    ids = getattr(data, "node_id", None)
    return list(range(data.num_nodes)) if ids is None else ids.tolist()


def check_output(path: Path, function: str) -> None:
    """Refuse a file that :func:`write_table` cannot write, before anything is computed.

    Raises:
        FileError: Its ending is none of those known.

    Example:
        >>> check_output(Path("out.csv"), "predict")
    """
    if path.suffix.lower() not in _ENDINGS:
        raise FileError(f"{function}: expected a file ending in {', '.join(_ENDINGS)}, got {path}. Rename it.")


def write_table(table: Any, path: Path) -> None:
    """Write a table, whole or not at all, in the form that the file's ending says.

    Raises:
        FileError: The folder cannot be written, or the ending is none of those known.

    Example:
        >>> import tempfile, pyarrow
        >>> path = Path(tempfile.mkdtemp(), "out.csv")
        >>> write_table(pyarrow.table({"id": [1]}), path)
        >>> path.read_text().split()
        ['"id"', '1']
    """
    check_output(path, "write_table")
    with atomic_write(path) as temporary:
        if path.suffix.lower() == ".csv":
            pa_csv.write_csv(table, str(temporary))
        elif path.suffix.lower() == ".parquet":
            parquet.write_table(table, str(temporary))
        else:
            feather.write_feather(table, str(temporary), compression="uncompressed")


def _class_names(estimator: Any) -> list[str]:
    rules = estimator.tables_.features if estimator.tables_ is not None else None
    own = list(rules.class_names or ()) if rules is not None else []
    return own + [f"class {place}" for place in range(len(own), estimator.num_classes_)]


def _target_names(estimator: Any, width: int) -> list[str]:
    own = list(estimator.tables_.targets) if estimator.tables_ is not None else []
    return own if len(own) == width else [str(place) for place in range(width)]

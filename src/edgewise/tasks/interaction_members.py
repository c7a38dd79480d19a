"""The two worlds that pairs come from: graphs, strings, rows of numbers, or mere numbers of things.

A :class:`Members` knows how to hand some of its members to an encoder, and what an encoder of them has to know.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

import torch
from torch import nn

from edgewise._typing import Float, Int, Tensor
from edgewise.data import Dataset
from edgewise.errors import ArgumentError, DataError, DTypeError, ShapeError
from edgewise.tasks.calling import call_model, extra_names
from edgewise.tasks.graph_problem import as_dataset, check_graph, checked, columns_of, in_order
from edgewise.tasks.loop import first_output

__all__ = ["Graphs", "Ids", "Members", "Rows", "Strings", "members_of"]


@runtime_checkable
class Members(Protocol):
    """Everything on one side of the pairs."""

    kind: ClassVar[str]

    def __len__(self) -> int:
        """How many there are."""

    def encode(self, encoder: nn.Module, some: Int[Tensor, " some"]) -> Float[Tensor, "some width"]:
        """Return what an encoder makes of some of them, one row each."""

    def facts(self) -> dict[str, Any]:
        """Return what an encoder of them, and of others like them, has to know."""

    def contents(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every tensor that the result depends on."""

    def dtype(self) -> torch.dtype | None:
        """Of floating features; ``None`` where there are none."""


@dataclass
class Graphs:
    """Graphs: a dataset, or a list."""

    kind: ClassVar[str] = "graphs"
    dataset: Dataset
    _last: Any = field(init=False, default=None)

    def __len__(self) -> int:
        return len(self.dataset)

    def encode(self, encoder: nn.Module, some: Int[Tensor, " some"]) -> Float[Tensor, "some width"]:
        """Return one row a graph. Few graphs in many pairs are the same from step to step: joined and sorted once."""
        if self._last is None or not torch.equal(self._last[0], some):
            self._last = some, next(iter(in_order(self.dataset[some], len(some))))
        batch = self._last[1]
        out: Tensor = first_output(call_model(encoder, batch, extra_names(encoder, batch)))
        if not isinstance(out, Tensor) or out.dim() != 2 or len(out) != len(some):
            got = list(out.shape) if isinstance(out, Tensor) else type(out).__name__
            raise ShapeError(
                f"fit: expected the model to return one row a graph [{len(some)}, width], got {got}. "
                "Pool the nodes of each graph (global_mean_pool)."
            )
        return out

    def facts(self) -> dict[str, Any]:
        """Return the widths of features, or how many values each column of whole numbers has."""
        features, edge_features = (columns_of(self.dataset, name) for name in ("x", "edge_attr"))
        return {"kind": self.kind, "features": features, "edge_features": edge_features}

    def contents(self) -> Iterator[tuple[str, Tensor]]:
        """Yield every tensor of the graphs, in batches."""
        for number, batch in enumerate(in_order(self.dataset)):
            for key, value in batch.to_dict().items():
                if isinstance(value, Tensor):
                    yield f"{number}/{key}", value

    def dtype(self) -> torch.dtype | None:
        """Of the node features."""
        dtype: torch.dtype = self.dataset[0].x.dtype
        return dtype if dtype.is_floating_point else None


@dataclass
class Strings:
    """Strings as numbers of their characters: 0 beyond the end, then those of the alphabet, then any other."""

    kind: ClassVar[str] = "strings"
    codes: Int[Tensor, "strings length"]
    alphabet: str

    @classmethod
    def of(cls, strings: Sequence[str], length: int, alphabet: str | None = None) -> "Strings":
        """Number the characters, of which ``length`` count; the alphabet is of all that occur, where none is given."""
        alphabet = "".join(sorted(set().union(*strings))) if alphabet is None else alphabet
        number = {letter: place for place, letter in enumerate(alphabet, start=1)}
        longest = max(1, min(length, max(map(len, strings), default=1)))
        codes = torch.zeros(len(strings), longest, dtype=torch.long)
        for row, text in enumerate(strings):
            found = [number.get(letter, len(alphabet) + 1) for letter in text[:longest]]
            codes[row, : len(found)] = torch.tensor(found, dtype=torch.long)
        return cls(codes, alphabet)

    def __len__(self) -> int:
        return len(self.codes)

    def encode(self, encoder: nn.Module, some: Int[Tensor, " some"]) -> Float[Tensor, "some width"]:
        """Return one row a string."""
        self.codes = self.codes.to(some.device)
        chosen = self.codes[some]
        longest = max(1, int((chosen > 0).sum(1).max())) if len(chosen) else 1
        out: Tensor = encoder(chosen[:, :longest])
        return out

    def facts(self) -> dict[str, Any]:
        """Return the alphabet."""
        return {"kind": self.kind, "alphabet": self.alphabet}

    def contents(self) -> Iterator[tuple[str, Tensor]]:
        """Yield the numbers."""
        yield "codes", self.codes

    def dtype(self) -> torch.dtype | None:
        """None."""
        return None


@dataclass
class Rows:
    """Rows of numbers."""

    kind: ClassVar[str] = "rows"
    x: Float[Tensor, "rows in"]

    def __len__(self) -> int:
        return len(self.x)

    def encode(self, encoder: nn.Module, some: Int[Tensor, " some"]) -> Float[Tensor, "some width"]:
        """Return one row a row."""
        weight = next(encoder.parameters())
        self.x = self.x.to(weight.device, weight.dtype)
        out: Tensor = encoder(self.x[some])
        return out

    def facts(self) -> dict[str, Any]:
        """Return the width."""
        return {"kind": self.kind, "width": self.x.shape[1]}

    def contents(self) -> Iterator[tuple[str, Tensor]]:
        """Yield the matrix."""
        yield "x", self.x

    def dtype(self) -> torch.dtype | None:
        """Of the numbers."""
        return self.x.dtype


@dataclass
class Ids:
    """Things of which nothing is known but who they are: 0 to ``count - 1``."""

    kind: ClassVar[str] = "ids"
    count: int

    def __len__(self) -> int:
        return self.count

    def encode(self, encoder: nn.Module, some: Int[Tensor, " some"]) -> Float[Tensor, "some width"]:
        """Return the embedding of each."""
        out: Tensor = encoder(some)
        return out

    def facts(self) -> dict[str, Any]:
        """Return how many there are."""
        return {"kind": self.kind, "count": self.count}

    def contents(self) -> Iterator[tuple[str, Tensor]]:
        """Yield the number."""
        yield "count", torch.tensor(self.count)

    def dtype(self) -> torch.dtype | None:
        """None."""
        return None


def members_of(
    given: Any, side: str, function: str, length: int = 1000, fitted: Mapping[str, Any] | None = None
) -> Members:
    """Return what a user passes as one side, checked.

    Args:
        given: A dataset or list of graphs, a list of strings, a floating matrix, or a number of things; or members
            that were read before.
        side: ``"left"`` or ``"right"``, named in errors.
        function: Named in errors.
        length: How many characters of a string count.
        fitted: The facts of the members that were fitted, where these are others of the kind.

    Raises:
        DTypeError: Something else, or another kind than was fitted.
        ShapeError: Another width than was fitted, or no matrix.
        DataError: None at all, or features not finite.
        ArgumentError: Others than the fitted ones, of which only numbers are known.
    """
    found = _read(given, side, function, length, fitted)
    if not len(found):
        raise DataError(f"{function}: expected at least one member of {side}, got none. Pass some.")
    if fitted is None:
        return found
    if fitted["kind"] == "ids":
        message = f"{function}: expected the fitted members of {side}, known by number alone, got others."
        raise ArgumentError(f"{message} Leave {side} out, or fit with features of them.")
    if found.kind != fitted["kind"]:
        message = (
            f"{function}: expected {fitted['kind']} in {side}, as fitted, got {found.kind}. Pass {fitted['kind']}."
        )
        raise DTypeError(message)
    if isinstance(found, Rows) and found.x.shape[1] != fitted["width"]:
        message = f"{function}: expected {side} with {fitted['width']} columns, as fitted, got {found.x.shape[1]}."
        raise ShapeError(f"{message} Prepare them as those that were fitted.")
    return found


def _read(given: Any, side: str, function: str, length: int, fitted: Mapping[str, Any] | None) -> Members:
    if isinstance(given, Graphs | Strings | Rows | Ids):
        return given
    if isinstance(given, int) and not isinstance(given, bool):
        return Ids(max(given, 0))
    if isinstance(given, Tensor) or hasattr(given, "__array__"):
        return Rows(_matrix(torch.as_tensor(given), side, function))
    if isinstance(given, str):
        raise DTypeError(f"{function}: expected several strings in {side}, got one. Wrap it in a list.")
    if isinstance(given, Sequence) and len(given) and all(isinstance(one, str) for one in given):
        alphabet = fitted.get("alphabet") if fitted is not None else None
        return Strings.of(given, length, alphabet)
    if isinstance(given, Dataset | Sequence) and not len(given):
        raise DataError(f"{function}: expected at least one member of {side}, got none. Pass some.")
    try:
        dataset = as_dataset(given, function)
    except DTypeError as error:
        kind = type(given).__name__
        message = f"{function}: expected {side} graphs, strings, a floating matrix or a number of things, got {kind}."
        raise DTypeError(f"{message} A list holds one kind.") from error
    width = fitted.get("features") if fitted is not None else None
    check_graph(dataset[0], function, width if isinstance(width, int) else None)
    for _ in checked(dataset, function, f" of {side}"):
        pass
    return Graphs(dataset)


def _matrix(x: Tensor, side: str, function: str) -> Tensor:
    if not x.is_floating_point():
        kind = str(x.dtype).removeprefix("torch.")
        raise DTypeError(
            f"{function}: expected floating {side}, got {kind}. Use {side}.float(), or how many there are."
        )
    if x.dim() != 2:
        message = f"{function}: expected {side} [members, features], got {list(x.shape)}. Use {side}.reshape(-1, 1)"
        raise ShapeError(f"{message} for one feature.")
    if not x.isfinite().all():
        row, column = (int(place) for place in (~x.isfinite()).nonzero()[0])
        message = f"{function}: expected finite features, got {float(x[row, column])} in {side}[{row}, {column}]."
        raise DataError(f"{message} Repair or drop it.")
    return x

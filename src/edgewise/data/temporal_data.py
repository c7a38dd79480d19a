"""A stream of events: at time ``t`` a source did something to a destination."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch

from edgewise._typing import Int, Tensor
from edgewise.data._attributes import Attributes
from edgewise.data._repr import describe
from edgewise.data.validation import as_count
from edgewise.errors import ArgumentError, DataError, DTypeError, NodeIndexError, ShapeError

__all__ = ["TemporalData"]

_EVENT = ("src", "dst", "t", "msg")


class TemporalData(Attributes):
    """Events of a graph that grows: source, destination, time and message of each, and any attribute of your own.

    Attributes with one row an event are chosen together: ``events[10:20]``, ``events[mask]`` and ``events[order]`` are
    streams again. ``events["src"]`` is an attribute.

    Args:
        src: Source node of each event ``[events]``.
        dst: Its destination ``[events]``.
        t: Its time ``[events]``, in ascending order where something is split by time.
        msg: What it says ``[events, width]``.
        **kwargs: More attributes, such as labels ``y`` or ``num_nodes``, where the last nodes have no event.

    Raises:
        DTypeError: An attribute of events is neither a tensor nor an array.

    Cost: nothing is copied, and no value read; :meth:`validate` reads all.

    Example:
        >>> events = TemporalData(src=torch.tensor([0, 1, 0]), dst=torch.tensor([2, 2, 3]), t=torch.tensor([5, 6, 9]))
        >>> events
        TemporalData(src=[3], dst=[3], t=[3])
        >>> len(events), events.num_nodes, events[events.t > 5].src.tolist()
        (3, 4, [1, 0])
    """

    def __init__(
        self,
        src: Tensor | np.ndarray | None = None,
        dst: Tensor | np.ndarray | None = None,
        t: Tensor | np.ndarray | None = None,
        msg: Tensor | np.ndarray | None = None,
        **kwargs: Any,
    ) -> None:
        self.__dict__["_store"] = {}
        for name, value in {"src": src, "dst": dst, "t": t, "msg": msg, **kwargs}.items():
            setattr(self, name, value)

    @classmethod
    def from_dict(cls, mapping: Mapping[str, Any]) -> "TemporalData":
        """Build a stream from a dictionary of attributes.

        Example:
            >>> TemporalData.from_dict({"src": torch.tensor([0]), "dst": torch.tensor([1]), "t": torch.tensor([2])})
            TemporalData(src=[1], dst=[1], t=[1])
        """
        return cls(**mapping)

    def __getattr__(self, name: str) -> Any:
        if name in _EVENT and name not in self.__dict__.get("_store", {}):
            return None
        return super().__getattr__(name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _EVENT and value is not None:
            value = _as_tensor(name, value)
        super().__setattr__(name, value)

    def __getitem__(self, index: Any) -> Any:
        """Return an attribute for its name; the stream of some events for anything else."""
        return super().__getitem__(index) if isinstance(index, str) else self.index_select(index)

    def __iter__(self) -> Iterator[Any]:
        return (self[event] for event in range(self.num_events))

    def __len__(self) -> int:
        return self.num_events

    def __repr__(self) -> str:
        return describe(type(self).__name__, self._store.items())

    def index_select(self, idx: Any) -> "TemporalData":
        """Return the stream of some events: an integer, a slice, a list, or a tensor of numbers or booleans.

        Raises:
            DTypeError: Something else.
            ArgumentError: A number that no event has, or booleans of another number than there are events.
        """
        events, chosen = self.num_events, _positions(idx, self.num_events)
        out = copy.copy(self)
        for name, value in self._store.items():
            if isinstance(value, Tensor) and value.dim() and value.shape[0] == events:
                out._store[name] = value[chosen if isinstance(chosen, slice) else chosen.to(value.device)]
        return out

    @property
    def num_nodes(self) -> int:
        """How many nodes there are: as set, or by the largest number in ``src`` and ``dst``."""
        if "num_nodes" in self._store:
            return int(self._store["num_nodes"])
        ends = [end for end in (self.src, self.dst) if end is not None and end.numel()]
        return max((int(end.max()) for end in ends), default=-1) + 1

    @num_nodes.setter
    def num_nodes(self, value: int | None) -> None:
        self._store.pop("num_nodes", None)
        if value is not None:
            self._store["num_nodes"] = as_count(value)

    @property
    def num_events(self) -> int:
        """How many events there are."""
        first = next((self._store[name] for name in _EVENT if name in self._store), None)
        return 0 if first is None else int(first.shape[0])

    @property
    def num_edges(self) -> int:
        """Another name for :attr:`num_events`."""
        return self.num_events

    @property
    def edge_index(self) -> Int[Tensor, "2 events"]:
        """``src`` over ``dst``: every event as an edge.

        Raises:
            DataError: One of them was never set.
        """
        if self.src is None or self.dst is None:
            message = (
                f"TemporalData.edge_index: expected src and dst, got {', '.join(self._store) or 'neither'}. Set both."
            )
            raise DataError(message)
        return torch.stack([self.src, self.dst])

    def size(self, dim: int | None = None) -> Any:
        """How many sources and destinations there may be, or one of both."""
        return (self.num_nodes, self.num_nodes)[dim] if dim is not None else (self.num_nodes, self.num_nodes)

    def tables(self) -> list[tuple[Any, Any, dict[str, Any]]]:
        """Key, holder and attributes: here one, of the stream."""
        return [(None, self, self._store)]

    def __cat_dim__(self, name: str, value: Any, *args: Any) -> int:
        """Along which axis a batch joins an attribute. Override it for your own."""
        return 0

    def __inc__(self, name: str, value: Any, *args: Any) -> int:
        """What a batch adds to an attribute for each such stream before it. Override it for your own."""
        if "batch" in name and isinstance(value, Tensor):
            return int(value.max()) + 1 if value.numel() else 0
        return self.num_nodes if name in ("src", "dst") else 0

    def train_val_test_split(
        self, val_ratio: float = 0.15, test_ratio: float = 0.15
    ) -> tuple["TemporalData", "TemporalData", "TemporalData"]:
        """Return the past, what follows, and the latest events, cut at quantiles of time; equal times stay together.

        Args:
            val_ratio: Share of the events that validate.
            test_ratio: Share of the events that test.

        Raises:
            ArgumentError: Shares below 0, or that leave nothing to train on.
            DataError: There are no times or no events, or they are not in order: training would see the future.

        Example:
            >>> nodes = torch.zeros(10, dtype=torch.int64)
            >>> parts = TemporalData(nodes, nodes + 1, torch.arange(10)).train_val_test_split(0.2, 0.1)
            >>> [len(part) for part in parts]
            [7, 2, 1]
        """
        if val_ratio < 0 or test_ratio < 0 or val_ratio + test_ratio >= 1:
            message = (
                f"TemporalData.train_val_test_split: expected shares of 0 or more with a sum below 1, got val_ratio="
                f"{val_ratio} and test_ratio={test_ratio}. Leave some events to train on."
            )
            raise ArgumentError(message)
        if self.t is None or not self.t.numel():
            message = "TemporalData.train_val_test_split: expected events with times t, got none. Set t."
            raise DataError(message)
        _check_order(self.t, "TemporalData.train_val_test_split")
        times = self.t.detach().cpu().numpy()
        cuts = np.quantile(times, [1.0 - val_ratio - test_ratio, 1.0 - test_ratio])
        first, second = (int(cut) for cut in np.searchsorted(times, cuts, side="right"))
        return self[:first], self[first:second], self[second:]

    def validate(self) -> "TemporalData":
        """Check that every event has a source, a destination and a finite time, in order; returns the stream itself.

        Raises:
            DataError: Something is missing, times are not in order, or a time or message is not finite.
            ShapeError: An attribute of events has another number of rows than there are events.
            DTypeError: Nodes are not integers.
            NodeIndexError: A node below 0, or at or above ``num_nodes``.

        Cost: one pass over every attribute.

        Example:
            >>> TemporalData(torch.tensor([0]), torch.tensor([1]), torch.tensor([3.5])).validate()
            TemporalData(src=[1], dst=[1], t=[1])
        """
        for name in ("src", "dst", "t"):
            if name not in self._store:
                message = f"TemporalData.validate: expected {name}, got none. Set it, one value an event."
                raise DataError(message)
        _check_rows(self)
        for name in ("src", "dst"):
            _check_nodes(name, self._store[name], self.num_nodes)
        for name in ("t", "msg"):
            _check_finite(name, self._store.get(name))
        _check_order(self.t, "TemporalData.validate")
        return self


def _as_tensor(name: str, value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value
    if not hasattr(value, "__array__"):
        message = (
            f"TemporalData: expected {name} as a torch.Tensor, got {type(value).__name__}. Use torch.tensor({name})."
        )
        raise DTypeError(message)
    array = np.asarray(value)
    if array.dtype.kind not in "iufb":
        message = f"TemporalData: expected numbers in {name}, got {array.dtype}. Convert them first."
        raise DTypeError(message)
    return torch.from_numpy(np.ascontiguousarray(array) if array.flags.writeable else array.copy())


def _positions(idx: Any, events: int) -> Any:
    """A slice, or a tensor of numbers or booleans."""
    if isinstance(idx, slice):
        return idx
    if isinstance(idx, int) and not isinstance(idx, bool):
        idx = [idx]
    if not (isinstance(idx, Tensor | list | tuple | range) or hasattr(idx, "__array__")):
        message = f"TemporalData: expected an integer, slice, list or tensor, got {type(idx).__name__}. Use one."
        raise DTypeError(message)
    chosen = torch.as_tensor(list(idx) if isinstance(idx, range) else idx)
    if chosen.dtype == torch.bool:
        if chosen.shape != (events,):
            message = f"TemporalData: expected one boolean for each of the {events} events, got {list(chosen.shape)}."
            raise ArgumentError(f"{message} Make the mask as long as the stream.")
        return chosen
    if chosen.numel() and chosen.is_floating_point():
        kind = str(chosen.dtype).removeprefix("torch.")
        message = f"TemporalData: expected integers or booleans, got {kind}. Use .long()."
        raise DTypeError(message)
    chosen = chosen.long().flatten()
    wrong = chosen[(chosen < -events) | (chosen >= events)]
    if wrong.numel():
        message = (
            f"TemporalData: expected events in 0..{events - 1}, got {int(wrong[0])}. Choose among those there are."
        )
        raise ArgumentError(message)
    return torch.where(chosen < 0, chosen + events, chosen)


def _check_rows(events: TemporalData) -> None:
    count = events.num_events
    for name in (*_EVENT, "y"):
        value = events._store.get(name)
        if isinstance(value, Tensor) and (value.dim() == 0 or value.shape[0] != count):
            message = (
                f"TemporalData.validate: expected {name} with one row for each of the {count} events, got "
                f"{list(value.shape)}. Give every event a row."
            )
            raise ShapeError(message)


def _check_nodes(name: str, nodes: Tensor, num_nodes: int) -> None:
    if nodes.is_floating_point() or nodes.dtype == torch.bool or nodes.dim() != 1:
        found = f"{str(nodes.dtype).removeprefix('torch.')} {list(nodes.shape)}"
        message = f"TemporalData.validate: expected {name} as integers [events], got {found}. Use {name}.long()."
        raise DTypeError(message)
    wrong = ((nodes < 0) | (nodes >= num_nodes)).nonzero()
    if len(wrong):
        event = int(wrong[0])
        message = (
            f"TemporalData.validate: expected nodes in 0..{num_nodes - 1} in {name}, got {int(nodes[event])} at event "
            f"{event}. Number the nodes from 0, and set num_nodes to how many there are."
        )
        raise NodeIndexError(message)


def _check_finite(name: str, value: Tensor | None) -> None:
    if value is None or not value.is_floating_point() or bool(value.isfinite().all()):
        return
    event = int((~value.isfinite()).nonzero()[0, 0])
    message = f"TemporalData.validate: expected finite {name}, got another value at event {event}. Fill or drop it."
    raise DataError(message)


def _check_order(times: Tensor, caller: str) -> None:
    back = (times[1:] < times[:-1]).nonzero()
    if len(back):
        event = int(back[0]) + 1
        message = (
            f"{caller}: expected times in ascending order, got {times[event].item()} after {times[event - 1].item()} "
            f"at event {event}. Sort: events[events.t.argsort(stable=True)]."
        )
        raise DataError(message)

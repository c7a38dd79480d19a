"""A split by time: what is learnt from lies before what is chosen by, and that before what is scored on."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from edgewise._typing import Tensor
from edgewise.data.splits._parts import PARTS, Split, check_shares
from edgewise.errors import DataError, ShapeError

__all__ = ["TemporalSplit", "temporal_split"]

_TIMES = ("t", "time", "edge_time")


class TemporalSplit(Split):
    """Events, or edges with a time, parted by time.

    Args:
        parts: Three ``TemporalData``, or graphs whose edges have a time.
        time: The name of the attribute that holds the time of each event.

    Raises:
        ArgumentError: There are not three parts.

    Example:
        >>> import torch
        >>> from edgewise.data import Data
        >>> edge_index = torch.tensor([[0, 1, 2, 0], [1, 2, 0, 2]])
        >>> data = Data(edge_index=edge_index, edge_time=torch.tensor([5, 7, 9, 6]), num_nodes=3)
        >>> train, val, test = temporal_split(data, val_ratio=0.25, test_ratio=0.25)
        >>> train.edge_time.tolist(), val.edge_time.tolist(), test.edge_time.tolist()
        ([5, 6], [7], [9])
    """

    time: str

    def __new__(cls, parts: Iterable[Any], time: str = "t") -> "TemporalSplit":
        """Make a split of three parts."""
        out: TemporalSplit = Split.__new__(cls, parts)  # type: ignore[assignment]
        out.time = time
        return out

    def check(self) -> "TemporalSplit":
        """Check that all of train lies before all of val, and that before all of test; returns the split.

        Events of one time must be in one part: which of them came first is not known.

        Raises:
            DataError: An event lies in the wrong part; or there is no time.

        Cost: one pass over the times.
        """
        given = [
            (name, part, times)
            for name, part in zip(PARTS, self, strict=True)
            if len(times := _times(part, self.time, "TemporalSplit.check"))
        ]
        for (earlier, part, times), (later, _, after) in pairwise(given):
            begin, last = after.min(), int(times.argmax())
            if bool(times[last] >= begin):
                message = (
                    f"TemporalSplit.check: expected every event of {earlier} before the first of {later} at "
                    f"{begin.item()}, got event {last}{_ends(part, last)} of {earlier} at {times[last].item()}. "
                    "Split by time: temporal_split(data)."
                )
                raise DataError(message)
        return self


def temporal_split(
    data: Any, val_ratio: float = 0.15, test_ratio: float = 0.15, *, time: str | None = None
) -> TemporalSplit:
    """Part events by time: the last ``test_ratio`` of them for test, those before them for val, the rest for train.

    Args:
        data: ``TemporalData``, or a graph whose edges have a time. Need not be sorted.
        val_ratio: Share of events for val.
        test_ratio: Share of events for test.
        time: The name of the attribute that holds the time of each event. Default: ``t``, ``time`` or ``edge_time``,
            the first that there is.

    Raises:
        DataError: There is no time, or so many events have one time that a part would be empty.
        ArgumentError: Shares that are no shares.
        ShapeError: The times are not one an event.

    Events of one time stay together, in the earlier part, so shares are met as nearly as that allows. Times are
    compared as they are: large integers lose no digits, which they do in PyG.

    Cost: one sort of the times.

    Example:
        >>> import torch
        >>> from edgewise.data import Data
        >>> data = Data(edge_index=torch.zeros(2, 4, dtype=torch.long), time=torch.tensor([3, 1, 2, 2]), num_nodes=1)
        >>> [part.time.tolist() for part in temporal_split(data, val_ratio=0.5, test_ratio=0.25)]
        [[1], [2, 2], [3]]
    """
    caller = "temporal_split"
    check_shares(val_ratio, test_ratio, ("val_ratio", "test_ratio"), caller)
    name = time or next((name for name in _TIMES if name in data), _TIMES[0])
    times = _times(data, name, caller)
    if len(times) == 0:
        message = f"{caller}: expected at least one event, got none. Pass data with events."
        raise DataError(message)
    in_order = times.sort().values
    # Where a quantile lies between two times, the events up to it are those up to the earlier one.
    last = [in_order[max(int((len(times) - 1) * share), 0)] for share in (1 - val_ratio - test_ratio, 1 - test_ratio)]
    masks = [times <= last[0], (times > last[0]) & (times <= last[1]), times > last[1]]
    for part, share, mask in zip(PARTS, (1 - val_ratio - test_ratio, val_ratio, test_ratio), masks, strict=True):
        if share > 1e-9 and not bool(mask.any()):
            message = (
                f"{caller}: expected an event for {part}, got none of {len(times)}: too many have one time "
                f"({int((times == in_order[-1]).sum())} have the last, {in_order[-1].item()}). "
                f"Raise {'val_ratio' if part == 'val' else 'test_ratio'}, or give times more digits."
            )
            raise DataError(message)
    return TemporalSplit([_take(data, mask, name) for mask in masks], name)


def _take(data: Any, mask: Tensor, time: str) -> Any:
    if not hasattr(data, "edge_subgraph"):
        return data[mask]
    part = data.edge_subgraph(mask)
    part[time] = data[time][mask]  # whatever its name: where nodes are as many as edges, "edge" in it decides
    return part


def _times(data: Any, name: str, caller: str) -> Tensor:
    if name not in data:
        message = f"{caller}: expected the time of each event in {name}, got none. Set it, or name it in time=..."
        raise DataError(message)
    times: Tensor = data[name]
    if list(times.shape) != [data.num_edges]:
        message = (
            f"{caller}: expected {name} [{data.num_edges}], a time for each event, got {list(times.shape)}. "
            "Give each event one."
        )
        raise ShapeError(message)
    if times.is_floating_point() and bool(times.isnan().any()):
        message = (
            f"{caller}: expected a time for each event, got nan at event {int(times.isnan().nonzero()[0, 0])}. Drop it."
        )
        raise DataError(message)
    return times


def _ends(part: Any, event: int) -> str:
    src, dst = (part.src, part.dst) if "src" in part else part.edge_index
    return f" ({int(src[event])} -> {int(dst[event])})"

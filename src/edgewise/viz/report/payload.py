"""A report as JSON that a page unpacks: tensors become base64 of their bytes."""

import base64
import json
import math
from typing import Any

import torch
from torch import Tensor

from edgewise.viz._style import PALETTE
from edgewise.viz.report.record import NodeReport, Report

__all__ = ["as_json", "node_payload", "packed", "shared"]

_SPLITS = ("none", "train", "val", "test")


def as_json(content: dict[str, Any]) -> str:
    r"""Return what may stand inside a ``script`` element; numbers that are not finite become null.

    Example:
        >>> as_json({"name": "</script>", "loss": float("nan")})
        '{"name": "\\u003c/script>", "loss": null}'
    """
    # Inside a script element only "<" could end it; JSON may spell it otherwise.
    return json.dumps(_finite(content), ensure_ascii=True).replace("<", "\\u003c")


def packed(tensor: Tensor, dtype: torch.dtype) -> dict[str, str]:
    """Return the bytes of a tensor, and their type, for ``unpack`` of the page.

    Example:
        >>> packed(torch.tensor([1, 2]), torch.uint8)
        {'type': 'uint8', 'data': 'AQI='}
    """
    array = tensor.detach().cpu().contiguous()
    array = array.to(torch.int32).to(dtype) if dtype == torch.uint16 else array.to(dtype)
    name = str(dtype).removeprefix("torch.")
    return {"type": name, "data": base64.b64encode(array.numpy().tobytes()).decode()}


def shared(report: Report) -> dict[str, Any]:
    """Return what the scripts of every page read: title, history, chosen epoch, colours."""
    return {
        "title": report.title,
        "history": {name: list(column) for name, column in report.history.items()},
        "chosenEpoch": report.chosen_epoch,
        "chosenWhy": report.chosen_why,
        "palette": list(PALETTE),
    }


def node_payload(report: NodeReport) -> dict[str, Any]:
    """Return the content of a node report.

    Embeddings are rounded to 65,536 steps of their range, finer than any screen.
    """
    low, high = _range(report.embedding)
    steps = ((report.embedding.float() - low) / (high - low).clamp(min=1e-12) * 65535).round()
    return shared(report) | {
        "edges": packed(report.edge_index, torch.int32),
        "position": packed(report.position, torch.float32),
        "label": packed(report.label, torch.int32),
        "split": packed(torch.tensor([_SPLITS.index(part) for part in report.split]), torch.int32),
        "embedding": packed(steps, torch.uint16),
        "low": low.tolist(),
        "high": high.tolist(),
        "prediction": packed(report.prediction, torch.int32 if len(report.class_names) > 255 else torch.uint8),
        "finalPrediction": packed(report.final_prediction, torch.int32),
        "confidence": packed(report.confidence, torch.float32),
        "classNames": list(report.class_names),
        "nodeNames": None if report.node_names is None else list(report.node_names),
        "epochs": list(report.epochs),
        "confusion": report.confusion.tolist(),
        "projection": report.projection,
    }


def _range(points: Tensor) -> tuple[Tensor, Tensor]:
    if points.numel() == 0:
        return torch.zeros(2), torch.ones(2)
    flat = points.reshape(-1, 2).float()
    return flat.amin(0), flat.amax(0)


def _finite(value: Any) -> Any:
    """JSON knows neither NaN nor infinity: they become null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

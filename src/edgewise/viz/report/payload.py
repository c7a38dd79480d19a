"""A report as JSON that a page unpacks: tensors become base64 of their bytes."""

import base64
import json
from typing import Any

import torch
from torch import Tensor

from edgewise.viz._style import PALETTE
from edgewise.viz.report.record import NodeReport

__all__ = ["payload"]

_SPLITS = ("none", "train", "val", "test")


def payload(report: NodeReport) -> str:
    """Return the report as JSON that may stand inside a ``script`` element.

    Embeddings are rounded to 65,536 steps of their range, finer than any screen.
    """
    low, high = _range(report.embedding)
    steps = ((report.embedding.float() - low) / (high - low).clamp(min=1e-12) * 65535).round()
    content: dict[str, Any] = {
        "title": report.title,
        "edges": _bytes(report.edge_index, torch.int32),
        "position": _bytes(report.position, torch.float32),
        "label": _bytes(report.label, torch.int32),
        "split": _bytes(torch.tensor([_SPLITS.index(part) for part in report.split]), torch.int32),
        "embedding": _bytes(steps, torch.uint16),
        "low": low.tolist(),
        "high": high.tolist(),
        "prediction": _bytes(report.prediction, torch.int32 if len(report.class_names) > 255 else torch.uint8),
        "finalPrediction": _bytes(report.final_prediction, torch.int32),
        "confidence": _bytes(report.confidence, torch.float32),
        "classNames": list(report.class_names),
        "nodeNames": None if report.node_names is None else list(report.node_names),
        "epochs": list(report.epochs),
        "history": {name: list(column) for name, column in report.history.items()},
        "chosenEpoch": report.chosen_epoch,
        "chosenWhy": report.chosen_why,
        "confusion": report.confusion.tolist(),
        "projection": report.projection,
        "palette": list(PALETTE),
    }
    # Inside a script element only "<" could end it; JSON may spell it otherwise.
    return json.dumps(_finite(content), ensure_ascii=True).replace("<", "\\u003c")


def _range(points: Tensor) -> tuple[Tensor, Tensor]:
    if points.numel() == 0:
        return torch.zeros(2), torch.ones(2)
    flat = points.reshape(-1, 2).float()
    return flat.amin(0), flat.amax(0)


def _bytes(tensor: Tensor, dtype: torch.dtype) -> dict[str, str]:
    array = tensor.detach().cpu().contiguous()
    array = array.to(torch.int32).to(dtype) if dtype == torch.uint16 else array.to(dtype)
    name = str(dtype).removeprefix("torch.")
    return {"type": name, "data": base64.b64encode(array.numpy().tobytes()).decode()}


def _finite(value: Any) -> Any:
    """JSON knows neither NaN nor infinity: they become null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not (float("-inf") < value < float("inf")) else value

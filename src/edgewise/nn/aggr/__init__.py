"""Aggregations: the rows of each group to one."""

from typing import TYPE_CHECKING

from edgewise._lazy import lazy_exports

if TYPE_CHECKING:
    from edgewise.nn.aggr.attentional import AttentionalAggregation
    from edgewise.nn.aggr.base import Aggregation
    from edgewise.nn.aggr.basic import (
        MaxAggregation,
        MeanAggregation,
        MinAggregation,
        MulAggregation,
        StdAggregation,
        SumAggregation,
        VarAggregation,
    )
    from edgewise.nn.aggr.degree_scaler import DegreeScalerAggregation
    from edgewise.nn.aggr.multi import MultiAggregation
    from edgewise.nn.aggr.set2set import Set2Set
    from edgewise.nn.aggr.softmax import SoftmaxAggregation

__all__ = [
    "Aggregation",
    "AttentionalAggregation",
    "DegreeScalerAggregation",
    "MaxAggregation",
    "MeanAggregation",
    "MinAggregation",
    "MulAggregation",
    "MultiAggregation",
    "Set2Set",
    "SoftmaxAggregation",
    "StdAggregation",
    "SumAggregation",
    "VarAggregation",
]

__getattr__, __dir__ = lazy_exports(
    __name__,
    {
        "edgewise.nn.aggr.attentional": ("AttentionalAggregation",),
        "edgewise.nn.aggr.base": ("Aggregation",),
        "edgewise.nn.aggr.basic": (
            "MaxAggregation",
            "MeanAggregation",
            "MinAggregation",
            "MulAggregation",
            "StdAggregation",
            "SumAggregation",
            "VarAggregation",
        ),
        "edgewise.nn.aggr.degree_scaler": ("DegreeScalerAggregation",),
        "edgewise.nn.aggr.multi": ("MultiAggregation",),
        "edgewise.nn.aggr.set2set": ("Set2Set",),
        "edgewise.nn.aggr.softmax": ("SoftmaxAggregation",),
    },
)

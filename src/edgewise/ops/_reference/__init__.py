"""What each kernel computes, in plain torch: the definition, the oracle of the tests, and the fallback.

Everything here works on raw tensors of a compressed adjacency: ``indptr [rows + 1]``, ``indices [E]`` (the column of
each grouped edge) and ``perm [E]`` or ``None`` (where the caller keeps the value of each grouped edge).
"""

from edgewise.ops._reference.attention import attention, attention_grad
from edgewise.ops._reference.epilogue import ACTIVATIONS, epilogue, epilogue_, epilogue_grad
from edgewise.ops._reference.kernel import KERNELS
from edgewise.ops._reference.layout import force_layout
from edgewise.ops._reference.nonzeros import count_nonzeros, write_nonzeros
from edgewise.ops._reference.pack import pack_rows
from edgewise.ops._reference.scatter import add_rows_
from edgewise.ops._reference.segment import (
    segment_reduce,
    segment_reduce_grad,
    segment_softmax,
    segment_softmax_grad,
    segment_spread,
)
from edgewise.ops._reference.small_layer import small_layer, small_layer_grad
from edgewise.ops._reference.sorting import is_sorted, sort_edges
from edgewise.ops._reference.spmm import extreme_grad, extreme_share, extreme_weight, sddmm, spmm
from edgewise.ops._reference.structure import (
    count_linked,
    has_loops,
    is_sorted_pairs,
    is_symmetric,
    sort_pairs,
    split_loops,
    unique_pairs,
)

__all__ = [
    "ACTIVATIONS",
    "KERNELS",
    "add_rows_",
    "attention",
    "attention_grad",
    "count_linked",
    "count_nonzeros",
    "epilogue",
    "epilogue_",
    "epilogue_grad",
    "extreme_grad",
    "extreme_share",
    "extreme_weight",
    "force_layout",
    "has_loops",
    "is_sorted",
    "is_sorted_pairs",
    "is_symmetric",
    "pack_rows",
    "sddmm",
    "segment_reduce",
    "segment_reduce_grad",
    "segment_softmax",
    "segment_softmax_grad",
    "segment_spread",
    "small_layer",
    "small_layer_grad",
    "sort_edges",
    "sort_pairs",
    "split_loops",
    "spmm",
    "unique_pairs",
    "write_nonzeros",
]

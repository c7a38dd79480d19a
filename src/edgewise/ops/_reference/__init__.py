"""What each kernel computes, in plain torch: the definition, the oracle of the tests, and the fallback.

Everything here works on raw tensors of a compressed adjacency: ``indptr [rows + 1]``, ``indices [E]`` (the column of
each grouped edge) and ``perm [E]`` or ``None`` (where the caller keeps the value of each grouped edge).
"""

from edgewise.ops._reference.attention import attention, attention_grad
from edgewise.ops._reference.epilogue import ACTIVATIONS, epilogue, epilogue_, epilogue_grad
from edgewise.ops._reference.kernel import KERNELS
from edgewise.ops._reference.layout import force_layout
from edgewise.ops._reference.sorting import is_sorted, sort_edges
from edgewise.ops._reference.spmm import extreme_grad, extreme_share, extreme_weight, sddmm, spmm

__all__ = [
    "ACTIVATIONS",
    "KERNELS",
    "attention",
    "attention_grad",
    "epilogue",
    "epilogue_",
    "epilogue_grad",
    "extreme_grad",
    "extreme_share",
    "extreme_weight",
    "force_layout",
    "is_sorted",
    "sddmm",
    "sort_edges",
    "spmm",
]

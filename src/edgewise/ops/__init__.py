"""Differentiable operators over an adjacency. The only room that knows there are kernels.

``_reference`` defines each kernel in plain torch; ``_native`` loads the compiled ones; ``_dispatch`` chooses.
"""

import warnings

from edgewise.errors import EdgewiseWarning
from edgewise.ops import _native
from edgewise.ops._dispatch import kernel_status
from edgewise.ops.attention import attention
from edgewise.ops.edge_softmax import edge_softmax
from edgewise.ops.epilogue import dropout, epilogue
from edgewise.ops.gather import gather
from edgewise.ops.layout import force_layout
from edgewise.ops.pack import pack_rows
from edgewise.ops.scatter import add_rows_
from edgewise.ops.segment_reduce import segment_reduce, segment_softmax
from edgewise.ops.small_layer import small_layer
from edgewise.ops.sparse_rows import sparse_rows
from edgewise.ops.spmm import sddmm, spmm

__all__ = [
    "add_rows_",
    "attention",
    "dropout",
    "edge_softmax",
    "epilogue",
    "force_layout",
    "gather",
    "kernel_status",
    "pack_rows",
    "sddmm",
    "segment_reduce",
    "segment_softmax",
    "small_layer",
    "sparse_rows",
    "spmm",
]

if not _native.LOADED and _native.kernel_choice() == "native":
    warnings.warn(
        f"edgewise runs on plain torch operators, many times slower: {_native.REASON}. "
        "Reinstall it (pip install --force-reinstall edgewise), or set EDGEWISE_KERNELS=reference to accept this.",
        EdgewiseWarning,
        stacklevel=2,
    )

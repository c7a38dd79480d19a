"""What a result depends on besides data and settings: versions, kernels, threads, machine. For any report."""

import importlib.metadata
import os
import platform
from pathlib import Path

import torch

from edgewise import ops
from edgewise.datasets._download import home

__all__ = ["environment", "peak_memory", "version"]


def version(package: str = "edgewise") -> str:
    """Return the installed version of a package.

    Example:
        >>> version("torch").split(".")[0]
        '2'
    """
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def environment() -> dict[str, str]:
    """Return versions, kernels, threads, processor and cache folder, as text.

    Example:
        >>> "torch" in environment()
        True
    """
    facts = {"edgewise": version(), "torch": torch.__version__, "numpy": version("numpy")}
    facts["python"] = f"{platform.python_version()} ({platform.python_implementation()})"
    facts["system"] = platform.platform()
    facts["processor"] = f"{_processor()}, {os.cpu_count()} logical cores"
    facts["threads"] = str(torch.get_num_threads())
    facts |= {f"kernels, {device}": status for device, status in ops.kernel_status().items()}
    facts["cache folder"] = str(home())
    facts["accelerator"] = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    return facts


def peak_memory() -> int | None:
    """Return the most bytes that this process has held at once; ``None`` where the system does not tell.

    Example:
        >>> peak_memory() is None or peak_memory() > 1_000_000
        True
    """
    try:
        import resource  # not on Windows
    except ImportError:
        return None
    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _processor() -> str:
    """The model's name; Linux tells it in a file, other systems through ``platform``."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()

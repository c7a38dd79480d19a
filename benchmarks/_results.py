"""The JSON of all runs so far, on which machine and when; a partial run replaces its own rows alone."""

import datetime
import importlib.metadata
import json
import os
import platform
import re
from pathlib import Path
from typing import Any

from benchmarks import FAMILIES
from benchmarks._run import Options

__all__ = ["environment", "load", "merge", "write"]

Results = dict[str, Any]


def environment(options: Options) -> dict[str, Any]:
    """What numbers depend on; rows of another environment are not put into one table with these."""
    cpu = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), flags=re.M)
    memory = re.search(r"^MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text(), flags=re.M)
    return {
        "cpu": cpu[1] if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(int(memory[1]) / 2**20) if memory else None,
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": importlib.metadata.version("torch"),
        "torch_geometric": importlib.metadata.version("torch_geometric"),
        "threads": options.threads,
        "scale": options.scale,
    }


def load(path: Path, here: dict[str, Any] | None = None) -> Results:
    """What stands in the file; an empty start where that is of another environment than ``here``."""
    old: Results = json.loads(path.read_text()) if here is None or path.exists() else {}
    return old if here is None or old.get("environment") == here else {"environment": here, "rows": []}


def merge(results: Results, family: str, record: dict[str, Any]) -> None:
    """Put a row in place of its predecessor; families stay in their order."""
    record = {"family": family, "date": datetime.date.today().isoformat(), **record}
    key = (family, record["work"])
    rows = results["rows"]
    places = [place for place, row in enumerate(rows) if (row["family"], row["work"]) == key]
    if places:
        rows[places[0]] = record
    else:
        rows.append(record)
        rows.sort(key=lambda row: FAMILIES.index(row["family"]))


def write(results: Results, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n")

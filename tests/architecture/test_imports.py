"""The house: who may import whom, what `import edgewise` may load, and that every door has a label."""

import ast
import importlib
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

# Each room may import the rooms below it. Adjacency and ops share a floor; so do the small modules under everything.
FLOORS = [
    {"cli", "__main__"},
    {"testing"},
    {"runs"},
    {"tasks"},
    {"explain", "viz"},
    {"datasets"},
    {"loader"},
    {"transforms"},
    {"io"},
    {"data"},
    {"nn"},
    {"utils"},
    {"ops", "adjacency"},
    {"_checks"},
    {"_memo", "_memory", "_files"},
    {"_lazy", "_typing", "_suggest"},
    {"errors"},
]
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}


def modules(repository):
    root = repository / "src" / "edgewise"
    return [(path, path.relative_to(root).parts[0].removesuffix(".py")) for path in sorted(root.rglob("*.py"))]


def imported_rooms(path: Path):
    """The rooms of edgewise that a file imports, however deeply it hides the import."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [
                f"{node.module}.{alias.name}" if node.module == "edgewise" else node.module for alias in node.names
            ]
        yield from (name.split(".")[1] for name in names if name.startswith("edgewise."))


def test_imports_point_downwards(repository):
    wrong = []
    for path, room in modules(repository):
        if room == "__init__":
            continue
        for other in imported_rooms(path):
            if other in FLOOR_OF and (FLOOR_OF[other] < FLOOR_OF[room] or (room, other) == ("data", "nn")):
                wrong.append(f"{path.name} ({room}) imports {other}")
    assert wrong == []


def test_every_room_has_a_floor(repository):
    assert {room for _, room in modules(repository)} - {"__init__"} <= set(FLOOR_OF)


def test_layers_see_no_data(repository):
    for path, room in modules(repository):
        if room == "nn" and "models" not in path.parts:
            assert not {"data", "datasets", "tasks"} & set(imported_rooms(path)), path


def test_only_ops_knows_the_kernels(repository):
    for path, room in modules(repository):
        if room != "ops":
            assert "torch.ops.edgewise" not in path.read_text(), path


PROBE = """
import sys, time
begin = time.process_time()
import torch
before, start = set(sys.modules), time.process_time()
import edgewise
edgewise.nn.GCNConv, edgewise.Adjacency
print(start - begin, time.process_time() - start)
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
print("torch._dynamo" in sys.modules)
"""


def test_import_is_light():
    heavy = {"matplotlib", "networkx", "pooch", "pyarrow", "torchmetrics", "rich", "cyclopts", "scipy", "pandas"}
    tries = []
    # Other tests run beside this one and stretch some of the tries; what the import costs is the best of them.
    while len(tries) < 10 and not any(map(is_light, tries)):
        run = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
        seconds, loaded, dynamo = run.stdout.splitlines()
        tries.append(tuple(map(float, seconds.split())))
        assert not heavy & set(loaded.split())
        assert dynamo == "False"
    assert any(map(is_light, tries)), tries


def is_light(seconds):
    """100 ms; or as much of torch's own import where a machine is slower than the 1.4 s that it usually takes."""
    of_torch, ours = seconds
    return ours <= 0.1 * max(1, of_torch / 1.4)


def test_without_the_library_it_warns_once_and_runs(tmp_path):
    code = """
import sysconfig, warnings
sysconfig.get_path = lambda name: "/nowhere"
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import edgewise, torch
    out = edgewise.ops.spmm(torch.tensor([[0, 1], [1, 0]]), torch.tensor([[1.0], [2.0]]))
assert out.tolist() == [[2.0], [1.0]], out
print(len(caught), caught[0].category.__name__, edgewise.ops.kernel_status()["cpu"])
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "1 EdgewiseWarning reference (no compiled library in this installation)\n"


@pytest.mark.unhooked
def test_public_names_are_documented_and_exported():
    import edgewise

    undocumented = []
    for info in pkgutil.walk_packages(edgewise.__path__, "edgewise."):
        if info.name.endswith(("__main__", "edgewise_ops")):  # the latter is the library, not a module
            continue
        module = importlib.import_module(info.name)
        for name in getattr(module, "__all__", []):
            value = getattr(module, name)
            own = getattr(value, "__module__", "").startswith("edgewise")  # _typing re-exports jaxtyping's names
            if own and callable(value) and not (value.__doc__ or "").strip():
                undocumented.append(f"{info.name}.{name}")
        assert module.__doc__, info.name
    assert undocumented == []

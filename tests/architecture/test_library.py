"""The compiled library: free of Python, needing libtorch_cpu alone, and refusing nothing that a newer torch changes."""

import platform
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def library() -> Path:
    return Path(sysconfig.get_path("platlib"), "edgewise", "edgewise_ops.so")


def symbols(library):
    nm = shutil.which("nm")
    assert nm, "binutils come with the compiler"
    return subprocess.run([nm, "-D", library], capture_output=True, text=True, check=True).stdout.splitlines()


def test_no_python_symbol(library):
    names = [line.split()[-1] for line in symbols(library)]
    assert names
    assert [name for name in names if name.startswith(("Py", "_Py"))] == []


def test_needs_libtorch_cpu_and_the_runtimes_alone(library):
    output = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True).stdout
    needed = {line.split("[")[1].rstrip("]") for line in output.splitlines() if "(NEEDED)" in line}
    runtimes = {"libstdc++.so.6", "libm.so.6", "libgcc_s.so.1", "libc.so.6", "ld-linux-x86-64.so.2"}
    assert needed - runtimes == {"libtorch_cpu.so"}


def test_speaks_to_torch_through_the_stable_interface_only(library):
    wanted = [line.split()[-1] for line in symbols(library) if " U " in line]
    assert [name for name in wanted if "c10" in name or "N2at" in name] == []
    assert any(name.startswith("aoti_torch_") for name in wanted)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="plain code elsewhere")
def test_hot_loops_are_dispatched_at_run_time(library):
    resolved_by_the_loader = [line for line in symbols(library) if " i " in line]
    assert len(resolved_by_the_loader) >= 10  # one for each hot loop, reduction and dtype


def test_carries_no_path_of_the_machine_that_built_it(library, repository):
    assert str(repository).encode() not in library.read_bytes()

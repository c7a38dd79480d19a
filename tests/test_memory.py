"""Kept memory: freed tensors stay mapped, are handed back on request, and a variable switches it off."""

import os
import subprocess
import sys

import pytest

CODE = """
import resource, sys, time
import torch
import edgewise
print(edgewise.keep_memory())

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

for _ in range(20):  # until gaps between blocks have found their places
    torch.ones(16 * 2**20)  # 64 MB
before, held = faults(), resident()
for _ in range(10):
    torch.ones(16 * 2**20)
print(faults() - before)
print(resident() - held <= 140 * 2**20)  # used again, not added to
print(edgewise.release_memory())
print((held - resident()) / 2**20)
"""


def run(**environment):
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, env={**os.environ, **environment}
    )
    return done.stdout.splitlines()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a setting of glibc")
def test_freed_memory_is_used_again_and_handed_back():
    took_effect, faults, is_bounded, handed_back, megabytes = run()
    if took_effect == "False":
        pytest.skip("this C library has no mallopt")
    assert int(faults) < 40_000  # 64 MB are 16,384 pages, ten times over
    assert is_bounded == "True"
    assert handed_back == "True"
    assert float(megabytes) > 50


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_one_variable_switches_it_off():
    took_effect, faults, *_ = run(EDGEWISE_KEEP_MEMORY="0")
    assert took_effect == "False"
    assert int(faults) > 100_000


def test_harmless_where_the_c_library_has_no_such_call(monkeypatch):
    from edgewise import _memory, keep_memory, release_memory

    monkeypatch.setattr(_memory, "_c_function", lambda name: None)
    assert keep_memory() is False
    assert release_memory() is False


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_training_does_not_grow():
    code = """
import resource
import torch
from edgewise.data import Data
from edgewise.tasks import NodeClassifier
g = torch.Generator().manual_seed(0)
data = Data(x=torch.randn(4000, 64, generator=g), edge_index=torch.randint(0, 4000, (2, 40000), generator=g),
            y=torch.randint(0, 4, (4000,), generator=g), train_mask=torch.arange(4000) < 2000)
peaks = []
for epochs in (6, 60):
    NodeClassifier(hidden=64, epochs=epochs, quiet=True).fit(data)
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
print((peaks[1] - peaks[0]) / 1024)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (
        float(done.stdout) < 150
    )  # 40 snapshots of the embedding are 40 MB; the memory of 60 steps would be thousands


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_training_leaves_the_setting_as_it_was():
    code = """
import resource, sys
import torch
import edgewise
from edgewise.datasets import KarateClub
from edgewise.tasks import NodeClassifier
if sys.argv[1] == "kept":
    edgewise.keep_memory()
NodeClassifier(epochs=3, quiet=True).fit(KarateClub()[0])
for _ in range(20):
    torch.ones(16 * 2**20)
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    torch.ones(16 * 2**20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""
    faults = {
        choice: int(subprocess.run([sys.executable, "-c", code, choice], capture_output=True, text=True).stdout)
        for choice in ("as it was", "kept")
    }
    assert faults["kept"] < 40_000 < 100_000 < faults["as it was"]

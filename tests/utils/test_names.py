"""Every function is found under ``edgewise.utils``, whatever was imported before."""

import importlib
import inspect
import pkgutil
import subprocess
import sys

import torch_geometric.utils as pyg

from edgewise import utils


def test_every_name_opens_and_is_listed():
    assert sorted(utils.__all__) == utils.__all__
    opened = {name: getattr(utils, name) for name in dir(utils) if not name.startswith("_")}
    ours = {
        name
        for name, value in opened.items()
        if getattr(value, "__module__", "").startswith(("edgewise.utils", "edgewise.io"))
    }
    assert ours == set(utils.__all__)
    for name in utils.__all__:
        function = getattr(utils, name)
        assert callable(function)
        assert function.__name__ == name
        assert name in dir(utils)


def test_every_function_that_pyg_has_under_the_same_name_is_exported():
    for info in pkgutil.iter_modules(utils.__path__, "edgewise.utils."):
        module = importlib.import_module(info.name)
        missing = [name for name in module.__all__ if hasattr(pyg, name) and name not in utils.__all__]
        assert missing == [], info.name


def test_modules_do_not_hide_functions():
    code = """
import importlib, pkgutil
from edgewise import utils
for info in pkgutil.iter_modules(utils.__path__, "edgewise.utils."):
    importlib.import_module(info.name)
print([name for name in utils.__all__ if not callable(getattr(utils, name))])
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_one_function_does_not_open_the_others():
    code = """
import sys
from edgewise.utils import add_self_loops
print("edgewise.utils.ppr" in sys.modules, "edgewise.utils.points" in sys.modules)
try:
    from edgewise.utils import scater
except ImportError as error:
    print(str(error).partition(" (")[0])
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "False False\ncannot import name 'scater' from 'edgewise.utils'\n"


def test_arguments_are_those_of_pyg():
    for name in utils.__all__:
        theirs = getattr(pyg, name, None)
        if theirs is None:
            continue
        ours, wanted = (inspect.signature(function).parameters for function in (getattr(utils, name), theirs))
        assert list(ours)[: len(wanted)] == list(wanted), name
        for argument, parameter in wanted.items():
            # PyG tells "not given" apart by a string of its own
            if argument != "edge_attr":
                assert ours[argument].default == parameter.default, (name, argument)
                assert ours[argument].kind == parameter.kind, (name, argument)

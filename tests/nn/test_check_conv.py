"""Every layer keeps every promise; the compiled ones are in tests/compile, on workers of their own.

The hook doubles the time, so it sees each shape and dtype that there is, and none of the promises that repeat them.
"""

import pytest
from tests.nn.cases import all_cases

from edgewise.testing import check_conv

CASES = all_cases()
OF_SHAPES = ("corner cases", "dtypes")
REPEATED = ("permuted nodes", "permuted edges", "gradients", "same bits", "state_dict", "memory")


@pytest.mark.parametrize("name", CASES)
def test_shapes_and_results(name):
    case = CASES[name]
    peer = None if case.peer is None else case.peer()
    skip = {*case.options.get("skip", ()), *REPEATED, "compiles"}
    passed = check_conv(case.make(), **{**case.options, "peer": peer, "skip": skip})
    assert "formula" in passed, "every layer needs its definition"
    assert {"corner cases", "dtypes"} <= {*passed, *skip}


@pytest.mark.unhooked
@pytest.mark.parametrize("name", CASES)
def test_other_promises(name):
    case = CASES[name]
    skip = {*case.options.get("skip", ()), *OF_SHAPES, "compiles"}
    passed = check_conv(case.make(), **{**case.options, "formula": None, "skip": skip})
    assert "memory" in passed or "memory" in skip, "build the case with 16 output columns"
    assert {*REPEATED} <= {*passed, *skip}

"""Every layer keeps every promise; the compiled ones are in tests/compile, on workers of their own.

Without the hook, which doubles the time: the layers' own tests hold their shapes.
"""

import pytest
from tests.nn.cases import all_cases

from edgewise.testing import check_conv

CASES = all_cases()
pytestmark = pytest.mark.unhooked


@pytest.mark.parametrize("name", CASES)
def test_layer(name):
    case = CASES[name]
    peer = None if case.peer is None else case.peer()
    skip = [*case.options.get("skip", ()), "compiles"]
    passed = check_conv(case.make(), **{**case.options, "peer": peer, "skip": skip})
    assert "formula" in passed, "every layer needs its definition"
    assert "memory" in passed or "memory" in skip, "build the case with 16 output columns"

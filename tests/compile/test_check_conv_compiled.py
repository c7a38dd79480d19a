"""Every layer compiles as one graph with equal results and gradients."""

import pytest
from tests.nn.cases import all_cases

from edgewise.testing import check_conv
from edgewise.testing._checks import CHECKS

CASES = all_cases()


@pytest.mark.parametrize("name", CASES)
def test_layer(name):
    case = CASES[name]
    others = [check for check in CHECKS if check != "compiles"]
    options = {**case.options, "formula": None, "skip": others}
    assert check_conv(case.make(), **options) == ["compiles"]

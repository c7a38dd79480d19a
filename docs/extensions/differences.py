"""The directive ``pyg-differences``: what docstrings say of PyG that is not "the same", by name."""

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

_PACKAGES = ("nn", "transforms", "utils", "data", "io", "datasets")
# What mentions PyG without differing from it.
_SAME = re.compile(
    r"as (in )?PyG\b|As (in )?PyG\b|like PyG's|by PyG's|For PyG's sake|(is|are) PyG's|signature|mode ``"
    r"|PyG's (additions|default is|names)|names of PyG's|, or PyG's|: PyG's|\beq\. "
    r"|^PyG's( function of this name| ``\w+``)?\.$"
)
# Sections that speak of the cost or of errors, not of results.
_APART = re.compile(r"^(Raises|Cost):.*?(?=^\w+:|\Z)", re.M | re.S)
_ROLE = re.compile(r":[a-z]+:`~?(?:edgewise\.)?([^`]+)`")


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    app.add_directive("pyg-differences", PyGDifferences)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class PyGDifferences(SphinxDirective):
    """A table of names and sentences."""

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        lines = [".. list-table::", "   :widths: 32 68", "   :class: names", ""]
        for path, sentences in _differences():
            lines += [f"   * - :py:obj:`~{path}`", f"     - {sentences}"]
        return self.parse_text_to_nodes("\n".join(["```{eval-rst}", *lines, "```"]))


def _differences() -> Iterator[tuple[str, str]]:
    seen = set()
    for room in _PACKAGES:
        package = importlib.import_module(f"edgewise.{room}")
        for name in package.__all__:
            value = getattr(package, name, None)
            home = getattr(value, "__module__", "")
            if not (inspect.isclass(value) or inspect.isfunction(value)) or value in seen:
                continue
            seen.add(value)
            sentences = " ".join(_differing(inspect.getdoc(value) or ""))
            if sentences:
                # from_smiles and its like have their entry under io.
                place = "io" if room == "utils" and home.startswith("edgewise.io") else room
                yield f"edgewise.{place}.{name}", sentences


def _differing(docstring: str) -> Iterator[str]:
    before = ""
    for sentence in re.split(r"(?<=[.:]) (?=[A-Z])", " ".join(_APART.sub("", docstring).split())):
        of_pyg = sentence.startswith("Ours ") and "PyG" in before and "eq. " not in before
        if of_pyg or ("PyG" in sentence and not _SAME.search(sentence)):
            text = sentence if ":math:" in sentence else _ROLE.sub(r"``\1``", sentence)
            yield re.sub(r"^PyG's\b", "As PyG's", text[0].upper() + text[1:])
        before = sentence

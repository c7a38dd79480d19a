"""The directive ``public-names``: every name of a package's ``__all__``, first in a table, then in full.

Pages say which packages there are; what is in them is read from the code, so that a new layer documents itself.
"""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

import edgewise

_log = logging.getLogger(__name__)
# Sections of our docstrings that napoleon does not know: one paragraph, set off by its first word.
_LEAD = re.compile(r"^(Cost|Source|Shape|Differs):[ \t]*", re.M)
_ROLE = re.compile(r":(?!math)[a-z]+:`~?([^`]+)`")


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive, and what makes our docstrings rST."""
    app.add_directive("public-names", PublicNames)
    app.connect("autodoc-process-docstring", _as_rst, priority=1)  # before napoleon
    app.connect("autodoc-process-bases", _only_public_bases)
    app.connect("missing-reference", _find)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


class PublicNames(SphinxDirective):
    """``{public-names} edgewise.nn.conv`` lists what the package exports.

    ``:from: edgewise.nn`` names the package that users import from, ``:except: ...`` those whose names have a page of
    their own.
    """

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"from": directives.unchanged, "except": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return the table and the full entries."""
        package = self.arguments[0]
        outer = self.options.get("from", package)
        elsewhere = {name for other in self.options.get("except", "").split() for name in _exports(other)}
        table = [".. list-table::", "   :widths: 32 68", "   :class: names", ""]
        entries = []
        for name, value in _members(package, self):
            if name not in elsewhere:
                path = f"{outer if name in _exports(outer) else package}.{name}"
                table += [f"   * - :py:obj:`~{path}`", f"     - {_summary(value)}"]
                entries += ["", f".. {_documenter(value)}:: {path}", *_options(value)]
        lines = [*table, *entries] if entries else []
        text = "\n".join(["```{eval-rst}", *lines, "```"])
        return self.parse_text_to_nodes(text)


def _exports(package: str) -> list[str]:
    """Nothing of a package that only the house itself imports from."""
    return getattr(importlib.import_module(package), "__all__", [])


@cache
def _packages() -> list[str]:
    rooms = pkgutil.walk_packages(edgewise.__path__, "edgewise.")
    return [room.name for room in rooms if room.ispkg and "._" not in room.name and room.name != "edgewise.cli"]


@cache
def _public_classes() -> set[type]:
    """Every class that some package exports."""
    found = set()
    for package in _packages():
        for name in _exports(package):
            try:
                value = getattr(importlib.import_module(package), name)
            except (ImportError, AttributeError):
                continue  # the page of that package says so
            if inspect.isclass(value):
                found.add(value)
    return found


def _is_public(value: type) -> bool:
    return value in _public_classes() or not value.__module__.startswith("edgewise")


def _members(package: str, directive: SphinxDirective) -> Iterator[tuple[str, Any]]:
    for name in sorted(_exports(package), key=str.lower):
        try:
            value = getattr(importlib.import_module(package), name)
        except (ImportError, AttributeError) as error:
            where = directive.get_location()
            _log.warning("%s.%s cannot be opened: %s", package, name, error, location=where, type="edgewise")
            continue
        if not isinstance(value, ModuleType):
            yield name, value


def _documenter(value: Any) -> str:
    if inspect.isclass(value):
        return "autoexception" if issubclass(value, BaseException) else "autoclass"
    return "autofunction" if callable(value) else "autodata"


def _options(value: Any) -> list[str]:
    if not inspect.isclass(value) or issubclass(value, BaseException):
        return []
    # What a class has of its unexported bases is its own as far as readers can know.
    others = {base.__name__ for base in value.__mro__[1:] if _is_public(base)}
    options = ["   :members:", f"   :inherited-members: {', '.join(sorted(others))}"]
    return options if others == {"object"} else [*options, "   :show-inheritance:"]


def _summary(value: Any) -> str:
    described = inspect.isclass(value) or callable(value)
    first = (inspect.getdoc(value) or "").split("\n\n")[0] if described else ""
    # A formula belongs to the entry itself, and links are found from there.
    return _ROLE.sub(r"``\1``", " ".join(first.partition(".. math::")[0].split()))


def _as_rst(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    if what == "data":  # a constant's docstring is that of its class
        lines[:] = []
    elif what in ("attribute", "property") and lines:  # napoleon takes what stands before a colon for a type
        lines[0] = lines[0].replace(": ", " \N{EN DASH} ")
    else:
        lines[:] = _LEAD.sub(lambda found: f"**{found[1]}:** ", "\n".join(lines)).split("\n")


def _only_public_bases(app: Sphinx, name: str, obj: type, options: Any, bases: list[Any]) -> None:
    lines = [getattr(base, "__mro__", [base]) for base in bases]  # Sequence[Data] has none
    shown = [next((above for above in line if _is_public(above)), object) for line in lines]
    bases[:] = [base for base in dict.fromkeys(shown) if base is not object]


def _find(app: Sphinx, env: Any, node: Any, contnode: nodes.Element) -> nodes.Element | None:
    """Resolve ``Data`` or ``edgewise.utils.points.knn_graph``, if only one thing is called so.

    What exists without a page, such as a class of an annotation, stays plain text. What does not exist is a warning.
    """
    target, domain = node["reftarget"], env.domains["py"]
    if node.get("refdomain") != "py" or not target.startswith(("edgewise.", target.rpartition(".")[2])):
        return None
    kinds = domain.objtypes_for_role(node["reftype"]) or []
    last = target.rpartition(".")[2]
    found = [
        (name, entry)
        for name, entry in domain.objects.items()
        if name.rpartition(".")[2] == last and entry.objtype in kinds and not entry.aliased
    ]
    if len(found) == 1:
        name, entry = found[0]
        return make_refnode(app.builder, node.get("refdoc"), entry.docname, entry.node_id, contnode, name)
    return contnode if _exists(node) else None


def _exists(node: Any) -> bool:
    """Whether a name is there, as seen from the docstring that mentions it."""
    place, _, last = node["reftarget"].rpartition(".")
    if place:
        return hasattr(_open(place), last)
    here = _open(node.get("py:module") or "edgewise")
    for part in (node.get("py:class") or "").split("."):
        here = getattr(here, part, here)
    module = _open(getattr(here, "__module__", None) or "edgewise")
    return hasattr(here, last) or hasattr(module, last)


def _open(path: str) -> Any:
    try:
        return importlib.import_module(path)
    except ImportError:
        return None

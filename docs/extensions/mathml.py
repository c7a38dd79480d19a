"""Formulas as MathML, which browsers draw by themselves: no script, no network, and it prints.

A formula that cannot be converted is a warning, which ``make docs`` takes for an error.
"""

import html
import re
from typing import Any

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import Sphinx
from sphinx.util import logging

_log = logging.getLogger(__name__)
_converter = LatexToMathML(fancy_error=False)


def setup(app: Sphinx) -> dict[str, Any]:
    """Offer the renderer ``mathml``."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(_convert(node, displaystyle=False))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="formula">{_convert(node, displaystyle=True)}</div>')
    raise nodes.SkipNode


def _convert(node: nodes.Element, *, displaystyle: bool) -> str:
    formula = node.astext()
    outside = re.sub(r"\\begin\{(\w+)\}.*?\\end\{\1\}", "", formula, flags=re.DOTALL)
    if "&" in outside or r"\\" in outside:  # several lines
        formula = rf"\begin{{aligned}}{formula}\end{{aligned}}"
    try:
        return str(_converter.convert_with_local_state(formula, displaystyle=displaystyle))
    except LatexError as error:
        _log.warning("no MathML for %r: %s", formula, error, location=node)
        return f"<code>{html.escape(formula)}</code>"

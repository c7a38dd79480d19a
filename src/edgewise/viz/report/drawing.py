"""Small pictures of single graphs, as SVG that follows the colours of the page around them."""

from typing import Any

import torch

from edgewise._typing import EdgeIndex, Float, Int, Tensor
from edgewise.viz._style import PALETTE
from edgewise.viz.layout import force_layout

__all__ = ["graph_svg", "molecule_svg"]

_SIDE = 200
_MARGIN = 14
_MOST = 1500
"""Nodes, and edges, of one picture: more are neither seen nor worth their bytes."""
# Colours of atoms that can be read on white and on black; carbon takes the colour of text.
_ATOMS = {
    7: (0.15, 0.48, 0.85), 8: (0.85, 0.28, 0.20), 9: (0.20, 0.60, 0.35), 15: (0.80, 0.50, 0.10),
    16: (0.68, 0.55, 0.00), 17: (0.15, 0.60, 0.25), 35: (0.65, 0.33, 0.20), 53: (0.55, 0.33, 0.75),
}  # fmt: skip


def graph_svg(edge_index: EdgeIndex, num_nodes: int, kind: Int[Tensor, " nodes"] | None = None) -> str:
    """Draw a graph: lines under dots, one colour a kind of node.

    A picture holds at most 1,500 nodes and 1,500 edges, evenly taken of more.

    Args:
        edge_index: The edges; direction is not drawn.
        num_nodes: How many nodes there are.
        kind: A number for each node.

    Shape:
        edge_index ``[2, edges]`` · kind ``[nodes]`` → an ``svg`` element

    Cost: that of :func:`edgewise.viz.force_layout`.

    Example:
        >>> graph_svg(torch.tensor([[0, 1], [1, 2]]), 3).count("<path")
        3
    """
    position = _placed(force_layout(edge_index, num_nodes)) if num_nodes else torch.zeros(0, 2)
    nodes = torch.arange(num_nodes)[:: 1 + (num_nodes - 1) // _MOST] if num_nodes else torch.arange(0)
    edges = torch.stack([edge_index.amin(0), edge_index.amax(0)]).cpu().unique(dim=1)
    edges = edges[:, edges[0] != edges[1]]
    edges = edges[:, :: 1 + max(0, edges.shape[1] - 1) // _MOST]
    lines = "".join(f"M{_at(position[a])}L{_at(position[b])}" for a, b in edges.t().tolist())
    width = max(3.0, min(13.0, 75 / max(1, num_nodes) ** 0.5))
    dots = [_dots(position[nodes], "halo", width + 2.5)]
    kinds = torch.zeros(num_nodes, dtype=torch.long) if kind is None else kind.cpu()
    for value in kinds[nodes].unique().tolist():
        colour = None if kind is None else PALETTE[int(value) % len(PALETTE)]
        dots.append(_dots(position[nodes[kinds[nodes] == value]], "dot", width, colour))
    thin = 0.5 if edges.shape[1] > 400 else 1.3
    path = f'<path class="edge" d="{lines}" stroke-width="{thin}"/>' if lines else ""
    return f'<svg viewBox="0 0 {_SIDE} {_SIDE}" role="img" aria-hidden="true">{path}{"".join(dots)}</svg>'


def molecule_svg(smiles: str) -> str | None:
    """Draw a molecule as chemists do, through RDKit; ``None`` where RDKit is absent or takes it for none.

    Example:
        >>> molecule_svg("no molecule") is None
        True
    """
    try:
        from rdkit import Chem, rdBase
        from rdkit.Chem.Draw import rdMolDraw2D
    except ImportError:
        return None
    parameters: Any = Chem.SmilesParserParams()
    parameters.allowCXSMILES = False  # its labels are free text that would be drawn into the page
    with rdBase.BlockLogs():
        molecule = Chem.MolFromSmiles(smiles, parameters)
    if molecule is None or not molecule.GetNumAtoms():
        return None
    drawer = rdMolDraw2D.MolDraw2DSVG(_SIDE, _SIDE)
    options: Any = drawer.drawOptions()  # its stubs type every setting as the class itself
    options.clearBackground = False
    options.updateAtomPalette(_ATOMS)
    options.padding = 0.08
    rdMolDraw2D.PrepareAndDrawMolecule(drawer, molecule)
    drawer.FinishDrawing()
    drawn: str = drawer.GetDrawingText()
    svg = drawn[drawn.index("<svg") :].replace("#000000", "currentColor")
    start, end = svg.index("<svg"), svg.index(">")
    content = svg[end + 1 :].replace("<!-- END OF HEADER -->", "")
    return f'{svg[start : start + 4]} viewBox="0 0 {_SIDE} {_SIDE}" role="img" aria-hidden="true">{content}'.strip()


def _placed(position: Float[Tensor, "nodes 2"]) -> Float[Tensor, "nodes 2"]:
    """Fit positions into the square, keeping proportions."""
    low, high = position.amin(0), position.amax(0)
    span = float((high - low).max()) or 1.0
    scale = (_SIDE - 2 * _MARGIN) / span
    return (position - (low + high) / 2) * scale + _SIDE / 2


def _at(point: Float[Tensor, "2"]) -> str:
    x, y = point.tolist()
    return f"{x:.0f} {y:.0f}"


def _dots(points: Float[Tensor, "nodes 2"], kind: str, width: float, colour: str | None = None) -> str:
    """Dots as the round ends of lines without length: a tenth of the bytes of circles."""
    path = "".join(f"M{_at(point)}h0" for point in points)
    style = "" if colour is None else f' style="stroke:{colour}"'
    return f'<path class="{kind}" d="{path}" stroke-width="{width:.1f}"{style}/>'

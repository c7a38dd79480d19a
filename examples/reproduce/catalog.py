"""The rows, in the order of the table."""

from collections.abc import Mapping, Sequence

from examples.reproduce import (
    autoencoder,
    citation,
    drug_target,
    graphs,
    heterogeneous,
    knowledge,
    molecules,
    recommendation,
    social,
    text,
    traffic,
)
from examples.reproduce.row import Row

__all__ = ["GROUPS", "rows"]

GROUPS: Mapping[str, Sequence[Row]] = {
    "Citation networks": citation.ROWS,
    "Missing links": autoencoder.ROWS,
    "Texts": text.ROWS,
    "Social networks": social.ROWS,
    "Many kinds of nodes": heterogeneous.ROWS,
    "Facts": knowledge.ROWS,
    "Recommendation": recommendation.ROWS,
    "Whole graphs": graphs.ROWS,
    "Molecules": molecules.ROWS,
    "Drugs and targets": drug_target.ROWS,
    "Traffic": traffic.ROWS,
}
"""Heading to rows."""


def rows() -> dict[str, Row]:
    """Return every row by its name."""
    return {row.name: row for group in GROUPS.values() for row in group}

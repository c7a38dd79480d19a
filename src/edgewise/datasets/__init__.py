"""Named public data: fetched with a checksum, parsed, kept."""

from edgewise.datasets.karate_club import KarateClub
from edgewise.datasets.planetoid import Planetoid
from edgewise.datasets.registry import NAMES, Entry, load

__all__ = ["NAMES", "Entry", "KarateClub", "Planetoid", "load"]

"""Named public data: fetched with a checksum, parsed, kept; and graphs drawn at random."""

from edgewise.datasets._signals import signal_windows
from edgewise.datasets.acm import ACM
from edgewise.datasets.ba_shapes import BAShapes
from edgewise.datasets.bitcoin_otc import BitcoinOTC
from edgewise.datasets.blog_catalog import BlogCatalog
from edgewise.datasets.dcrnn_traffic import MetrLa, PemsBay
from edgewise.datasets.drug_target import DrugTarget
from edgewise.datasets.epidemics import Chickenpox, EnglandCovid
from edgewise.datasets.fake import FakeDataset, FakeHeteroDataset
from edgewise.datasets.gowalla import Gowalla
from edgewise.datasets.imdb import IMDB
from edgewise.datasets.karate_club import KarateClub
from edgewise.datasets.knowledge_graphs import FB15k_237, WordNet18RR
from edgewise.datasets.los_loop import LosLoop
from edgewise.datasets.mixhop_synthetic_dataset import MixHopSyntheticDataset
from edgewise.datasets.molecule_net import MoleculeNet
from edgewise.datasets.movie_lens import MovieLens
from edgewise.datasets.planetoid import Planetoid
from edgewise.datasets.registry import NAMES, Entry, entry, load
from edgewise.datasets.rmat import RMAT, rmat_graph
from edgewise.datasets.sbm_dataset import StochasticBlockModelDataset
from edgewise.datasets.snap_dataset import SNAPDataset
from edgewise.datasets.social import FacebookPagePage, GitHub, LastFMAsia, Twitch
from edgewise.datasets.text_graph import TextGraph
from edgewise.datasets.tu_dataset import TUDataset
from edgewise.datasets.web_graph import CNR2000

__all__ = [
    "ACM",
    "CNR2000",
    "IMDB",
    "NAMES",
    "RMAT",
    "BAShapes",
    "BitcoinOTC",
    "BlogCatalog",
    "Chickenpox",
    "DrugTarget",
    "EnglandCovid",
    "Entry",
    "FB15k_237",
    "FacebookPagePage",
    "FakeDataset",
    "FakeHeteroDataset",
    "GitHub",
    "Gowalla",
    "KarateClub",
    "LastFMAsia",
    "LosLoop",
    "MetrLa",
    "MixHopSyntheticDataset",
    "MoleculeNet",
    "MovieLens",
    "PemsBay",
    "Planetoid",
    "SNAPDataset",
    "StochasticBlockModelDataset",
    "TUDataset",
    "TextGraph",
    "Twitch",
    "WordNet18RR",
    "entry",
    "load",
    "rmat_graph",
    "signal_windows",
]

"""Datasets that have a name on the command line, and what is known of each before it is fetched."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from edgewise._suggest import did_you_mean
from edgewise.data import Dataset
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
from edgewise.datasets.rmat import RMAT
from edgewise.datasets.sbm_dataset import StochasticBlockModelDataset
from edgewise.datasets.snap_dataset import SNAP_FILES, SNAPDataset
from edgewise.datasets.social import FacebookPagePage, GitHub, LastFMAsia, Twitch
from edgewise.datasets.text_graph import TextGraph
from edgewise.datasets.tu_dataset import TUDataset
from edgewise.datasets.web_graph import CNR2000
from edgewise.errors import ArgumentError

__all__ = ["NAMES", "Entry", "entry", "load"]

Transform = Callable[[Any], Any]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A dataset that can be loaded by its name.

    Attributes:
        summary: What it is, in a line.
        task: What is asked for: classes or values, of nodes, graphs or pairs; links; a signal's future.
        make: The class, with the arguments that choose this dataset.
        graphs: How many graphs there are.
        nodes: How many nodes they have in all; ``None`` where that is not published.
        edges: How many edges are stored: both directions of an undirected one.
        download: Bytes to fetch: 0 for none, ``None`` where that is not known before.
        folder: Where it lies in a folder of many datasets.
        source: Where it comes from.
        licence: What the source states.
        citation: Whom to cite.
        expected: What ``edgewise data check`` counts, apart from what the class counts itself.
    """

    summary: str
    task: str
    make: Callable[..., Any]
    graphs: int | None = 1
    nodes: int | None = None
    edges: int | None = None
    download: int | None = None
    folder: str = ""
    source: str
    licence: str
    citation: str
    expected: Mapping[str, int] = field(default_factory=dict)

    @property
    def needs_download(self) -> bool:
        """Whether its files must be fetched or given."""
        return self.download != 0

    def load(
        self, root: str | Path | None = None, transform: Transform | None = None, *, force_reload: bool = False
    ) -> Any:
        """Make the dataset.

        Args:
            root: Folder of its files, or of many datasets; ``None`` for the default one.
            transform: Applied to a graph each time it is taken out.
            force_reload: Process again even if stored graphs are good.
        """
        if root is not None and self.folder and (Path(root) / self.folder).is_dir():
            root = Path(root) / self.folder
        return self.make(root, transform=transform, force_reload=force_reload)


def _drawn(make: Callable[[Transform | None], Dataset], summary: str, task: str, citation: str, **counts: Any) -> Entry:
    """A dataset without files."""

    def make_one(root: Path | None, transform: Transform | None = None, *, force_reload: bool = False) -> Dataset:
        return make(transform)

    told = {"source": "inside the package", "licence": "none needed", "download": 0, **counts}
    return Entry(summary=summary, task=task, make=make_one, citation=citation, **told)


def _public(kind: Any, summary: str, task: str, nodes: int, edges: int, download: int | None, **more: Any) -> Entry:
    """A dataset whose class knows the rest."""
    told = {name: kind.card[name] for name in ("source", "licence", "citation")}
    return Entry(summary=summary, task=task, make=kind, nodes=nodes, edges=edges, download=download, **{**told, **more})


def _planetoid(name: str, summary: str, nodes: int, edges: int, features: int, classes: int, download: int) -> Entry:
    return Entry(
        summary=summary,
        task="node classes",
        make=partial(Planetoid, name=name),
        nodes=nodes,
        edges=edges,
        download=download,
        folder="planetoid",
        source="github.com/kimiyoung/planetoid",
        licence="MIT (repository)",
        citation="Sen et al. 2008; split of Yang, Cohen & Salakhutdinov, ICML 2016",
        expected={"nodes": nodes, "edges": edges, "features": features, "classes": classes},
    )


def _tu(name: str, summary: str, graphs: int, nodes: int, edges: int, classes: int, download: int) -> Entry:
    return Entry(
        summary=summary,
        task="graph classes",
        make=partial(TUDataset, name=name),
        graphs=graphs,
        nodes=nodes,
        edges=edges,
        download=download,
        folder="tudataset",
        source="chrsmrrs.github.io/datasets",
        licence="not stated",
        citation="Morris et al., TUDataset: a collection of benchmark datasets for learning with graphs, 2020",
        expected={"graphs": graphs, "nodes": nodes, "edges": edges, "classes": classes},
    )


def _molecules(name: str, summary: str, task: str, graphs: int | None, download: int | None, **more: Any) -> Entry:
    return Entry(
        summary=summary,
        task=task,
        make=partial(MoleculeNet, name=name),
        graphs=graphs,
        download=download,
        folder="molecules",
        source="moleculenet.org (deepchemdata.s3-us-west-1.amazonaws.com)",
        licence="not stated (DeepChem: MIT)",
        citation="Wu et al., MoleculeNet: a benchmark for molecular machine learning, Chemical Science 2018",
        expected={**({} if graphs is None else {"graphs": graphs}), **more.pop("expected", {})},
        **more,
    )


def _pairs(name: str, summary: str, pairs: int, download: int | None) -> Entry:
    return Entry(
        summary=summary,
        task="pair values",
        make=partial(DrugTarget, name=name),
        graphs=pairs,
        download=download,
        source="github.com/hkmztrk/DeepDTA",
        licence="not stated",
        citation="Davis et al. 2011, Tang et al. 2014; folds of Ozturk, Ozgur & Ozkirimli, DeepDTA, 2018",
    )


def _text(name: str, summary: str, nodes: int, edges: int, classes: int, download: int) -> Entry:
    return Entry(
        summary=summary,
        task="node classes",
        make=partial(TextGraph, name=name),
        nodes=nodes,
        edges=edges,
        download=download,
        source="github.com/yao8839836/text_gcn",
        licence="not stated (R8: Reuters-21578, research use)",
        citation="Yao, Mao & Luo, Graph convolutional networks for text classification, AAAI 2019",
        expected={"nodes": nodes, "edges": edges, "classes": classes},
    )


def _twitch(name: str, nodes: int, links: int) -> Entry:
    return Entry(
        summary=f"streamers on Twitch ({name}) and {links:,} friendships: mature language or not",
        task="node classes",
        make=partial(Twitch, name=name),
        nodes=nodes,
        edges=2 * links,
        folder="social",
        source="snap.stanford.edu/data/twitch-social-networks.html",
        licence="not stated (the authors' repository: GPL-3.0)",
        citation="Rozemberczki, Allen & Sarkar, Multi-scale attributed node embedding, 2021",
    )


def _snap(name: str, summary: str, download: int | None) -> Entry:
    file = SNAP_FILES[name]
    return Entry(
        summary=summary,
        task="links",
        make=partial(SNAPDataset, name=name),
        nodes=file.nodes,
        edges=file.edges,
        download=download,
        source="snap.stanford.edu/data",
        licence="not stated",
        citation=file.citation,
    )


NAMES: Mapping[str, Entry] = {
    "karate": _drawn(
        KarateClub,
        "34 members of a karate club, 78 friendships, 4 communities",
        "node classes",
        "Zachary, An information flow model for conflict and fission in small groups, 1977",
        nodes=34,
        edges=156,
        licence="not stated; published data",
        expected={"nodes": 34, "edges": 156, "classes": 4},
    ),
    "cora": _planetoid(
        "Cora", "2,708 papers, 5,278 citations, 7 fields of machine learning", 2708, 10556, 1433, 7, 570_000
    ),
    "citeseer": _planetoid(
        "CiteSeer", "3,327 papers, 4,552 citations, 6 fields of computer science", 3327, 9104, 3703, 6, 1_000_000
    ),
    "pubmed": _planetoid(
        "PubMed", "19,717 papers, 44,324 citations, 3 kinds of diabetes", 19717, 88648, 500, 3, 8_700_000
    ),
    "mutag": _tu("MUTAG", "188 molecules, 2 classes: mutagenic or not", 188, 3371, 7442, 2, 24_422),
    "proteins": _tu("PROTEINS", "1,113 proteins, 2 classes: enzyme or not", 1113, 43471, 162088, 2, 457_780),
    "enzymes": _tu("ENZYMES", "600 enzymes, 6 classes", 600, 19580, 74564, 6, 536_482),
    "imdb-binary": _tu(
        "IMDB-BINARY", "1,000 actors' circles, 2 genres, no features", 1000, 19773, 193062, 2, 579_096
    ),
    "esol": _molecules(
        "ESOL",
        "1,128 molecules, solubility in water",
        "graph values",
        1128,
        96_699,
        nodes=14991,
        edges=30856,
        expected={"nodes": 14991, "edges": 30856},
    ),
    "freesolv": _molecules(
        "FreeSolv",
        "642 molecules, free energy of hydration",
        "graph values",
        642,
        32_060,
        nodes=5600,
        expected={"nodes": 5600},
    ),
    "lipo": _molecules("Lipo", "4,200 molecules, lipophilicity", "graph values", None, None),
    "bbbp": _molecules("BBBP", "2,039 molecules, do they pass into the brain", "graph classes", 2039, 148_761),
    "tox21": _molecules("Tox21", "7,823 molecules, 12 toxicities, some missing", "graph labels", 7823, 118_847),
    "clintox": _molecules(
        "ClinTox", "1,480 drugs, approved and toxic in trials", "graph labels", 1480, 19_384
    ),
    "hiv": _molecules("HIV", "41,120 molecules, do they stop HIV", "graph classes", 41120, 2_193_844),
    "davis": _pairs("Davis", "30,056 pairs of 68 drugs and 442 proteins, their affinity", 30056, 800_414),
    "kiba": _pairs("KIBA", "118,254 pairs of 2,111 drugs and 229 proteins, their affinity", 118254, None),
    "mr": _text(
        "MR", "10,662 film reviews and their 18,764 words, good or bad", 29426, 1877050, 2, 134_603 + 1_200_403
    ),
    "r8": _text("R8", "7,674 news and their 7,688 words, 8 topics", 15362, 3438708, 8, 120_199 + 3_360_920),
    "facebook": _public(
        FacebookPagePage, "22,470 pages, 171,002 likes, 4 kinds of page", "node classes", 22470, 341825, None,
        folder="social", expected={"edges": 341825, "features": 4714, "classes": 4},
    ),
    "twitch-de": _twitch("DE", 9498, 153138),
    "twitch-en": _twitch("EN", 7126, 35324),
    "twitch-es": _twitch("ES", 4648, 59382),
    "twitch-fr": _twitch("FR", 6551, 112666),
    "twitch-pt": _twitch("PT", 1912, 31299),
    "twitch-ru": _twitch("RU", 4385, 37304),
    "github": _public(
        GitHub, "37,700 developers, 289,003 links, web or machine learning", "node classes", 37700, 578006, None,
        folder="social",
    ),
    "lastfm-asia": _public(
        LastFMAsia, "7,624 listeners, 27,806 friendships, 18 countries", "node classes", 7624, 55612, None,
        folder="social",
    ),
    "blogcatalog": _public(
        BlogCatalog, "10,312 bloggers, 333,983 friendships, 39 groups", "node labels", 10312, 667966, 3_330_000
    ),
    "acm": _public(
        ACM, "4,019 papers with authors and subjects, 3 fields", "hetero node classes", 11246, 34852, 3_225_709
    ),
    "imdb": _public(
        IMDB, "4,278 films with directors and actors, 3 genres", "hetero node classes", 11616, 34212, 1_489_644
    ),
    "fb15k-237": _public(
        FB15k_237, "14,541 entities of Freebase, 310,116 facts of 237 relations", "facts", 14541, 272115, 3_678_603,
        graphs=1,
    ),
    "wn18rr": _public(
        WordNet18RR, "40,943 word senses, 93,003 facts of 11 relations", "facts", 40943, 93003, 892_861
    ),
    "movielens": _public(
        MovieLens, "610 users, 9,742 films, 100,836 ratings", "recommendation", 10352, 100836, 982_631
    ),
    "gowalla": _public(
        Gowalla, "29,858 users, 40,981 places, 1,027,370 visits", "recommendation", 70839, 1620256, 5_866_553
    ),
    "los-loop": _public(
        LosLoop, "207 detectors in Los Angeles, a week of speeds", "forecasting", 207, 2833, 3_513_811
    ),
    "metr-la": _public(MetrLa, "207 detectors in Los Angeles, 4 months of speeds", "forecasting", 207, 1722, None),
    "pems-bay": _public(PemsBay, "325 sensors near San Francisco, half a year", "forecasting", 325, 2694, None),
    "chickenpox": _public(
        Chickenpox, "20 counties of Hungary, 521 weeks of chickenpox", "forecasting", 20, 102, 220_340
    ),
    "england-covid": _public(
        EnglandCovid, "129 regions of England, 61 days of COVID-19", "forecasting", 129, 82529, 1_436_945
    ),
    "bitcoin-otc": _public(
        BitcoinOTC, "5,881 traders, 35,592 ratings over time", "links over time", 5881, 35592, 397_182, graphs=138
    ),
    "ca-astroph": _snap("ca-AstroPh", "18,772 astrophysicists and who wrote with whom", 1_453_526),
    "email-enron": _snap("email-Enron", "36,692 addresses at Enron and who wrote to whom", 1_054_970),
    "com-amazon": _snap("com-amazon", "334,863 products, what is bought together", None),
    "com-dblp": _snap("com-dblp", "317,080 computer scientists and who wrote with whom", None),
    "cnr-2000": _public(CNR2000, "325,557 web pages, 3,216,152 links", "links", 325557, 3216152, None),
    "ba-shapes": _drawn(
        lambda transform: BAShapes(transform=transform), "80 houses on a random graph", "node classes",
        "Ying et al., GNNExplainer, NeurIPS 2019", nodes=700, expected={"nodes": 700, "classes": 4},
    ),
    "mixhop": _drawn(
        lambda transform: MixHopSyntheticDataset(None, 0.5, transform), "5,000 nodes, half of the edges within a class",
        "node classes", "Abu-El-Haija et al., MixHop, ICML 2019", nodes=5000, edges=59598,
        expected={"nodes": 5000, "edges": 59598, "classes": 10},
    ),
    "sbm": _drawn(
        lambda transform: StochasticBlockModelDataset(
            None, [500, 500], [[0.02, 0.002], [0.002, 0.02]], num_channels=16, transform=transform
        ),
        "two blocks of 500 nodes, ten times denser within", "node classes",
        "Holland, Laskey & Leinhardt, Stochastic blockmodels: first steps, 1983",
        nodes=1000, expected={"nodes": 1000, "classes": 2},
    ),
    "rmat": _drawn(
        lambda transform: RMAT(16, transform=transform), "65,536 nodes with hubs, about a million edges drawn", "links",
        "Chakrabarti, Zhan & Faloutsos, R-MAT, SDM 2004", nodes=65536, expected={"nodes": 65536},
    ),
    "fake": _drawn(
        lambda transform: FakeDataset(transform=transform), "a random graph of about 1,000 nodes", "node classes",
        "none",
    ),
    "fake-hetero": _drawn(
        lambda transform: FakeHeteroDataset(transform=transform), "a random graph of 3 node types and 6 edge types",
        "hetero node classes", "none",
    ),
}  # fmt: skip


def entry(name: str, caller: str = "load") -> Entry:
    """Return what is known of a dataset by its name.

    Args:
        name: One of :data:`NAMES`.
        caller: Whom an error names.

    Raises:
        ArgumentError: An unknown name; the message has the nearest one.

    Example:
        >>> entry("cora").nodes
        2708
    """
    if name not in NAMES:
        hint = did_you_mean(name, NAMES) or " See them all: edgewise data list."
        message = f"{caller}: expected the name of a dataset, got {name!r}.{hint}"
        raise ArgumentError(message)
    return NAMES[name]


def load(name: str, root: str | Path | None = None, transform: Transform | None = None) -> Any:
    """Load a dataset by its name.

    Args:
        name: One of :data:`NAMES`.
        root: Folder of its files, or of many datasets; ``None`` for the default one.
        transform: Applied to a graph each time it is taken out.

    Raises:
        ArgumentError: An unknown name; the message has the nearest one.
        FileError: Its files are missing and cannot be fetched, or broken.

    Example:
        >>> load("karate")[0].num_nodes
        34
    """
    return entry(name).load(root, transform)

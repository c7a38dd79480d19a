"""Social networks whose members are described by bags of features: Facebook pages, Twitch, GitHub and LastFM Asia."""

import json
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

import numpy as np
import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Int, Tensor
from edgewise.data import Data
from edgewise.data.table import GraphTable
from edgewise.datasets._arrays import read_arrays
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.datasets._raw import as_integers, read_members, read_numbers, read_table, read_text
from edgewise.errors import ArgumentError, DataError, FileError
from edgewise.utils import to_undirected

__all__ = ["FacebookPagePage", "GitHub", "LastFMAsia", "Twitch"]

_ADDRESS = "https://snap.stanford.edu/data/"
_MOST_NUMBERS = 2**31  # of dense features (8 GB): more are refused before they fill the memory

_KINDS = {"_edges.csv": "edges", "_features.json": "features", ".json": "features", "_target.csv": "target"}

Transform = Callable[[Data], Any]


class _Network(PublicDataset):
    """Base of the networks: links, features and labels in SNAP's zip file, beside each other, or in PyG's array file.

    The graph is made anew at each start, in a second: its dense features would take hundreds of megabytes on disk.
    """

    stem: str
    """How the names of the three files begin."""
    archive: str
    """The zip file that holds them."""
    array: str
    """PyG's file of the same network, with 128 computed features."""
    width: int
    """How many features there are at least."""
    columns: tuple[str, str] = ("id", "target")
    """The columns of a node and of its label."""
    labels: Mapping[str, int]
    """The number of each label."""

    def __init__(
        self,
        root: str | Path | None,
        transform: Transform | None = None,
        pre_transform: Transform | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        stem = self.stem
        beside = [[f"{stem}_edges.csv", f"{stem}{end}", f"{stem}_target.csv"] for end in ("_features.json", ".json")]
        self.layouts = [
            [RawFile(self.archive, _ADDRESS)],
            *([RawFile(name) for name in names] for names in beside),
            [RawFile(self.array)],
        ]
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    def _load(self, *, force_reload: bool) -> tuple[list[Any], GraphTable | None]:
        if not all(path.is_file() for path in self.raw_paths):
            self.download()
        return self._process(), None

    def parse(self) -> list[Data]:
        """Return the one graph."""
        if self.raw_paths[0].name == self.array:
            return [self._of_arrays(self.raw_paths[0])]
        texts = self._texts()
        y = self._targets(*texts["target"])
        links = self._links(*texts["edges"], len(y))
        self._num_links = links.shape[1]
        edge_index = to_undirected(links, num_nodes=len(y))
        return [Data(x=self._features(*texts["features"], len(y)), edge_index=edge_index, y=y)]

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count nodes, and links as they are listed: each once."""
        return {"nodes": graphs[0].num_nodes, "links": self._num_links}

    def _texts(self) -> dict[str, tuple[str, str]]:
        """What each of the three files holds, and its name for errors."""
        kinds = {f"{self.stem}{end}": kind for end, kind in _KINDS.items()}
        caller = type(self).__name__
        if len(self.raw_paths) > 1:
            return {kinds[path.name]: (read_text(path, caller), str(path)) for path in self.raw_paths}
        archive = self.raw_paths[0]
        found = read_members(archive, lambda member: PurePosixPath(member).name in kinds, caller)
        texts = {kinds[PurePosixPath(member).name]: (text, f"{archive} ({member})") for member, text in found.items()}
        missing = [kind for kind in ("edges", "features", "target") if kind not in texts]
        if missing:
            message = f"{caller}: expected a member {self.stem}_{missing[0]} in {archive}, got none."
            raise FileError(f"{message} Delete it and fetch it again.")
        return texts

    def _targets(self, text: str, label: str) -> Int[Tensor, "nodes"]:
        id_column, target_column = self.columns
        table = read_table(text, self.columns, label, type(self).__name__)
        y = [-1] * len(table[id_column])
        for row, (node, target) in enumerate(zip(table[id_column], table[target_column], strict=True), start=1):
            number = self._node(node, len(y), f"{label}, row {row}")
            if target not in self.labels:
                self._fail(f"a label of {', '.join(self.labels)} in {label}", f"{target[:40]!r} in row {row}")
            if y[number] >= 0:
                self._fail(f"each node once in {label}", f"{node} again in row {row}")
            y[number] = self.labels[target]
        return torch.tensor(y, dtype=torch.int64)

    def _links(self, text: str, label: str, nodes: int) -> Int[Tensor, "2 links"]:
        links = as_integers(read_numbers(text, label, type(self).__name__, skip=1), label, type(self).__name__)
        if len(links) and links.shape[1] != 2:
            self._fail(f"2 columns in {label}", str(links.shape[1]))
        wrong = ((links < 0) | (links >= nodes)).any(axis=1)
        if wrong.any():
            row = int(np.argmax(wrong))
            self._fail(f"nodes in 0..{nodes - 1} in {label}", f"{links[row, 0]}, {links[row, 1]} in row {row + 1}")
        return torch.from_numpy(links.reshape(-1, 2).T.copy())

    def _features(self, text: str, label: str, nodes: int) -> Float[Tensor, "nodes in"]:
        try:
            bags = json.loads(text)
        except ValueError as error:
            self._fail(f"a JSON file in {label}", str(error))
        if not isinstance(bags, dict):
            self._fail(f"a JSON object in {label}", type(bags).__name__)
        for node, bag in bags.items():
            if not (isinstance(bag, list) and all(type(feature) is int and feature >= 0 for feature in bag)):
                self._fail(f"lists of numbers from 0 in {label}", f"{str(bag)[:40]} for {node[:40]!r}")
        rows = np.array([self._node(node, nodes, label) for node in bags], dtype=np.int64)
        columns = np.array(list(chain.from_iterable(bags.values())), dtype=np.int64)
        width = max(self.width, int(columns.max()) + 1 if len(columns) else 0)
        if nodes * width > _MOST_NUMBERS:
            self._fail(f"features below {_MOST_NUMBERS // nodes} in {label}", str(columns.max()))
        x = torch.zeros(nodes, width)
        x[np.repeat(rows, [len(bag) for bag in bags.values()]), columns] = 1.0
        return x

    def _of_arrays(self, path: Path) -> Data:
        edges, features, target = read_arrays(path, ("edges", "features", "target"), type(self).__name__)
        if features.ndim != 2 or target.shape != features.shape[:1] or edges.ndim != 2 or edges.shape[1] != 2:
            shapes = f"{list(edges.shape)}, {list(features.shape)} and {list(target.shape)}"
            self._fail(f"edges [edges, 2], features [nodes, in] and target [nodes] in {path}", shapes)
        if edges.size and not 0 <= edges.min() <= edges.max() < len(target):
            self._fail(f"nodes in 0..{len(target) - 1} in {path}", f"{edges.min()} to {edges.max()}")
        self._num_links = len(edges)
        x, y = torch.from_numpy(features).float(), torch.from_numpy(target).long()
        return Data(x=x, edge_index=torch.from_numpy(edges.astype(np.int64).T.copy()), y=y)

    def _node(self, text: str, nodes: int, label: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = -1
        if not 0 <= number < nodes:
            self._fail(f"nodes in 0..{nodes - 1} in {label}", repr(text[:40]))
        return number

    def _fail(self, expected: str, got: str) -> NoReturn:
        message = f"{type(self).__name__}: expected {expected}, got {got}. Repair it, or fetch it again."
        raise DataError(message)


class FacebookPagePage(_Network):
    """Facebook's verified pages: which kind of page is it?

    22,470 pages, 171,002 mutual likes in both directions (those of a page by itself once), 4,714 features, each 1 if
    the page's description has it, and 4 kinds: company, government, politician, television show.

    Files are taken from ``root``, ``root/facebook`` or the folder ``raw`` in either: SNAP's zip file, the three MUSAE
    files that it holds, or PyG's ``facebook.npz``, whose 128 features were computed from these. Otherwise the zip file
    is fetched, and counted, since no checksum of it is known.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once at each start.
        force_reload: For PyG's sake: the graph is made from the files at each start.

    Raises:
        FileError: The files are missing and cannot be fetched, or broken.
        DataError: Files that do not fit together; the message names file and row.

    Cost: a second at each start; features are dense, 420 MB.

    Source: Rozemberczki, Allen & Sarkar, *Multi-scale attributed node embedding*, J. Complex Networks 2021. PyG's graph
    lists links of a page by itself twice and has other features.
    """

    own: Sequence[str] = ("", "facebook", "facebook_large")
    stem, archive, array, width = "musae_facebook", "facebook_large.zip", "facebook.npz", 4714
    columns = ("id", "page_type")
    labels: Mapping[str, int] = {"company": 0, "government": 1, "politician": 2, "tvshow": 3}
    class_names: Sequence[str] = list(labels)
    expected: Mapping[str, int] = {"nodes": 22470, "links": 171002}
    card: Mapping[str, str] = {
        "name": "Facebook page-page network",
        "nodes": "22,470 verified pages",
        "edges": "171,002 mutual likes, stored in both directions; 179 of them join a page with itself",
        "features": "4,714, each 1 if the page's description has it",
        "classes": "company, government, politician, television show",
        "size": "5 MB of files, 420 MB in memory",
        "source": "snap.stanford.edu/data/facebook-large-page-page-network.html",
        "licence": "not stated; the authors' repository is GPL-3.0",
        "citation": "Rozemberczki, Allen & Sarkar, Multi-scale attributed node embedding, 2021",
    }


_TWITCH = {"DE": 153138, "EN": 35324, "ES": 59382, "FR": 112666, "PT": 31299, "RU": 37304}
_REGIONS = {"EN": "ENGB", "PT": "PTBR"}


class Twitch(_Network):
    """Streamers on Twitch of one language: does someone use mature language?

    Streamers, their mutual friendships in both directions, and 3,170 features, each 1 if it is known of the streamer;
    they are the same in all languages. A node is numbered by the column ``new_id``.

    Files are taken from ``root``, ``root/<name>``, ``root/twitch-<name>`` or the folder ``raw`` in each: SNAP's zip
    file, the three MUSAE files that it holds, or PyG's ``<name>.npz``, whose 128 features were computed from these.
    Otherwise the zip file of all languages is fetched, and counted, since no checksum of it is known.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        name: ``"DE"``, ``"EN"``, ``"ES"``, ``"FR"``, ``"PT"`` or ``"RU"``.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once at each start.
        force_reload: For PyG's sake: the graph is made from the files at each start.

    Raises:
        ArgumentError: An unknown name.
        FileError: The files are missing and cannot be fetched, or broken.
        DataError: Files that do not fit together; the message names file and row.

    Cost: a second at each start; features are dense, 120 MB of the German ones.

    Source: Rozemberczki, Allen & Sarkar, *Multi-scale attributed node embedding*, J. Complex Networks 2021. PyG's
    graphs have a self loop at each node and other features.
    """

    archive, width, columns = "twitch.zip", 3170, ("new_id", "mature")
    labels: Mapping[str, int] = {"False": 0, "True": 1}
    class_names: Sequence[str] = ["not mature", "mature"]

    def __init__(
        self,
        root: str | Path | None,
        name: str,
        transform: Transform | None = None,
        pre_transform: Transform | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        if name not in _TWITCH:
            hint = did_you_mean(name.upper(), _TWITCH)
            message = f"Twitch: expected name to be one of {', '.join(_TWITCH)}, got {name!r}.{hint}"
            raise ArgumentError(message)
        region = _REGIONS.get(name, name)
        self.name, self.stem, self.array = name, f"musae_{region}", f"{name}.npz"
        self.own = ("", name, region, f"twitch-{name}", f"twitch/{region}")
        self.expected = {"links": _TWITCH[name]}
        super().__init__(root, transform, pre_transform, force_reload)

    @property
    def card(self) -> dict[str, str]:
        """Facts about the data, for a report."""
        graph = self._graphs[0]
        return {
            "name": f"Twitch streamers, {self.name}",
            "nodes": f"{graph.num_nodes} streamers",
            "edges": f"{self._num_links} mutual friendships, stored in both directions",
            "features": f"{graph.num_features}, each 1 if it is known of the streamer",
            "classes": ", ".join(self.class_names),
            "size": self._size(),
            "source": "snap.stanford.edu/data/twitch-social-networks.html",
            "licence": "not stated; the authors' repository is GPL-3.0",
            "citation": "Rozemberczki, Allen & Sarkar, Multi-scale attributed node embedding, 2021",
        }


class GitHub(_Network):
    """Developers on GitHub: do they work on the web or on machine learning?

    37,700 developers, 289,003 mutual follows in both directions, and 4,005 features, each 1 if it is known of the
    developer.

    Files are taken from ``root``, ``root/git_web_ml`` or the folder ``raw`` in either: SNAP's zip file, the three MUSAE
    files that it holds, or PyG's ``github.npz``, whose 128 features were computed from these. Otherwise the zip file is
    fetched, and counted, since no checksum of it is known.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once at each start.
        force_reload: For PyG's sake: the graph is made from the files at each start.

    Raises:
        FileError: The files are missing and cannot be fetched, or broken.
        DataError: Files that do not fit together; the message names file and row.

    Cost: a second at each start; features are dense, 600 MB.

    Source: Rozemberczki, Allen & Sarkar, *Multi-scale attributed node embedding*, J. Complex Networks 2021. PyG's graph
    has other features.
    """

    own: Sequence[str] = ("", "git_web_ml", "github")
    stem, archive, array, width = "musae_git", "git_web_ml.zip", "github.npz", 4005
    columns = ("id", "ml_target")
    labels: Mapping[str, int] = {"0": 0, "1": 1}
    class_names: Sequence[str] = ["web", "machine learning"]
    expected: Mapping[str, int] = {"nodes": 37700, "links": 289003}
    card: Mapping[str, str] = {
        "name": "GitHub developers",
        "nodes": "37,700 developers",
        "edges": "289,003 mutual follows, stored in both directions",
        "features": "4,005, each 1 if it is known of the developer",
        "classes": "web, machine learning",
        "size": "600 MB in memory",
        "source": "snap.stanford.edu/data/github-social.html",
        "licence": "not stated; the authors' repository is GPL-3.0",
        "citation": "Rozemberczki, Allen & Sarkar, Multi-scale attributed node embedding, 2021",
    }


class LastFMAsia(_Network):
    """Listeners of LastFM in Asia: which country is someone from?

    7,624 listeners, 27,806 mutual follows in both directions, 7,842 features, each 1 if the listener likes the artist,
    and 18 countries, whose names were not published.

    Files are taken from ``root``, ``root/lastfm_asia`` or the folder ``raw`` in either: SNAP's zip file, the three
    files that it holds, or PyG's ``lastfm_asia.npz``, whose 128 features were computed from these. Otherwise the zip
    file is fetched, and counted, since no checksum of it is known.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once at each start.
        force_reload: For PyG's sake: the graph is made from the files at each start.

    Raises:
        FileError: The files are missing and cannot be fetched, or broken.
        DataError: Files that do not fit together; the message names file and row.

    Cost: a second at each start; features are dense, 240 MB.

    Source: Rozemberczki & Sarkar, *Characteristic functions on graphs: birds of a feather, from statistical descriptors
    to parametric models*, CIKM 2020. PyG's graph has other features.
    """

    own: Sequence[str] = ("", "lastfm_asia", "lasftm_asia")  # the second is how SNAP spells it
    stem, archive, array, width = "lastfm_asia", "lastfm_asia.zip", "lastfm_asia.npz", 7842
    labels: Mapping[str, int] = {str(country): country for country in range(18)}
    class_names: Sequence[str] = [f"country {country}" for country in range(18)]
    expected: Mapping[str, int] = {"nodes": 7624, "links": 27806}
    card: Mapping[str, str] = {
        "name": "LastFM Asia",
        "nodes": "7,624 listeners",
        "edges": "27,806 mutual follows, stored in both directions",
        "features": "7,842, each 1 if the listener likes the artist",
        "classes": "18 countries",
        "size": "240 MB in memory",
        "source": "snap.stanford.edu/data/feather-lastfm-social.html",
        "licence": "not stated",
        "citation": "Rozemberczki & Sarkar, Characteristic functions on graphs, CIKM 2020",
    }

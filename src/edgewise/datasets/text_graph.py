"""Documents and their words as one graph, after TextGCN: MR and R8."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import torch
from numpy.typing import NDArray

from edgewise._lazy import lazy_import
from edgewise._suggest import did_you_mean
from edgewise._typing import Float, Int, Tensor
from edgewise.data import Data
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.datasets._raw import read_text
from edgewise.errors import ArgumentError, DataError
from edgewise.utils import to_undirected

__all__ = ["TextGraph", "text_edges"]

sparse = lazy_import("scipy.sparse")

_ADDRESS = "https://raw.githubusercontent.com/yao8839836/text_gcn/master/data/"
_NAMES = {"mr": "MR", "r8": "R8"}
_FILES = {"mr": ("mr.txt", "mr.clean.txt"), "r8": ("R8.txt", "R8.clean.txt")}
_SHA256 = {
    "mr.txt": "184c1b3b7f9695174fcf949738a661ba9d798b0e500721d0644daab4d095e134",
    "mr.clean.txt": "63d474f2a8251d4062697bf81dac5e9fac2a842c946beb1eb2a35729353398f5",
    "R8.txt": "4ab8362c508bf7b1c591bca4e4d72ff6e9ff7a730a94cb0a5dfddf237a7cc025",
    "R8.clean.txt": "5324d029f2b625baca68aab4cfd1ed0353b94f11f7a9dd2ccb5b1fa5b86d6541",
}
_FACTS = {
    "mr": {
        "name": "Movie review sentences as a text graph",
        "source": "github.com/yao8839836/text_gcn; cs.cornell.edu/people/pabo/movie-review-data, polarity v1.0",
        "licence": "not stated",
        "citation": "Pang & Lee, ACL 2005; graph of Yao, Mao & Luo, AAAI 2019",
    },
    "r8": {
        "name": "Reuters R8 news as a text graph",
        "source": "github.com/yao8839836/text_gcn; Reuters-21578, R8 split of A. Cachopo",
        "licence": "not stated; Reuters-21578 is for research",
        "citation": "Lewis, Reuters-21578; graph of Yao, Mao & Luo, AAAI 2019",
    },
}


class TextGraph(PublicDataset):
    r"""Documents and words as the nodes of one graph: which documents are about what?

    An edge of a document and a word weighs the word's tf-idf there, one of two words their pointwise mutual
    information, where it is above 0:

    .. math:: \mathrm{tfidf}(d, i) = n_{di} \log \frac{D}{D_i}, \quad
        \mathrm{pmi}(i, j) = \log \frac{W_{ij} W}{W_i W_j}

    with :math:`n_{di}` occurrences of word i in document d, :math:`D_i` of D documents that have word i, and
    :math:`W_{ij}` of W sliding windows that have both words. Both directions are stored; there are no self loops, since
    layers such as GCNConv add them.

    Documents come first, in the order of the file, then words in the order of the alphabet. Features are the identity:
    there is no ``x``, and ``n_id`` numbers the rows of an embedding, as in ``torch.nn.Embedding(data.num_nodes, 64)``.
    ``y`` is -1 at words.

    Files are taken from ``root``, ``root/<name>`` or the folder ``raw`` in either (the corpus beside the index, or in a
    folder ``corpus``), and fetched with a checksum otherwise.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        name: ``"MR"`` or ``"R8"``, in any case.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if the stored graph is good.
        window_size: Words of a sliding window.
        seed: Draws the tenth of the training documents that validates.

    Raises:
        ArgumentError: An unknown name, or a window of less than 2.
        FileError: A file is missing and cannot be fetched, or broken.
        DataError: Files that do not fit together; the message names a line.

    Cost: O(words · window²) time, once: a few seconds; O(edges) memory.

    Source: Yao, Mao & Luo, *Graph convolutional networks for text classification*, AAAI 2019, section 3.2. As written
    there, :math:`W_{ij}` counts windows; the authors' code counts a pair as often as a window repeats it.
    """

    def __init__(
        self,
        root: str | Path | None,
        name: str,
        transform: Callable[[Data], Any] | None = None,
        pre_transform: Callable[[Data], Any] | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - as PyG's datasets
        window_size: int = 20,
        seed: int = 0,
    ) -> None:
        if name.lower() not in _NAMES:
            hint = did_you_mean(name, _NAMES.values())
            message = f"TextGraph: expected name to be one of {', '.join(_NAMES.values())}, got {name!r}.{hint}"
            raise ArgumentError(message)
        if window_size < 2:
            message = f"TextGraph: expected window_size of 2 or more, got {window_size}. Use 20, as the paper does."
            raise ArgumentError(message)
        self.name, self.window_size, self.seed = name.lower(), window_size, seed
        index, corpus = _FILES[self.name]
        self.own, self.expected = [_NAMES[self.name], "text"], {}
        self.layouts = [
            [RawFile(index, _ADDRESS, _SHA256[index]), RawFile(corpus, f"{_ADDRESS}corpus/", _SHA256[corpus])],
            [RawFile(index, _ADDRESS, _SHA256[index]), RawFile(f"corpus/{corpus}", _ADDRESS, _SHA256[corpus])],
        ]
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    def parse(self) -> list[Data]:
        """Return the one graph."""
        labels, is_train = self._labels
        documents = self._documents
        if len(documents) != len(labels):
            got = f"{len(documents)} lines in {self.raw_paths[1]}"
            self._fail(f"a document for each of the {len(labels)} lines of {self.raw_paths[0]}", got)
        words = self.vocabulary
        edge_index, edge_weight = text_edges(documents, words, self.window_size)
        nodes, none = len(documents) + len(words), torch.zeros(len(words), dtype=torch.bool)
        train = is_train.nonzero().flatten()
        drawn = torch.randperm(len(train), generator=torch.Generator().manual_seed(self.seed))
        is_val = torch.zeros_like(is_train)
        is_val[train[drawn[: len(train) // 10]]] = True
        classes = {label: number for number, label in enumerate(self.class_names)}
        y = torch.cat([torch.tensor([classes[label] for label in labels]), torch.full((len(words),), -1)])
        return [
            Data(
                edge_index=edge_index,
                edge_weight=edge_weight,
                y=y,
                n_id=torch.arange(nodes),
                train_mask=torch.cat([is_train & ~is_val, none]),
                val_mask=torch.cat([is_val, none]),
                test_mask=torch.cat([~is_train, none]),
                num_nodes=nodes,
            )
        ]

    def statistics(self) -> dict[str, int]:
        """Count documents, words, nodes, classes, and documents to train and to test with."""
        graph = self._graphs[0]
        counts = {"documents": len(self._documents), "words": len(self.vocabulary), "nodes": graph.num_nodes}
        train, test = int((graph.train_mask | graph.val_mask).sum()), int(graph.test_mask.sum())
        return {**counts, "classes": len(self.class_names), "train": train, "test": test}

    @cached_property
    def vocabulary(self) -> list[str]:
        """The words, in the order of their nodes."""
        return sorted({word for document in self._documents for word in document})

    @property
    def class_names(self) -> list[str]:
        """The names of the classes, in the order that numbers them."""
        return sorted(set(self._labels[0]))

    @cached_property
    def _documents(self) -> list[list[str]]:
        """The words of each document."""
        # Not splitlines(): in latin-1, documents have characters that it takes for ends of lines.
        lines = read_text(self.raw_paths[1], "TextGraph", encoding="latin-1").split("\n")
        return [line.split() for line in (lines[:-1] if lines[-1] == "" else lines)]

    @cached_property
    def _labels(self) -> tuple[list[str], Tensor]:
        """The label of each document, and whether it is there to train with."""
        path = self.raw_paths[0]
        labels, is_train = [], []
        for number, line in enumerate(read_text(path, "TextGraph").splitlines(), start=1):
            cells = line.split("\t")
            if len(cells) != 3 or cells[1] not in ("train", "test"):
                got = f"{line[:60]!r} in line {number}"
                self._fail(f"a number, train or test, and a label between tabs in {path}", got)
            labels.append(cells[2])
            is_train.append(cells[1] == "train")
        if not labels:
            self._fail(f"documents in {path}", "none")
        return labels, torch.tensor(is_train)

    def _fail(self, expected: str, got: str) -> NoReturn:
        message = f"TextGraph: expected {expected}, got {got}. Delete it and fetch it again."
        raise DataError(message)

    @property
    def card(self) -> dict[str, str]:
        """Facts about the data, for a report."""
        counts = self.statistics()
        return {
            **_FACTS[self.name],
            "nodes": f"{counts['documents']} documents and {counts['words']} words",
            "edges": f"{self._graphs[0].num_edges // 2} weighted by tf-idf or mutual information, in both directions",
            "split": f"{counts['train']} to train and validate, {counts['test']} to test",
            "features": "identity: n_id numbers the rows of an embedding",
            "classes": ", ".join(self.class_names),
            "size": self._size(),
        }

    def __repr__(self) -> str:
        return f"{_NAMES[self.name]}()"


def text_edges(
    documents: list[list[str]], vocabulary: list[str], window_size: int = 20
) -> tuple[Int[Tensor, "2 edges"], Float[Tensor, "edges"]]:
    """Return the edges of documents and words, and their weights; documents are numbered before words.

    Args:
        documents: The words of each.
        vocabulary: Every word, in the order that numbers them.
        window_size: Words of a sliding window.

    Cost: O(words · window²) time.

    Source: Yao, Mao & Luo, AAAI 2019, eq. 3.

    Example:
        >>> edge_index, edge_weight = text_edges([["a", "b"], ["a"]], ["a", "b"])
        >>> edge_index.tolist(), edge_weight.tolist()
        ([[0, 3], [3, 0]], [0.6931471824645996, 0.6931471824645996])
    """
    number = {word: position for position, word in enumerate(vocabulary)}
    tokens = np.array([number[word] for document in documents for word in document], dtype=np.int64)
    lengths = np.array([len(document) for document in documents], dtype=np.int64)
    parts = [_tf_idf(tokens, lengths, len(vocabulary)), _pmi(tokens, lengths, len(vocabulary), window_size)]
    source, target, weight = (np.concatenate(column) for column in zip(*parts, strict=True))
    edges = torch.from_numpy(np.stack([source, target]))
    edge_weight = torch.from_numpy(weight.astype(np.float32))
    answer: tuple[Tensor, Tensor] = to_undirected(edges, edge_weight, len(documents) + len(vocabulary))
    return answer


Edges = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


def _tf_idf(tokens: NDArray[np.int64], lengths: NDArray[np.int64], words: int) -> Edges:
    """Document, word, and weight of each edge."""
    document = np.repeat(np.arange(len(lengths)), lengths)
    place, times = np.unique(document * words + tokens, return_counts=True)
    document, word = place // max(words, 1), place % max(words, 1)
    weight = times * np.log(len(lengths) / np.bincount(word, minlength=words))[word]
    kept = weight > 0  # a word of every document tells nothing
    return document[kept], len(lengths) + word[kept], weight[kept]


def _pmi(tokens: NDArray[np.int64], lengths: NDArray[np.int64], words: int, window_size: int) -> Edges:
    """Two words, the first before the second, and weight of each edge."""
    ends = np.cumsum(lengths)
    # A document shorter than a window is one window.
    counts = np.where(lengths > 0, np.maximum(lengths - window_size + 1, 1), 0)
    sizes = np.repeat(np.minimum(lengths, window_size), counts)
    starts = np.repeat(ends - lengths, counts) + _ramps(counts)
    indptr = np.concatenate([[0], np.cumsum(sizes)])
    indices = tokens[np.repeat(starts, sizes) + _ramps(sizes)]
    ones = np.ones(len(indices), dtype=np.int32)
    has = sparse.csr_array((ones, indices, indptr), shape=(len(sizes), words))
    has.sum_duplicates()
    has.data[:] = 1
    together = sparse.triu(has.T @ has, k=1).tocoo()
    alone = np.asarray(has.sum(axis=0)).astype(np.float64)
    first, second = together.row.astype(np.int64), together.col.astype(np.int64)
    weight = np.log(together.data * float(len(sizes)) / (alone[first] * alone[second]))
    kept = weight > 0
    return len(lengths) + first[kept], len(lengths) + second[kept], weight[kept]


def _ramps(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, ... up to each count."""
    return np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)

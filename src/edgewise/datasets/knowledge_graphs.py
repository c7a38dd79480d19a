"""Facts about things and words: Freebase and WordNet, in the forms without inverse relations."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from edgewise._suggest import did_you_mean
from edgewise._typing import Int, Tensor
from edgewise.data import Data
from edgewise.datasets._arrays import read_tar
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.datasets._raw import read_text
from edgewise.errors import ArgumentError, FileError

__all__ = ["FB15k_237", "WordNet18RR"]

_ADDRESS = "https://github.com/TimDettmers/ConvE/raw/master/"
_CITATION = "Dettmers et al., Convolutional 2D knowledge graph embeddings, AAAI 2018"
_TEXTS = ("train.txt", "valid.txt", "test.txt")
_SPLITS = ("train", "val", "test")
_WORDNET = (
    "_also_see",
    "_derivationally_related_form",
    "_has_part",
    "_hypernym",
    "_instance_hypernym",
    "_member_meronym",
    "_member_of_domain_region",
    "_member_of_domain_usage",
    "_similar_to",
    "_synset_domain_topic_of",
    "_verb_group",
)

Triples = list[tuple[str, str, str]]


class _KnowledgeGraph(PublicDataset):
    """Triples of head, relation and tail in three files, packed or not."""

    def triples(self) -> list[Triples]:
        """Return the triples for training, validation and test, as they are written."""
        caller = type(self).__name__
        if len(self.raw_paths) == 1:
            texts = read_tar(self.raw_paths[0], _TEXTS, caller)
            places = [f"{name} of {self.raw_paths[0]}" for name in _TEXTS]
        else:
            texts = [read_text(path, caller) for path in self.raw_paths]
            places = [str(path) for path in self.raw_paths]
        return [_triples(text, place, caller) for text, place in zip(texts, places, strict=True)]


def _triples(text: str, place: str, caller: str) -> Triples:
    rows = [tuple(line.split("\t")) for line in text.splitlines() if line]
    for number, row in enumerate(rows, start=1):
        if len(row) != 3 or not all(row):
            message = (
                f"{caller}: expected head, relation and tail between tabs in {place}, got {len(row)} fields in row "
                f"{number}. Delete it and fetch it again."
            )
            raise FileError(message)
    return rows  # type: ignore[return-value]


def _numbers(words: Sequence[str], number_of: Mapping[str, int]) -> Int[Tensor, " words"]:
    return torch.tensor([number_of[word] for word in words], dtype=torch.int64)


class FB15k_237(_KnowledgeGraph):  # noqa: N801 - PyG's name
    """Facts of Freebase: 14,541 entities and 237 relations, none of them the inverse of another.

    A graph is ``Data(edge_index, edge_type)``, an edge from head to tail for each fact; the names of the relations are
    ``relation_names``. The three splits have the same entities and relations.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        split: ``"train"``, ``"val"`` or ``"test"``: whose facts the graph holds.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before graphs are stored.
        force_reload: Process again even if stored graphs are good.

    Raises:
        ArgumentError: An unknown split.
        FileError: A file is missing and cannot be fetched, or broken.

    Source: Toutanova & Chen, *Observed versus latent features for knowledge base and text inference*, CVSC 2015; files
    of Dettmers et al., *Convolutional 2D knowledge graph embeddings*, AAAI 2018.
    """

    own: Sequence[str] = ("FB15k-237", "kg")
    layouts: Sequence[Sequence[RawFile]] = (
        (RawFile("FB15k-237.tar.gz", _ADDRESS, "311df7930f842a02979eaa7a802484a6afe62303c07f915f1e6edbc30cbe05e8"),),
        tuple(RawFile(name) for name in _TEXTS),
    )
    expected: Mapping[str, int] = {"nodes": 14541, "relations": 237, "train": 272115, "val": 17535, "test": 20466}
    card: Mapping[str, str] = {
        "name": "FB15k-237: facts of Freebase",
        "nodes": "14,541 entities",
        "edges": "310,116 facts of 237 relations: 272,115 to train on, 17,535 to validate, 20,466 to test",
        "source": "github.com/TimDettmers/ConvE",
        "licence": "MIT (repository)",
        "citation": f"Toutanova & Chen, CVSC 2015; {_CITATION}",
    }

    def __init__(
        self,
        root: str | Path | None = None,
        split: str = "train",
        transform: Any = None,
        pre_transform: Any = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        if split not in _SPLITS:
            hint = did_you_mean(split, _SPLITS) or " Choose one of these."
            message = f"FB15k_237: expected split to be one of {_SPLITS}, got {split!r}.{hint}"
            raise ArgumentError(message)
        super().__init__(root, transform, pre_transform, force_reload=force_reload)
        self._splits = self._graphs
        self._graphs = [self._splits[_SPLITS.index(split)]]

    @property
    def num_relations(self) -> int:
        """How many relations there are."""
        return len(self[0].relation_names)

    def statistics(self) -> dict[str, int]:
        """Count entities, relations and the facts of each split."""
        return self.counted(self._splits)

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count entities, relations and the facts of each split."""
        sizes = {split: graph.num_edges for split, graph in zip(_SPLITS, graphs, strict=True)}
        return {"nodes": graphs[0].num_nodes, "relations": len(graphs[0].relation_names), **sizes}

    def parse(self) -> list[Data]:
        """Return one graph a split; entities and relations are numbered as they first appear."""
        splits = self.triples()
        rows = [row for split in splits for row in split]
        entities = dict.fromkeys(word for head, _, tail in rows for word in (head, tail))
        relations = dict.fromkeys(relation for _, relation, _ in rows)
        number_of = {entity: number for number, entity in enumerate(entities)}
        relation_of = {relation: number for number, relation in enumerate(relations)}
        return [
            Data(
                edge_index=torch.stack([_numbers([row[end] for row in split], number_of) for end in (0, 2)]),
                edge_type=_numbers([row[1] for row in split], relation_of),
                relation_names=list(relations),
                num_nodes=len(entities),
            )
            for split in splits
        ]


class WordNet18RR(_KnowledgeGraph):
    """Facts of WordNet: 40,943 word senses and 11 relations, none of them the inverse of another.

    The graph is ``Data(edge_index, edge_type, train_mask, val_mask, test_mask)``, an edge from head to tail for each
    fact. The masks choose among edges, as PyG's do; ``validate``, which takes masks to be of nodes, refuses them.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if the stored graph is good.

    Raises:
        FileError: A file is missing and cannot be fetched, or broken, or names another relation.

    Source: Dettmers et al., *Convolutional 2D knowledge graph embeddings*, AAAI 2018.
    """

    own: Sequence[str] = ("WN18RR", "kg")
    layouts: Sequence[Sequence[RawFile]] = (
        (RawFile("WN18RR.tar.gz", _ADDRESS, "1eb9152f804c140d163462c0d49f65e5a0b30ab5fbb375c5e3353c11a6249060"),),
        tuple(RawFile(name) for name in _TEXTS),
    )
    expected: Mapping[str, int] = {"nodes": 40943, "relations": 11, "train": 86835, "val": 3034, "test": 3134}
    edge2id: Mapping[str, int] = {relation: number for number, relation in enumerate(_WORDNET)}
    card: Mapping[str, str] = {
        "name": "WN18RR: facts of WordNet",
        "nodes": "40,943 word senses",
        "edges": "93,003 facts of 11 relations: 86,835 to train on, 3,034 to validate, 3,134 to test",
        "source": "github.com/TimDettmers/ConvE",
        "licence": "MIT (repository)",
        "citation": _CITATION,
    }

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Any = None,
        pre_transform: Any = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count word senses, relations and the facts of each split."""
        data = graphs[0]
        sizes = {split: int(data[f"{split}_mask"].sum()) for split in _SPLITS}
        return {"nodes": data.num_nodes, "relations": int(data.edge_type.unique().numel()), **sizes}

    def parse(self) -> list[Data]:
        """Return the one graph: its edges by head, then tail; word senses numbered as they first appear."""
        splits = self.triples()
        heads, relations, tails = ([row[i] for split in splits for row in split] for i in range(3))
        unknown = next((name for name in relations if name not in self.edge2id), None)
        if unknown is not None:
            message = (
                f"WordNet18RR: expected relations of WordNet, got {unknown!r} in {self.raw_dir}. Fetch them again."
            )
            raise FileError(message)
        # All heads of a file come before its tails: PyG numbers them so.
        words = dict.fromkeys(row[end] for split in splits for end in (0, 2) for row in split)
        number_of = {word: number for number, word in enumerate(words)}
        src, dst = _numbers(heads, number_of), _numbers(tails, number_of)
        part = torch.arange(3).repeat_interleave(torch.tensor([len(split) for split in splits]))
        order = (src * len(words) + dst).argsort(stable=True)
        masks = {f"{split}_mask": part[order] == number for number, split in enumerate(_SPLITS)}
        return [
            Data(
                edge_index=torch.stack([src, dst])[:, order],
                edge_type=_numbers(relations, self.edge2id)[order],
                **masks,
                num_nodes=len(words),
            )
        ]

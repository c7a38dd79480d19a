"""Films with their directors and actors, built from a table of films."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from edgewise._typing import Float, Int, Tensor
from edgewise.data import HeteroData
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.datasets._raw import read_table, read_text
from edgewise.errors import DataError
from edgewise.utils import coalesce

__all__ = ["IMDB"]

_GENRES = ("Action", "Comedy", "Drama")
_ACTORS = ("actor_1_name", "actor_2_name", "actor_3_name")
_COLUMNS = ("genres", "director_name", *_ACTORS, "plot_keywords", "movie_title")
_TRAIN, _VAL = 400, 400
_SPLIT_SEED = 0


class IMDB(PublicDataset):
    """4,278 films with their directors and actors; whether a film is of action, a comedy or a drama is asked for.

    The graph is ``HeteroData`` with the types ``movie``, ``director`` and ``actor``, made from a table of 5,043 films
    by the rule of HAN and MAGNN: films whose first of the three genres decides, that have a director and a first actor.
    A film's features count the words of its plot that occur in two films or more; those of people are the mean of their
    films'. 400 films to train on and 400 to validate are drawn with a fixed seed, the rest test: the numbers of MAGNN,
    whose own draw is not in the table.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        force_reload: Process again even if the stored graph is good.

    Raises:
        FileError: The file is missing and cannot be fetched, or no text.
        DataError: It lacks a column, or a row has another length; the message names it.

    Source: Fu, Zhang, Meng & King, *MAGNN: metapath aggregated graph neural network for heterogeneous graph embedding*,
    WWW 2020; Wang et al., *Heterogeneous graph attention network*, WWW 2019.
    """

    class_names: Sequence[str] = ["action", "comedy", "drama"]
    own: Sequence[str] = ("IMDB", "hetero/IMDB")
    layouts: Sequence[Sequence[RawFile]] = (
        (
            RawFile(
                "movie_metadata.csv",
                "https://raw.githubusercontent.com/Jhy1993/HAN/master/data/imdb/",
                "74e4a9af314eea255147a6d48a5678ad7d0be3cb8ba3fdb819ef6edddb36e2ca",
            ),
        ),
    )
    expected: Mapping[str, int] = {
        "movies": 4278,
        "directors": 2081,
        "actors": 5257,
        "action": 1135,
        "comedy": 1584,
        "drama": 1559,
    }
    card: Mapping[str, str] = {
        "name": "IMDB: films, directors, actors",
        "nodes": "4,278 films, 2,081 directors, 5,257 actors",
        "edges": "films with their director and up to three actors, stored in both directions",
        "features": "words of the plot, counted; the mean over their films for people",
        "classes": "1,135 films of action, 1,584 comedies, 1,559 dramas",
        "source": "github.com/Jhy1993/HAN (table)",
        "licence": "not stated",
        "citation": "Fu, Zhang, Meng & King, MAGNN, WWW 2020",
    }

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Any = None,
        pre_transform: Any = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    @property
    def num_classes(self) -> int:
        """How many genres there are."""
        return len(_GENRES)

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count films, people, and the films of each genre."""
        data = graphs[0]
        genres = zip(self.class_names, data["movie"].y.bincount(minlength=3).tolist(), strict=True)
        return {**{f"{name}s": store.num_nodes for name, store in data.node_items()}, **dict(genres)}

    def parse(self) -> list[HeteroData]:
        """Return the one graph."""
        path = self.raw_paths[0]
        table = read_table(read_text(path, "IMDB"), _COLUMNS, str(path), "IMDB")
        films = [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]
        genres = [next((g for g in film["genres"].split("|") if g in _GENRES), None) for film in films]
        kept = [
            (film, _GENRES.index(genre))
            for film, genre in zip(films, genres, strict=True)
            if genre is not None and film["director_name"] and film["actor_1_name"]
        ]
        if not kept:
            message = f"IMDB: expected films of {', '.join(_GENRES)} in {path}, got none. Repair or refetch it."
            raise DataError(message)
        films = [film for film, _ in kept]
        data = HeteroData()
        data["movie"].x = _bag_of_words([film["plot_keywords"] for film in films])
        data["movie"].y = torch.tensor([genre for _, genre in kept])
        data["movie"].node_names = [film["movie_title"].strip() for film in films]
        for name, mask in _split(len(films)).items():
            data["movie"][name] = mask
        people = {"director": ("director_name",), "actor": _ACTORS}
        for kind, columns in people.items():
            edges, names = _links(films, columns)
            data[kind].x = _mean_of_films(data["movie"].x, edges, len(names))
            data[kind].node_names = names
            data["movie", "to", kind].edge_index = edges
        for kind in people:
            data[kind, "to", "movie"].edge_index = coalesce(data["movie", "to", kind].edge_index.flip(0))
        return [data]


def _bag_of_words(texts: list[str]) -> Float[Tensor, "movies words"]:
    """How often each word of two letters or more occurs, for words of two texts or more, in alphabetical order."""
    counts = [Counter(re.findall(r"\b\w\w+\b", text.lower())) for text in texts]
    texts_of = Counter(word for count in counts for word in count)
    column = {word: place for place, word in enumerate(sorted(word for word, n in texts_of.items() if n >= 2))}
    x = torch.zeros(len(texts), len(column))
    entries = [
        (row, column[word], n) for row, count in enumerate(counts) for word, n in count.items() if word in column
    ]
    if entries:
        rows, columns, values = torch.tensor(entries).t()
        x[rows, columns] = values.float()
    return x


def _links(films: list[dict[str, str]], columns: tuple[str, ...]) -> tuple[Int[Tensor, "2 edges"], list[str]]:
    """From films to people, each pair once, and the people's names in alphabetical order."""
    pairs = [(number, film[column]) for number, film in enumerate(films) for column in columns if film[column]]
    names = sorted({name for _, name in pairs})
    number_of = {name: number for number, name in enumerate(names)}
    edges = torch.tensor([(film, number_of[name]) for film, name in pairs]).t().contiguous()
    return coalesce(edges), names


def _mean_of_films(x: Tensor, edges: Int[Tensor, "2 edges"], people: int) -> Float[Tensor, "people words"]:
    total = x.new_zeros(people, x.shape[1]).index_add_(0, edges[1], x[edges[0]])
    return total / edges[1].bincount(minlength=people).clamp(min=1).unsqueeze(1)


def _split(films: int) -> dict[str, Tensor]:
    order = torch.randperm(films, generator=torch.Generator().manual_seed(_SPLIT_SEED))
    # A table of fewer films than the published one is cut in the same proportions.
    train, val = (_TRAIN, _VAL) if films > _TRAIN + _VAL else (films // 3, films // 3)
    masks = {}
    for name, chosen in {
        "train": order[:train],
        "val": order[train : train + val],
        "test": order[train + val :],
    }.items():
        masks[f"{name}_mask"] = torch.zeros(films, dtype=torch.bool).index_fill_(0, chosen, value=True)
    return masks

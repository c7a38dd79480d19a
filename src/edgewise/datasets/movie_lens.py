"""Ratings of films."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from edgewise._typing import Float, Int, Tensor
from edgewise.data import HeteroData
from edgewise.datasets._public import PublicDataset, RawFile
from edgewise.datasets._raw import as_integers, read_members, read_numbers, read_table
from edgewise.errors import ArgumentError, DataError, FileError

__all__ = ["MovieLens"]

_MEMBERS = ("movies.csv", "ratings.csv", "tags.csv")


class MovieLens(PublicDataset):
    """100,836 ratings of 9,742 films by 610 users: MovieLens latest-small of September 2018.

    The graph is ``HeteroData`` with the types ``user`` and ``movie``; ``data["movie"].x`` says of which genres a film
    is, and ``data["user", "rates", "movie"]`` has ``edge_label``, 0.5 to 5 stars, and ``time``, seconds since 1970.
    Users and films are numbered as they stand in the files. :meth:`tags` returns what users wrote about films.

    Unlike PyG's, ratings keep their half stars, and titles are not embedded by a language model: they are
    ``data["movie"].node_names``.

    Args:
        root: Folder of the dataset. ``None``: ``EDGEWISE_HOME``, or the platform's cache folder.
        transform: Applied to the graph each time it is taken out.
        pre_transform: Applied once, before the graph is stored.
        model_name: Must be ``None``: no language model is fetched.
        force_reload: Process again even if the stored graph is good.

    Raises:
        ArgumentError: A language model is asked for.
        FileError: The file is missing and cannot be fetched, or no whole zip file.
        DataError: A table in it lacks a column, has a ragged row, or rates a film that it does not list.

    Source: Harper & Konstan, *The MovieLens datasets: history and context*, ACM Transactions on Interactive Intelligent
    Systems 2015.
    """

    own: Sequence[str] = ("MovieLens", "recsys")
    # The zip of the release has no published checksum, and GroupLens replaces it now and then: it is counted.
    layouts: Sequence[Sequence[RawFile]] = (
        (RawFile("ml-latest-small.zip", "https://files.grouplens.org/datasets/movielens/"),),
    )
    expected: Mapping[str, int] = {"users": 610, "movies": 9742, "ratings": 100836, "rated movies": 9724, "genres": 20}
    card: Mapping[str, str] = {
        "name": "MovieLens latest-small",
        "nodes": "610 users, 9,742 films",
        "edges": "100,836 ratings of 0.5 to 5 stars with their times; 3,683 tags apart",
        "features": "20 genres of films, '(no genres listed)' among them",
        "source": "grouplens.org/datasets/movielens",
        "licence": "GroupLens: research use; redistribution under the same terms; no commercial use without permission",
        "citation": "Harper & Konstan, The MovieLens datasets: history and context, ACM TiiS 2015",
    }

    def __init__(
        self,
        root: str | Path | None = None,
        transform: Any = None,
        pre_transform: Any = None,
        model_name: str | None = None,
        force_reload: bool = False,  # noqa: FBT001, FBT002 - PyG's signature
    ) -> None:
        if model_name is not None:
            message = (
                f"MovieLens: expected model_name=None, got {model_name!r}. edgewise fetches no language model: embed "
                'the titles, data["movie"].node_names, yourself.'
            )
            raise ArgumentError(message)
        super().__init__(root, transform, pre_transform, force_reload=force_reload)

    def counted(self, graphs: list[Any]) -> dict[str, int]:
        """Count users, films, ratings, films that have one, and genres."""
        data = graphs[0]
        rated = data["user", "rates", "movie"].edge_index
        return {
            "users": data["user"].num_nodes,
            "movies": data["movie"].num_nodes,
            "ratings": rated.shape[1],
            "rated movies": int(rated[1].unique().numel()),
            "genres": data["movie"].num_features,
        }

    def tags(self) -> tuple[Int[Tensor, "2 tags"], list[str]]:
        """Return from which user to which film each tag goes, and the tags."""
        tables = self._tables()
        columns = self._columns(tables["tags.csv"], ("userId", "movieId", "tag"), "tags.csv")
        users = _in_order(self._ratings(tables)[:, 0].astype(np.int64).tolist())
        films = _in_order(
            self._ids(self._columns(tables["movies.csv"], ("movieId",), "movies.csv"), "movieId", "movies.csv")
        )
        edges = [
            _numbered(self._ids(columns, "userId", "tags.csv"), users, "userId", "tags.csv"),
            _numbered(self._ids(columns, "movieId", "tags.csv"), films, "movieId", "tags.csv"),
        ]
        return torch.tensor(edges, dtype=torch.int64).reshape(2, -1), columns["tag"]

    def parse(self) -> list[HeteroData]:
        """Return the one graph."""
        tables = self._tables()
        films = self._columns(tables["movies.csv"], ("movieId", "title", "genres"), "movies.csv")
        ratings = self._ratings(tables)
        user, film, time = as_integers(ratings[:, [0, 1, 3]], self._place("ratings.csv"), "MovieLens").T.tolist()
        users, known = _in_order(user), _in_order(self._ids(films, "movieId", "movies.csv"))
        edges = [[users[one] for one in user], _numbered(film, known, "movieId", "ratings.csv")]
        data = HeteroData()
        data["movie"].x, data["movie"].genre_names = _genres(films["genres"])
        data["movie"].node_names = films["title"]
        data["user"].num_nodes = len(users)
        rates = data["user", "rates", "movie"]
        rates.edge_index = torch.tensor(edges, dtype=torch.int64).reshape(2, -1)
        rates.edge_label = torch.from_numpy(ratings[:, 2]).float()
        rates.time = torch.tensor(time)
        return [data]

    def _tables(self) -> dict[str, str]:
        """The tables of the zip file by their names, in whatever folder."""
        path = self.raw_paths[0]
        found = read_members(path, lambda name: name.rpartition("/")[2] in _MEMBERS, "MovieLens")
        tables = {name.rpartition("/")[2]: text for name, text in found.items()}
        for name in _MEMBERS:
            if name not in tables:
                message = (
                    f"MovieLens: expected {name} in {path}, got {', '.join(sorted(tables)) or 'none'}. Fetch it again."
                )
                raise FileError(message)
        return tables

    def _place(self, name: str) -> str:
        return f"{name} of {self.raw_paths[0]}"

    def _columns(self, text: str, columns: tuple[str, ...], name: str) -> dict[str, list[str]]:
        return read_table(text, columns, self._place(name), "MovieLens")

    def _ids(self, table: dict[str, list[str]], column: str, name: str) -> list[int]:
        place = f"column {column} of {self._place(name)}"
        numbers = read_numbers("\n".join(table[column]), place, "MovieLens")
        return [int(one) for one in as_integers(numbers, place, "MovieLens")[:, 0]]

    def _ratings(self, tables: dict[str, str]) -> NDArray[np.float64]:
        """User, film, stars, time of each rating."""
        text = tables["ratings.csv"].replace("\r", "")
        header = text.partition("\n")[0]
        if header.split(",") != ["userId", "movieId", "rating", "timestamp"]:
            place = self._place("ratings.csv")
            message = f"MovieLens: expected userId,movieId,rating,timestamp in {place}, got {header[:60]}."
            raise DataError(f"{message} Fetch it again.")
        ratings = read_numbers(text, self._place("ratings.csv"), "MovieLens", skip=1)
        return ratings if len(ratings) else np.zeros((0, 4))


def _in_order(ids: list[int]) -> dict[int, int]:
    """The number of each, as they first appear."""
    return {one: number for number, one in enumerate(dict.fromkeys(ids))}


def _numbered(ids: list[int], numbers: dict[int, int], column: str, table: str) -> list[int]:
    unknown = next((one for one in ids if one not in numbers), None)
    if unknown is not None:
        message = f"MovieLens: expected a known {column} in {table}, got {unknown}. Fetch the file again."
        raise DataError(message)
    return [numbers[one] for one in ids]


def _genres(entries: list[str]) -> tuple[Float[Tensor, "movies genres"], list[str]]:
    """Which of the genres, in alphabetical order, each film has."""
    words = [entry.split("|") for entry in entries]
    names = sorted({genre for entry in words for genre in entry})
    column = {genre: place for place, genre in enumerate(names)}
    x = torch.zeros(len(words), len(names))
    pairs = [(row, column[genre]) for row, entry in enumerate(words) for genre in entry]
    if pairs:
        x[tuple(torch.tensor(pairs).t())] = 1.0
    return x, names

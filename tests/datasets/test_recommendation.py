"""MovieLens and Gowalla: small files of the published forms, and what is said of broken ones."""

import zipfile

import numpy as np
import pytest
import scipy.sparse

from edgewise.datasets.gowalla import Gowalla
from edgewise.datasets.movie_lens import MovieLens
from edgewise.errors import ArgumentError, DataError, FileError

TABLES = {
    "movies.csv": (
        'movieId,title,genres\r\n10,"One, Two (1999)",Drama|Action\r\n30,Three,(no genres listed)\r\n20,Four,Drama\r\n'
    ),
    "ratings.csv": "userId,movieId,rating,timestamp\r\n7,20,3.5,100\r\n5,10,0.5,90\r\n7,10,5.0,110\r\n",
    "tags.csv": "userId,movieId,tag,timestamp\r\n5,30,dull,95\r\n",
}


def movie_lens(folder, tables=TABLES, prefix="ml-latest-small/"):
    folder.mkdir()
    with zipfile.ZipFile(folder / "ml-latest-small.zip", "w") as archive:
        for name, text in tables.items():
            archive.writestr(prefix + name, text)
    return folder


@pytest.mark.parametrize("prefix", ["", "ml-latest-small/"])
def test_movie_lens(tmp_path, prefix):
    dataset = MovieLens(movie_lens(tmp_path / "mine", prefix=prefix))
    data = dataset[0].validate()
    movie, rates = data["movie"], data["user", "rates", "movie"]
    assert movie.genre_names == ["(no genres listed)", "Action", "Drama"]
    assert movie.x.tolist() == [[0.0, 1.0, 1.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    assert movie.node_names == ["One, Two (1999)", "Three", "Four"]
    assert rates.edge_index.tolist() == [[0, 1, 0], [2, 0, 0]]
    assert (rates.edge_label.tolist(), rates.time.tolist()) == ([3.5, 0.5, 5.0], [100, 90, 110])
    edges, tags = dataset.tags()
    assert (edges.tolist(), tags) == ([[1], [1]], ["dull"])
    assert dataset.statistics() == {"users": 2, "movies": 3, "ratings": 3, "rated movies": 2, "genres": 3}


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"ratings.csv": "userId,movieId,rating,timestamp\n7,99,3.5,100\n"}, DataError, "known movieId .* got 99"),
        ({"ratings.csv": "userId,movieId,rating,timestamp\n7,10,good,100\n"}, DataError, "'good' in line 2"),
        ({"ratings.csv": "userId,movieId,rating,timestamp\n7,10,1.0\n"}, FileError, "expected files that fit together"),
        ({"ratings.csv": "a,b\n"}, DataError, "expected userId,movieId,rating,timestamp .* got a,b"),
        ({"ratings.csv": "userId,movieId,rating,timestamp\n7.5,10,1.0,3\n"}, DataError, "expected whole numbers"),
        ({"movies.csv": "movieId,title\n1,One\n"}, DataError, "expected the column 'genres'"),
        ({"movies.csv": "movieId,title,genres\nx,One,Drama\n"}, DataError, "column movieId of movies.csv"),
    ],
)
def test_broken_movie_lens(tmp_path, change, error, text):
    with pytest.raises(error, match=text) as caught:
        MovieLens(movie_lens(tmp_path / "mine", {**TABLES, **change}))
    assert "\n" not in str(caught.value)


def test_movie_lens_without_a_table_or_a_zip(tmp_path):
    with pytest.raises(FileError, match=r"expected tags\.csv in .*, got movies\.csv, ratings\.csv"):
        MovieLens(movie_lens(tmp_path / "a", {name: TABLES[name] for name in ("movies.csv", "ratings.csv")}))
    archive = movie_lens(tmp_path / "b") / "ml-latest-small.zip"
    archive.write_bytes(archive.read_bytes()[:-40])
    with pytest.raises(FileError, match="expected a whole zip file"):
        MovieLens(archive.parent)


def test_movie_lens_without_ratings(tmp_path):
    header = TABLES["ratings.csv"].splitlines()[0] + "\n"
    dataset = MovieLens(movie_lens(tmp_path / "mine", {**TABLES, "ratings.csv": header}))
    assert dataset[0]["user", "rates", "movie"].edge_index.shape == (2, 0)


def test_movie_lens_fetches_no_language_model(tmp_path):
    with pytest.raises(ArgumentError) as caught:
        MovieLens(tmp_path, model_name="all-MiniLM-L6-v2")
    assert str(caught.value) == (
        "MovieLens: expected model_name=None, got 'all-MiniLM-L6-v2'. edgewise fetches no language model: embed the "
        'titles, data["movie"].node_names, yourself.'
    )


def gowalla(folder, *, test="0 1\n1 0 2\n", train=None, matrix=None):
    folder.mkdir()
    (folder / "user_list.txt").write_text("org_id remap_id\n9 0\n8 1\n")
    (folder / "item_list.txt").write_text("org_id remap_id\n7 0\n6 1\n5 2\n")
    (folder / "test.txt").write_text(test)
    if train is not None:
        (folder / "train.txt").write_text(train)
    else:
        block = np.array([[1, 0, 1], [0, 1, 0]])
        whole = np.block([[np.zeros((2, 2)), block], [block.T, np.zeros((3, 3))]]) if matrix is None else matrix
        scipy.sparse.save_npz(folder / "s_adj_mat.npz", scipy.sparse.csr_matrix(whole))
    return folder


def test_gowalla(tmp_path):
    for number, train in enumerate([None, "0 0 2\n\n1 1\n"]):
        dataset = Gowalla(gowalla(tmp_path / f"{number}", train=train))
        data = dataset[0].validate()
        visits = data["user", "rates", "item"]
        assert visits.edge_index.tolist() == [[0, 0, 1], [0, 2, 1]]
        assert visits.edge_label_index.tolist() == [[0, 1, 1], [1, 0, 2]]
        assert data["item", "rated_by", "user"].edge_index.tolist() == [[0, 2, 1], [0, 0, 1]]
        assert dataset.statistics() == {"users": 2, "items": 3, "train": 3, "test": 3}


@pytest.mark.parametrize(
    ("change", "error", "text"),
    [
        ({"test": "0 3\n"}, DataError, r"expected items in 0\.\.2 in .*test\.txt, got 3"),
        ({"test": "2 0\n"}, DataError, r"expected users in 0\.\.1 in .*test\.txt, got 2"),
        ({"test": "0 -1\n"}, DataError, "got -1"),
        ({"test": "0 a\n"}, DataError, "expected numbers between blanks"),
        ({"test": "0 99999999999999999999999\n"}, DataError, "expected numbers between blanks"),
        ({"matrix": np.eye(4)}, FileError, r"expected a matrix of 2 users and 3 items, got \[4, 4\]"),
        ({"matrix": np.ones((5, 5))}, DataError, "got users joined with users"),
    ],
)
def test_broken_gowalla(tmp_path, change, error, text):
    with pytest.raises(error, match=text):
        Gowalla(gowalla(tmp_path / "mine", **change))

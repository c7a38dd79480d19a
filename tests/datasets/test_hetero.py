"""ACM and IMDB: small files of the published forms, and what is said of broken ones."""

import numpy as np
import pytest
import scipy.sparse
import torch

from edgewise.datasets.acm import ACM
from edgewise.datasets.imdb import IMDB
from edgewise.errors import ArgumentError, DataError, FileError

WORDS = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 0.0], [0.0, 0.0]])


def acm(folder):
    folder.mkdir()
    scipy.sparse.save_npz(folder / "p_feat.npz", scipy.sparse.csr_matrix(WORDS))
    scipy.sparse.save_npz(folder / "a_feat.npz", scipy.sparse.coo_matrix(WORDS[:3]))
    for name in ("pap", "psp"):
        scipy.sparse.save_npz(folder / f"{name}.npz", scipy.sparse.coo_matrix(np.eye(4)))
    (folder / "pa.txt").write_text("0\t2\n1\t0\n2\t1\n3\t1\n")
    (folder / "ps.txt").write_text("0\t1\n1\t0\n2\t0\n3\t1\n")
    np.save(folder / "labels.npy", np.array([0, 1, 1, 0], dtype=np.int32))
    for size, papers in ((20, (0, 1, 2)), (40, (3, 1, 2)), (60, (0, 1, 2))):
        for part, paper in zip(("train", "val", "test"), papers, strict=True):
            np.save(folder / f"{part}_{size}.npy", np.array([paper]))
    return folder


def test_acm(tmp_path):
    dataset = ACM(acm(tmp_path / "mine"))
    data = dataset[0].validate()
    assert data["paper"].x.tolist() == WORDS.tolist()
    assert data["author"].x.tolist() == WORDS[:3].tolist()
    assert (data["subject"].num_nodes, dataset.num_classes) == (2, 2)
    assert data["paper", "author"].edge_index.tolist() == [[0, 1, 2, 3], [2, 0, 1, 1]]
    assert data["author", "to", "paper"].edge_index.tolist() == [[2, 0, 1, 1], [0, 1, 2, 3]]
    assert data["paper"].test_mask.tolist() == [False, False, True, False]
    assert dataset.metapath("psp").tolist() == [[0, 1, 2, 3]] * 2
    assert ACM(tmp_path / "mine", 40)[0]["paper"].train_mask.tolist() == [False, False, False, True]
    assert dataset.statistics()["paper-author edges"] == 4


def objects(path):
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)


@pytest.mark.parametrize(
    ("name", "spoil", "text"),
    [
        ("p_feat.npz", lambda path: path.write_bytes(path.read_bytes()[:50]), "a whole .npz file of a sparse matrix"),
        ("p_feat.npz", lambda path: np.savez(path, a=np.zeros(3)), "a whole .npz file of a sparse matrix"),
        (
            "a_feat.npz",
            lambda path: np.savez(
                path, format="csr", shape=[3, 2], indices=[0, 5], indptr=[0, 2, 2, 2], data=[1.0, 1.0]
            ),
            "an entry lies outside the 3 x 2 matrix",
        ),
        (
            "a_feat.npz",
            lambda path: np.savez(path, format="csr", shape=[3, 2], indices=[0], indptr=[0, 2, 2, 1], data=[1.0]),
            "its row pointers do not fit",
        ),
        ("a_feat.npz", lambda path: np.savez(path, format="dia", shape=[3, 2]), "its format is dia"),
        ("labels.npy", objects, "a whole .npy file of numbers"),
        ("labels.npy", lambda path: np.save(path, np.array([0, 1])), "expected files that fit together"),
        ("train_20.npy", lambda path: np.save(path, np.array([7])), r"expected papers in 0\.\.3"),
        ("val_20.npy", lambda path: np.save(path, np.array([0.5])), r"expected papers in 0\.\.3"),
        ("val_20.npy", lambda path: np.save(path, np.array([], dtype=int)), "ACM: expected"),
    ],
)
def test_broken_acm(tmp_path, name, spoil, text):
    folder = acm(tmp_path / "mine")
    spoil(folder / name)
    with pytest.raises(FileError, match=text) as caught:
        ACM(folder)
    assert "\n" not in str(caught.value)


def test_edges_that_are_no_edges(tmp_path):
    folder = acm(tmp_path / "mine")
    (folder / "pa.txt").write_text("0\t2\n1\tx\n")
    with pytest.raises(DataError, match=r"'x' in line 2"):
        ACM(folder)
    (folder / "pa.txt").write_text("0\t9\n")
    with pytest.raises(FileError, match=r"expected files that fit together in .*, got others \(.*9"):
        ACM(folder)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda folder: ACM(folder, 30),
            "ACM: expected num_train_per_class to be 20, 40 or 60, got 30. Choose one.",
        ),
        (
            lambda folder: ACM(folder).metapath("psps"),
            "ACM.metapath: expected name to be one of ('pap', 'psp'), got 'psps'. Did you mean 'psp'?",
        ),
    ],
)
def test_unknown_arguments(tmp_path, call, text):
    with pytest.raises(ArgumentError) as caught:
        call(acm(tmp_path / "mine"))
    assert str(caught.value) == text


HEADER = "genres,director_name,actor_1_name,actor_2_name,actor_3_name,plot_keywords,movie_title"
FILMS = [
    "Horror|Comedy|Drama,Ann,Bob,Cid,,moon|red moon,One",
    "Drama|Action,Ann,Cid,Cid,Bob,moon|Sun,Two",
    "Action,Zoe,Dan,,,a sun|it,Three",
    "Horror,Ann,Bob,,,moon,Left out: none of the genres",
    "Action,,Bob,,,moon,Left out: no director",
    "Action,Ann,,Bob,,moon,Left out: no first actor",
]


def imdb(folder, lines=FILMS, header=HEADER):
    folder.mkdir()
    (folder / "movie_metadata.csv").write_text("\n".join([header, *lines]) + "\n")
    return folder


def test_imdb(tmp_path):
    dataset = IMDB(imdb(tmp_path / "mine"))
    data = dataset[0].validate()
    assert data["movie"].node_names == ["One", "Two", "Three"]
    assert data["movie"].y.tolist() == [1, 2, 0]  # comedy, drama, action: the first of the three decides
    # "red" and "it" occur in one plot only, "a" is one letter.
    assert data["movie"].x.tolist() == [[2.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    assert (data["director"].node_names, data["actor"].node_names) == (["Ann", "Zoe"], ["Bob", "Cid", "Dan"])
    assert data["movie", "director"].edge_index.tolist() == [[0, 1, 2], [0, 0, 1]]
    assert data["movie", "actor"].edge_index.tolist() == [[0, 0, 1, 1, 2], [0, 1, 0, 1, 2]]
    assert data["actor", "movie"].edge_index.tolist() == [[0, 0, 1, 1, 2], [0, 1, 0, 1, 2]]
    assert data["director"].x.tolist() == [[1.5, 0.5], [0.0, 1.0]]
    assert dataset.statistics() == {"movies": 3, "directors": 2, "actors": 3, "action": 1, "comedy": 1, "drama": 1}
    masks = torch.stack([data["movie"][f"{part}_mask"] for part in ("train", "val", "test")])
    assert masks.sum(0).tolist() == [1, 1, 1]
    assert dataset.num_classes == 3


@pytest.mark.parametrize(
    ("lines", "header", "text"),
    [
        ([], HEADER, "expected films of Action, Comedy, Drama"),
        (FILMS[:1], HEADER.replace("genres", "genre"), "expected the column 'genres'"),
        (["Drama,Ann"], HEADER, "expected 7 columns in .* got 2 in line 2"),
        ([], "", "expected the column 'genres'"),
    ],
)
def test_broken_imdb(tmp_path, lines, header, text):
    with pytest.raises(DataError, match=text):
        IMDB(imdb(tmp_path / "mine", lines, header))


def test_imdb_of_no_text(tmp_path):
    folder = imdb(tmp_path / "mine")
    (folder / "movie_metadata.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match="expected a whole text file"):
        IMDB(folder)

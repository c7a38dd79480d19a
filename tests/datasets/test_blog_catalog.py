"""BlogCatalog and cnr-2000: small files of the published forms, and what is said of broken ones."""

import numpy as np
import pytest

from edgewise.datasets.blog_catalog import BlogCatalog
from edgewise.datasets.web_graph import CNR2000
from edgewise.errors import DataError, FileError


def blogs(folder, edges="1,2\n2,3\n", groups="1,2\n1,1\n4,2\n"):
    folder.mkdir()
    (folder / "edges.csv").write_text(edges)
    (folder / "group-edges.csv").write_text(groups)
    return folder


def test_blog_catalog(tmp_path):
    dataset = BlogCatalog(blogs(tmp_path / "mine"))
    data = dataset[0].validate()
    assert data.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert data.y.tolist() == [[1.0, 1.0], [0.0, 0.0], [0.0, 0.0], [0.0, 1.0]]
    assert (data.num_nodes, dataset.num_classes) == (4, 2)
    assert dataset.statistics() == {"nodes": 4, "edges": 4, "groups": 2, "memberships": 3}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"edges": "0,1\n"}, r"expected two numbers from 1 a line in .*edges\.csv, got \[1, 2\] numbers, the least 0"),
        ({"edges": ""}, "expected two numbers from 1 a line"),
        ({"groups": "1,2,3\n"}, r"got \[1, 3\] numbers"),
        ({"groups": "1,2\n3\n"}, "1 columns after 2 in line 2"),
        ({"edges": "1,2.5\n"}, "expected whole numbers"),
    ],
)
def test_broken_blog_catalog(tmp_path, change, text):
    with pytest.raises(DataError, match=text):
        BlogCatalog(blogs(tmp_path / "mine", **change))


def web(folder, indptr=(0, 2, 2, 3), indices=(1, 2, 0)):
    folder.mkdir()
    np.savez(folder / "cnr-2000_csr.npz", indptr=np.array(indptr), indices=np.array(indices, dtype=np.int32))
    return folder


def test_web_graph(tmp_path):
    dataset = CNR2000(web(tmp_path / "mine"))
    data = dataset[0].validate()
    assert (data.edge_index.tolist(), data.num_nodes) == ([[0, 0, 2], [1, 2, 0]], 3)
    assert dataset.statistics() == {"nodes": 3, "edges": 3, "largest in-degree": 1, "largest out-degree": 2}


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"indptr": (0, 2, 1, 3)}, "its row pointers do not fit"),
        ({"indptr": (0, 2, 2, 4)}, "its row pointers do not fit"),
        ({"indptr": ()}, "CNR2000: expected"),
        ({"indices": (1, 2, 3)}, r"a link leads to a page outside 0\.\.2"),
        ({"indices": (1, 2, -1)}, r"a link leads to a page outside 0\.\.2"),
    ],
)
def test_broken_web_graph(tmp_path, change, text):
    with pytest.raises(FileError, match=text):
        CNR2000(web(tmp_path / "mine", **change))


def test_web_graph_must_be_given(tmp_path):
    with pytest.raises(FileError, match=r"cnr-2000_csr\.npz, got none\. It has no address: put it there\."):
        CNR2000(tmp_path)

"""Edge lists and adjacency as text: against NetworkX, which writes and reads both, and against plain Python."""

import gzip

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from edgewise.data import Data
from edgewise.errors import EdgewiseError
from edgewise.io.adjacency import read_adjacency
from edgewise.io.edge_list import read_edge_list, write_edge_list


@pytest.fixture
def write(tmp_path):
    def written(content, name="graph.txt"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


def named_edges(data):
    """Edges by what the file calls their ends."""
    names = data.node_names if "node_names" in data else None
    ids = data.node_id.tolist() if "node_id" in data else list(range(data.num_nodes))
    called = ids if names is None else names
    return [(called[source], called[target]) for source, target in data.edge_index.t().tolist()]


def karate():
    return Data.from_edges(list(nx.karate_club_graph().edges), undirected=True)


@pytest.mark.parametrize(
    ("content", "edges"),
    [
        ("0 1\n1 2\n", [(0, 1), (1, 2)]),
        ("0 1\n1 2", [(0, 1), (1, 2)]),
        ("0\t1\r\n1\t2\r\n", [(0, 1), (1, 2)]),
        ("0 1\r1 2\r", [(0, 1), (1, 2)]),
        ("  0   1  \n\n 1\t 2\n \n", [(0, 1), (1, 2)]),
        ("0,1\n1,2\n", [(0, 1), (1, 2)]),
        ("0; 1\n1; 2\n", [(0, 1), (1, 2)]),
        ("\ufeff0 1\n", [(0, 1)]),
        ("# Nodes: 3\n#\n0 1\n  # more\n1 2\n", [(0, 1), (1, 2)]),
        ("source,target\n0,1\n", [(0, 1)]),
        ("node_1,node_2\n5,1\n", [(5, 1)]),
        ("-3 10000000000\n10000000000 7\n", [(-3, 10000000000), (10000000000, 7)]),
        ("b a\na c\n", [("b", "a"), ("a", "c")]),
        ("from,to\nb,a\n", [("b", "a")]),
        ("007 7\n", [("007", "7")]),
        ("NA nan\nnull true\n", [("NA", "nan"), ("null", "true")]),
        ("2012-01-01 2012-01-02\n", [("2012-01-01", "2012-01-02")]),
        ("New York\tRio de Janeiro\n", [("New York", "Rio de Janeiro")]),
        ('"a, b",c\n', [("a, b", "c")]),
        ('5" 6"\n', [('5"', '6"')]),
        ("é 水\n", [("é", "水")]),
        ("99999999999999999999 1\n", [("99999999999999999999", "1")]),
        ("1 x\n2 3\n4 5\n", [(2, 3), (4, 5)]),  # the only line without whole numbers: names of columns
    ],
)
def test_what_lines_say(write, content, edges):
    data = read_edge_list(write(content))
    assert named_edges(data) == edges
    assert read_edge_list(write(gzip.compress(content.encode()), "graph.gz")).edge_index.tolist() == (
        data.edge_index.tolist()
    )
    assert data.num_nodes == len({end for edge in edges for end in edge})


def test_order_of_nodes(write):
    assert read_edge_list(write("30 10\n10 20\n")).node_id.tolist() == [10, 20, 30]
    assert read_edge_list(write("z b\nb a\n")).node_names == ["z", "b", "a"]
    spread = read_edge_list(write("5000000000000 3\n3 -5000000000000\n"))
    assert spread.node_id.tolist() == [-5000000000000, 3, 5000000000000]
    assert spread.edge_index.tolist() == [[2, 1], [1, 0]]
    assert read_edge_list(write("2 0\n0 1\n")).to_dict().keys() == {"edge_index", "num_nodes"}


def test_header_said(write):
    assert named_edges(read_edge_list(write("who whom\nann bob\n"), header=True)) == [("ann", "bob")]
    assert named_edges(read_edge_list(write("source target\n"), header=False)) == [("source", "target")]
    assert named_edges(read_edge_list(write("1 2\n3 4\n"), header=True)) == [(3, 4)]
    assert named_edges(read_edge_list(write("a b\n1 2\n"), header=False)) == [("a", "b"), ("1", "2")]


def test_more_columns(write):
    content = "0 1 3 2.5 friend 2020-01-01\n1 2 4 3.5 foe 2020-01-02\n"
    data = read_edge_list(write(content), columns=("count", "length", "kind", "day"))
    assert data["count"].tolist() == [3, 4]
    assert data["count"].dtype == torch.int64
    assert data.length.tolist() == [2.5, 3.5]
    assert data.length.dtype == torch.float32
    assert data.kind == ["friend", "foe"]
    assert data.day == ["2020-01-01", "2020-01-02"]
    some = read_edge_list(write(content), columns=("edge_weight", None, None, None))
    assert some.edge_weight.tolist() == [3.0, 4.0]
    assert some.keys() == ["edge_index", "edge_weight", "num_nodes"]


def test_columns_without_names(write):
    assert read_edge_list(write("0 1 3\n1 0 4\n")).edge_weight.tolist() == [3.0, 4.0]
    assert read_edge_list(write("a,b,1e-05\n")).edge_weight.tolist() == [pytest.approx(1e-5)]
    attr = read_edge_list(write("0 1 3 0.5\n1 0 4 1.5\n")).edge_attr
    assert attr.tolist() == [[3.0, 0.5], [4.0, 1.5]]
    previous = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        assert read_edge_list(write("0 1 0.1\n")).edge_weight.tolist() == [0.1]
    finally:
        torch.set_default_dtype(previous)


def test_both_directions(write):
    data = read_edge_list(write("0 1 2.5\n2 1 1\n1 2 1\n"), directed=False)
    assert data.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert data.edge_weight.tolist() == [2.5, 2.5, 1.0, 1.0]
    assert data.is_undirected()


def test_nodes_without_edges(write):
    data = read_edge_list(write("5 1\n"), num_nodes=9)
    assert (data.num_nodes, data.edge_index.tolist()) == (9, [[5], [1]])
    for content in ("", "# nothing\n", "\n\n"):
        empty = read_edge_list(write(content), num_nodes=4)
        assert (empty.num_nodes, empty.num_edges) == (4, 0)


def test_as_networkx_reads(write, tmp_path):
    graph = nx.les_miserables_graph()
    nx.write_weighted_edgelist(graph, tmp_path / "miserables.txt", delimiter="\t")
    data = read_edge_list(tmp_path / "miserables.txt", directed=False)
    wanted = {(s, t): w["weight"] for s, t, w in graph.to_directed().edges(data=True)}
    assert dict(zip(named_edges(data), data.edge_weight.tolist(), strict=True)) == wanted
    nx.write_edgelist(nx.karate_club_graph(), tmp_path / "karate.txt", data=False)
    assert torch.equal(read_edge_list(tmp_path / "karate.txt", directed=False).edge_index, karate().edge_index)


@pytest.mark.parametrize(("name", "nodes", "edges"), [("ca-AstroPh", 18772, 396160), ("email-Enron", 36692, 367662)])
def test_snap(data_root, name, nodes, edges):
    path = data_root / "large" / f"{name}.txt.gz"
    data = read_edge_list(path)
    assert (data.num_nodes, data.num_edges) == (nodes, edges)
    lines = [line for line in gzip.decompress(path.read_bytes()).splitlines() if not line.startswith(b"#")]
    last = tuple(map(int, lines[-1].split()))
    ids = data.node_id if "node_id" in data else torch.arange(nodes)
    assert tuple(ids[data.edge_index[:, -1]].tolist()) == last


def test_bitcoin(data_root):
    data = read_edge_list(data_root / "temporal" / "soc-sign-bitcoinotc.csv.gz", columns=("rating", "time"))
    assert (data.num_nodes, data.num_edges) == (5881, 35592)
    assert (int(data.rating.min()), int(data.rating.max())) == (-10, 10)


@pytest.mark.parametrize("name", ["a.txt", "a.txt.gz"])
@pytest.mark.parametrize("delimiter", ["\t", " ", ",", ";"])
def test_written_and_read(tmp_path, name, delimiter):
    edge_index = torch.tensor([[2, 0, 1, 1], [0, 1, 2, 1]])
    data = Data(edge_index=edge_index, edge_weight=torch.tensor([0.1, 1e-30, 3.0, -2.5]), num_nodes=4)
    write_edge_list(data, tmp_path / name, delimiter=delimiter)
    again = read_edge_list(tmp_path / name, num_nodes=4)
    assert torch.equal(again.edge_index, edge_index)
    assert torch.equal(again.edge_weight, data.edge_weight)
    data.kind, data.count = ["x", "y", "x", "z"], torch.arange(4).reshape(4, 1)
    write_edge_list(data, tmp_path / name, delimiter=delimiter, columns=("kind", "count"))
    again = read_edge_list(tmp_path / name, num_nodes=4, columns=("kind", "count"))
    assert again.kind == data.kind
    assert again["count"].tolist() == [0, 1, 2, 3]


def test_written_by_name(tmp_path):
    edges = torch.tensor([[1, 0], [0, 2]])
    write_edge_list(Data(edge_index=edges, node_names=["ann b", "bob", "eve"], num_nodes=3), tmp_path / "a")
    assert (tmp_path / "a").read_text() == "# Nodes: 3 Edges: 2\nbob\tann b\nann b\teve\n"
    write_edge_list(Data(edge_index=edges, node_id=torch.tensor([7, 9, 11]), num_nodes=3), tmp_path / "b")
    assert named_edges(read_edge_list(tmp_path / "b")) == [(9, 7), (7, 11)]


def test_each_pair_once(tmp_path):
    data = karate()
    write_edge_list(data, tmp_path / "k", directed=False)
    assert len((tmp_path / "k").read_text().splitlines()) == 1 + 78
    assert torch.equal(read_edge_list(tmp_path / "k", directed=False).edge_index, data.edge_index)


@pytest.mark.parametrize("graph", [nx.karate_club_graph(), nx.path_graph(1), nx.les_miserables_graph()])
@pytest.mark.parametrize("directed", [True, False])
def test_list_of_neighbours_as_networkx(tmp_path, graph, directed):
    graph = nx.Graph(graph.edges) if graph.number_of_edges() else graph
    graph.add_node(77 if isinstance(next(iter(graph)), int) else "nobody")
    delimiter = ";" if isinstance(next(iter(graph)), str) else " "
    nx.write_adjlist(graph, tmp_path / "g", delimiter=delimiter)
    how = nx.DiGraph if directed else nx.Graph
    kind = type(next(iter(graph)))
    theirs = nx.read_adjlist(tmp_path / "g", delimiter=delimiter, create_using=how, nodetype=kind).to_directed()
    data = read_adjacency(tmp_path / "g", directed=directed, format="list")
    assert data.num_nodes == theirs.number_of_nodes()
    assert sorted(named_edges(data)) == sorted(theirs.edges)
    if delimiter == " ":
        assert torch.equal(read_adjacency(tmp_path / "g", directed=directed).edge_index, data.edge_index)


DENSE = np.array([[0.0, 2.0, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 0.0]])


@pytest.mark.parametrize(
    "content",
    [
        "0,2,0\n0.5,1,0\n0,0,0\n",
        "0.0 2.0 0.0\n0.5 1.0 0.0\n0 0 0",
        "0;2;0\n0.5;+1;0\n0;0;0\n",
        "# a comment\n0\t2\t0\n\n.5\t1\t0\n0\t0\t0\n",
        ",0,1,2\n0,0.0,2.0,0.0\n1,0.5,1.0,0.0\n2,0.0,0.0,0.0\n",
        "0 1 2\n0 0 2 0\n1 0.5 1 0\n2 0 0 0\n",
    ],
)
def test_matrix(write, content):
    data = read_adjacency(write(content), format="matrix" if content.startswith("0 1 2") else "auto")
    assert data.edge_index.tolist() == [[0, 1, 1], [1, 0, 1]]
    assert data.edge_weight.tolist() == [2.0, 0.5, 1.0]
    assert data.keys() == ["edge_index", "edge_weight", "num_nodes"]
    assert data.num_nodes == 3


def test_matrix_with_names(write, tmp_path):
    for header, index in ((True, True), (True, False)):
        pd.DataFrame(DENSE, list("abc"), list("abc")).to_csv(tmp_path / "m.csv", header=header, index=index)
        data = read_adjacency(tmp_path / "m.csv")
        assert data.node_names == ["a", "b", "c"]
        assert data.edge_weight.tolist() == [2.0, 0.5, 1.0]
    assert read_adjacency(write(",7,5\n7,0,1\n5,0,0\n")).node_id.tolist() == [7, 5]


def test_blanks_may_separate_either(write, tmp_path):
    np.savetxt(tmp_path / "m.txt", DENSE)
    assert read_adjacency(tmp_path / "m.txt").edge_weight.tolist() == [2.0, 0.5, 1.0]
    binary = read_adjacency(write("0 1 0\n1 0 0\n0 0 0\n"))
    assert binary.edge_index.tolist() == [[0, 1], [1, 0]]
    complete = read_adjacency(write("0 1 2\n1 2 0\n2 0 1\n"))
    assert complete.edge_index.tolist() == [[0, 0, 1, 1, 2, 2], [1, 2, 2, 0, 0, 1]]


def test_los_loop(data_root):
    data = read_adjacency(data_root / "traffic" / "los-loop" / "los_adj.csv", directed=False)
    assert (data.num_nodes, data.num_edges) == (207, 2833)
    assert data.has_self_loops()


LINES = st.lists(
    st.lists(
        st.sampled_from(
            ["0", "1", "2", "07", "-1", "1.5", "a", "é", '"', "#", ",", "{}", "nan", "", "\x0c", "\xa0", "\u2028"]
        )
    ),
    max_size=5,
)


@settings(max_examples=60, deadline=None)
@given(lines=LINES, between=st.sampled_from([" ", "\t", ",", "  "]), cut=st.integers(0, 4), whole=st.booleans())
@example(lines=[["0", "1", '"0'], ["1", "0", "1"], ["0", "0"]], between=",", cut=0, whole=True)
@example(lines=[["0", "1"]], between=" ", cut=0, whole=False)
@example(lines=[["0", "1", ""], ["0", "1", ""]], between=",", cut=0, whole=True)
def test_any_bytes_make_a_graph_or_an_error_of_ours(tmp_path_factory, lines, between, cut, whole):
    content = "\n".join(between.join(line) for line in lines).encode()
    content = content if whole else content[: max(len(content) - cut, 0)] + b"\xff" * (cut == 3) + b"\0" * (cut == 4)
    path = tmp_path_factory.getbasetemp() / "fuzz"
    path.write_bytes(content)
    named = True
    for read in (read_edge_list, read_adjacency):
        for directed in (True, False):
            try:
                data = read(path, directed=directed)
            except EdgewiseError as error:
                named &= str(path) in str(error)
            else:
                data.edge_weight = data.edge_attr = None  # a weight may be nan
                data.validate()
    assert named

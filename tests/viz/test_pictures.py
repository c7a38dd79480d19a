"""Pictures for papers and scripts: what stands in the files, and that a loop of figures does not pile up."""

import matplotlib as mpl
import networkx as nx
import pytest
import torch
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from PIL import Image

from edgewise.datasets import KarateClub
from edgewise.errors import ArgumentError, FileError, NodeIndexError, ShapeError
from edgewise.utils import to_networkx
from edgewise.viz import (
    animate_embedding,
    force_layout,
    save_embedding_svg,
    save_graph_svg,
    visualize_embedding,
    visualize_graph,
)
from edgewise.viz import graph as graph_module
from edgewise.viz._style import class_colours, draw_classes, new_axes


@pytest.fixture(autouse=True)
def no_screen():
    mpl.use("Agg")


@pytest.fixture(scope="module")
def karate():
    return KarateClub()[0]


def test_visualize_graph_draws_every_node_and_edge(karate):
    for graph in (to_networkx(karate, to_undirected=True), to_networkx(karate, node_attrs=["y"]), karate):
        figure = visualize_graph(graph, color=karate.y)
        lines, points = figure.axes[0].collections
        assert (len(lines.get_segments()), len(points.get_offsets())) == (78, 34)
        assert len({tuple(colour) for colour in points.get_facecolors()}) == 4


def test_visualize_embedding_names_epoch_and_loss(karate):
    h = torch.randn(34, 2, requires_grad=True)
    figure = visualize_embedding(h, color=karate.y, epoch=10, loss=h.square().mean().detach() * 0 + 0.12345)
    assert figure.axes[0].get_xlabel() == "Epoch: 10, Loss: 0.1235"
    torch.testing.assert_close(torch.tensor(figure.axes[0].collections[0].get_offsets().data), h.detach().double())


def test_wide_embeddings_are_projected(karate):
    h = torch.randn(34, 6) * torch.tensor([9.0, 5, 1, 1, 1, 1])
    drawn = torch.tensor(visualize_embedding(h, color=karate.y).axes[0].collections[0].get_offsets().data)
    variance = torch.linalg.eigvalsh(torch.cov(h.double().t())).flip(0)[:2]
    torch.testing.assert_close(torch.cov(drawn.double().t()).diagonal(), variance, rtol=1e-4, atol=1e-4)


def test_a_loop_of_figures_does_not_pile_up(karate):
    before = len(plt.get_fignums())
    for _ in range(25):  # matplotlib warns from the 21st open figure on, and warnings are errors here
        visualize_embedding(torch.randn(34, 2), color=karate.y)
    assert len(plt.get_fignums()) == before


def test_svg_files(karate, tmp_path):
    names = ["a", "b", "c", "d"]
    position = force_layout(karate.edge_index, 34)
    graph = save_graph_svg(tmp_path / "graph.svg", karate.edge_index, position, karate.y, names).read_text()
    label = karate.y.clone()
    label[0] = -1
    scatter = save_embedding_svg(
        tmp_path / "embedding.svg", torch.randn(34, 2), label, names, title="epoch 5"
    ).read_text()
    for name in names:
        assert f">{name}</text>" in graph
    assert ">unknown</text>" in scatter
    assert ">epoch 5</text>" in scatter
    assert graph.count("stroke: #ffffff") >= 34  # every node has a white rim
    again = save_graph_svg(tmp_path / "again.svg", karate.edge_index, position, karate.y, names).read_text()
    assert again == graph


def test_gif_has_a_frame_for_each_snapshot(karate, tmp_path):
    embeddings = torch.randn(5, 34, 2)
    path = animate_embedding(
        embeddings, karate.y, tmp_path / "e.gif", epochs=range(5), losses=[1.0, None, 0.5, 0.4, 0.3]
    )
    with Image.open(path) as picture:
        assert (picture.n_frames, picture.width) == (5, 400)
        frames = []
        for i in range(5):
            picture.seek(i)
            frames.append(picture.convert("RGB").tobytes())
    assert len(set(frames)) == 5


def test_gif_keeps_the_colour_of_every_class(tmp_path):
    label = torch.arange(20)
    path = animate_embedding(torch.rand(1, 20, 2), label, tmp_path / "e.gif", epochs=[0])
    with Image.open(path) as picture:
        seen = {colour for _, colour in picture.convert("RGB").getcolors(1000)}
    assert {tuple(bytes.fromhex(colour[1:])) for colour in class_colours(label)} <= seen


def test_an_edge_is_drawn_whatever_its_direction(karate):
    directed = nx.DiGraph([(0, 1), (1, 2), (2, 1), (3, 0)])
    lines = visualize_graph(directed, color=[0, 1, 2, 3]).axes[0].collections[0]
    assert len(lines.get_segments()) == 3


@pytest.mark.parametrize("nodes", [34, 1500])  # shapes by class, then dots
def test_every_node_is_drawn_in_the_colour_of_its_class(nodes):
    label, points = torch.arange(nodes) % 5 - 1, torch.rand(nodes, 2)
    drawn = draw_classes(new_axes(on_screen=False)[1], points, label)
    colours = class_colours(label)
    for collection, members in drawn:
        torch.testing.assert_close(torch.tensor(collection.get_offsets().data), points[members].double())
        faces = [to_hex(colour).upper() for colour in collection.get_facecolors()]
        assert faces == [colours[node] for node in members]
    assert sorted(torch.cat([members for _, members in drawn]).tolist()) == list(range(nodes))


def test_few_nodes_can_be_projected():
    for nodes in (1, 2):
        assert len(visualize_embedding(torch.randn(nodes, 6), color=[0] * nodes).axes[0].collections) == 1


def test_the_legend_covers_no_node(karate, tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(graph_module, "save", lambda figure, path: made.append(figure) or path)
    save_graph_svg(str(tmp_path / "g.svg"), karate.edge_index, force_layout(karate.edge_index, 34), karate.y)
    axes = made[0].axes[0]
    made[0].canvas.draw()
    assert axes.get_legend().get_window_extent().y1 <= axes.get_window_extent().y0


def test_messages(karate, tmp_path):
    with pytest.raises(ShapeError, match=r"expected h of shape \[nodes, 2 or more\], got \[34, 1\]"):
        visualize_embedding(torch.randn(34, 1), color=karate.y)
    with pytest.raises(ShapeError, match=r"expected position of shape \[nodes, 2\], got \[34, 3\]"):
        save_graph_svg(tmp_path / "g.svg", karate.edge_index, torch.randn(34, 3), karate.y)
    with pytest.raises(ShapeError, match="expected one epoch for each of the 2 snapshots, at least one, got 3"):
        animate_embedding(torch.randn(2, 34, 2), karate.y, tmp_path / "e.gif", epochs=range(3))
    with pytest.raises(FileError, match="expected a writable folder"):
        animate_embedding(torch.randn(2, 34, 2), karate.y, tmp_path / "no" / "e.gif", epochs=range(2))
    with pytest.raises(ArgumentError, match="expected class_names for 4 classes, got 2"):
        save_embedding_svg(tmp_path / "e.svg", torch.randn(34, 2), karate.y, ["a", "b"])
    with pytest.raises(NodeIndexError, match=r"save_graph_svg: expected edge_index values in 0\.\.32, got node 33"):
        save_graph_svg(tmp_path / "g.svg", karate.edge_index, torch.randn(33, 2), karate.y[:33])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.unhooked
def test_one_label_a_node(karate, tmp_path):
    with pytest.raises(ShapeError, match=r"save_embedding_svg: expected label of shape \[34\], one a node, got \[3\]"):
        save_embedding_svg(tmp_path / "e.svg", torch.randn(34, 2), karate.y[:3])
    with pytest.raises(ShapeError, match=r"save_graph_svg: expected label of shape \[34\], one a node, got \[34, 1\]"):
        save_graph_svg(tmp_path / "g.svg", karate.edge_index, torch.randn(34, 2), karate.y[:, None])
    with pytest.raises(ShapeError, match=r"animate_embedding: expected label of shape \[34\], one a node, got \[3\]"):
        animate_embedding(torch.randn(1, 34, 2), karate.y[:3], tmp_path / "e.gif", epochs=[0])
    assert list(tmp_path.iterdir()) == []

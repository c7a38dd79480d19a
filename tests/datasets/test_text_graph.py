"""TextGraph against the definition in plain Python, the published statistics, and files that are broken."""

import hashlib
import math
from collections import Counter

import pytest
import torch

from edgewise.datasets.text_graph import TextGraph, text_edges
from edgewise.errors import ArgumentError, DataError, FileError

INDEX = "0\ttrain\tgood\n1\ttrain\tbad\n2\ttest\tgood\n"
CORPUS = "a film a joy\nthe film is a bore\na joy\n"


def lay_out(folder, index=INDEX, corpus=CORPUS, below="."):
    (folder / below).mkdir(parents=True, exist_ok=True)
    (folder / "mr.txt").write_text(index)
    (folder / below / "mr.clean.txt").write_bytes(corpus.encode("latin-1"))
    return folder


def by_definition(documents, window_size):
    """Weight of each pair of nodes, one window, word and pair at a time."""
    vocabulary = sorted({word for document in documents for word in document})
    weights = {}
    having = Counter(word for document in documents for word in set(document))
    for d, document in enumerate(documents):
        for word, times in Counter(document).items():
            weight = times * math.log(len(documents) / having[word])
            weights[d, len(documents) + vocabulary.index(word)] = weight
    windows = [
        set(document[start : start + window_size])
        for document in documents
        if document
        for start in range(max(1, len(document) - window_size + 1))
    ]
    for i, first in enumerate(vocabulary):
        for j, second in enumerate(vocabulary):
            both = sum(first in window and second in window for window in windows)
            one, other = sum(first in window for window in windows), sum(second in window for window in windows)
            if i != j and both:
                weights[len(documents) + i, len(documents) + j] = math.log(both * len(windows) / (one * other))
    kept = {pair: weight for pair, weight in weights.items() if weight > 0}
    return vocabulary, {**kept, **{(target, source): weight for (source, target), weight in kept.items()}}


@pytest.mark.parametrize("window_size", [2, 3, 20])
def test_edges_as_defined(window_size):
    generator = torch.Generator().manual_seed(window_size)
    lengths = [0, 1, 2, 5, 9, 3]
    documents = [[f"w{n}" for n in torch.randint(8, (length,), generator=generator).tolist()] for length in lengths]
    vocabulary, expected = by_definition(documents, window_size)
    edge_index, edge_weight = text_edges(documents, vocabulary, window_size)
    pairs = list(map(tuple, edge_index.t().tolist()))
    assert pairs == sorted(expected)
    torch.testing.assert_close(edge_weight, torch.tensor([expected[pair] for pair in pairs]))


def test_no_documents_no_edges():
    edge_index, edge_weight = text_edges([[], []], [])
    assert (edge_index.shape, edge_weight.shape) == ((2, 0), (0,))


def test_a_small_corpus(tmp_path):
    dataset = TextGraph(lay_out(tmp_path), "MR")
    data = dataset[0]
    assert dataset.vocabulary == ["a", "bore", "film", "is", "joy", "the"]
    assert dataset.class_names == ["bad", "good"]
    assert data.y.tolist() == [1, 0, 1, -1, -1, -1, -1, -1, -1]
    assert data.n_id.tolist() == list(range(9)) == list(range(data.num_nodes))
    assert (data.train_mask.nonzero().flatten().tolist(), data.test_mask.nonzero().flatten().tolist()) == ([0, 1], [2])
    assert data.edge_weight.min() > 0
    assert data.is_undirected()
    assert (dataset.num_classes, repr(dataset)) == (2, "MR()")
    assert dataset.statistics() == {"documents": 3, "words": 6, "nodes": 9, "classes": 2, "train": 2, "test": 1}
    assert dataset.card["nodes"] == "3 documents and 6 words"


def test_kept_graph_and_its_options(tmp_path, own_home):
    root = lay_out(tmp_path / "MR" / "raw", below="corpus").parent.parent
    index = "".join(f"{n}\ttrain\t{n % 2}\n" for n in range(40)) + "40\ttest\t1\n"
    lay_out(root / "MR" / "raw", index, "one two three\n" * 40 + "two four\n", below="corpus")
    first, again, other = TextGraph(root, "mr")[0], TextGraph(root, "mr")[0], TextGraph(root, "mr", seed=1)[0]
    assert torch.equal(first.val_mask, again.val_mask)
    assert int(first.val_mask.sum()) == int(other.val_mask.sum()) == 4
    assert not torch.equal(first.val_mask, other.val_mask)
    assert not (first.val_mask & first.train_mask).any()
    assert first.validate() is first
    assert (root / "MR" / "processed" / "graphs.safetensors").is_file()
    assert not own_home.exists()


def test_latin_1_ends_lines_at_line_feeds_alone(tmp_path):
    dataset = TextGraph(lay_out(tmp_path, corpus="caf\xe9 \x85 film\nbad\ngood\x0bfilm\n"), "MR")
    assert dataset.vocabulary == ["bad", "caf\xe9", "film", "good"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("R8", {"documents": 7674, "words": 7688, "nodes": 15362, "classes": 8, "train": 5485, "test": 2189}),
        ("MR", {"documents": 10662, "words": 18764, "nodes": 29426, "classes": 2, "train": 7108, "test": 3554}),
    ],
)
def test_published_statistics(name, expected, data_root):
    dataset = TextGraph(data_root / "text", name)
    data = dataset[0]
    assert dataset.statistics() == expected
    assert data.num_nodes == expected["nodes"]
    assert int((data.y >= 0).sum()) == expected["documents"]
    assert int(data.val_mask.sum()) == expected["train"] // 10
    for path, (_, sha256) in zip(dataset.raw_paths, dataset.checksums.items(), strict=True):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    mean = sum(map(len, dataset._documents)) / expected["documents"]
    assert mean == pytest.approx({"R8": 65.72, "MR": 20.39}[name], abs=0.005)
    assert not list((data_root / "text").glob("**/*.safetensors"))


@pytest.mark.parametrize(
    ("index", "corpus", "error"),
    [
        (INDEX + "3\tvalid\tgood\n", CORPUS, "got '3\\\\tvalid\\\\tgood' in line 4"),
        ("0 train good\n", CORPUS, "got '0 train good' in line 1"),
        ("", CORPUS, r"expected documents in .*mr\.txt, got none"),
        (
            INDEX,
            "one\ntwo\n",
            r"expected a document for each of the 3 lines of .*mr\.txt, got 2 lines in .*mr\.clean\.txt",
        ),
    ],
)
def test_broken_files_are_named(index, corpus, error, tmp_path):
    with pytest.raises(DataError, match=error) as caught:
        TextGraph(lay_out(tmp_path, index, corpus), "MR")
    assert "\n" not in str(caught.value)


def test_missing_files_and_wrong_arguments(tmp_path):
    with pytest.raises(FileError, match=r"expected https://raw\.githubusercontent\.com/yao8839836/text_gcn/.*/mr\.txt"):
        TextGraph(tmp_path, "MR")
    with pytest.raises(ArgumentError) as caught:
        TextGraph(tmp_path, "R88")
    assert str(caught.value) == "TextGraph: expected name to be one of MR, R8, got 'R88'. Did you mean 'R8'?"
    with pytest.raises(ArgumentError, match="expected window_size of 2 or more, got 1"):
        TextGraph(tmp_path, "R8", window_size=1)

"""Every kind of leak is planted once and refused by name; and what else splits and negative sampling answer."""

import sys

import pytest
import torch

from edgewise.data import Data, HeteroData
from edgewise.data.splits import (
    GraphSplit,
    LinkSplit,
    NodeSplit,
    ScaffoldSplit,
    TemporalSplit,
    k_folds,
    random_split,
    scaffold_split,
    temporal_split,
)
from edgewise.data.temporal_data import TemporalData
from edgewise.datasets import KarateClub
from edgewise.errors import (
    ArgumentError,
    DataError,
    DTypeError,
    EdgewiseWarning,
    MissingPackageError,
    NodeIndexError,
    ShapeError,
)
from edgewise.tasks import NodeClassifier
from edgewise.transforms.random_link_split import RandomLinkSplit
from edgewise.transforms.random_node_split import RandomNodeSplit
from edgewise.utils.negative_sampling import (
    batched_negative_sampling,
    negative_sampling,
    structured_negative_sampling,
)


def message(error_type, action):
    with pytest.raises(error_type) as error:
        action()
    assert "\n" not in str(error.value)
    return str(error.value)


def edges(*pairs):
    return torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).t()


def part(messages, positives=(), negatives=()):
    judged, label = edges(*positives, *negatives), [1.0] * len(positives) + [0.0] * len(negatives)
    return Data(edge_index=edges(*messages), edge_label_index=judged, edge_label=torch.tensor(label), num_nodes=9)


PATH = [(0, 1), (1, 2), (2, 3)]


class TestLinks:
    def test_reverse_edge_of_an_undirected_graph(self):
        both = [*PATH, (1, 0), (2, 1), (3, 2)]
        split = LinkSplit((part(both, PATH), part([*both, (5, 4)], [(4, 5)]), part(both, [(5, 6)])))
        assert message(DataError, split.check) == (
            "LinkSplit.check: expected edges of val outside of all messages, got edge 4 -> 5 of val, which passes "
            "messages in val as 5 -> 4. Split with RandomLinkSplit(is_undirected=True)."
        )

    def test_undirected_graph_that_was_split_as_directed(self):
        split = LinkSplit((part([(0, 1), (2, 1)], [(0, 1)]), part([(0, 1), (2, 1)], [(1, 0)]), part([], [(1, 2)])))
        assert message(DataError, split.check) == (
            "LinkSplit.check: expected edges of val outside of all messages, got edge 1 -> 0 of val, which passes "
            "messages in train as 0 -> 1. Split with RandomLinkSplit(is_undirected=True)."
        )

    def test_test_edge_in_messages(self):
        split = LinkSplit((part(PATH, PATH), part(PATH, [(3, 4)]), part([*PATH, (3, 4), (4, 5)], [(4, 5)])))
        assert message(DataError, split.check) == (
            "LinkSplit.check: expected edges of test outside of all messages, got edge 4 -> 5 of test, which passes "
            "messages in test. Take it out of test, or split with RandomLinkSplit."
        )

    def test_training_edge_that_should_pass_no_message(self):
        parts = (part(PATH, [(1, 2)]), part(PATH, [(3, 4)]), part(PATH, [(4, 5)]))
        assert LinkSplit(parts).check()
        assert message(DataError, LinkSplit(parts, is_disjoint=True).check) == (
            "LinkSplit.check: expected edges of train outside of all messages, got edge 1 -> 2 of train, which passes "
            "messages in train. Take it out of train, or split with RandomLinkSplit."
        )

    def test_negative_that_is_a_positive(self):
        split = LinkSplit((part(PATH, PATH, [(4, 5)]), part(PATH, [(3, 4)], [(6, 7)]), part(PATH, [(4, 5)], [(7, 8)])))
        assert message(DataError, split.check) == (
            "LinkSplit.check: expected negatives that no edge joins, got 4 -> 5 of train, an edge that test is judged "
            "on. Draw negatives against all edges of the graph, as RandomLinkSplit does."
        )

    def test_negative_that_is_a_message(self):
        split = LinkSplit((part(PATH, PATH), part(PATH, [(3, 4)]), part([*PATH, (3, 4)], [(4, 5)], [(7, 8), (1, 2)])))
        assert message(DataError, split.check) == (
            "LinkSplit.check: expected negatives that no edge joins, got 1 -> 2 of test, an edge that train is judged "
            "on. Draw negatives against all edges of the graph, as RandomLinkSplit does."
        )
        split = LinkSplit((part(PATH), part(PATH, [(3, 4)]), part(PATH, [(4, 5)], [(2, 1)])), is_undirected=True)
        assert message(DataError, split.check) == (
            "LinkSplit.check: expected negatives that no edge joins, got 2 -> 1 of test, an edge that passes messages "
            "in train as 1 -> 2. Draw negatives against all edges of the graph, as RandomLinkSplit does."
        )

    @pytest.mark.parametrize(
        ("positives", "negatives", "kind"), [([(3, 4)], [], "edge"), ([(5, 6)], [(6, 8)], "negative")]
    )
    def test_overlapping_supervision(self, positives, negatives, kind):
        split = LinkSplit((part(PATH, PATH), part(PATH, [(3, 4)], [(6, 8)]), part(PATH, positives, negatives)))
        pair = "3 -> 4" if kind == "edge" else "6 -> 8"
        assert message(DataError, split.check) == (
            f"LinkSplit.check: expected every pair to be judged in one part, got {kind} {pair} of test also in val. "
            "Take it out of one of them."
        )

    def test_apart_as_pyg_splits_labels(self):
        parts = [part(PATH, [pair]) for pair in ((0, 1), (3, 4), (4, 5))]
        for one in parts:
            one.pos_edge_label_index, one.neg_edge_label_index = one.edge_label_index, edges((2, 3))
            del one["edge_label"], one["edge_label_index"]
        assert "got 2 -> 3 of train, an edge that passes messages in train." in message(
            DataError, LinkSplit(parts).check
        )

    def test_no_pairs_to_judge(self):
        split = LinkSplit((part(PATH), Data(edge_index=edges(*PATH)), part(PATH)))
        assert message(DataError, split.check) == (
            "LinkSplit.check: expected edge_label_index in val, the pairs it is judged on, got none. "
            "RandomLinkSplit makes it."
        )

    def test_pairs_that_are_none(self):
        wrong = part(PATH)
        wrong.edge_label_index = torch.zeros(5, 2)
        assert message(ShapeError, LinkSplit((wrong, part(PATH), part(PATH))).check) == (
            "LinkSplit.check: expected integer edge_label_index [2, pairs] in train, got float32 [5, 2]. "
            "Row 0 = source, row 1 = destination."
        )
        wrong.edge_label_index = edges((0, 1), (1, 2))
        assert message(ShapeError, LinkSplit((wrong, part(PATH), part(PATH))).check) == (
            "LinkSplit.check: expected edge_label of train with one row for each of the 2 pairs, got [0]. "
            "Give every pair a label."
        )

    def test_arguments(self):
        assert message(ArgumentError, lambda: LinkSplit((part(PATH), part(PATH)))) == (
            "LinkSplit: expected three parts (train, val, test), got 2. Give an empty one."
        )
        assert message(ArgumentError, lambda: LinkSplit([HeteroData()] * 3)) == (
            "LinkSplit: expected edge_types of a HeteroData, got none. "
            'Name what is predicted: edge_types=[("user", "rates", "movie")].'
        )
        assert message(ArgumentError, lambda: LinkSplit([ratings(PATH)] * 3, edge_types=[("a", "b", "c")])) == (
            "LinkSplit: expected edge types among [('user', 'rates', 'movie')], got ('a', 'b', 'c'). Correct it."
        )


RATES, BACK = ("user", "rates", "movie"), ("movie", "rated_by", "user")


def ratings(messages, positives=None, backward=None):
    data = HeteroData()
    data["user"].num_nodes, data["movie"].num_nodes = 9, 9
    data[RATES].edge_index = edges(*messages)
    if positives is not None:
        data[RATES].edge_label_index, data[RATES].edge_label = edges(*positives), torch.ones(len(positives))
    if backward is not None:
        data[BACK].edge_index = edges(*backward)
    return data


class TestTypes:
    BACKWARD = [(1, 0), (2, 1), (3, 2)]  # noqa: RUF012

    def test_test_edge_in_the_reverse_type(self):
        parts = (
            ratings(PATH, PATH, self.BACKWARD),
            ratings(PATH, [(3, 4)], [*self.BACKWARD, (4, 3)]),
            ratings(PATH, [(4, 5)], self.BACKWARD),
        )
        split = LinkSplit(parts, edge_types=[RATES], rev_edge_types=[BACK])
        assert message(DataError, split.check) == (
            "LinkSplit.check: expected edges of val outside of all messages, got edge 3 -> 4 (user, rates, movie) of "
            "val, which passes messages in val as 4 -> 3 (movie, rated_by, user). "
            "Split with RandomLinkSplit(rev_edge_types=('movie', 'rated_by', 'user'))."
        )

    def test_reverse_type_that_nobody_named(self):
        known = [*self.BACKWARD, (4, 3), (5, 4)]
        parts = [ratings(PATH, pairs, known) for pairs in (PATH, [(3, 4)], [(4, 5)])]
        assert message(DataError, LinkSplit(parts, edge_types=[RATES]).check) == (
            "LinkSplit.check: expected edges of test outside of all messages, got edge 4 -> 5 (user, rates, movie) of "
            "test, which passes messages in test as 5 -> 4 (movie, rated_by, user). "
            "Split with RandomLinkSplit(rev_edge_types=('movie', 'rated_by', 'user'))."
        )

    def test_it_is_not_split_either(self):
        data = ratings(PATH, None, self.BACKWARD)
        assert message(DataError, lambda: RandomLinkSplit(1, 1, edge_types=RATES)(data)) == (
            "RandomLinkSplit: expected rev_edge_types to name ('movie', 'rated_by', 'user'), which is the reverse of "
            "('user', 'rates', 'movie'), got None. Pass rev_edge_types=('movie', 'rated_by', 'user'), or delete that "
            "type."
        )

    def test_edge_that_reverses_none(self):
        data = ratings(PATH, None, [(1, 0), (7, 8)])
        assert message(DataError, lambda: RandomLinkSplit(1, 1, edge_types=RATES, rev_edge_types=BACK)(data)) == (
            "RandomLinkSplit: expected every edge of ('movie', 'rated_by', 'user') to reverse one of "
            "('user', 'rates', 'movie'), got edge 1 (7 -> 8). Drop it, or make the type with ToUndirected()."
        )

    def test_arguments(self):
        data = ratings(PATH)
        assert message(ArgumentError, lambda: RandomLinkSplit()(data)) == (
            "RandomLinkSplit: expected edge_types for a HeteroData, got None. "
            "Name what is predicted among [('user', 'rates', 'movie')]."
        )
        assert message(ArgumentError, lambda: RandomLinkSplit(edge_types=RATES)(part(PATH))) == (
            "RandomLinkSplit: expected no edge_types for a Data, got ('user', 'rates', 'movie'). Leave it out."
        )
        wrong = ("user", "rate", "movie")
        assert message(ArgumentError, lambda: RandomLinkSplit(edge_types=wrong)(data)) == (
            "RandomLinkSplit: expected edge_types among [('user', 'rates', 'movie')], got ('user', 'rate', 'movie'). "
            "Did you mean 'user rates movie'?"
        )
        several = RandomLinkSplit(edge_types=[RATES, RATES], rev_edge_types=[None])
        assert message(ArgumentError, lambda: several(data)) == (
            "RandomLinkSplit: expected rev_edge_types for each of the 2 edge_types, got 1. "
            "Put None where there is none."
        )


class TestRandomLinkSplit:
    def test_no_edge_left(self):
        data = Data(edge_index=edges(*PATH), num_nodes=4)
        assert message(DataError, lambda: RandomLinkSplit(1, 2)(data)) == (
            "RandomLinkSplit: expected edges left for train to pass messages, got none of 3 with num_val=1, num_test=2 "
            "and disjoint_train_ratio=0.0. Lower them."
        )

    def test_edge_without_opposite(self):
        data = Data(edge_index=edges((0, 1), (1, 0), (3, 2)), num_nodes=4)
        assert message(DataError, lambda: RandomLinkSplit(is_undirected=True)(data)) == (
            "RandomLinkSplit: expected the opposite of every edge, as is_undirected=True says, got none of edge 2 "
            "(3 -> 2). Use ToUndirected() first, or is_undirected=False."
        )

    def test_split_already(self):
        assert message(DataError, lambda: RandomLinkSplit()(part(PATH))) == (
            "RandomLinkSplit: expected edges that are not split yet, got edge_label_index. Delete it first."
        )

    def test_classes_that_are_no_integers(self):
        data = Data(edge_index=edges(*PATH), edge_label=torch.rand(3), num_nodes=9)
        assert message(DTypeError, lambda: RandomLinkSplit(1, 1)(data)) == (
            "RandomLinkSplit: expected edge_label as integer classes, of which negatives become class 0, got float32. "
            "Use edge_label.long(), or neg_sampling_ratio=0."
        )

    def test_sizes(self):
        assert message(ArgumentError, lambda: RandomLinkSplit(num_val=-1)) == (
            "RandomLinkSplit: expected num_val as a count, or a share in [0.0, 1.0], got -1. Pass one of them."
        )
        assert "got 1.5." in message(ArgumentError, lambda: RandomLinkSplit(num_test=1.5))
        assert "got nan." in message(ArgumentError, lambda: RandomLinkSplit(disjoint_train_ratio=float("nan")))
        assert message(ArgumentError, lambda: RandomLinkSplit(neg_sampling_ratio=-0.5)) == (
            "RandomLinkSplit: expected neg_sampling_ratio of 0 or more, got -0.5. "
            "It says how many negatives there are for each edge."
        )

    def test_warnings_point_at_the_call(self):
        data = Data(edge_index=edges((0, 1), (1, 0), (1, 2), (2, 1), (0, 2), (2, 0)), num_nodes=3)
        with pytest.warns(EdgewiseWarning) as caught:
            RandomLinkSplit(1, 1)(data)
        assert [str(one.message) for one in caught] == [
            "RandomLinkSplit: every edge has its opposite, so the two are kept together, as with is_undirected=True. "
            "Pass it.",
            "RandomLinkSplit: expected 3 pairs without an edge, got 0, which is all there are: every part gets its "
            "share of them. Lower neg_sampling_ratio.",
        ]
        assert {one.filename for one in caught} == {__file__}


class TestNodes:
    def test_overlapping_masks(self):
        masks = [torch.tensor(values).bool() for values in ([1, 1, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1])]
        assert message(DataError, NodeSplit(masks).check) == (
            "NodeSplit.check: expected every node in one part, got node 1 in train_mask and test_mask (1 such node). "
            "Take it out of one: test_mask &= ~train_mask."
        )
        several = [torch.stack([masks[i], masks[j]], dim=1) for i, j in ((0, 0), (1, 2), (2, 1))]
        assert "got node 1 in train_mask and val_mask of split 1 (1 such node)." in message(
            DataError, NodeSplit(several).check
        )

    def test_overlapping_indices(self):
        split = NodeSplit([torch.tensor(nodes) for nodes in ([0, 3, 5], [1], [5, 3])])
        assert message(DataError, split.check) == (
            "NodeSplit.check: expected every node in one part, got node 3 in train and test (2 such nodes). "
            "Take it out of one: drop it from test."
        )

    def test_no_part(self):
        none = torch.zeros(4, dtype=torch.bool)
        assert message(DataError, NodeSplit((~none, none, None)).check) == (
            "NodeSplit.check: expected val_mask to select at least one node, got none of 4. "
            "Set some of it to True, or leave it out."
        )

    def test_what_is_no_part(self):
        assert message(DTypeError, NodeSplit((torch.ones(3), None, None)).check) == (
            "NodeSplit.check: expected train as a mask or node numbers, got float32. Use train.bool()."
        )
        masks = [torch.ones(n, dtype=torch.bool) for n in (3, 4)]
        assert message(ShapeError, NodeSplit((*masks, None)).check) == (
            "NodeSplit.check: expected masks of one shape [nodes] or [nodes, splits], got [4] for val and [3] for "
            "train. Give every node a value."
        )
        assert message(NodeIndexError, NodeSplit((torch.tensor([0, -1]), None, None)).check) == (
            "NodeSplit.check: expected node numbers of 0 or more in train, got -1. Number nodes from 0."
        )

    def test_a_task_refuses_them(self):
        data = KarateClub()[0]
        data.test_mask = torch.ones(34, dtype=torch.bool)
        node = int(data.train_mask.nonzero()[0])
        assert message(DataError, lambda: NodeClassifier("gcn", epochs=1, quiet=True).fit(data)) == (
            f"fit: expected every node in one part, got node {node} in train_mask and test_mask (4 such nodes). "
            "Take it out of one: test_mask &= ~train_mask."
        )

    def test_random_node_split(self):
        data = Data(y=torch.zeros(30).long(), num_nodes=30)
        assert message(DataError, lambda: RandomNodeSplit()(data)) == (
            "RandomNodeSplit: expected sizes that fit in 30 nodes and leave some for train, got num_val=500 and "
            "num_test=1000. Lower them; a float is a share: num_val=0.1."
        )
        assert message(DataError, lambda: RandomNodeSplit("test_rest", num_val=10)(data)) == (
            "RandomNodeSplit: expected sizes that fit in 10 nodes and leave some for test, got num_val=10. "
            "Lower them; a float is a share: num_val=0.1."
        )
        assert message(DataError, lambda: RandomNodeSplit("random", num_val=5, num_test=6)(data)) == (
            "RandomNodeSplit: expected sizes that fit in 10 nodes, got num_val=5 and num_test=6. "
            "Lower them; a float is a share: num_val=0.1."
        )
        assert message(ArgumentError, lambda: RandomNodeSplit("train-rest")) == (
            "RandomNodeSplit: expected split to be one of ('train_rest', 'test_rest', 'random'), got 'train-rest'. "
            "Did you mean 'train_rest'?"
        )
        assert message(ArgumentError, lambda: RandomNodeSplit("random", key=None)) == (
            "RandomNodeSplit: expected key for split='random', got None. Name the attribute that holds labels."
        )
        data.y = torch.zeros(30, 2)
        assert message(DataError, lambda: RandomNodeSplit("random")(data)) == (
            "RandomNodeSplit: expected in y one class for each of the 30 nodes, got float32 [30, 2]. "
            'Use split="train_rest", which needs no classes.'
        )
        data.y = ["a"] * 30
        assert "one class for each of the 30 nodes, got list." in message(
            DataError, lambda: RandomNodeSplit("random")(data)
        )


def events(*times):
    count = torch.arange(len(times))
    return TemporalData(src=count, dst=count + 1, t=torch.tensor(times))


class TestTime:
    def test_future_event(self):
        split = TemporalSplit((events(1, 2, 7, 3), events(5, 6), events(8, 9)))
        assert message(DataError, split.check) == (
            "TemporalSplit.check: expected every event of train before the first of val at 5, got event 2 (2 -> 3) of "
            "train at 7. Split by time: temporal_split(data)."
        )

    def test_one_time_in_two_parts(self):
        split = TemporalSplit((events(1, 2), events(3, 4), events(4, 9)))
        assert message(DataError, split.check) == (
            "TemporalSplit.check: expected every event of val before the first of test at 4, got event 1 (1 -> 2) of "
            "val at 4. Split by time: temporal_split(data)."
        )

    def test_empty_val_hides_nothing(self):
        split = TemporalSplit((events(1, 2, 7), events(), events(6, 9)))
        assert "expected every event of train before the first of test at 6" in message(DataError, split.check)

    def test_of_a_graph(self):
        parts = [
            Data(edge_index=edges(*PATH), time=torch.tensor([1, 5, 2]) + shift, num_nodes=9) for shift in (0, 4, 9)
        ]
        assert "got event 1 (1 -> 2) of train at 5." in message(DataError, TemporalSplit(parts, "time").check)

    def test_temporal_split(self):
        assert message(DataError, lambda: temporal_split(events(1, 2, 2, 2, 2, 2))) == (
            "temporal_split: expected an event for val, got none of 6: too many have one time (5 have the last, 2). "
            "Raise val_ratio, or give times more digits."
        )
        assert message(DataError, lambda: temporal_split(Data(edge_index=edges(*PATH)))) == (
            "temporal_split: expected the time of each event in t, got none. Set it, or name it in time=..."
        )
        assert message(ShapeError, lambda: temporal_split(Data(edge_index=edges(*PATH), t=torch.ones(2)))) == (
            "temporal_split: expected t [3], a time for each event, got [2]. Give each event one."
        )
        assert message(DataError, lambda: temporal_split(events(1.0, float("nan")))) == (
            "temporal_split: expected a time for each event, got nan at event 1. Drop it."
        )
        assert message(DataError, lambda: temporal_split(events())) == (
            "temporal_split: expected at least one event, got none. Pass data with events."
        )
        assert message(ArgumentError, lambda: temporal_split(events(1, 2), val_ratio=1.2)) == (
            "temporal_split: expected val_ratio in [0, 1], got 1.2. It is a share of all."
        )
        assert message(ArgumentError, lambda: temporal_split(events(1, 2), 0.6, 0.5)) == (
            "temporal_split: expected val_ratio + test_ratio of at most 1, got 0.6 + 0.5. Lower one of them."
        )


class TestGraphs:
    def test_graph_in_two_parts(self):
        split = GraphSplit("abcd", [torch.tensor(index) for index in ([0, 1], [2], [3, 1])])
        assert message(DataError, split.check) == (
            "GraphSplit.check: expected every graph in one part, got graph 1 in train and test. Take it out of one."
        )
        split = GraphSplit("abcd", [torch.tensor(index) for index in ([0, 1, 0], [2], [3])])
        assert message(DataError, split.check) == (
            "GraphSplit.check: expected every graph once, got graph 0 twice in train. Keep one."
        )

    def test_random_split(self):
        assert message(DataError, lambda: random_split("abcd")) == (
            "random_split: expected a graph for val, got none: 0.1 of 4 graphs is too few. Give val a larger share."
        )
        graphs = [Data(x=torch.ones(1, 1), y=torch.tensor([0.5])) for _ in range(10)]
        assert message(DTypeError, lambda: random_split(graphs, stratify="y")) == (
            "random_split: expected classes to stratify by, got 0.5. Pass stratify=None for a regression."
        )
        assert message(ShapeError, lambda: random_split(graphs, stratify=[0, 1])) == (
            "random_split: expected stratify [10], got [2]. Give each graph a class."
        )
        graphs[3].y = None
        assert message(DataError, lambda: random_split(graphs, stratify="y")) == (
            "random_split: expected one class for each graph in y, got none in graph 3. Pass stratify=None, or classes."
        )

    def test_folds(self):
        assert message(ArgumentError, lambda: k_folds("abcd", 2)) == (
            "k_folds: expected k of at least 3, one fold for each part, got 2. Raise it."
        )
        assert message(DataError, lambda: k_folds("abcd", 5)) == (
            "k_folds: expected at least k = 5 graphs, got 4. Lower k."
        )


class TestMolecules:
    def test_shared_scaffold(self):
        pytest.importorskip("rdkit")
        smiles = ["c1ccccc1C", "C1CC1", "CCO", "c1ccccc1O", "CC"]
        split = ScaffoldSplit(smiles, [torch.tensor(index) for index in ([0, 2], [1], [3, 4])])
        assert message(DataError, split.check) == (
            "ScaffoldSplit.check: expected every scaffold in one part, got scaffold c1ccccc1 in train (molecule 0) and "
            "test (molecule 3). Split with scaffold_split."
        )
        split = ScaffoldSplit(smiles, [torch.tensor(index) for index in ([0, 2], [1], [4])])
        assert "got molecules without rings in train (molecule 2) and test (molecule 4)." in message(
            DataError, split.check
        )

    def test_scaffold_split(self):
        pytest.importorskip("rdkit")
        assert message(DataError, lambda: scaffold_split(["CC", "C1CC1", "c1ccccc"])) == (
            "scaffold_split: expected SMILES that parses, got 'c1ccccc' of molecule 2. Drop it."
        )
        assert message(DataError, lambda: scaffold_split([Data(num_nodes=1)])) == (
            "scaffold_split: expected SMILES of molecule 0, got NoneType. Set smiles on every graph, or pass strings."
        )
        assert message(DataError, lambda: scaffold_split(["CC"] * 9 + ["C1CC1"])) == (
            "scaffold_split: expected a molecule for test, got none: the largest scaffold has 9 of 10 molecules. "
            "Change frac_train, or use random_split."
        )

    def test_without_rdkit(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "rdkit.rdBase", None)
        assert message(MissingPackageError, lambda: scaffold_split(["CC"])) == (
            'rdkit.rdBase.BlockLogs: expected the package rdkit, got none. pip install "edgewise[chem]".'
        )


class TestNegativeSampling:
    def test_arguments(self):
        assert message(ArgumentError, lambda: negative_sampling(edges(*PATH), method="sparce")) == (
            "negative_sampling: expected method to be one of ('sparse', 'dense'), got 'sparce'. Did you mean 'sparse'?"
        )
        assert message(ArgumentError, lambda: negative_sampling(edges(*PATH), num_neg_samples=-2)) == (
            "negative_sampling: expected num_neg_samples of 0 or more, got -2. "
            "Pass a number of pairs, or a float: how many an edge."
        )
        assert message(ArgumentError, lambda: negative_sampling(edges(*PATH), (4, 4), force_undirected=True)) == (
            "negative_sampling: expected force_undirected=False for a bipartite graph, got True. "
            "Leave it out: pairs of two sides have one direction."
        )
        assert message(ArgumentError, lambda: negative_sampling(edges(*PATH), 2**32)) == (
            "negative_sampling: expected num_nodes with fewer than 2**62 pairs, got (4294967296, 4294967296). "
            "Draw within parts of the graph."
        )
        assert "negative_sampling: expected edge_index values in 0..2, got node 3" in message(
            NodeIndexError, lambda: negative_sampling(edges(*PATH), (3, 3))
        )
        assert "negative_sampling: expected integer edge_index, got float32." in message(
            DTypeError, lambda: negative_sampling(torch.ones(2, 3))
        )

    def test_batched(self):
        two = edges((0, 1), (2, 1))
        assert message(DataError, lambda: batched_negative_sampling(two, torch.tensor([0, 0, 1]))) == (
            "batched_negative_sampling: expected edges within one graph, got edge 1 (2 -> 1) from graph 1 to graph 0. "
            "Drop it, or correct batch."
        )
        assert message(ArgumentError, lambda: batched_negative_sampling(two, torch.tensor([0, 1, 0]))) == (
            "batched_negative_sampling: expected batch in ascending order from 0, got 0 at node 2. "
            "Order nodes graph after graph, as Batch does."
        )
        assert message(DTypeError, lambda: batched_negative_sampling(two, torch.zeros(3))) == (
            "batched_negative_sampling: expected integer batch, got float32. Use batch.long()."
        )
        assert message(ShapeError, lambda: batched_negative_sampling(two, torch.zeros(3, 1).long())) == (
            "batched_negative_sampling: expected batch of shape [nodes], got [3, 1]. Give the graph of each node."
        )

    def test_structured(self):
        full = edges((1, 0), (0, 0), (0, 1), (0, 2))
        assert message(DataError, lambda: structured_negative_sampling(full)) == (
            "structured_negative_sampling: expected for each edge a node that its source has no edge to, got none for "
            "node 0 among 3 nodes. Drop its edges; structured_negative_sampling_feasible asks beforehand."
        )

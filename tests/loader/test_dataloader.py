"""DataLoader: torch's own, which joins graphs."""

import torch
from torch.utils.data import WeightedRandomSampler
from torch_geometric.data import Data as PyGData
from torch_geometric.loader import DataLoader as PyGDataLoader

from edgewise.data import Batch, Data, InMemoryDataset, PackedDataset
from edgewise.loader import DataLoader


def values(n):
    return {"x": torch.full((n, 2), float(n)), "edge_index": torch.randint(n, (2, 3)), "y": torch.tensor([n])}


VALUES = [values(n) for n in range(1, 8)]


class Numbered(InMemoryDataset):
    def process(self):
        return [Data(**v) for v in VALUES]


def sources():
    graphs = [Data(**v) for v in VALUES]
    return [graphs, PackedDataset.from_list(graphs), Numbered(), Numbered(transform=lambda data: data)]


def test_batches_as_pyg():
    for source in sources():
        ours = DataLoader(source, batch_size=3, follow_batch=["x"], exclude_keys=["y"])
        theirs = PyGDataLoader([PyGData(**v) for v in VALUES], batch_size=3, follow_batch=["x"], exclude_keys=["y"])
        assert len(ours) == len(theirs) == 3
        for mine, other in zip(ours, theirs, strict=True):
            assert set(mine.keys()) == set(other.keys())
            assert all(torch.equal(mine[name], other[name]) for name in list(mine.keys()))


def test_same_order_for_the_same_seed():
    def orders(source, **options):
        torch.manual_seed(3)
        return [batch.y.tolist() for batch in DataLoader(source, batch_size=2, shuffle=True, **options)]

    found = [orders(source) for source in sources()]
    assert all(order == found[0] for order in found)
    assert sorted(y for batch in found[0] for y in batch) == list(range(1, 8))
    assert orders(sources()[1], generator=torch.Generator().manual_seed(5)) != found[0]


def test_samplers_and_workers():
    dataset = sources()[1]
    sampler = WeightedRandomSampler([0.0] * 6 + [1.0], 4)
    assert [batch.y.tolist() for batch in DataLoader(dataset, batch_size=4, sampler=sampler)] == [[7] * 4]
    batches = list(DataLoader(dataset, batch_size=4, num_workers=1))
    assert [batch.num_graphs for batch in batches] == [4, 3]
    assert torch.equal(batches[1][2].x, VALUES[6]["x"])


def test_subsets_and_torchs_own_loader():
    for source in sources()[1:]:
        subset = torch.utils.data.Subset(source, [6, 0])
        for loader in (
            DataLoader(subset, batch_size=2),
            torch.utils.data.DataLoader(subset, 2, collate_fn=Batch.from_data_list),
        ):
            assert [batch.y.tolist() for batch in loader] == [[7, 1]]
        assert [batch.y.tolist() for batch in DataLoader(source[[2, 4]], batch_size=2)] == [[3, 5]]


def test_tuples_and_dictionaries():
    graphs = [Data(**v) for v in VALUES[:2]]
    loader = DataLoader([(graph, n, {"name": f"n{n}"}) for n, graph in enumerate(graphs)], batch_size=2)
    batch, numbers, names = next(iter(loader))
    assert (batch.num_graphs, numbers.tolist(), names) == (2, [0, 1], {"name": ["n0", "n1"]})

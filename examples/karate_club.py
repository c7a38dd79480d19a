"""Node classification on Zachary's karate club, the usual introduction to graph neural networks.

With `edgewise` replaced by `torch_geometric` in the import lines this is the PyG version of the same demo.
"""

import torch

from edgewise.datasets import KarateClub
from edgewise.nn import GCNConv
from edgewise.utils import to_networkx
from edgewise.viz import visualize_embedding, visualize_graph

dataset = KarateClub()
print(f"Dataset: {dataset}:")
print("======================")
print(f"Number of graphs: {len(dataset)}")
print(f"Number of features: {dataset.num_features}")
print(f"Number of classes: {dataset.num_classes}")

data = dataset[0]  # the only graph
print(data)
print("==============================================================")
print(f"Number of nodes: {data.num_nodes}")
print(f"Number of edges: {data.num_edges}")
print(f"Average node degree: {data.num_edges / data.num_nodes:.2f}")
print(f"Number of training nodes: {data.train_mask.sum()}")
print(f"Training node label rate: {int(data.train_mask.sum()) / data.num_nodes:.2f}")
print(f"Has isolated nodes: {data.has_isolated_nodes()}")
print(f"Has self-loops: {data.has_self_loops()}")
print(f"Is undirected: {data.is_undirected()}")

G = to_networkx(data, to_undirected=True)
visualize_graph(G, color=data.y)


class GCN(torch.nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(1234)
        self.conv1 = GCNConv(dataset.num_features, 4)
        self.conv2 = GCNConv(4, 4)
        self.conv3 = GCNConv(4, 2)
        self.classifier = torch.nn.Linear(2, dataset.num_classes)

    def forward(self, x, edge_index):
        h = self.conv1(x, edge_index).tanh()
        h = self.conv2(h, edge_index).tanh()
        h = self.conv3(h, edge_index).tanh()  # the final embedding, [34, 2]
        return self.classifier(h), h


model = GCN()
print(model)

_, h = model(data.x, data.edge_index)
print(f"Embedding shape: {list(h.shape)}")
visualize_embedding(h, color=data.y)

criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)


def train(data):
    optimizer.zero_grad()
    out, h = model(data.x, data.edge_index)
    loss = criterion(out[data.train_mask], data.y[data.train_mask])  # only the four labelled members
    loss.backward()
    optimizer.step()
    return loss, h


for epoch in range(401):
    loss, h = train(data)
    if epoch % 10 == 0:
        visualize_embedding(h, color=data.y, epoch=epoch, loss=loss)

print(f"Final loss: {loss.item():.4f}")

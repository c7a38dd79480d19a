"""Where will they go next? LightGCN on Gowalla (He et al. 2020), a shortened run: larger batches, fewer steps."""

import torch
from examples.reproduce.row import Published, Row, data_folder

from edgewise.datasets import Gowalla
from edgewise.nn import LightGCN

__all__ = ["ROWS"]


def run(*, seed: int, batch_size: int, lr: float, epochs: int) -> dict[str, float]:
    """Three layers of 64, a random other place for each visit, and a small penalty on the embeddings of a batch."""
    torch.manual_seed(seed)
    data = Gowalla(data_folder("recsys/gowalla"))[0]
    users, items = data["user"].num_nodes, data["item"].num_nodes
    shift = torch.tensor([[0], [users]])  # places are numbered after people
    visits = data["user", "rates", "item"].edge_index + shift
    test = data["user", "rates", "item"].edge_label_index + shift
    edge_index = torch.cat([visits, visits.flip(0)], dim=1)
    model = LightGCN(users + items, 64, num_layers=3)
    torch.nn.init.normal_(model.embedding.weight, std=0.1)  # as in the authors' code
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    for _ in range(epochs):
        for batch in torch.randperm(visits.shape[1]).split(batch_size):
            person, place = visits[:, batch]
            other = torch.randint(users, users + items, place.shape)
            pairs = torch.stack([person.repeat(2), torch.cat([place, other])])
            true, drawn = model(edge_index, pairs).chunk(2)
            optimizer.zero_grad()
            model.recommendation_loss(true, drawn, torch.cat([person, place, other]), 5e-5).backward()
            optimizer.step()
        schedule.step()
    return {"Recall@20": 100 * recall(model, edge_index, visits, test, users, items)}


def recall(
    model: LightGCN, edge_index: torch.Tensor, visits: torch.Tensor, test: torch.Tensor, users: int, items: int
) -> float:
    """Return which share of a person's test places is among 20 recommended new ones, on average over people."""
    people, counts = test[0].unique(return_counts=True)
    best = model.recommend(
        edge_index, src_index=people, dst_index=torch.arange(users, users + items), k=20, known=visits
    )
    wanted = test[0] * (users + items) + test[1]
    hits = torch.isin(people.unsqueeze(1) * (users + items) + best, wanted).sum(1)
    return float((hits / counts).mean())


ROWS = [
    Row(
        name="gowalla-lightgcn",
        dataset="Gowalla",
        model="LightGCN (shortened)",
        published=[Published(metric="Recall@20", value=18.30, source="He et al. 2020, table 3, 3 layers", digits=2)],
        run=run,
        settings={"batch_size": 32768, "lr": 0.01, "epochs": 120},
        seeds=range(3),
        note="A shortened run of 3,000 steps; the paper takes 396,000, in batches of 2,048 with a step size of 0.001.",
    )
]

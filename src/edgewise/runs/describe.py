"""One-line descriptions of data and model, as commands print them before training."""

from edgewise.data import Data
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.models import build_model
from edgewise.tasks.node_problem import node_problem
from edgewise.tasks.runner import own_generator

__all__ = ["describe_data", "describe_model", "describe_models", "describe_size"]


def describe_data(data: Data, name: str) -> str:
    """Count what is in a graph and how its nodes are split.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> describe_data(KarateClub()[0], "karate")
        'karate: 34 nodes, 78 undirected edges, 34 features, 4 classes; 4 to learn from, 30 to score'
    """
    problem = node_problem(data)
    split = [f"{int(problem.train_mask.sum()):,} to learn from"]
    if problem.val_mask is not None:
        split.append(f"{int(problem.val_mask.sum()):,} to choose the epoch")
    split.append(f"{int(problem.test_mask.sum()):,} to score")
    return f"{name}: {describe_size(data)}, {problem.target.width} classes; {', '.join(split)}"


def describe_size(data: Data) -> str:
    """Count nodes, edges and features.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> describe_size(KarateClub()[0])
        '34 nodes, 78 undirected edges, 34 features'
    """
    edges = f"{data.num_edges:,} directed edges"
    if data.is_undirected():
        loops = int((data.edge_index[0] == data.edge_index[1]).sum())
        edges = f"{(data.num_edges + loops) // 2:,} undirected edges"
    return f"{data.num_nodes:,} nodes, {edges}, {data.num_features:,} features"


def describe_model(config: TrainConfig, data: Data, width: int | None = None, *, numbers: bool = False) -> str:
    """Name a model with its layers and size.

    Args:
        config: Its settings.
        data: What it is to be trained on.
        width: Of its output; ``None``: what the target of ``data`` needs.
        numbers: Whether the target is numbers.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> describe_model(TrainConfig(), KarateClub()[0])
        'GCN: 2 layers, 16 wide, relu, dropout 0.5, 628 parameters'
    """
    width = node_problem(data, numbers=numbers).target.width if width is None else width
    with own_generator(config.seed, data.x.device):
        model = build_model(config, data.x.shape[1], width)
    count = sum(parameter.numel() for parameter in model.parameters())
    shape = f"{config.layers} layers, {config.hidden} wide, {config.act}, dropout {config.dropout:g}"
    return f"{config.model.upper()}: {shape}, {count:,} parameters"


_WORDS = {
    "gcn": "averages neighbours, weighted by degree and edge weight (Kipf & Welling 2017)",
    "sage": "keeps a node apart from the mean of its neighbours (Hamilton et al. 2017)",
    "gat": "learns how much each neighbour counts (Velickovic et al. 2018)",
    "gin": "sums neighbours, to tell structures apart (Xu et al. 2019)",
    "gine": "as gin, with the features of edges (Hu et al. 2020)",
    "pna": "several aggregations side by side (Corso et al. 2020)",
    "mlp": "sees no edges: what the features alone can do",
    "tgcn": "graph convolution inside a recurrent unit (Zhao et al. 2019)",
    "gru": "a recurrent unit that sees no edges",
    "dcrnn": "diffusion along roads inside a recurrent unit (Li et al. 2018)",
}


def describe_models() -> list[tuple[str, str, str]]:
    """Return name, tasks and a line for each model that an estimator knows by name.

    Example:
        >>> describe_models()[0][0]
        'gcn'
    """
    from edgewise import tasks

    tasks_of: dict[str, list[str]] = {}
    for name in tasks.__all__:
        cls = getattr(tasks, name)
        for model in getattr(cls, "_models", ()):
            tasks_of.setdefault(model, []).append(name)
    return [(model, ", ".join(names), _WORDS[model]) for model, names in tasks_of.items()]

"""One-line descriptions of data and model, as commands print them before training."""

from edgewise.data import Data
from edgewise.tasks.config import TrainConfig
from edgewise.tasks.models import build_model
from edgewise.tasks.node_problem import node_problem
from edgewise.tasks.runner import own_generator

__all__ = ["describe_data", "describe_model"]


def describe_data(data: Data, name: str) -> str:
    """Count what is in a graph and how its nodes are split.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> describe_data(KarateClub()[0], "karate")
        'karate: 34 nodes, 78 undirected edges, 34 features, 4 classes; 4 to learn from, 30 to score'
    """
    problem = node_problem(data)
    edges = f"{data.num_edges:,} directed edges"
    if data.is_undirected():
        loops = int((data.edge_index[0] == data.edge_index[1]).sum())
        edges = f"{(data.num_edges + loops) // 2:,} undirected edges"
    split = [f"{int(problem.train_mask.sum()):,} to learn from"]
    if problem.val_mask is not None:
        split.append(f"{int(problem.val_mask.sum()):,} to choose the epoch")
    split.append(f"{int(problem.test_mask.sum()):,} to score")
    size = f"{data.num_nodes:,} nodes, {edges}, {problem.x.shape[1]:,} features, {problem.target.width} classes"
    return f"{name}: {size}; {', '.join(split)}"


def describe_model(config: TrainConfig, data: Data) -> str:
    """Name a model with its layers and size.

    Example:
        >>> from edgewise.datasets import KarateClub
        >>> describe_model(TrainConfig(), KarateClub()[0])
        'GCN: 2 layers, 16 wide, relu, dropout 0.5, 628 parameters'
    """
    problem = node_problem(data)
    with own_generator(config.seed, problem.x.device):
        model = build_model(config, problem.x.shape[1], problem.target.width)
    count = sum(parameter.numel() for parameter in model.parameters())
    shape = f"{config.layers} layers, {config.hidden} wide, {config.act}, dropout {config.dropout:g}"
    return f"{config.model.upper()}: {shape}, {count:,} parameters"

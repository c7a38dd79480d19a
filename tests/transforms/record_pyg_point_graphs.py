"""Write what PyG makes of some points: `python record_pyg_point_graphs.py > pyg_point_graphs.json`, in this folder.

PyG's own transforms need pyg-lib, which the package index does not have. Its searches came from torch-cluster, which
builds from source in a quarter of an hour: too long for every run of the tests, so what they found is kept in a file.
"""

import json
import sys

import torch
import torch_geometric
from torch.nn.functional import normalize
from torch_geometric.data import Data
from torch_geometric.transforms import KNNGraph, RadiusGraph

CASES = [
    *(
        ("KNNGraph", {"k": k, "loop": loop, "cosine": c})
        for k in (1, 4, 20)
        for loop in (False, True)
        for c in (False, True)
    ),
    ("KNNGraph", {"k": 3, "flow": "target_to_source"}),
    ("KNNGraph", {"k": 3, "force_undirected": True}),
    *(("RadiusGraph", {"r": r, "loop": loop}) for r in (0.1, 0.4, 2.0) for loop in (False, True)),
    ("RadiusGraph", {"r": 0.4, "flow": "target_to_source"}),
]


def knn(x, y, ptr_x, ptr_y, k, cosine, workers):
    # torch-cluster searches by the angle on GPUs only; of rows of length 1 the distance has the same order.
    x, y = (normalize(x), normalize(y)) if cosine else (x, y)
    return torch.ops.torch_cluster.knn(x, y, ptr_x, ptr_y, k, False, workers)


def radius(x, y, ptr_x, ptr_y, r, limit, workers, ignore_same_index):
    found = torch.ops.torch_cluster.radius(x, y, ptr_x, ptr_y, r, limit + ignore_same_index, workers)
    return found[:, found[0] != found[1]] if ignore_same_index else found


def main():
    import torch_cluster  # in no environment of ours: see above

    library = torch.library.Library("pyg", "FRAGMENT")
    inputs = "Tensor x, Tensor y, Tensor? ptr_x, Tensor? ptr_y"
    library.define(f"knn({inputs}, int k, bool cosine, int workers) -> Tensor")
    library.define(f"radius({inputs}, float r, int limit, int workers, bool ignore_same_index) -> Tensor")
    library.impl("knn", knn, "CPU")
    library.impl("radius", radius, "CPU")
    torch_geometric.typing.WITH_KNN = torch_geometric.typing.WITH_RADIUS = True
    points = torch.rand(15, 3, generator=torch.Generator().manual_seed(0)).mul(1000).round().div(1000)
    batch = torch.tensor([0] * 7 + [1] * 2 + [2] * 6)
    rows = []
    for name, arguments in CASES:
        for several in (False, True):
            data = Data(pos=points, batch=batch) if several else Data(pos=points)
            transform = {"KNNGraph": KNNGraph, "RadiusGraph": RadiusGraph}[name](**arguments)
            edges = transform(data).edge_index.t().tolist()
            rows.append({"name": name, "arguments": arguments, "several": several, "edges": sorted(edges)})
    versions = {"torch_geometric": torch_geometric.__version__, "torch_cluster": torch_cluster.__version__}
    head = {
        "made by": versions,
        "points": [[round(v, 3) for v in row] for row in points.tolist()],
        "batch": batch.tolist(),
    }
    lines = ",\n".join(json.dumps(row) for row in rows)
    sys.stdout.write(f'{json.dumps(head)[:-1]}, "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()

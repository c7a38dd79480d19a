"""What a transform is, and several in a row."""

import copy
from collections.abc import Callable, Sequence

from edgewise.data import Data

__all__ = ["BaseTransform", "Compose"]


class BaseTransform:
    """Base of transforms: :meth:`forward` gets a shallow copy, so the caller's graph stays as it is.

    Example:
        >>> class Named(BaseTransform):
        ...     def forward(self, data):
        ...         data.name = "new"
        ...         return data
        >>> data = Data(num_nodes=1)
        >>> Named()(data).name, "name" in data
        ('new', False)
    """

    def __call__(self, data: Data) -> Data:
        """Return the transformed graph."""
        return self.forward(copy.copy(data))

    def forward(self, data: Data) -> Data:
        """Change ``data``, which is a copy, and return it."""
        message = f"{type(self).__name__}.forward: expected a definition, got none. Define it in your transform."
        raise NotImplementedError(message)

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Compose(BaseTransform):
    """Several transforms, one after the other.

    Args:
        transforms: In the order in which they run.

    Example:
        >>> from edgewise.transforms import NormalizeFeatures
        >>> Compose([NormalizeFeatures()])
        Compose([NormalizeFeatures()])
    """

    def __init__(self, transforms: Sequence[Callable[[Data], Data]]) -> None:
        self.transforms = list(transforms)

    def forward(self, data: Data) -> Data:
        """Run each transform on the result of the one before."""
        for transform in self.transforms:
            data = transform(data)
        return data

    def __repr__(self) -> str:
        return f"Compose({self.transforms!r})"

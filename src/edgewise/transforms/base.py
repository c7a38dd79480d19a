"""What a transform is, and several in a row."""

import copy
import inspect
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

__all__ = ["BaseTransform", "Compose"]


class BaseTransform:
    """Base of transforms: :meth:`forward` gets a shallow copy, so the caller's graph stays as it is.

    A transform sets attributes of the copy and never changes a tensor in place. Where the arguments of ``__init__`` are
    kept under their names, ``repr`` shows those that differ from their defaults.

    Example:
        >>> from edgewise.data import Data
        >>> class Named(BaseTransform):
        ...     def __init__(self, name="new"):
        ...         self.name = name
        ...     def forward(self, data):
        ...         data.name = self.name
        ...         return data
        >>> data = Data(num_nodes=1)
        >>> Named()(data).name, "name" in data, Named("a")
        ('new', False, Named(name='a'))
    """

    _shown: ClassVar[tuple[str, ...]] = ()
    """Arguments that ``repr`` shows whatever they are."""

    def __call__(self, data: Any) -> Any:
        """Return the transformed graph."""
        return self.forward(copy.copy(data))

    def forward(self, data: Any) -> Any:
        """Change ``data``, which is a copy, and return it."""
        message = f"{type(self).__name__}.forward: expected a definition, got none. Define it in your transform."
        raise NotImplementedError(message)

    def __repr__(self) -> str:
        kept, shown = vars(self), {}
        for name, argument in inspect.signature(type(self).__init__).parameters.items():
            if argument.kind is argument.VAR_KEYWORD:
                shown.update(kept.get(name, {}))
            elif name in kept and (name in self._shown or repr(kept[name]) != repr(argument.default)):
                shown[name] = kept[name]
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


class Compose(BaseTransform):
    """Several transforms, one after the other.

    Args:
        transforms: In the order in which they run. Where one returns several graphs, as a split does, the next runs on
            each of them.

    Example:
        >>> from edgewise.transforms import NormalizeFeatures
        >>> Compose([NormalizeFeatures()])
        Compose([NormalizeFeatures()])
    """

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = list(transforms)

    def forward(self, data: Any) -> Any:
        """Run each transform on the result of the one before."""
        for transform in self.transforms:
            data = [transform(one) for one in data] if isinstance(data, list | tuple) else transform(data)
        return data

    def __repr__(self) -> str:
        return f"Compose({self.transforms!r})"

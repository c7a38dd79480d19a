"""Proxies for heavy or optional packages: imported when first used, so ``import edgewise`` stays cheap."""

import importlib
from types import ModuleType
from typing import Any

from edgewise.errors import MissingPackageError

__all__ = ["lazy_import"]


class _LazyModule(ModuleType):
    """Stands for a module until an attribute is asked for."""

    def __init__(self, name: str, extra: str | None) -> None:
        super().__init__(name)
        self._extra = extra

    def __getattr__(self, attribute: str) -> Any:
        try:
            module = importlib.import_module(self.__name__)
        except ImportError as error:
            package = self.__name__.partition(".")[0]
            wanted = f"edgewise[{self._extra}]" if self._extra else package
            message = f'{self.__name__}.{attribute}: expected the package {package}, got none. pip install "{wanted}".'
            raise MissingPackageError(message) from error
        return getattr(module, attribute)


def lazy_import(name: str, extra: str | None = None) -> Any:
    """Return a stand-in for module ``name`` that imports it at the first attribute access.

    Args:
        name: Dotted module name.
        extra: The edgewise extra that installs it; named in the error where it is absent.

    Raises:
        MissingPackageError: At first use, where the package is not installed.

    Example:
        >>> json = lazy_import("json")
        >>> json.dumps([1])
        '[1]'
    """
    return _LazyModule(name, extra)

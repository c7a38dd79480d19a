"""Mini-batches."""

from edgewise.loader.dataloader import DataLoader

__all__ = ["DataLoader"]

"""For who writes layers: one call that checks everything a layer of edgewise promises."""

from edgewise.testing.check_conv import CheckError, check_conv

__all__ = ["CheckError", "check_conv"]

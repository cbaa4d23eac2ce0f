"""The world of the case."""

from tests.closures.conftest import world

__all__ = ["world"]

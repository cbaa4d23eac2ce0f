"""The words of a copy, given by whoever knows the catalogue."""

from typing import Protocol


class Words(Protocol):
    """Returns the words of a name in a language."""

    def __call__(self, name: str, language: str) -> str:
        """Return the words."""

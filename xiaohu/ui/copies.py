"""The words inside a copy of records."""

from django.utils.translation import gettext, override


def words(name: str, language: str) -> str:
    """Return the words of a part of a copy in a language."""
    with override(language):
        return gettext(f"copy.{name}")

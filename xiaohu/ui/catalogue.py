"""The message catalogue: one key, two languages. Compiled at set-up, never committed.

Run as `python -m xiaohu.ui.catalogue` to compile it.
"""

import os
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locale"
LANGUAGES = ("zh_Hans", "en")


def source(language: str) -> Path:
    """Return the file of a language's words."""
    return FOLDER / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """Return the words of a language."""
    with source(language).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def compile_all() -> None:
    """Compile what is newer than its compiled form; readers never see half a file, nor two writers one draft."""
    for language in LANGUAGES:
        words = source(language)
        compiled = words.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= words.stat().st_mtime:
            continue
        draft = compiled.with_suffix(f".{os.getpid()}")
        with draft.open("wb") as file:
            write_mo(file, read(language))
        draft.replace(compiled)


if __name__ == "__main__":
    compile_all()

"""How to reach a person while nothing else answers: hotline and hours in a file of the data folder.

Every web machine writes down what it read last, so that a page can say it without a database.
"""

import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from pydantic import BaseModel, ConfigDict, ValidationError

from xiaohu.core.profile import Bilingual, Contact

FILE = "contact.json"


class Reach(BaseModel):
    """Where a person gets a person, and when."""

    model_config = ConfigDict(frozen=True)

    hotline: Bilingual
    hours: Bilingual


def note(contact: Contact) -> None:
    """Keep how to reach people; a folder that cannot be written to stops no page."""
    with suppress(OSError):
        _keep(settings.XIAOHU.data_dir, Reach(hotline=contact.hotline, hours=contact.hours))


def known() -> Reach | None:
    """Return how to reach people, as it was read last."""
    try:
        return Reach.model_validate_json((settings.XIAOHU.data_dir / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


@lru_cache(maxsize=1)
def _keep(folder: Path, reach: Reach) -> None:
    """Write the file, where it says something else now; in one move: nobody reads half of it."""
    draft = folder / f".{FILE}.{os.getpid()}"
    draft.write_text(reach.model_dump_json(), encoding="utf-8")
    draft.replace(folder / FILE)

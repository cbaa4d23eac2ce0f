"""An archive of papers that only a person can reach, and a cache whose secret nobody set."""

from pathlib import Path
from typing import Any

import pytest

from tests.stories import World, closing_of, staff
from xiaohu.closures import erasing_by_hand
from xiaohu.closures.models import Closing
from xiaohu.core.evidence import EvidenceKind
from xiaohu.erasure.models import ErasureReceipt, OutsideErasure
from xiaohu.vault import keys, units

ARCHIVE = """
[stores.paper]
kind = "manual"
names = { zh = "纸质档案室", en = "Paper archive" }
[stores.paper.datasets.forms]
identity = "number"
todo = { zh = "销毁入网登记表原件。", en = "Destroy the signed form." }
fields = { form = "registration_identity" }
[stores.paper.datasets.tapes]
identity = "number"
todo = { zh = "删除录音带。", en = "Wipe the tape." }
fields = { voice = "contact" }
"""
CACHE = """
[stores.cache]
kind = "redis"
names = { zh = "会话缓存", en = "Session cache" }
secret = "NOBODY_SET_THIS"
[stores.cache.datasets.sessions]
pattern = "session:{number}:*"
fields = { session = "credentials" }
"""


@pytest.fixture
def waits(world: World, tmp_path: Path, settings: Any) -> Closing:
    """Return a closing that waits for people to erase two things."""
    listed = tmp_path / "stores.toml"
    listed.write_text(ARCHIVE, encoding="utf-8")
    settings.XIAOHU = settings.XIAOHU.model_copy(update={"stores_file": listed})
    return closing_of(world.close())


def rows(closing: Closing) -> list[OutsideErasure]:
    """Return what there is to do."""
    return list(OutsideErasure.objects.filter(closing_id=closing.pk).order_by("dataset"))


def confirm(world: World, row: OutsideErasure, **changed: Any) -> None:
    """Confirm one as an officer."""
    given = {"evidence": EvidenceKind.TICKET, "reference": "gd-2026-0007", "count": 1}
    given["officer"] = changed.pop("officer", None) or staff(f"wang{row.dataset}")
    erasing_by_hand.confirm(row_id=row.pk, now=world.now, **{**given, **changed})


def erased(closing: Closing) -> bool:
    """Say whether the key of the line is gone, with a receipt."""
    unit = units.line(closing.line_id)  # type: ignore[arg-type] # of a line
    gone = unit in keys.was_destroyed(closing.operator, [unit])
    assert gone == ErasureReceipt.objects.filter(pk=closing.pk).exists()
    return gone

"""What the drill does inside one of its installations: `python -m xiaohu.ops.drill_stages STAGE`.

Each stage writes one JSON object of counts to standard output.
"""

import csv
import json
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from xiaohu.ops.scratch import until
from xiaohu.ops.talking import OK, django, out

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from xiaohu.closures.models import Closing
    from xiaohu.registry.models import Line

FIRST = 80  # lines of the export that belong to the stories and requests of the demo
DRILLED = "演练套餐"
PATIENCE_SECONDS = 180.0  # for what the clock has made due


def people(count: int) -> dict[str, int]:
    """Write an export with so many people who have nothing but one line each, after the demo's own."""
    from django.conf import settings

    from xiaohu.core import cells
    from xiaohu.core.calendar import CHINA
    from xiaohu.registry import demo_data
    from xiaohu.registry.columns import EVERY

    place = _export(settings.XIAOHU.data_dir)
    place.parent.mkdir(mode=0o700)
    met: set[str] = set()
    invented = demo_data.rows(FIRST + 10 * count, seed=7, today=datetime.now(CHINA).date())
    with place.open("w", encoding="utf-8", newline="") as file:
        cells.write_row(file, EVERY)
        for number, row in enumerate(invented):
            first, mine = row["document_number"] not in met, {}
            met.add(row["document_number"])
            if number >= FIRST:
                mine = {"username": "", "product": DRILLED}
                if count == 0 or not first or not demo_data.is_clean(row):
                    continue
                count -= 1
            cells.write_row(file, ({**row, **mine}[name] for name in EVERY))
    return {"lacking": count}


def _export(data_dir: Path) -> Path:
    from xiaohu.ops import demo

    return demo.folder(data_dir).inventory


def _rows() -> list[dict[str, str]]:
    from django.conf import settings

    with _export(settings.XIAOHU.data_dir).open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["product"] == DRILLED]


def ask(first: int, count: int) -> dict[str, int]:
    """Take requests of so many people at the desk, and agree to them; half are paid to a bank."""
    from django.conf import settings
    from stdnum import luhn

    from xiaohu.core.profile import RefundRoute
    from xiaohu.ops import demo_requests
    from xiaohu.queue import clock

    # Each account is of one person alone: what many are paid to waits for people.
    numbers = [f"622200{first + place:012d}" for place in range(0, count, 2)]
    accounts = [number + luhn.calc_check_digit(number) for number in numbers]
    wishes = [
        wish
        for account in accounts
        for wish in (
            demo_requests.Wish(RefundRoute.BANK_ACCOUNT, "示例银行", account),
            demo_requests.Wish(RefundRoute.ORIGINAL),
        )
    ]
    asked = demo_requests.open_each(
        _rows()[first : first + count], wishes, operator=settings.XIAOHU.operator, now=clock.now()
    )
    return {"asked": asked}


def look() -> dict[str, int]:
    """Count who can be read, who is erased, and for whom the keys do not do; and what is not whole.

    `findable` are those who are erased and could be found all the same.
    """
    from collections import Counter

    from xiaohu.core.retention import Category
    from xiaohu.registry.models import Line
    from xiaohu.trail import auditing
    from xiaohu.vault import records, units
    from xiaohu.vault.keys import Erased, KeystoreUnavailable

    found: Counter[str] = Counter(readable=0, erased=0, lost=0, findable=0)
    names = {row["subscription_id"]: row["holder_name"] for row in _rows()}
    mine = Line.objects.select_related("holder").filter(subscription_id__in=list(names))
    for line in mine:
        try:
            said = records.open_one(
                operator=line.operator,
                unit=units.holder(line.holder_id),
                category=Category.REGISTRATION_IDENTITY,
            )
        except Erased:
            found["erased"] += 1
            found["findable"] += _is_findable(line)
        except KeystoreUnavailable:
            found["lost"] += 1
        else:
            found["readable"] += said.get("name") == names[line.subscription_id]
    broken = auditing.verify().broken
    # What was signed after the backup: the notes elsewhere tell that it is missing.
    cut = sum(one.wrong in {auditing.Wrong.SHRUNK, auditing.Wrong.ROW_MISSING} for one in broken)
    return {**found, "cut": cut, "broken": len(broken) - cut}


def _is_findable(line: "Line") -> bool:
    return bool(line.closed_at is None or line.number_index or line.holder.document_index)


def erase(count: int) -> dict[str, int]:
    """Let the days of cooling off pass, wait until so many are erased, and look."""
    from datetime import timedelta

    from xiaohu.erasure.models import ErasureReceipt
    from xiaohu.queue import clock

    clock.move(by=timedelta(days=4))
    until(
        lambda: ErasureReceipt.objects.filter(closing_id__in=_closings()).count() >= count,
        seconds=PATIENCE_SECONDS,
    )
    return look()


def go_on() -> dict[str, int]:
    """Let the same days pass once more, and some half hours, until nothing is due at their end."""
    from datetime import timedelta

    from xiaohu.closures.models import Closing
    from xiaohu.queue import clock

    left = Closing.objects.filter(pk__in=_closings(), is_open=True, owner="")
    for by in (timedelta(days=4), *[timedelta(minutes=30)] * 3):
        _until_nothing_is_due(left, clock.move(by=by))
    return look()


def _closings() -> list["UUID"]:
    from xiaohu.closures.models import Closing

    mine = [row["subscription_id"] for row in _rows()]
    return list(Closing.objects.filter(line__subscription_id__in=mine).values_list("pk", flat=True))


def _until_nothing_is_due(closings: "QuerySet[Closing]", now: datetime) -> None:
    until(lambda: not closings.filter(next_action_at__lte=now).exists(), seconds=PATIENCE_SECONDS)


STAGES: dict[str, Callable[..., dict[str, int]]] = {
    "people": people,
    "ask": ask,
    "erase": erase,
    "go_on": go_on,
    "look": look,
}


def main(name: str, *counts: str) -> int:
    """Do a stage and write what was counted."""
    django()
    out(json.dumps(STAGES[name](*(int(count) for count in counts))))
    return OK


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""`xiaohu reconcile`: every difference in a table or as JSON, and an exit code that says if there is one."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from uuid import UUID

from django.utils.translation import gettext

from xiaohu.closures import reconciling
from xiaohu.core.money import Money
from xiaohu.core.reconciling import Difference
from xiaohu.ops.columns import in_columns
from xiaohu.queue import clock

OK, DIFFERENT = 0, 6
SHOWN = 50
Say = Callable[[str], None]


def reconcile(*, operator: str, as_json: bool, note: bool, say: Say, out: Say) -> int:
    """Compare our money with everybody else's; exit code 6 says that something differs.

    Raises:
        GatewayUnavailable: the provider or the operator cannot be asked.
    """
    report = reconciling.compare(operator=operator)
    if note:
        undecided = reconciling.note_all(report, operator=operator, now=clock.now())
        say(gettext("cli.reconcile.noted").format(count=undecided))
    if not as_json:
        out(gettext("cli.reconcile.compared").format(**report.compared()))
    return tell(report.differences, compared=report.compared(), as_json=as_json, out=out)


def tell(
    differences: Sequence[Difference], *, compared: Mapping[str, int], as_json: bool, out: Say
) -> int:
    """Show differences as a table or as JSON, and return the exit code that they mean."""
    names = reconciling.references(differences)
    if as_json:
        out(json.dumps(_document(differences, compared, names), ensure_ascii=False))
    else:
        _table(differences, names, out)
    return DIFFERENT if differences else OK


def _document(
    differences: Sequence[Difference], compared: Mapping[str, int], names: Mapping[UUID, str]
) -> dict[str, object]:
    return {
        "agrees": not differences,
        "compared": compared,
        "differences": [
            {name: str(value) if isinstance(value, UUID) else value for name, value in each.items()}
            | {"case": names.get(one.closing_id) if one.closing_id else None}
            for one in differences
            for each in [asdict(one)]
        ],
    }


def _table(differences: Sequence[Difference], names: Mapping[UUID, str], out: Say) -> None:
    if not differences:
        out(gettext("cli.reconcile.agrees"))
        return
    out(gettext("cli.reconcile.differs").format(count=len(differences)))
    head = [gettext(f"cli.reconcile.column.{name}") for name in ("kind", "case", "ours", "theirs")]
    for line in in_columns([head, *(_row(one, names) for one in differences[:SHOWN])]):
        out(line)
    if len(differences) > SHOWN:
        out(gettext("cli.reconcile.more").format(count=len(differences) - SHOWN))


def _row(one: Difference, names: Mapping[UUID, str]) -> list[str]:
    where = names.get(one.closing_id, "") if one.closing_id else ""
    what = gettext(f"finding.{one.kind}")
    return [
        what,
        " ".join(filter(None, (where, one.reference))) or "—",
        yuan(one.ours_fen),
        yuan(one.theirs_fen),
    ]


def yuan(fen: int | None) -> str:
    """Return an amount as tables of the terminal show it."""
    return "—" if fen is None else Money(fen).yuan()

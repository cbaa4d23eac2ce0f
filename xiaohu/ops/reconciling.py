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
from xiaohu.settlement import findings

OK, DIFFERENT = 0, 6
SHOWN = 50
Say = Callable[[str], None]


def reconcile(*, operator: str, as_json: bool, note: bool, say: Say, out: Say) -> int:
    """Compare our money with everybody else's; exit code 6 says that something differs nobody decided.

    Raises:
        GatewayUnavailable: the provider or the operator cannot be asked.
    """
    report = reconciling.compare(operator=operator)
    if note:
        undecided = reconciling.note_all(report, operator=operator, now=clock.now())
        say(gettext("cli.reconcile.noted").format(count=undecided))
    if not as_json:
        out(gettext("cli.reconcile.compared").format(**report.compared()))
    return tell(
        report.differences,
        operator=operator,
        compared=report.compared(),
        as_json=as_json,
        out=out,
    )


def tell(
    differences: Sequence[Difference],
    *,
    operator: str,
    compared: Mapping[str, int],
    as_json: bool,
    out: Say,
) -> int:
    """Show differences as a table or as JSON, and return the exit code that they mean.

    What people have decided is shown as that, after the others, and is no reason for exit code 6.
    """
    names = reconciling.references(differences)
    judged = [(one, findings.is_decided(one, operator=operator)) for one in differences]
    judged.sort(key=lambda each: each[1])
    undecided = sum(not decided for _, decided in judged)
    if as_json:
        document = {
            "agrees": not undecided,
            "undecided": undecided,
            "compared": compared,
            "differences": [_entry(one, names, decided=decided) for one, decided in judged],
        }
        out(json.dumps(document, ensure_ascii=False))
    else:
        _table(judged, undecided, names, out)
    return DIFFERENT if undecided else OK


def _entry(one: Difference, names: Mapping[UUID, str], *, decided: bool) -> dict[str, object]:
    known = {
        name: str(value) if isinstance(value, UUID) else value
        for name, value in asdict(one).items()
    }
    case = names.get(one.closing_id) if one.closing_id else None
    return {**known, "case": case, "decided": decided}


def _table(
    judged: Sequence[tuple[Difference, bool]],
    undecided: int,
    names: Mapping[UUID, str],
    out: Say,
) -> None:
    if not undecided:
        out(gettext("cli.reconcile.agrees"))
    else:
        out(gettext("cli.reconcile.differs").format(count=undecided))
    if len(judged) > undecided:
        out(gettext("cli.reconcile.decided").format(count=len(judged) - undecided))
    if not judged:
        return
    columns = ("kind", "case", "ours", "theirs", "decided")
    head = [gettext(f"cli.reconcile.column.{name}") for name in columns]
    marks = {True: gettext("cli.reconcile.is_decided"), False: "—"}
    rows = [[*_row(one, names), marks[decided]] for one, decided in judged[:SHOWN]]
    for line in in_columns([head, *rows]):
        out(line)
    if len(judged) > SHOWN:
        out(gettext("cli.reconcile.more").format(count=len(judged) - SHOWN))


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

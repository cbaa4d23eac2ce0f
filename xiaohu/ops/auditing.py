"""What `xiaohu audit` does: verify the log or an export of it, search it, export it."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from xiaohu.closures import queries
from xiaohu.core.calendar import CHINA
from xiaohu.ops.columns import in_columns
from xiaohu.queue import clock
from xiaohu.trail import auditing, events, exporting, keys, monitoring
from xiaohu.trail.auditing import Broken
from xiaohu.trail.events import Told
from xiaohu.ui.templatetags.words import moment

OK, DIFFERENT = 0, 6
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events of an operator: of a request, an action, a person, a time."""

    operator: str
    case: str = ""
    action: str = ""
    actor: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def filters(self) -> dict[str, str]:
        """Return what was asked for; nothing where everything was."""
        given = {
            "case": self.case,
            "action": self.action,
            "actor": self.actor,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
        }
        chosen = {name: value for name, value in given.items() if value}
        return {"operator": self.operator, **chosen} if chosen else {}

    def where(self) -> Q:
        """Return the same as a question to leaves."""
        where = Q(event__operator=self.operator)
        if self.case:
            where &= Q(event__case_id=_case_id(self.operator, self.case))
        if self.action:
            where &= Q(event__action=self.action)
        if self.actor:
            kind, _, name = self.actor.partition(":")
            one = Q(event__actor_kind=kind) | Q(event__actor_id=self.actor)
            where &= Q(event__actor_kind=kind, event__actor_id=name) if name else one
        if self.since:
            where &= Q(event__at__gte=self.since.replace(tzinfo=CHINA))
        if self.until:
            where &= Q(event__at__lt=self.until.replace(tzinfo=CHINA))
        return where


def verify(*, as_json: bool, out: Say) -> int:
    """Verify the log as it stands; exit code 6 says that something does not fit."""
    report = auditing.verify()
    monitoring.note_full(report, now=clock.now())
    broken = [*report.broken, *auditing.late(now=clock.now())]
    if as_json:
        document = {
            "ok": not broken,
            "events": report.events,
            "checkpoints": report.checkpoints,
            "notes": report.notes,
            "root": report.root.hex(),
            "found": max(report.found, len(broken)),
            "broken": _as_json(broken),
        }
        out(json.dumps(document, ensure_ascii=False))
        return DIFFERENT if broken else OK
    told = {"events": report.events, "checkpoints": report.checkpoints, "notes": report.notes}
    out(gettext("cli.audit.looked").format(**told, root=report.root.hex()))
    return _tell(broken, more=report.found - len(report.broken), out=out)


def verify_export(folder: Path, *, as_json: bool, out: Say) -> int:
    """Verify exported events with our public keys; no database is asked."""
    manifest = (folder / exporting.MANIFEST).read_text(encoding="ascii")
    with (folder / exporting.EVENTS).open("rb") as lines:
        checked = exporting.verify(
            lines,
            manifest,
            documents=keys.public_keys(keys.DOCUMENTS),
            notes=keys.public_keys(keys.CHECKPOINTS),
        )
    if as_json:
        document = {"ok": not checked.broken, "events": checked.events, "size": checked.size}
        out(json.dumps({**document, "broken": _as_json(checked.broken)}, ensure_ascii=False))
        return DIFFERENT if checked.broken else OK
    out(gettext("cli.audit.export_looked").format(events=checked.events, size=checked.size))
    return _tell(checked.broken, more=0, out=out)


def search(asked: Asked, *, limit: int, as_json: bool, say: Say, out: Say) -> int:
    """Show the newest events that were asked for, oldest first."""
    found = events.newest(limit, asked.where())
    if as_json:
        for index, told in found:
            out(json.dumps({"index": index, **json.loads(events.canonical(told))}))
        return OK
    if not found:
        say(gettext("cli.audit.nothing"))
        return OK
    for line in in_columns([_row(index, told) for index, told in found]):
        out(line)
    return OK


def export(folder: Path, asked: Asked, *, as_json: bool, out: Say) -> int:
    """Write what was asked for into a folder.

    Raises:
        NothingSigned: no checkpoint was signed yet.
    """
    filters = asked.filters()
    where = asked.where() if filters else events.EVERY
    manifest = exporting.write(folder, where=where, asked=filters, now=clock.now())
    told = {name: manifest[name] for name in ("events", "sha256")}
    if as_json:
        out(json.dumps({**manifest, "folder": str(folder)}, ensure_ascii=False))
    else:
        out(gettext("cli.audit.exported").format(**told, folder=folder))
    return OK


def _case_id(operator: str, typed: str) -> UUID:
    """Return the id of a request by reference, ended ones included, or the id as typed.

    Raises:
        CaseNotFound: there is no such request.
    """
    try:
        return UUID(typed)
    except ValueError:
        found = queries.id_of_reference(operator, typed)
    if found is None:
        raise queries.CaseNotFound
    return found


def _as_json(broken: Iterable[Broken]) -> list[dict[str, Any]]:
    return [{"wrong": one.wrong.value, "where": one.where} for one in broken]


def _tell(broken: Iterable[Broken], *, more: int, out: Say) -> int:
    said = [gettext(f"audit.wrong.{one.wrong}").format(where=one.where) for one in broken]
    for sentence in said or [gettext("cli.audit.whole")]:
        out(sentence)
    if more:
        out(gettext("cli.audit.more").format(count=more))
    return DIFFERENT if said else OK


def _row(index: int, told: Told) -> tuple[str, ...]:
    change = f"{told.from_state} → {told.to_state}" if told.to_state else ""
    facts = " ".join(f"{name}={value}" for name, value in sorted(told.evidence.items()))
    who = f"{told.actor_kind}:{told.actor_id}"
    return (str(index), moment(told.at), told.action, who, change, told.reason, facts)

"""What `xiaohu audit` does: verify the log or an export of it, search it, export it."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.utils.translation import gettext

from xiaohu.closures.auditing import Asked
from xiaohu.ops.columns import in_columns
from xiaohu.queue import clock
from xiaohu.trail import auditing, events, exporting, keys, monitoring
from xiaohu.trail.auditing import Broken
from xiaohu.trail.events import Told
from xiaohu.ui.templatetags.words import moment

OK, DIFFERENT = 0, 6
Say = Callable[[str], None]


def verify(*, as_json: bool, out: Say) -> int:
    """Verify the log as it stands; exit code 6 says that something does not fit."""
    report = monitoring.verify_all(now=clock.now())
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
    """Show the newest events that were asked for, oldest first.

    Raises:
        NoSuchOperator, NoSuchAction, CaseNotFound: there is nothing to ask for.
    """
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
        NoSuchOperator, NoSuchAction, CaseNotFound: there is nothing to ask for.
    """
    filters, meant = asked.filters(), asked.where()
    where = meant if filters else events.EVERY
    manifest = exporting.write(folder, where=where, asked=filters, now=clock.now())
    told = {name: manifest[name] for name in ("events", "sha256")}
    if as_json:
        out(json.dumps({**manifest, "folder": str(folder)}, ensure_ascii=False))
    else:
        out(gettext("cli.audit.exported").format(**told, folder=folder))
    return OK


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

"""What `xiaohu cert` does with documents already handed out, and with the keys that sign them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import get_language, gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import bundles, correcting, documents, papers
from xiaohu.closures.correcting import DocumentUnknown
from xiaohu.closures.models import Document, DocumentKind
from xiaohu.core.corrections import Change
from xiaohu.core.references import normalise_certificate_number
from xiaohu.ops.prepare import COMMAND_LINE
from xiaohu.ops.sentences import CannotStart
from xiaohu.queue import clock
from xiaohu.trail import events, keys, published, signing

OK, FAILED = 0, 1
Say = Callable[[str], None]


def show(number: str, *, operator: str, as_json: bool, out: Say) -> int:
    """Tell what a document says, whether it counts, and what was asked to become of it."""
    found = _found(number, operator)
    if as_json:
        out(json.dumps(_as_json(found), ensure_ascii=False))
        return OK
    language = "en" if get_language() == "en" else "zh"
    for name, value in papers.facts(
        DocumentKind(found.kind), documents.read(found), language=language
    ):
        out(f"{name}  {value}")
    state = gettext(f"document_state.{found.state}")
    out(f"{gettext('verify.state')}  {state}  {found.replaced_by_id or ''}".rstrip())
    asked = correcting.asked_for(found)
    if asked is not None:
        words = gettext("cli.cert.asked")
        out(words.format(change=asked.change, reason=asked.reason, by=asked.asked_by.username))
    return OK


def write_bundle(number: str, *, file: Path | None, operator: str, out: Say) -> int:
    """Write a document with all that proves it offline."""
    found = _found(number, operator)
    return _written(file or Path(f"{found.number}-bundle.json"), bundles.bundle(found), out)


def write_keys(file: Path, *, out: Say) -> int:
    """Write the file of public keys that whoever verifies offline trusts."""
    return _written(file, published.keys_file(), out)


def _written(file: Path, content: bytes, out: Say) -> int:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise CannotStart(
            f"{file} 写不进去（{error.strerror}），请用 -o 指定别处",
            f"{file} cannot be written ({error.strerror}); name another place by -o",
        ) from None
    out(str(file))
    return OK


def _found(number: str, operator: str) -> Document:
    found = documents.find(normalise_certificate_number(number))
    if found is None or found.operator != operator:
        raise DocumentUnknown(number=number)
    return found


def ask(
    number: str,
    change: Change,
    *,
    reason: str,
    corrections: Mapping[str, str],
    by: StaffUser,
    out: Say,
) -> int:
    """Ask for a change of a document."""
    number = normalise_certificate_number(number)
    correcting.ask(
        number=number,
        change=change,
        reason=reason,
        corrections=corrections,
        officer=by,
        now=clock.now(),
    )
    out(gettext("cli.cert.wait").format(number=number))
    return OK


def agree(number: str, *, by: StaffUser, out: Say) -> int:
    """Carry out what another person asked for."""
    number = normalise_certificate_number(number)
    counts = correcting.agree(number=number, officer=by, now=clock.now())
    done = "cli.cert.revoked" if counts.number == number else "cli.cert.replaced"
    out(gettext(done).format(number=number, newer=counts.number))
    return OK


def drop(number: str, *, by: StaffUser, out: Say) -> int:
    """Leave a document as it is."""
    number = normalise_certificate_number(number)
    correcting.drop(number=number, officer=by, now=clock.now())
    out(gettext("cli.cert.dropped").format(number=number))
    return OK


def listed_keys() -> list[dict[str, Any]]:
    """Return every key that signs or signed documents."""
    return [
        {
            "id": one.id,
            "algorithm": signing.ALGORITHM,
            "since": one.since.isoformat(timespec="seconds"),
            "until": one.until.isoformat(timespec="seconds") if one.until else None,
        }
        for one in keys.history(keys.DOCUMENTS)
    ]


@transaction.atomic(durable=True)
def renew_key(confirm: str, *, operator: str, say: Say, out: Say) -> int:
    """Sign documents with a new key from now on, where the present one is named."""
    present = keys.history(keys.DOCUMENTS)[0].id
    if confirm != present:
        say(gettext("cli.cert.confirm").format(key=present))
        return FAILED
    now = clock.now()
    new = keys.renew(keys.DOCUMENTS, now=now)
    events.record(
        operator=operator,
        actor=COMMAND_LINE,
        action="renew_signing_key",
        case_id=None,
        evidence={"was": present, "is": new.id},
        now=now,
    )
    out(gettext("cli.cert.renewed").format(key=new.id))
    return OK


def _as_json(document: Document) -> dict[str, Any]:
    asked = correcting.asked_for(document)
    return {
        "number": document.number,
        "kind": document.kind,
        "state": document.state,
        "replaced_by": document.replaced_by_id,
        "changed_at": document.changed_at.isoformat() if document.changed_at else None,
        "asked": {"change": asked.change, "reason": asked.reason} if asked else None,
        "says": documents.read(document),
    }

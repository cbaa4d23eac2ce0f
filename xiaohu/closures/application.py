"""The application form on paper, for a signature: in Chinese, with everything a register needs."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.closures import (
    applying,
    assisting,
    drafting,
    moves,
    papers,
    paying,
    queries,
    volunteering,
)
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.calendar import CHINA
from xiaohu.core.numbers import national
from xiaohu.core.readout import ReadItem
from xiaohu.core.reasons import Reason
from xiaohu.registry import lines
from xiaohu.trail import events

Row = tuple[str, str]
NOT_YET = "________________"


class NotYoursToPrint(assisting.NotYoursToTake):
    """Printing the form needs the role that takes requests."""

    code = "NOT_YOURS_TO_PRINT"


def form(*, case_id: UUID, officer: StaffUser, now: datetime) -> bytes:
    """Return the form of a case as PDF; that it was printed is on record.

    Raises:
        CaseNotFound: it is another operator's.
        NotYoursToPrint: not an officer.
        FontMissing: no font with Chinese characters is installed.
    """
    with transaction.atomic(durable=True):
        case = moves.lock(case_id)
        if case.operator != officer.operator:
            raise queries.CaseNotFound
        if not officer.acts_as(ActorKind.OFFICER):
            raise NotYoursToPrint
        events.record(
            operator=case.operator,
            actor=officer.actor(ActorKind.OFFICER),
            action="print_form",
            case_id=case.pk,
            now=now,
        )
    with translation.override("zh-hans"):
        return papers.compiled(_page(case), qr=f"{settings.XIAOHU.address}/track")


def _page(case: Case) -> dict[str, object]:
    issuer = queries.profile_of(case).names.zh
    return {
        "lang": "zh",
        "title": gettext("form.h1"),
        "number": case.reference,
        "issuer": issuer,
        "lead": gettext("form.lead").format(issuer=issuer),
        "scan": gettext("receipt.scan"),
        "sections": [
            {"title": gettext("form.asked"), "rows": [*_who(case), *_what(case)]},
            {"title": gettext("form.read"), "rows": _read(case)},
            {"title": gettext("form.signed"), "rows": _signed()},
        ],
        "notes": [gettext("review.declare")],
        "footer": issuer,
    }


def _who(case: Case) -> list[Row]:
    registered, asking = lines.registered(case.operator, case.holder_id), applying.applicant(case)
    rows = []
    if registered is not None:
        rows += [
            (gettext("review.holder"), registered.name),
            (gettext("form.document"), registered.document_number),
        ]
    if asking:
        who = f"{gettext(f'who.{case.applicant}')} {asking['name']} {asking['document_number']}"
        rows.append((gettext("review.applicant"), who))
    return rows


def _what(case: Case) -> list[Row]:
    found = queries.lines_of_case(case)
    numbers = lines.readable_service(found, "number")
    rows = [(gettext("review.line"), national(number)) for number in numbers]
    rows.append((gettext("review.scope"), gettext(f"scope.{case.scope}")))
    if case.refund_route:
        paid = paying.payee(case)
        to = [paid.get("bank", ""), paid.get("account", ""), _line_paid(case)]
        parts = [gettext(f"route.{case.refund_route}"), *filter(None, to)]
        rows.append((gettext("review.refund"), " ".join(parts)))
    rows.append((gettext("review.reason"), _reason(case)))
    rows.append((gettext("review.contact"), national(drafting.contact(case))))
    return rows


def _line_paid(case: Case) -> str:
    """Return the number of the holder's other line that takes the money, where one does."""
    line = paying.line_paid(case)
    return national(lines.readable_service([line], "number")[0]) if line is not None else ""


def _reason(case: Case) -> str:
    """Return why the line is closed, with own words where there are any."""
    said = gettext(f"reason.{case.reason or Reason.NOT_SAID.value}")
    own = volunteering.own_words_of(case)
    return f"{said}：{own}" if own else said


def _read(case: Case) -> list[Row]:
    heard = assisting.consent_of(case)
    rows = [(str(n), gettext(f"intake.read.{item}")) for n, item in enumerate(ReadItem, start=1)]
    if heard is not None:
        at = heard.heard_at.astimezone(CHINA)
        how = gettext(f"intake.heard_by.{heard.heard_by}")
        rows.append((gettext("form.heard"), f"{at:%Y-%m-%d %H:%M} {how} {heard.version}"))
    return rows


def _signed() -> list[Row]:
    return [(gettext(f"form.{place}"), NOT_YET) for place in ("signature", "date", "officer")]

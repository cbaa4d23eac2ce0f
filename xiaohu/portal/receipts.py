"""S17 on paper: what was asked for, when, and what comes next. Masks and dates, nothing signed."""

from typing import Any

from django.conf import settings
from django.utils.translation import get_language, gettext

from xiaohu.closures import papers
from xiaohu.closures.models import Case
from xiaohu.portal.shown import RESUBMIT, shown_case, timeline
from xiaohu.ui.templatetags.words import day, moment

Row = tuple[str, str]


def pdf(case: Case) -> bytes:
    """Return the receipt of a submitted case as PDF, in the reader's language.

    Raises:
        FontMissing: no font with Chinese characters is installed.
    """
    track = f"{settings.XIAOHU.address}/track"
    shown = shown_case(case)
    profile = shown["profile_of_case"]
    language = "en" if get_language() == "en" else "zh"
    issuer = profile.names.read(language)
    page = {
        "lang": language,
        "title": gettext("receipt.h1"),
        "number": case.reference,
        "issuer": issuer,
        "lead": gettext("receipt.lead").format(issuer=issuer),
        "scan": gettext("receipt.scan"),
        "sections": [
            {"title": "", "rows": _asked(shown)},
            {"title": gettext("done.steps"), "rows": _next(shown)},
        ],
        "notes": [
            gettext("done.keep"),
            gettext("receipt.track").format(address=track),
            profile.contact.complaints(language),
            gettext("frame.help").format(
                hotline=profile.contact.hotline.read(language),
                hours=profile.contact.hours.read(language),
            ),
        ],
        "footer": issuer,
    }
    return papers.compiled(page, qr=track)


def _asked(shown: dict[str, Any]) -> list[Row]:
    case = shown["case"]
    rows = [
        (gettext("event.submitted"), moment(case.submitted_at)),
        *_asked_again(case),
        (gettext("review.scope"), gettext(f"scope.{case.scope}")),
    ]
    rows += [(gettext("review.line"), each.line.number) for each in shown["closings"] if each.line]
    if case.refund_route:
        rows.append((gettext("review.refund"), gettext(f"route.{case.refund_route}")))
    if shown["contact"]:
        rows.append((gettext("review.contact"), shown["contact"]))
    return rows


def _asked_again(case: Case) -> list[Row]:
    """Return when a request was sent back, and when it was submitted again."""
    again = {"return", RESUBMIT}
    return [(gettext(f"event.{act}"), moment(at)) for act, at in timeline(case) if act in again]


def _next(shown: dict[str, Any]) -> list[Row]:
    case, profile = shown["case"], shown["profile_of_case"]
    until = gettext("event.until").format(date=moment(case.execute_at)) if case.execute_at else ""
    back = gettext("event.to_refund").format(days=profile.refund.working_days)
    rows = [
        (gettext("event.to_cool").format(days=profile.cooling_off.days), until),
        (gettext("event.to_close"), ""),
        (back if shown["pays"] else gettext("event.to_settle"), ""),
    ]
    if case.decision_due_on is None:
        return rows
    by = gettext("event.by_day").format(date=day(case.decision_due_on))
    return [(gettext("event.to_review"), by), *rows]

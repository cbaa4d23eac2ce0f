"""What D4 and D5 show of a case: both sides of it, and who is on it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext

from xiaohu.access.models import StaffUser
from xiaohu.assistance import calling
from xiaohu.assistance.queries import about_case
from xiaohu.closures import (
    applying,
    assisting,
    checking,
    clearing_pictures,
    documents_of_organisations,
    noting,
    paying,
    queries,
    reviewing,
    volunteering,
)
from xiaohu.closures.checking import Checked
from xiaohu.closures.models import Case, HumanQueue
from xiaohu.closures.restriction_checks import WAITS_FOR_CHECK
from xiaohu.core.actors import ActorKind
from xiaohu.core.assistance import CallTopic
from xiaohu.core.checks import FRESH_FOR, FRESH_MINUTES
from xiaohu.core.schedule import promised_by
from xiaohu.core.states import CaseState
from xiaohu.desk import presence
from xiaohu.desk.listing import time_left
from xiaohu.erasure import outside
from xiaohu.proofing import papers, proofs
from xiaohu.queue import clock
from xiaohu.settlement import findings
from xiaohu.trail import events
from xiaohu.trail.models import Event
from xiaohu.ui import shown
from xiaohu.ui.said import not_erased, to_staff, trouble
from xiaohu.ui.shown import ShownClosing

OUTCOMES = ("approve", "return", "refuse")
OWN_OUTCOMES = ("approve", "stop")  # of a closing the operator started

_OF_CONSENTS = {"consent": "event.consent_to", "withdraw_consent": "event.withdraw_consent_to"}
AT_THE_DESK = frozenset({ActorKind.OFFICER, ActorKind.REVIEWER})  # colleagues, known by name


def outcomes_of(case: Case) -> tuple[str, ...]:
    """Return what can be decided of a case."""
    return OWN_OUTCOMES if case.by_operator else OUTCOMES


def find_case(reference: str) -> Case:
    """Return the case of a reference, or answer that there is none.

    A draft is nobody's business, unless its author asked for people to look at its checks.
    """
    case = queries.by_reference(settings.XIAOHU.operator, reference)
    if case is None:
        raise Http404
    if case.state == CaseState.DRAFT.value and not calling.of_case(case.pk, CallTopic.CHECKS):
        raise Http404
    return case


def page_of(case: Case, officer: StaffUser) -> dict[str, Any]:
    """Return everything the pages of a case show."""
    now = clock.now()
    closings = shown.with_registry(shown.closings(case))
    checked = checking.last(case, now=now, with_answers=True)
    in_review = case.state == CaseState.IN_REVIEW.value
    asking = in_review and checking.is_asking(case)
    stale_after = _stale_after(checked, now)
    barred = in_review and reviewing.is_barred(case, officer)
    other = in_review and reviewing.held_by_other(case, officer, now=now)
    mine = in_review and case.officer_id == officer.pk
    may_decide = reviewing.may_decide(case, officer)
    return {
        "case": case,
        "closings": closings,
        "whole": documents_of_organisations.of_case(case) if case.size > 1 else None,
        "holder": shown.holder(closings),
        "applicant": shown.applicant(case),
        "holder_differs": applying.holder_differs(case),
        "payee": paying.payee(case),
        "reason_words": volunteering.own_words_of(case),
        "troubles": _troubles(closings, now),
        "papers": papers.of_case(case.pk),
        "pictures_until": clearing_pictures.kept_until(case),
        "pictures_dropped": clearing_pictures.were_dropped(case),
        "two_decide": applying.deciders(case) > 1,
        "other_outcomes": outcomes_of(case)[1:],
        **shown.involuntary(case),
        "checked": checked,
        "findings": shown.findings(checked, say=to_staff) if checked else [],
        "money_known": bool(checked and checked.lines) and not any(c.settled for c in closings),
        "timeline": _timeline(case),
        "notices": shown.messages(case),
        "profile_of_case": queries.profile_of(case),
        "in_review": in_review,
        "asking": asking,
        "may_recheck": in_review and not asking,
        "consent": assisting.consent_of(case),
        "proofs": proofs.dated(case.pk),
        "notes": noting.of_case(case),
        "asked_about": about_case(case.pk),
        "here": presence.others(case_id=case.pk, officer=officer, now=now),
        "stale_after": stale_after,
        "recheck_first": in_review and bool(stale_after or (checked and not checked.clear)),
        "fresh_minutes": FRESH_MINUTES,
        "left": time_left(case, now=now),
        "taken_by_other": other,
        "mine": mine,
        "can_claim": in_review and may_decide and not (other or barred or mine),
        "barred": barred,
        "may_decide": may_decide,
    }


def last_move(case: Case) -> tuple[str, str, datetime] | None:
    """Return who last moved a case, what that was, and when."""
    moved = next((e for e in reversed(events.of_case(case.pk)) if e.to_state), None)
    if moved is None:
        return None
    kind = ActorKind(moved.actor_kind)
    if kind in AT_THE_DESK:
        who = StaffUser.objects.get(pk=moved.actor_id).display_name
    else:
        who = gettext(f"audit.actor.{kind}")
    return who, moved.action, moved.at


def _timeline(case: Case) -> list[tuple[str, datetime]]:
    """Return what happened and when, in words; what would be said twice of one minute is said once."""
    told = [(_happened(event), event.at) for event in events.of_case(case.pk)]
    return list({(words, f"{at:%F %R}"): (words, at) for words, at in told}.values())


def _happened(event: Event) -> str:
    """Return the words of an event; of a consent, to what it was given."""
    to = event.evidence.get("consent")
    if not to:
        return gettext(f"event.{event.action}")
    return gettext(_OF_CONSENTS[event.action]).format(what=gettext(f"consent.short.{to}"))


def _stale_after(checked: Checked | None, now: datetime) -> int | None:
    """Return after how many minutes checks are too old, where they are; None where they are fresh."""
    at = checked.gathered_at if checked is not None else None
    fresh = checked is not None and (at is None or now - at <= FRESH_FOR)
    return None if fresh else FRESH_MINUTES


def _troubles(closings: list[ShownClosing], now: datetime) -> list[dict[str, Any]]:
    """Return what people own: in words, by when it is owed, and whether that has passed."""
    owned = [each for each in closings if each.closing.owner == HumanQueue.OPERATIONS]
    to_decide = findings.about({each.closing.pk for each in owned})
    return [
        {
            "each": each,
            "finding": to_decide.get(each.closing.pk),
            "said": trouble(each.closing.trouble, each.closing.step),
            "outside": [
                (
                    not_erased(row.names, row.dataset, row.why or outside.MORE, row.about),
                    row.about,
                    row.pk if row.why in outside.FOR_HANDS else None,
                )
                for row in outside.waiting([each.closing.pk])
            ],
            "to_check": each.closing.trouble == WAITS_FOR_CHECK,
            "late": each.closing.owner_due_at <= now,
            "told": promised_by(each.closing.owner_due_at, now=now),
        }
        for each in owned
        if each.closing.owner_due_at is not None
    ]

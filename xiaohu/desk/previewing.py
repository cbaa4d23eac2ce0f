"""D5: what the applicant will read of a decision, in the applicant's language."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext

from xiaohu.closures import announcing, queries, timing
from xiaohu.closures.models import Case
from xiaohu.core.review import appeal_until
from xiaohu.core.schedule import answer_until
from xiaohu.ui.templatetags.words import day, last_day, moment


def preview(
    case: Case, outcome: str, reasons: Sequence[str], *, note: str = "", now: datetime
) -> list[str]:
    """Return the sentences of the applicant's pages, one by one."""
    with translation.override(case.language):
        match outcome:
            case "return":
                until = gettext("now.awaiting").format(date=last_day(answer_until(asked_at=now)))
                asked = [gettext("fix.note"), note] if note else []
                return [until, *(gettext(f"return.{reason}") for reason in reasons), *asked]
            case "refuse":
                return [gettext("now.refused"), *_why(reasons), *_what_then(case, now)]
            case "stop":
                return [gettext("now.involuntary.withdrawn")]
            case _:
                return [_scheduled(case, now)]


def _why(reasons: Sequence[str]) -> list[str]:
    told = [
        (gettext(f"refusal_reason.{reason}"), gettext(f"refusal_rule.{reason}"))
        for reason in reasons
    ]
    return [sentence for pair in told for sentence in pair]


def _what_then(case: Case, now: datetime) -> list[str]:
    until = day(appeal_until(refused_at=now))
    complaint = queries.profile_of(case).contact.complaints(case.language)
    return [gettext("refused.appeal").format(date=until), complaint]


def _scheduled(case: Case, now: datetime) -> str:
    if case.by_operator:
        starts_at = announcing.execution_time(case, now=now)
        return gettext("now.involuntary.scheduled").format(date=moment(starts_at))
    starts_at = timing.earliest(case, accepted_at=now).at
    return gettext("now.scheduled").format(date=moment(starts_at))

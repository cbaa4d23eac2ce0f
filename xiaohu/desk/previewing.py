"""D5: what the applicant will read of a decision, in the applicant's language."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext

from xiaohu.closures import announcing, timing
from xiaohu.closures.drafting import DRAFT_KEPT
from xiaohu.closures.models import Case
from xiaohu.core.review import appeal_until
from xiaohu.ui.templatetags.words import day, moment


def preview(case: Case, outcome: str, reasons: Sequence[str], *, now: datetime) -> list[str]:
    """Return the sentences of the applicant's pages, one by one."""
    with translation.override(case.language):
        match outcome:
            case "return":
                until = gettext("now.awaiting").format(date=moment(now + DRAFT_KEPT))
                return [until, *(gettext(f"return.{reason}") for reason in reasons)]
            case "refuse":
                why = [gettext(f"refusal_reason.{reason}") for reason in reasons]
                until = day(appeal_until(refused_at=now))
                return [gettext("now.refused"), *why, gettext("refused.appeal").format(date=until)]
            case "stop":
                return [gettext("now.involuntary.withdrawn")]
            case _:
                return [_scheduled(case, now)]


def _scheduled(case: Case, now: datetime) -> str:
    if case.by_operator:
        starts_at = announcing.execution_time(case, now=now)
        return gettext("now.involuntary.scheduled").format(date=moment(starts_at))
    starts_at = timing.earliest(case, accepted_at=now).at
    return gettext("now.scheduled").format(date=moment(starts_at))

"""Starting what an operator's rules start by themselves: long arrears, and nothing else.

Starting is all that happens without people: two of them decide before the holder is even told.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from xiaohu.closures import involuntary
from xiaohu.closures.drafting import AlreadyClosing
from xiaohu.closures.models import NOBODY, Closing
from xiaohu.core.actors import CLOCK
from xiaohu.core.applicants import ApplicantKind, ClosingType
from xiaohu.core.checks import Blocked
from xiaohu.core.involuntary import INVOLUNTARY, GroundMissing
from xiaohu.core.profile import Profile
from xiaohu.gateways.protocols import GatewayUnavailable, UnknownLine
from xiaohu.registry import lines, policies
from xiaohu.registry.models import Line
from xiaohu.screening import facts as screening

logger = logging.getLogger(__name__)
BATCH = 50


def start_arrears(*, now: datetime) -> int:
    """Open a closing for each line in long arrears, where the rules say so; return how many.

    A line gets one such closing in its life: what people stopped is not started again by itself.
    """
    started = 0
    for operator in policies.operators():
        profile = policies.current(operator)
        if ClosingType.ARREARS in profile.involuntary:
            started += sum(_start(line, profile, now) for line in _candidates(operator))
    return started


def _candidates(operator: str) -> list[Line]:
    earlier = Closing.objects.filter(line=OuterRef("pk"))
    own = earlier.filter(case__applicant=ApplicantKind.OPERATOR.value)
    found = lines.stopped_for_arrears(operator).exclude(Exists(earlier.filter(is_open=True)))
    return list(found.exclude(Exists(own))[:BATCH])


def _start(line: Line, profile: Profile, now: datetime) -> bool:
    rule = profile.arrears_closing
    try:
        gathered = screening.gather(line, now=now)
        with transaction.atomic(durable=True):
            involuntary.put_before_people(
                line,
                ClosingType.ARREARS,
                rule.mobile_contract_clause or INVOLUNTARY[ClosingType.ARREARS].basis,
                gathered,
                actor=CLOCK,
                prepared_by=NOBODY,
                choices={},
                now=now,
            )
    except (GatewayUnavailable, UnknownLine, GroundMissing, AlreadyClosing, Blocked) as why:
        # Not yet, not now, or for an officer to choose what hangs on the line.
        logger.info("line %s is not started: %s", line.pk, why.code)
        return False
    return True

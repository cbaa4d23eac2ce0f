"""Is it working: what people can do here, and what may be said of each part from what is seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from xiaohu.core.steps import Step

SEEN_WITHIN = timedelta(minutes=5)  # an older look at a neighbour says nothing any more
LATE_AFTER = timedelta(minutes=15)  # a step due for longer than this is late
UNNUMBERED_AFTER = timedelta(minutes=5)  # events are numbered within seconds


class Part(StrEnum):
    """What people can do here."""

    SIGN_IN = "sign_in"
    CHECKS = "checks"
    EXECUTION = "execution"
    REFUNDS = "refunds"
    CERTIFICATES = "certificates"


class Works(StrEnum):
    """How a part works, from good to bad."""

    OK = "ok"
    UNKNOWN = "unknown"
    SLOW = "slow"
    DOWN = "down"


class Neighbour(StrEnum):
    """Whom the service depends on."""

    OPERATOR = "operator"
    PAYOUT = "payout"
    MESSAGES = "messages"


PART_OF_STEP: Mapping[Step, Part] = {
    Step.REFUND: Part.REFUNDS,
    Step.CERTIFY: Part.CERTIFICATES,
    Step.STATEMENT: Part.CERTIFICATES,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is seen: `answers` holds the neighbours seen lately, `late` the parts with late steps."""

    keystore: bool
    worker: bool
    answers: Mapping[Neighbour, bool] = field(default_factory=dict)
    late: frozenset[Part] = frozenset()
    events_wait: bool = False
    log_whole: bool = True


def worst(*states: Works) -> Works:
    """Return the worst of several."""
    return max(states, key=list(Works).index)


def part_of(step: str) -> Part:
    """Return what a step of a closing belongs to."""
    return PART_OF_STEP.get(Step(step), Part.EXECUTION) if step in set(Step) else Part.EXECUTION


def judge(seen: Signals) -> dict[Part, Works]:
    """Return how each part works.

    What a neighbour's silence only delays is slow: it is tried again and nothing is lost.
    """
    nobody_works = Works.OK if seen.worker else Works.DOWN
    return {
        Part.SIGN_IN: worst(
            Works.OK if seen.keystore else Works.DOWN,
            _neighbour(seen, Neighbour.MESSAGES, silent=Works.SLOW),
        ),
        Part.CHECKS: worst(
            Works.OK if seen.keystore else Works.DOWN,
            _neighbour(seen, Neighbour.OPERATOR, silent=Works.DOWN),
        ),
        Part.EXECUTION: worst(
            nobody_works,
            _late(seen, Part.EXECUTION),
            _neighbour(seen, Neighbour.OPERATOR, silent=Works.SLOW),
        ),
        Part.REFUNDS: worst(
            nobody_works,
            _late(seen, Part.REFUNDS),
            _neighbour(seen, Neighbour.PAYOUT, silent=Works.SLOW),
        ),
        Part.CERTIFICATES: worst(
            nobody_works,
            _late(seen, Part.CERTIFICATES),
            Works.OK if seen.log_whole and not seen.events_wait else Works.SLOW,
        ),
    }


def _neighbour(seen: Signals, which: Neighbour, *, silent: Works) -> Works:
    answers = seen.answers.get(which)
    return Works.UNKNOWN if answers is None else Works.OK if answers else silent


def _late(seen: Signals, part: Part) -> Works:
    return Works.SLOW if part in seen.late else Works.OK

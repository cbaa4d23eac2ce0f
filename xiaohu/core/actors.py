"""Who does something: a kind, and an id that points at a row."""

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """Every role that can act on a case."""

    SUBSCRIBER = "subscriber"
    OFFICER = "officer"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    COMPLIANCE = "compliance"
    ADMIN = "admin"
    WORKER = "worker"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts. `id` is the uuid of an account or user, or the name of a process."""

    kind: ActorKind
    id: str


WORKER = Actor(kind=ActorKind.WORKER, id="worker")
CLOCK = Actor(kind=ActorKind.CLOCK, id="clock")

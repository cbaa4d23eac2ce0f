"""Named points at which a rehearsal or a test can make this process die, stop or fail.

In production `hit` looks into an empty dictionary. Points are registered by the steps that
have them, so that a test can enumerate all and a misspelt one stops the start.
"""

import os
import signal
from enum import StrEnum

POINTS: set[str] = set()
_armed: dict[str, "Fault"] = {}


class Fault(StrEnum):
    """What happens at a point."""

    KILL = "kill"
    PAUSE = "pause"
    RAISE = "raise"


class FaultRaised(Exception):
    """A rehearsed failure."""


class UnknownPoint(Exception):
    """No step has a point of this name."""


def register_effect(kind: str) -> None:
    """Register the four points of an outside effect."""
    POINTS.update(
        f"{kind}.{at}" for at in ("before_call", "after_call", "after_record", "after_commit")
    )


def register_commit(name: str) -> None:
    """Register the two points around an inner commit."""
    POINTS.update(f"{name}.{at}" for at in ("before_commit", "after_commit"))


def arm(point: str, fault: Fault) -> None:
    """Let a fault happen once at a point.

    Raises:
        UnknownPoint: no step has it.
    """
    if point not in POINTS:
        raise UnknownPoint(point)
    _armed[point] = fault


def arm_from(text: str) -> None:
    """Arm what `XIAOHU_FAULTS` says: "refund.after_call:kill,settle.before_commit:raise"."""
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        point, _, fault = part.partition(":")
        arm(point, Fault(fault or Fault.KILL.value))


def hit(point: str) -> None:
    """Let an armed fault happen here, once."""
    fault = _armed.pop(point, None)
    if fault is None:
        return
    if fault is Fault.RAISE:
        raise FaultRaised(point)
    os.kill(os.getpid(), signal.SIGKILL if fault is Fault.KILL else signal.SIGSTOP)

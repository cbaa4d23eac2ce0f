"""What this room holds of a unit, and how it is forgotten."""

from collections.abc import Collection

from xiaohu.access import sessions
from xiaohu.core.retention import UnitKind
from xiaohu.vault.units import Unit


def forget_sessions(units: Collection[Unit]) -> int:
    """End every session that proved a line or account. Call inside a transaction."""
    ended = 0
    for unit in units:
        if unit.kind == UnitKind.LINE.value:
            ended += sessions.end_of_line(unit.id)
        elif unit.kind == UnitKind.ACCOUNT.value:
            ended += sessions.end_of_account(unit.id)
    return ended

"""What this room holds of a unit, and how it is forgotten."""

from collections import Counter
from collections.abc import Collection

from xiaohu.access import sessions
from xiaohu.core.retention import UnitKind
from xiaohu.vault.units import Unit, counted, of_kind


def forget_sessions(units: Collection[Unit]) -> Counter[Unit]:
    """End every session that proved a line or account. Call inside a transaction."""
    lines = sessions.end_of_lines(of_kind(units, UnitKind.LINE))
    accounts = sessions.end_of_accounts(of_kind(units, UnitKind.ACCOUNT))
    return counted(UnitKind.LINE, lines) + counted(UnitKind.ACCOUNT, accounts)


def count_sessions(units: Collection[Unit]) -> Counter[Unit]:
    """Count the sessions that `forget_sessions` would end."""
    lines = sessions.of_lines(of_kind(units, UnitKind.LINE))
    accounts = sessions.of_accounts(of_kind(units, UnitKind.ACCOUNT))
    return counted(UnitKind.LINE, lines) + counted(UnitKind.ACCOUNT, accounts)

"""What this room holds of a unit, and how it is forgotten."""

from collections import Counter
from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import Q

from xiaohu.access import sessions
from xiaohu.access.models import SubscriberAccount, SubscriberSession
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


def tell(line_id: UUID | None, holder_id: UUID) -> Iterator[tuple[str, str, str, str]]:
    """List the accounts of a holder, and who is signed in to them or a line: by what, and since when."""
    accounts = SubscriberAccount.objects.filter(holder_id=holder_id).order_by("pk")
    for number, account in enumerate(accounts, start=1):
        yield "account", "account", f"{number}", "closed" if account.closed_at else "open"
        if account.recovered_at is not None:
            yield "account", "account", f"{number}.recovered", account.recovered_at.isoformat()
    theirs = Q(account_id__in=[account.pk for account in accounts])
    if line_id is not None:
        theirs |= Q(line_id=line_id)
    for session in SubscriberSession.objects.filter(theirs).order_by("created_at", "pk"):
        yield "account", "session", session.method, session.created_at.isoformat()

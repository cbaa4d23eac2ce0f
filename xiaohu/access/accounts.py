"""Subscribers' accounts: user name and password, with the same answer for strangers."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password

from xiaohu.access import counters, sessions
from xiaohu.access.models import SubscriberAccount
from xiaohu.access.sessions import Method
from xiaohu.core.refusals import Refusal
from xiaohu.vault.index import blind_index

TRIES = 5
WINDOW = timedelta(minutes=15)
SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128
# A password made with a code proves no more than the code did, until its holder could object.
RECOVERY_COUNTS_AS_CODE = timedelta(days=7)


class TooManyTries(Refusal):
    """The account or number was tried too often; `minutes` until the next try."""

    code = "TOO_MANY_TRIES"


class PasswordRefused(Refusal):
    """The new password is too short or too long."""

    code = "PASSWORD_REFUSED"


class PasswordWrong(Refusal):
    """The password in use is not this one."""

    code = "PASSWORD_WRONG"


def username_index(operator: str, username: str) -> bytes:
    """Return the blind index of a user name; case and outer spaces do not matter."""
    return blind_index(operator=operator, purpose="username", value=username.strip().casefold())


def authenticate(
    *, operator: str, username: str, password: str, now: datetime
) -> SubscriberAccount | None:
    """Return the account, or None; a stranger's name takes as long as a wrong password.

    Raises:
        TooManyTries: five in a quarter of an hour, whether the name exists or not.
    """
    index = username_index(operator, username)
    verdict = counters.hit("password", operator, index, limit=TRIES, window=WINDOW, now=now)
    if not verdict.allowed:
        raise too_many(verdict.resets_at, now)
    account = of_username(index, operator=operator)
    stored = account.password if account is not None and account.password else _nobodys_password()
    if not check_password(password, stored) or account is None:
        return None
    counters.clear("password", operator, index)
    return account


def change_password(*, account_id: UUID, old: str, new: str, now: datetime) -> None:
    """Give an account another password, for somebody who knows the one in use.

    Raises:
        TooManyTries: five wrong ones in a quarter of an hour.
        PasswordWrong: it is not the one in use.
        PasswordRefused: the new one is not 8 to 128 characters.
    """
    verdict = counters.hit("new password", str(account_id), limit=TRIES, window=WINDOW, now=now)
    if not verdict.allowed:
        raise too_many(verdict.resets_at, now)
    account = SubscriberAccount.objects.filter(pk=account_id, closed_at=None).first()
    if account is None or not check_password(old, account.password):
        raise PasswordWrong
    set_password(account_id=account_id, password=new)
    counters.clear("new password", str(account_id))


def set_password(*, account_id: UUID, password: str) -> None:
    """Give an open account a new password.

    Raises:
        PasswordRefused: not 8 to 128 characters.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise PasswordRefused(shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)
    SubscriberAccount.objects.filter(pk=account_id, closed_at=None).update(
        password=make_password(password)
    )


def of_username(index: bytes, *, operator: str) -> SubscriberAccount | None:
    """Return the open account of a user name's blind index."""
    return SubscriberAccount.objects.filter(
        operator=operator, username_index=index, closed_at=None
    ).first()


def recover(*, account_id: UUID, password: str, now: datetime) -> None:
    """Give an account another password, for somebody who proved it by a code; every session ends.

    Call inside a transaction.

    Raises:
        PasswordRefused: the new one is not 8 to 128 characters.
    """
    set_password(account_id=account_id, password=password)
    SubscriberAccount.objects.filter(pk=account_id, closed_at=None).update(recovered_at=now)
    sessions.end_of_accounts([account_id])


def method_of(account: SubscriberAccount, *, now: datetime) -> Method:
    """Return what signing in by password proves: soon after a recovery only what the code did."""
    recovered = account.recovered_at
    recent = recovered is not None and now - recovered < RECOVERY_COUNTS_AS_CODE
    return Method.CODE if recent else Method.PASSWORD


def still_open(account_ids: Collection[UUID]) -> set[UUID]:
    """Return those of some accounts that are not closed."""
    there = SubscriberAccount.objects.filter(pk__in=account_ids, closed_at=None)
    return set(there.values_list("pk", flat=True)) if account_ids else set()


def close(*, account_id: UUID, now: datetime) -> None:
    """End an account: no name, no password. Call inside a transaction; harmless to repeat."""
    SubscriberAccount.objects.filter(pk=account_id, closed_at=None).update(
        closed_at=now, username_index=None, password=""
    )


def too_many(again_at: datetime, now: datetime) -> TooManyTries:
    """Return the refusal that says for how long."""
    return TooManyTries(minutes=-(-int((again_at - now).total_seconds()) // 60))


@cache
def _nobodys_password() -> str:
    return make_password("the password of nobody")

"""Passwords and sessions of subscribers, second factors of staff."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import Argon2PasswordHasher, get_hasher
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from xiaohu.access import accounts, mfa, sessions
from xiaohu.access.accounts import PasswordRefused, TooManyTries
from xiaohu.access.models import StaffUser, SubscriberAccount, SubscriberSession
from xiaohu.access.sessions import Method
from xiaohu.config import settings as written

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


@pytest.fixture
def account() -> SubscriberAccount:
    """Return an account with a password."""
    made = SubscriberAccount.objects.create(
        operator="demo", holder_id=uuid4(), username_index=accounts.username_index("demo", "Li-01")
    )
    accounts.set_password(account_id=made.pk, password="correct horse")
    return made


def test_passwords_are_hashed_at_full_cost_outside_tests() -> None:
    assert [f"{Argon2PasswordHasher.__module__}.Argon2PasswordHasher"] == written.PASSWORD_HASHERS
    full, here = Argon2PasswordHasher().params(), get_hasher()
    assert full.memory_cost >= 100 * 1024
    assert full.time_cost >= 2
    assert isinstance(here, Argon2PasswordHasher)


def sign_in(username: str, password: str, *, now: datetime = NOON) -> SubscriberAccount | None:
    """Try to sign in."""
    return accounts.authenticate(operator="demo", username=username, password=password, now=now)


def test_lets_in_with_any_case_and_spaces(account: SubscriberAccount) -> None:
    assert sign_in(" li-01 ", "correct horse") == account


def test_keeps_out_wrong_passwords_and_strangers_alike(account: SubscriberAccount) -> None:
    assert sign_in("li-01", "wrong") is None
    assert sign_in("nobody", "wrong") is None


@pytest.mark.parametrize("name", ["li-01", "nobody"])
def test_stops_after_five_tries_whether_the_name_exists_or_not(
    account: SubscriberAccount, name: str
) -> None:
    for _ in range(5):
        assert sign_in(name, "wrong") is None
    with pytest.raises(TooManyTries) as refused:
        sign_in(name, "correct horse")
    assert refused.value.params == {"minutes": 15}
    assert (sign_in(name, "correct horse", now=NOON + accounts.WINDOW) is None) == (
        name == "nobody"
    )


def test_a_closed_account_is_dead(account: SubscriberAccount) -> None:
    token = sessions.begin(operator="demo", method=Method.PASSWORD, account_id=account.pk)
    accounts.close(account_id=account.pk, now=NOON)
    sessions.end_of_accounts([account.pk])
    assert sign_in("li-01", "correct horse") is None
    assert sessions.find(token) is None
    with pytest.raises(IntegrityError), transaction.atomic():
        SubscriberAccount.objects.filter(pk=account.pk).update(password="back door")


@pytest.mark.parametrize("password", ["short", "x" * 129])
def test_refuses_passwords_too_short_or_long(account: SubscriberAccount, password: str) -> None:
    with pytest.raises(PasswordRefused):
        accounts.set_password(account_id=account.pk, password=password)


def test_a_session_lives_by_its_token_and_dies_idle(account: SubscriberAccount) -> None:
    token = sessions.begin(operator="demo", method=Method.PASSWORD, account_id=account.pk)
    found = sessions.find(token)
    assert found is not None
    assert found.holder_id == account.holder_id
    assert sessions.find(token[::-1]) is None
    SubscriberSession.objects.update(seen_at=Now() - timedelta(minutes=21))
    assert sessions.find(token) is None
    assert sessions.delete_idle() == 1


def test_a_session_must_prove_something() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        sessions.begin(operator="demo", method=Method.CODE)


def test_a_second_factor_is_sealed_and_works_once() -> None:
    user = StaffUser.objects.create(username="zhou", display_name="周示例", operator="demo")
    secret = mfa.enrol(user)
    assert secret not in str(Authenticator.objects.get(user=user).data)
    code = mfa.current_code(user)
    assert code is not None
    assert mfa.check(user, code, now=NOON)
    assert not mfa.check(user, code, now=NOON)


def test_a_second_factor_stops_after_five_wrong_codes() -> None:
    user = StaffUser.objects.create(username="zhou", display_name="周示例", operator="demo")
    mfa.enrol(user)
    for _ in range(5):
        assert not mfa.check(user, "not it", now=NOON)
    assert not mfa.check(user, mfa.current_code(user) or "", now=NOON)

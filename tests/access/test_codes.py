"""One-time codes: five tries, ten minutes, five a day, once, and nothing told to strangers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections, transaction

from xiaohu.access import codes
from xiaohu.access.codes import Issued, Limited, Outcome, Purpose
from xiaohu.access.models import OneTimeCode
from xiaohu.vault import epoch_files, epochs

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
NUMBER = "+8613000000001"
MINUTE = timedelta(minutes=1)


def ask(*, to: str = NUMBER, known: bool = True, now: datetime = NOON) -> Issued | Limited:
    """Ask for a code to sign in."""
    with transaction.atomic():
        return codes.issue(operator="demo", purpose=Purpose.SIGN_IN, to=to, known=known, now=now)


def asked(*, known: bool = True, now: datetime = NOON) -> UUID:
    """Ask for a code and get one."""
    issued = ask(known=known, now=now)
    assert isinstance(issued, Issued)
    return issued.code_id


def sent(code_id: UUID, *, now: datetime = NOON) -> str:
    """Return the code as the phone shows it."""
    letter = codes.letter(code_id, now=now)
    assert letter is not None
    return letter.code


def wrong(code: str) -> str:
    """Return another code."""
    return f"{(int(code) + 1) % 10**6:06d}"


def try_(code_id: UUID, code: str, *, now: datetime = NOON) -> codes.Tried:
    """Try a code to sign in."""
    return codes.check(code_id=code_id, purpose=Purpose.SIGN_IN, code=code, now=now)


@pytest.mark.django_db(databases=["default", "keystore"])
class TestACode:
    """What a code can and cannot do."""

    def test_works_once(self) -> None:
        code_id = asked()
        code = sent(code_id)
        assert try_(code_id, code).outcome is Outcome.OK
        assert try_(code_id, code).outcome is Outcome.EXPIRED

    def test_tells_how_many_tries_are_left_then_locks(self) -> None:
        code_id = asked()
        code = sent(code_id)
        left = [try_(code_id, wrong(code)).tries_left for _ in range(4)]
        assert left == [4, 3, 2, 1]
        last = try_(code_id, wrong(code))
        assert last.outcome is Outcome.LOCKED
        assert last.locked_until == NOON + codes.LOCKED
        assert try_(code_id, code).outcome is Outcome.LOCKED
        assert ask(now=NOON + 2 * MINUTE) == Limited(NOON + codes.LOCKED)

    def test_a_third_lock_holds_until_tomorrow(self) -> None:
        now = NOON
        for _ in range(3):
            code_id = asked(now=now)
            code = sent(code_id, now=now)
            for _ in range(5):
                last = try_(code_id, wrong(code), now=now)
            now += codes.LOCKED + MINUTE
        assert last.locked_until == NOON + codes.A_DAY

    def test_expires_after_ten_minutes(self) -> None:
        code_id = asked()
        code = sent(code_id)
        assert try_(code_id, code, now=NOON + codes.VALID).outcome is Outcome.EXPIRED

    def test_serves_no_other_purpose(self) -> None:
        code_id = asked()
        tried = codes.check(
            code_id=code_id, purpose=Purpose.PROVE_LINE, code=sent(code_id), now=NOON
        )
        assert tried.outcome is Outcome.EXPIRED

    def test_ends_the_one_before(self) -> None:
        first = asked()
        code = sent(first)
        asked(now=NOON + 2 * MINUTE)
        assert try_(first, code, now=NOON + 2 * MINUTE).outcome is Outcome.EXPIRED

    def test_is_not_stored_in_clear(self) -> None:
        code_id = asked()
        row = OneTimeCode.objects.get(pk=code_id)
        stored = bytes(row.mac) + bytes(row.box)
        assert sent(code_id).encode() not in stored
        assert NUMBER.encode() not in stored

    def test_a_stranger_gets_the_same_and_nothing_is_sent(self) -> None:
        code_id = asked(known=False)
        assert codes.letter(code_id, now=NOON) is None
        assert codes.shown_to(code_id) == NUMBER
        assert try_(code_id, "000000").outcome is Outcome.WRONG

    def test_is_sent_once_a_minute_and_five_times_a_day(self) -> None:
        answers = [ask(now=NOON + timedelta(seconds=30 * n)) for n in range(40)]
        assert sum(isinstance(answer, Issued) for answer in answers) == 5


@pytest.mark.django_db(transaction=True, databases=["default", "keystore"])
def test_fifty_guessers_at_once_have_five_tries_together() -> None:
    code_id = asked()
    code = wrong(sent(code_id))

    def guess(_: int) -> Outcome:
        try:
            return try_(code_id, code).outcome
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(guess, range(50)))
    assert OneTimeCode.objects.get(pk=code_id).tries == 5
    assert outcomes.count(Outcome.WRONG) == 4
    assert outcomes.count(Outcome.LOCKED) == 46


@pytest.mark.django_db(databases=["default", "keystore"])
def test_no_backup_opens_an_address_once_the_epoch_is_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = (tmp_path / "keys" / "epochs", tmp_path / "copies" / "epochs")
    monkeypatch.setattr(epoch_files, "folders", lambda: made)
    code_id = asked()
    code = sent(code_id)
    epochs.begin()
    assert codes.letter(code_id, now=NOON) is not None  # while keys are wrapped anew both are there
    while epochs.roll_on():
        pass
    assert codes.letter(code_id, now=NOON) is None
    assert codes.shown_to(code_id) == ""
    assert try_(code_id, code).outcome is Outcome.OK  # whoever has the code may still use it

"""A whole closing: what the outside saw, where every fen went, what is left and what is not."""

import json
from typing import Any

import pytest
from django.db.models import QuerySet

from tests.stories import ARREARS, CLEAN, EMPTY, LARGE, World, closing_of, document_of, signed_in
from xiaohu.access.models import SubscriberAccount
from xiaohu.closures import checking, documents, drafting, queries
from xiaohu.closures.models import Case, DocumentKind, Outcome
from xiaohu.core.calendar import day_of
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.retention import Category
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope
from xiaohu.registry import lines
from xiaohu.registry.models import Holder, Line, QuarantinedNumber
from xiaohu.settlement import ledger
from xiaohu.settlement.models import Account
from xiaohu.trail import auditing
from xiaohu.trail.models import Event
from xiaohu.vault import keys, records, units
from xiaohu.vault.index import blind_index
from xiaohu.vault.keys import Erased
from xiaohu.vault.keystore.models import UnitKey
from xiaohu.vault.models import BucketRecord, SealedRecord

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def said(case: Case, kind: DocumentKind) -> dict[str, object]:
    """Return what a document says, its signature checked."""
    document = document_of(case, kind)
    assert document is not None
    return documents.read(document)


def test_ends_with_the_line_gone_and_the_money_back(world: World) -> None:
    line = world.line()
    case = world.close()
    assert case.state == CaseState.DONE
    closing = closing_of(case)
    assert (closing.outcome, closing.is_open) == (Outcome.CLOSED, False)
    kinds = [record["kind"] for record in world.outside.truth("operator")]
    assert kinds == ["freeze", "disconnect", "end_filing", "quarantine", "bill"]
    paid = world.outside.truth("payout")
    assert [(p["amount_fen"], p["route"]) for p in paid] == [(12640, "original")]
    assert lines.find("demo", CLEAN) is None
    (row,) = QuarantinedNumber.objects.values()
    # A keyed hash and two days: no number to be read, and no moment that leads to the closing.
    assert {**row, "number_index": bytes(row["number_index"])} == {
        "id": row["id"],
        "operator": "demo",
        "number_index": blind_index(operator="demo", purpose="resting", value=CLEAN),
        "free_on": closing.number_free_on,
        "rested_on": day_of(closing.disconnected_at or world.now),
    }
    line.refresh_from_db()
    assert (line.status, line.number_index) == ("closed", None)


def everything_of(line: Line) -> list[object]:
    """Return every row of a line and of its holder as it is stored, the keys in their own place."""
    of = [line.pk, line.holder_id]
    rows: list[QuerySet[Any]] = [
        Line.objects.filter(pk=line.pk),
        Holder.objects.filter(pk=line.holder_id),
        SealedRecord.objects.filter(unit__in=of),
        UnitKey.objects.filter(unit__in=of),
    ]
    return [
        [
            {name: bytes(v) if isinstance(v, memoryview) else v for name, v in row.items()}
            for row in q
        ]
        for q in (each.order_by("pk").values() for each in rows)
    ]


def test_another_line_of_the_same_holder_stays_as_it_is_byte_for_byte(world: World) -> None:
    closed, other = world.line(), world.line(EMPTY)
    Line.objects.filter(pk=other.pk).update(holder_id=closed.holder_id)
    other.refresh_from_db()
    before = everything_of(other)
    assert all(before)
    world.close()
    assert everything_of(other) == before
    told = json.dumps(world.outside.truth("operator"))
    assert world.line(EMPTY) == other
    assert closed.subscription_id in told
    assert other.subscription_id not in told


def test_every_fen_is_accounted_for(world: World) -> None:
    closing = closing_of(world.close())
    settled = ledger.of_closing(closing.pk)
    assert settled is not None
    assert (settled.opening_fen, settled.forfeited_gift_fen) == (12640 + 2000, 2000)
    assert settled.refunded_fen == 12640
    standing = ledger.balances(closing.pk)
    assert (standing[Account.REFUNDED], standing[Account.BALANCE]) == (12640, 0)


@pytest.mark.parametrize(("choice", "device_fen"), [("pay_value", 8000), ("book_pickup", 0)])
def test_equipment_is_paid_for_or_fetched_as_chosen(
    world: World, choice: str, device_fen: int
) -> None:
    world.outside.change(world.line(), equipment_fen=8000)
    case = world.draft()
    drafting.choose(case_id=case.pk, check=CheckCode.EQUIPMENT_RETURN, choice=Choice(choice))
    world.answer(case)
    world.submit(case)
    world.clock.pass_(days=3, minutes=1)
    world.work()
    settled = ledger.of_closing(closing_of(case).pk)
    assert settled is not None
    assert settled.device_fen == device_fen
    assert settled.refunded_fen == 12640 - max(0, device_fen - 2000)


def test_issues_a_certificate_and_a_statement(world: World) -> None:
    case = world.close()
    certificate = said(case, DocumentKind.CERTIFICATE)
    assert certificate["line"] == "130 **** 0001"
    assert str(certificate["holder"]).endswith("**")
    statement = said(case, DocumentKind.STATEMENT)
    assert statement["certificate"] == certificate["number"]
    kept = {item["category"]: item["until"] for item in statement["kept"]}  # type: ignore[attr-defined]
    assert kept["registration_identity"] == "2028-11-30"
    assert set(kept) == {
        "registration_identity",
        "service_number",
        "refund_proof",
        "closing_trail",
    }
    text = str(certificate) + str(statement)
    assert "13000000001" not in text


def test_erases_the_line_and_keeps_what_others_need(world: World) -> None:
    line = world.line()
    case = world.close()
    with pytest.raises(Erased):
        records.open_one(
            operator="demo", unit=units.line(line.pk), category=Category.SERVICE_NUMBER
        )
    # The account is not in scope, so the holder is still a customer.
    assert records.open_one(
        operator="demo",
        unit=units.holder(line.holder_id),
        category=Category.REGISTRATION_IDENTITY,
    )
    assert not SealedRecord.objects.filter(unit=line.pk).exists()
    assert BucketRecord.objects.filter(subject_id=case.closings.get().pk).count() == 4


def test_closing_line_and_account_leaves_nothing_of_the_holder(world: World) -> None:
    subscriber = world.subscriber()
    assert subscriber.holder_id is not None
    assert subscriber.account_id is not None
    case = world.close(scope=Scope.BOTH)
    assert case.state == CaseState.DONE
    account = SubscriberAccount.objects.get(pk=subscriber.account_id)
    assert (account.username_index, account.password) == (None, "")
    holder = units.holder(subscriber.holder_id)
    assert keys.was_destroyed("demo", [holder]) == {holder}
    assert Line.objects.get(holder_id=subscriber.holder_id).row_index is None


def test_closing_the_account_alone_loses_no_number(world: World) -> None:
    subscriber = world.subscriber()
    assert subscriber.account_id is not None
    case = world.draft(scope=Scope.ACCOUNT)
    world.answer(case)
    world.submit(case)
    world.clock.pass_(days=3, minutes=1)
    world.work()
    case.refresh_from_db()
    assert case.state == CaseState.DONE
    assert lines.find("demo", CLEAN) is not None
    assert world.outside.truth("operator") == []
    assert SubscriberAccount.objects.get(pk=subscriber.account_id).closed_at is not None
    assert said(case, DocumentKind.CERTIFICATE)["subject"] == "account"


def test_a_line_without_money_needs_no_refund(world: World) -> None:
    assert world.close(EMPTY).state == CaseState.DONE
    assert world.outside.truth("payout") == []


def test_arrears_nobody_pays_stay_a_debt_and_refuse_nothing(world: World) -> None:
    case = world.draft(ARREARS)
    drafting.choose(case_id=case.pk, check=CheckCode.ARREARS, choice=Choice.CLOSE_WITH_DEBT)
    world.answer(case)
    world.submit(case)
    world.clock.pass_(days=3, minutes=1)
    world.work()
    settled = ledger.of_closing(closing_of(case).pk)
    assert settled is not None
    assert (settled.debt_fen, settled.refundable_fen) == (3820, 0)


def test_tells_the_person_at_every_turn(world: World) -> None:
    world.close()
    texts = world.outside.inbox("subscriber@example.com")
    for words in ("已受理", "已销户", "已退还", "已全部办结"):
        assert any(words in text for text in texts)
    assert all("13000000001" not in text for text in texts)


def test_leaves_a_trail_that_verifies_and_names_nobody(world: World) -> None:
    case = world.close()
    actions = list(Event.objects.filter(case_id=case.pk).order_by("leaf__index"))
    assert [event.action for event in actions] == [
        "open",
        "consent",
        "schedule",
        "execute",
        "issue_document",
        "certify",
        "issue_document",
        "finish",
    ]
    assert auditing.verify().broken == ()
    holder = str([event.evidence for event in Event.objects.all()])
    assert "示例" not in holder


def test_a_case_of_somebody_else_does_not_exist(world: World) -> None:
    case = world.draft()
    stranger = world.subscriber(LARGE)
    with pytest.raises(queries.CaseNotFound):
        queries.of_subscriber(case.pk, stranger)
    with pytest.raises(queries.LineNotYours):
        queries.lines_among(stranger, [world.line().pk])
    holder = signed_in(SubscriberAccount.objects.get(pk=case.prepared_by))
    assert queries.of_subscriber(case.pk, holder).pk == case.pk


def test_shows_what_the_checks_found(world: World) -> None:
    case = world.draft()
    checked = checking.run(case_id=case.pk, now=world.now)
    assert checked.clear
    assert checked.refundable_fen == 12640

"""A document is revoked or replaced by two people, the holder hears of it, and the old one says so."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.stories import World, document_of, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import correcting, documents, submitting
from xiaohu.closures.correcting import (
    ChangeAskedBefore,
    DocumentNotValid,
    DocumentUnknown,
    NoChangeAsked,
    NotYoursToCorrect,
    SamePersonAsked,
)
from xiaohu.closures.models import Case, Document, DocumentChange, DocumentKind
from xiaohu.core.actors import ActorKind
from xiaohu.core.corrections import Change, CorrectionRefused, ReasonNotForChange
from xiaohu.trail import events
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
CONTACT = "subscriber@example.com"


@pytest.fixture
def case(world: World) -> Case:
    """A case that is done."""
    return world.close()


@pytest.fixture
def certificate(case: Case) -> Document:
    """Its certificate."""
    found = document_of(case, DocumentKind.CERTIFICATE)
    assert found is not None
    return found


@pytest.fixture
def lin(db: None) -> StaffUser:
    """Somebody of compliance."""
    return staff("lin", ActorKind.COMPLIANCE)


@pytest.fixture
def zhao(db: None) -> StaffUser:
    """An administrator."""
    return staff("zhao", ActorKind.ADMIN)


def ask(
    world: World,
    document: Document,
    officer: StaffUser,
    change: Change = Change.REVOKE,
    reason: str = "issued_in_error",
    **corrections: str,
) -> DocumentChange:
    """Ask for a change."""
    return correcting.ask(
        number=document.number,
        change=change,
        reason=reason,
        corrections=corrections,
        officer=officer,
        now=world.now,
    )


def replaced(world: World, document: Document, lin: StaffUser, zhao: StaffUser) -> Document:
    """Replace a document by one with another product."""
    ask(world, document, lin, Change.REPLACE, "wrong_fact", product="示例套餐")
    return correcting.agree(number=document.number, officer=zhao, now=world.now)


def test_asking_alone_changes_nothing(world: World, certificate: Document, lin: StaffUser) -> None:
    ask(world, certificate, lin)
    certificate.refresh_from_db()
    assert certificate.state == "valid"
    with pytest.raises(SamePersonAsked):
        correcting.agree(number=certificate.number, officer=lin, now=world.now)


def test_a_second_person_revokes_and_the_holder_is_told(
    world: World, case: Case, certificate: Document, lin: StaffUser, zhao: StaffUser
) -> None:
    ask(world, certificate, lin)
    correcting.agree(number=certificate.number, officer=zhao, now=world.now)
    certificate.refresh_from_db()
    assert (certificate.state, certificate.changed_at) == ("revoked", world.now)
    world.send_notices()
    assert f"{certificate.number}已撤销" in world.outside.inbox(CONTACT)[0]
    assert [e.action for e in events.of_case(case.pk)][-2:] == [
        "ask_document_change",
        "revoke_document",
    ]


def test_a_replacement_says_what_it_replaces_and_only_what_was_wrong_changes(
    world: World, case: Case, certificate: Document, lin: StaffUser, zhao: StaffUser
) -> None:
    world.clock.pass_(days=1)
    newer = replaced(world, certificate, lin, zhao)
    certificate.refresh_from_db()
    assert (certificate.state, certificate.replaced_by_id) == ("replaced", newer.number)
    was, says = documents.read(certificate), documents.read(newer)
    different = {fact for fact in says if says[fact] != was.get(fact)}
    assert different == {"number", "verify", "issued_at", "log", "product", "replaces"}
    assert says["replaces"] == certificate.number
    world.send_notices()
    assert newer.number in world.outside.inbox(CONTACT)[0]


def test_a_replaced_document_is_not_changed_again_but_the_newer_one_can_be(
    world: World, certificate: Document, lin: StaffUser, zhao: StaffUser
) -> None:
    newer = replaced(world, certificate, lin, zhao)
    with pytest.raises(DocumentNotValid):
        ask(world, certificate, lin)
    ask(world, newer, zhao)
    correcting.agree(number=newer.number, officer=lin, now=world.now)
    newer.refresh_from_db()
    assert newer.state == "revoked"


def test_what_was_asked_can_be_dropped_by_anybody_who_could_ask(
    world: World, certificate: Document, lin: StaffUser, zhao: StaffUser
) -> None:
    for person in (lin, zhao):
        ask(world, certificate, lin)
        correcting.drop(number=certificate.number, officer=person, now=world.now)
        with pytest.raises(NoChangeAsked):
            correcting.agree(number=certificate.number, officer=zhao, now=world.now)
    certificate.refresh_from_db()
    assert certificate.state == "valid"


def test_asking_twice_is_refused(world: World, certificate: Document, lin: StaffUser) -> None:
    ask(world, certificate, lin)
    with pytest.raises(ChangeAskedBefore):
        ask(world, certificate, lin)
    assert DocumentChange.objects.count() == 1


def test_agreeing_twice_is_refused(
    world: World, certificate: Document, lin: StaffUser, zhao: StaffUser
) -> None:
    replaced(world, certificate, lin, zhao)
    with pytest.raises(NoChangeAsked):
        correcting.agree(number=certificate.number, officer=zhao, now=world.now)
    assert Document.objects.filter(kind="certificate").count() == 2


@pytest.mark.parametrize("verb", [correcting.agree, correcting.drop])
def test_it_is_closed_to_others(
    world: World, certificate: Document, lin: StaffUser, verb: Callable[..., Document]
) -> None:
    ask(world, certificate, lin)
    reviewer = staff("chen")
    with pytest.raises(NotYoursToCorrect):
        verb(number=certificate.number, officer=reviewer, now=world.now)
    stranger = staff("stranger", ActorKind.ADMIN)
    StaffUser.objects.filter(pk=stranger.pk).update(operator="other")
    stranger.refresh_from_db()
    with pytest.raises(DocumentUnknown):
        verb(number=certificate.number, officer=stranger, now=world.now)
    with pytest.raises(NotYoursToCorrect):
        ask(world, certificate, reviewer)


@pytest.mark.parametrize(
    "corrections",
    [
        {},
        {"line": "130 **** 9999"},
        {"product": ""},
        {"product": "x" * 81},
        {"closed_at": "yesterday"},
        {"closed_at": "2026-12-01T04:00:00"},
        {"number_free_on": "2026-13-01"},
        {"nonsense": "1"},
    ],
)
def test_only_some_facts_change_and_only_to_what_they_can_be(
    world: World, certificate: Document, lin: StaffUser, corrections: dict[str, str]
) -> None:
    with pytest.raises(CorrectionRefused):
        ask(world, certificate, lin, Change.REPLACE, "wrong_fact", **corrections)


def test_a_fact_that_stays_the_same_is_no_correction(
    world: World, certificate: Document, lin: StaffUser
) -> None:
    same = documents.read(certificate)["product"]
    with pytest.raises(CorrectionRefused):
        ask(world, certificate, lin, Change.REPLACE, "wrong_fact", product=same)


def test_a_reason_goes_with_its_change(world: World, certificate: Document, lin: StaffUser) -> None:
    with pytest.raises(ReasonNotForChange):
        ask(world, certificate, lin, Change.REPLACE, "issued_in_error", product="x")


def test_after_the_folder_is_gone_nobody_is_told(
    world: World, case: Case, certificate: Document, lin: StaffUser, zhao: StaffUser
) -> None:
    Case.objects.filter(pk=case.pk).update(purged_at=world.now - timedelta(days=1))
    told = len(world.outside.inbox(CONTACT))
    replaced(world, certificate, lin, zhao)
    world.send_notices()
    assert len(world.outside.inbox(CONTACT)) == told


def test_a_failing_last_step_leaves_nothing(
    world: World,
    certificate: Document,
    lin: StaffUser,
    zhao: StaffUser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask(world, certificate, lin, Change.REPLACE, "wrong_fact", product="示例套餐")
    before = Event.objects.count(), Document.objects.count()

    def fail(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("the last step fails")

    monkeypatch.setattr(submitting, "tell", fail)
    with pytest.raises(RuntimeError):
        correcting.agree(number=certificate.number, officer=zhao, now=world.now)
    assert (Event.objects.count(), Document.objects.count()) == before
    certificate.refresh_from_db()
    assert certificate.state == "valid"


def test_the_database_wants_two_people(world: World, certificate: Document, lin: StaffUser) -> None:
    asked = ask(world, certificate, lin)
    asked.decided_by, asked.decided_at, asked.agreed = lin, world.now, True
    with pytest.raises(IntegrityError), transaction.atomic():
        asked.save()

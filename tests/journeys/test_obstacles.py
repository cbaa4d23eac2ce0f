"""Whatever stands in the way, told on the screen: each obstacle of the field with its way out."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.people import Officer, Person, Subscriber, export, person_of
from tests.journeys.walking import Visitor, visitor
from tests.service import Service

pytestmark = pytest.mark.browser


@pytest.fixture
def phone(real_browser: Browser, service: Service) -> Iterator[Visitor]:
    """Somebody with a phone, in Chinese."""
    made = visitor(real_browser, service, width=390)
    yield made
    made.page.context.close()


@pytest.fixture
def person(people: Iterator[Person]) -> Person:
    """A holder nobody has met."""
    return next(people)


def begin(phone: Visitor, person: Person, **facts: object) -> Subscriber:
    """Sign in, with some facts of the line different at the operator, and choose the line."""
    phone.house.at_operator(person.subscription_id, **facts)
    subscriber = Subscriber(phone)
    subscriber.sign_in_by_code(person)
    subscriber.choose_line()
    return subscriber


def finish(subscriber: Subscriber, person: Person, **how: bool) -> str:
    """Answer the rest and submit; return the reference."""
    subscriber.get_paid(**how)
    subscriber.give_contact(person)
    subscriber.press("effects.go")
    return subscriber.submit()


def test_arrears_are_paid_at_the_operator_and_checked_again(phone: Visitor, person: Person) -> None:
    subscriber = begin(phone, person, arrears_fen=3820)
    phone.look()
    subscriber.settle("ARREARS", "pay")
    phone.house.at_operator(person.subscription_id, arrears_fen=0)
    subscriber.press("btn.save_check")
    subscriber.press("btn.continue")
    subscriber.prove(person)
    finish(subscriber, person)
    subscriber.press("btn.progress")
    subscriber.wait_for("scheduled")


def test_a_contract_is_left_for_its_fee(phone: Visitor, person: Person) -> None:
    subscriber = begin(phone, person, contract_end_on="2027-06-30", exit_fee_fen=6000)
    subscriber.settle("CONTRACT_TERM", "pay_exit_fee")
    subscriber.press("btn.continue")
    subscriber.prove(person)
    finish(subscriber, person)


def test_sub_lines_go_their_own_way(phone: Visitor, person: Person) -> None:
    subscriber = begin(phone, person, sublines=2)
    subscriber.settle("PRIMARY_WITH_SUBLINES", "detach_sublines")
    subscriber.press("btn.continue")
    subscriber.prove(person)
    finish(subscriber, person)


def test_a_handler_closes_three_lines_of_a_firm(
    phone: Visitor, service: Service, officers: dict[str, Officer]
) -> None:
    story = next(p for p in service.people()["subscribers"] if p["story"] == "organisation")
    firm = [person_of(r) for r in export(service) if r["username"] == story["username"]]
    person = firm[0]
    subscriber = Subscriber(phone)
    subscriber.sign_in_by_password(story["username"], story["password"])
    phone.choose(subscriber.say("scope.line"))
    subscriber.press("btn.continue")
    for box in phone.page.get_by_role("checkbox").all():
        box.check()
    subscriber.press("btn.continue")
    subscriber.apply_for(person, "org_handler")
    phone.look()
    subscriber.press("btn.continue")
    asked = next(p for p in firm if phone.page.get_by_text(f"**** {p.number[-4:]}").count())
    subscriber.prove(asked)
    subscriber.show_papers()
    reference = finish(subscriber, person)
    officers["zh"].decide(reference, "approve")
    subscriber.press("btn.progress")
    subscriber.wait_for("scheduled")
    assert service.run("demo", "clock", "+4d").returncode == 0
    subscriber.wait_for("done")
    assert phone.page.get_by_text(subscriber.say("track.lines"), exact=True).count()
    assert phone.page.locator('.tasks a[href*="certificate?line="]').count() == 2 * 3


def test_somebody_asks_for_the_holder_with_papers(
    phone: Visitor, person: Person, officers: dict[str, Officer]
) -> None:
    subscriber = begin(phone, person)
    subscriber.press("who.change")
    subscriber.apply_for(person, "proxy")
    subscriber.press("btn.continue")
    subscriber.prove(person)
    subscriber.show_papers()
    reference = finish(subscriber, person)
    officers["zh"].decide(reference, "approve")
    subscriber.press("btn.progress")
    subscriber.wait_for("scheduled")


def test_two_people_decide_on_what_an_heir_asks(
    phone: Visitor, person: Person, officers: dict[str, Officer]
) -> None:
    subscriber = begin(phone, person)
    subscriber.press("who.change")
    subscriber.apply_for(person, "heir")
    subscriber.press("btn.continue")
    subscriber.prove(person)
    subscriber.show_papers()
    reference = finish(subscriber, person, bank=True, stands_in=True)
    subscriber.press("btn.progress")
    officers["zh"].decide(reference, "approve")
    subscriber.wait_for("in_review")
    officers["en"].decide(reference, "approve")
    subscriber.wait_for("scheduled")


def test_a_stopped_line_needs_no_text(
    phone: Visitor, service: Service, officers: dict[str, Officer]
) -> None:
    story = next(p for p in service.people()["subscribers"] if p["story"] == "stopped")
    subscriber = Subscriber(phone)
    subscriber.sign_in_by_password(story["username"], story["password"])
    phone.choose(subscriber.say("scope.line"))
    subscriber.press("btn.continue")
    subscriber.choose_line()
    subscriber.press("btn.continue")
    assert not phone.page.get_by_role("button", name=subscriber.say("btn.send_code")).count()


def test_a_limited_line_is_told_why_first(phone: Visitor, person: Person) -> None:
    subscriber = begin(
        phone, person, status="restricted", restriction="complaints", restricted_on="2026-11-01"
    )
    phone.look()
    phone.go(f"{subscriber.case()}/restriction")
    phone.choose(subscriber.say("choice.appeal"))
    subscriber.press("btn.save_check")
    phone.choose(subscriber.say("choice.close_anyway"))
    subscriber.press("btn.save_check")


def test_an_unregistered_line_pays_nobody(phone: Visitor, person: Person) -> None:
    subscriber = begin(phone, person, realname="missing")
    subscriber.settle("REALNAME_MISSING", "operator_closes")
    subscriber.press("btn.continue")
    subscriber.prove(person)
    subscriber.give_contact(person)
    subscriber.press("effects.go")
    subscriber.submit()


def test_a_hold_stops_the_money_and_not_the_closing(
    phone: Visitor, person: Person, service: Service
) -> None:
    subscriber = begin(phone, person, legal_hold=True)
    phone.look()
    subscriber.press("btn.continue")
    subscriber.prove(person)
    finish(subscriber, person)
    assert service.run("demo", "clock", "+4d").returncode == 0
    phone.page.wait_for_timeout(1500)
    subscriber.press("btn.progress")
    subscriber.wait_for("settling")
    assert phone.page.get_by_role("link", name=subscriber.say("btn.certificate")).count()


def test_an_operator_s_own_closing_stops_when_it_is_paid(
    phone: Visitor, person: Person, officers: dict[str, Officer]
) -> None:
    phone.house.at_operator(
        person.subscription_id,
        status="arrears_stopped",
        arrears_fen=3820,
        arrears_since_on="2026-06-01",
        suspended_on="2026-07-01",
    )
    reference = officers["zh"].open_own(person, "服务协议第六条第四款")
    officers["en"].decide(reference, "approve")
    subscriber = Subscriber(phone)
    subscriber.sign_in_by_code(person)
    phone.go("/cases")
    phone.press(reference)
    subscriber.press("involuntary.recheck")
    subscriber.press("involuntary.object")
    subscriber.press("btn.back")
    phone.house.at_operator(person.subscription_id, arrears_fen=0)
    subscriber.press("involuntary.recheck")
    assert phone.page.get_by_text(subscriber.say("now.involuntary.withdrawn")).count()

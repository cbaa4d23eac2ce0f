"""Every turn a closing can take, walked through the pages of a staged world."""

import re
from datetime import timedelta

import pytest

from tests.closures.states import officer, returned
from tests.journeys.people import Subscriber
from tests.journeys.walking import Staged, walker
from tests.portal.browser import PASSWORD, facts, give_password
from tests.screens.stage import Stage
from tests.screens.windows import Windows
from tests.stories import CLEAN, STOPPED, closing_of, picture, staff
from xiaohu.access.models import SubscriberSession
from xiaohu.closures import agreeing, reviewing
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.states import CaseState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]


@pytest.fixture
def phone(stage: Stage, windows: Windows) -> Staged:
    """Somebody with a phone, in Chinese."""
    return walker(stage, windows)


def begin(phone: Staged, number: str = CLEAN) -> Subscriber:
    """Sign in by a code and choose the line."""
    subscriber = Subscriber(phone)
    subscriber.sign_in_by_code(phone.house.person(number))
    subscriber.choose_line()
    return subscriber


def finish(subscriber: Subscriber, phone: Staged, number: str = CLEAN, **how: bool) -> str:
    """Answer from the checks to the receipt; return the reference."""
    answer(subscriber, phone, number, **how)
    return subscriber.submit()


def answer(subscriber: Subscriber, phone: Staged, number: str = CLEAN, **how: bool) -> None:
    """Answer from the checks to the last look."""
    person = phone.house.person(number)
    subscriber.press("btn.continue")
    subscriber.prove(person)
    subscriber.get_paid(**how)
    subscriber.give_contact(person)
    subscriber.press("effects.go")


def the_case() -> Case:
    """Return the one case there is."""
    return Case.objects.get()


class TestTimeToWithdraw:
    """A request can be taken back until the moment it is carried out."""

    def test_within_ten_minutes(self, phone: Staged) -> None:
        subscriber = begin(phone)
        finish(subscriber, phone)
        phone.stage.world.clock.pass_(minutes=9)
        subscriber.press("btn.withdraw")
        subscriber.press("withdraw.go")
        assert the_case().state == CaseState.WITHDRAWN.value
        assert phone.says(subscriber.say("state.withdrawn"))

    def test_in_the_last_minute_of_cooling_off(self, phone: Staged) -> None:
        subscriber = begin(phone)
        finish(subscriber, phone)
        case = the_case()
        assert case.execute_at is not None
        phone.come_back(case, at=case.execute_at - timedelta(minutes=1))
        subscriber.press("btn.withdraw")
        subscriber.press("withdraw.go")
        assert the_case().state == CaseState.WITHDRAWN.value

    def test_one_second_too_late(self, phone: Staged) -> None:
        subscriber = begin(phone)
        finish(subscriber, phone)
        case = the_case()
        assert case.execute_at is not None
        phone.come_back(case, at=case.execute_at - timedelta(seconds=1))
        subscriber.press("btn.withdraw")
        phone.stage.world.clock.pass_(seconds=2)
        phone.stage.world.work()
        subscriber.press("withdraw.go")
        assert the_case().state != CaseState.WITHDRAWN.value
        assert not phone.page.get_by_role("button", name=subscriber.say("withdraw.go")).count()


class TestCodes:
    """A code is six digits for ten minutes, and wrong five times at most."""

    def ask(self, phone: Staged) -> Subscriber:
        subscriber = Subscriber(phone)
        phone.go("/sign-in?method=code")
        subscriber.type("signin.number", phone.house.person().number)
        subscriber.press("btn.send_code")
        return subscriber

    def test_a_wrong_one_says_how_many_tries_are_left(self, phone: Staged) -> None:
        subscriber = self.ask(phone)
        right = phone.house.code_sent_to(phone.house.person().number)
        wrong = "000000" if right != "000000" else "111111"
        for _ in range(5):
            subscriber.type("code.label", wrong)
            subscriber.press("btn.continue")
            assert phone.page.locator("[aria-invalid=true], .box.bad").count()
        assert not phone.page.get_by_label(subscriber.say("code.label"), exact=True).count()
        assert phone.page.get_by_role("link", name=subscriber.say("btn.other_way")).count()

    def test_an_old_one_is_told_so_and_another_one_works(self, phone: Staged) -> None:
        subscriber = self.ask(phone)
        number = phone.house.person().number
        late = phone.house.code_sent_to(number)
        phone.stage.world.clock.pass_(minutes=11)
        subscriber.type("code.label", late)
        subscriber.press("btn.continue")
        assert phone.says(subscriber.say("code.err.expired"))
        before = len(phone.house.messages(number))
        phone.go("/sign-in?method=code")
        subscriber.type("signin.number", number)
        subscriber.press("btn.send_code")
        subscriber.code(number, before)
        assert phone.path.startswith(("/scope", "/lines"))


def test_nothing_is_lost_when_the_session_ends_at_the_bank_account(phone: Staged) -> None:
    world = phone.stage.world
    give_password(world)
    subscriber = Subscriber(phone)
    subscriber.sign_in_by_password(facts(world)["username"], PASSWORD)
    phone.choose(subscriber.say("scope.line"))
    subscriber.press("btn.continue")
    subscriber.choose_line()
    subscriber.press("btn.continue")
    subscriber.prove(phone.house.person())
    phone.choose(subscriber.say("route.bank_account"))
    subscriber.press("btn.continue")
    subscriber.type("account.number", "6222 0000 0000 0000 004")
    SubscriberSession.objects.all().delete()
    subscriber.press("btn.continue")
    assert phone.path.startswith("/sign-in")
    assert phone.says(subscriber.say("session.out"))
    subscriber.type("signin.username", facts(world)["username"])
    subscriber.type("signin.password", PASSWORD)
    subscriber.press("btn.continue")
    number = phone.page.get_by_label(subscriber.say("account.number"), exact=True)
    assert re.sub(r"\D", "", number.input_value()) == "6222000000000000004"


def test_two_presses_and_the_way_back_make_one_request(phone: Staged) -> None:
    subscriber = begin(phone)
    answer(subscriber, phone)
    review = phone.path
    phone.tick()
    button = phone.page.get_by_role("button", name=subscriber.say("review.submit"), exact=True)
    with phone.page.expect_navigation():
        button.dblclick(no_wait_after=True)
    phone.look()
    reference = the_case().reference
    assert phone.says(reference)
    phone.go(review)
    assert phone.says(reference), "the way back leads to the receipt"
    assert Case.objects.count() == 1


def test_what_changed_since_the_checks_is_said_before_anything_is_submitted(
    phone: Staged,
) -> None:
    subscriber = begin(phone)
    answer(subscriber, phone)
    person = phone.house.person()
    phone.house.at_operator(person.subscription_id, arrears_fen=3820)
    phone.stage.world.clock.pass_(minutes=31)
    subscriber.press("review.submit")
    phone.tick()
    subscriber.press("review.submit")
    assert the_case().state == CaseState.DRAFT.value
    phone.house.at_operator(person.subscription_id, arrears_fen=0)


class TestTheOperatorIsAway:
    """An outage is said, nothing is lost, and it goes on by itself."""

    def test_at_the_checks(self, phone: Staged) -> None:
        phone.stage.world.outside.fault("operator", down=True)
        subscriber = begin(phone)
        assert "/checks" in phone.path
        assert phone.page.locator(".box.warn, .box.bad, .tag.warn").count()
        phone.stage.world.outside.fault("operator")
        subscriber.press("btn.check_again")
        finish(subscriber, phone)
        assert the_case().state == CaseState.SCHEDULED.value

    def test_when_it_is_carried_out(self, phone: Staged) -> None:
        world = phone.stage.world
        subscriber = begin(phone)
        finish(subscriber, phone)
        world.outside.fault("operator", down=True)
        world.clock.pass_(days=3, minutes=1)
        world.work()
        case = the_case()
        phone.come_back(case)
        assert case.state not in {CaseState.DONE.value, CaseState.SETTLING.value}
        world.outside.fault("operator")
        world.skip_until(case, lambda: the_case().state == CaseState.DONE.value)
        phone.go(f"/case/{case.pk}")
        assert phone.says(subscriber.say("state.done"))


def test_a_returned_request_is_put_right_and_goes_on(phone: Staged) -> None:
    world = phone.stage.world
    case = returned(world)
    subscriber = Subscriber(phone)
    phone.come_back(case)
    subscriber.press("btn.fix")
    subscriber.press("fix.go")
    subscriber.press("effects.go")
    subscriber.submit()
    case.refresh_from_db()
    assert case.state == CaseState.IN_REVIEW.value
    reviewing.claim(case_id=case.pk, officer=officer(), now=world.now)
    reviewing.approve(case_id=case.pk, officer=officer(), now=world.now)
    phone.come_back(case)
    assert phone.says(subscriber.say("state.scheduled"))


def test_a_refund_the_bank_sends_back_goes_to_another_account(phone: Staged) -> None:
    world = phone.stage.world
    subscriber = begin(phone)
    finish(subscriber, phone)
    case = the_case()
    world.outside.fault("payout", refuse=["original"])
    world.skip_until(case, lambda: the_case().state == CaseState.REFUND_ATTENTION.value)
    phone.come_back(case)
    subscriber.press("btn.refund")
    subscriber.press("payee_identity.begin")
    phone.page.get_by_label(subscriber.say("papers.file")).set_input_files(
        {"name": "id.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    )
    phone.tick()
    subscriber.press("payee_identity.send")
    subscriber.press("refund.again")
    assert phone.page.locator("[data-error-summary]").count(), "no way chosen"
    phone.choose(subscriber.say("route.bank_account"))
    subscriber.type("account.bank", "示例银行")
    subscriber.type("account.number", "6222 0000 0000 0000 004")
    phone.tick()
    subscriber.press("refund.again")
    world.outside.fault("payout")
    world.work()
    qian = staff("qian", ActorKind.FINANCE)
    agreeing.agree(closing_id=closing_of(case).pk, officer=qian, now=world.now)
    world.skip_until(case, lambda: the_case().state == CaseState.DONE.value)
    phone.come_back(case)
    assert phone.says(subscriber.say("state.done"))
    paid = [record for record in world.outside.truth("payout") if record["state"] == "paid"]
    assert [record["account_tail"] for record in paid] == ["0004"]


def test_a_stopped_line_is_closed_without_a_text(phone: Staged) -> None:
    world = phone.stage.world
    give_password(world, STOPPED)
    subscriber = Subscriber(phone)
    subscriber.sign_in_by_password(facts(world, STOPPED)["username"], PASSWORD)
    phone.choose(subscriber.say("scope.line"))
    subscriber.press("btn.continue")
    subscriber.choose_line()
    subscriber.press("btn.continue")
    assert not phone.page.get_by_role("button", name=subscriber.say("btn.send_code")).count()

"""What an operator's rules start by themselves: long arrears where they say so, before two people."""

import pytest

from tests.closures.test_involuntary import OWING, agree, owing
from tests.stories import ADMIN, ARREARS, OPERATOR, World, staff
from xiaohu.closures import involuntary, reviewing, starting
from xiaohu.closures.models import NOBODY, Case
from xiaohu.core.actors import ActorKind
from xiaohu.core.facts import LineStatus
from xiaohu.core.states import CaseState
from xiaohu.registry import policies
from xiaohu.registry.models import Line
from xiaohu.screening import facts as screening

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
ITSELF = """
key = "generic-cn"
version = "2026.12"
extends = "generic-cn"
unconfirmed = true
involuntary = ["arrears"]
[names]
zh = "示例通信"
en = "Example Telecom"
[contact]
hotline = { zh = "10000（示例）", en = "10000 (example)" }
hours = { zh = "每日 8:00–20:00", en = "8:00–20:00 every day" }
complaint = { zh = "先联系客服。", en = "Ask our customer service first." }
[provenance]
"involuntary" = { tag = "O", text = "业务管理办法第 9 条" }
[[tests]]
name = "欠费可从余额抵扣"
today = 2026-11-23
line = { arrears_fen = 3820, cash_fen = 10000 }
blockers = ["ARREARS"]
"""


@pytest.fixture
def starts_itself(world: World) -> None:
    """An operator whose rules start closings for arrears, and a line that owes for months."""
    world.clock.pass_(seconds=1)
    policies.publish(operator=OPERATOR, toml=ITSELF, actor=ADMIN, now=world.now)
    stopped(world)
    owing(world)


def stopped(world: World) -> None:
    """Let the last import say that this line is stopped for arrears, and no other."""
    Line.objects.filter(status=LineStatus.ARREARS_STOPPED.value).update(
        status=LineStatus.ACTIVE.value
    )
    Line.objects.filter(pk=world.line(ARREARS).pk).update(status=LineStatus.ARREARS_STOPPED.value)


def test_nothing_starts_where_the_rules_do_not_say_so(world: World) -> None:
    stopped(world)
    owing(world)
    assert starting.start_arrears(now=world.now) == 0
    assert not Case.objects.exists()


@pytest.mark.usefixtures("starts_itself")
def test_starts_once_and_two_people_decide(world: World) -> None:
    assert starting.start_arrears(now=world.now) == 1
    case = Case.objects.get()
    assert (case.state, case.prepared_by) == (CaseState.IN_REVIEW, NOBODY)
    assert starting.start_arrears(now=world.now) == 0
    agree(world, case, staff("chen"))
    case.refresh_from_db()
    assert case.state == CaseState.IN_REVIEW
    agree(world, case, staff("wu"))
    case.refresh_from_db()
    assert (case.state, case.warned_days) == (CaseState.SCHEDULED, [30])


@pytest.mark.usefixtures("starts_itself")
@pytest.mark.parametrize("facts", [{"arrears_fen": 0}, {"suspended_on": "2026-11-01"}])
def test_waits_until_the_ground_holds(world: World, facts: dict[str, object]) -> None:
    world.outside.change(world.line(ARREARS), **{**OWING, **facts})
    assert starting.start_arrears(now=world.now) == 0


@pytest.mark.usefixtures("starts_itself")
def test_what_hangs_on_a_line_is_left_to_an_officer(world: World) -> None:
    owing(world, sublines=2)
    assert starting.start_arrears(now=world.now) == 0
    assert not Case.objects.exists()


@pytest.mark.usefixtures("starts_itself")
def test_what_people_stopped_is_not_started_again(world: World) -> None:
    starting.start_arrears(now=world.now)
    case = Case.objects.get()
    reviewer = staff("chen", ActorKind.OFFICER, ActorKind.REVIEWER)
    reviewing.claim(case_id=case.pk, officer=reviewer, now=world.now)
    reviewing.stop_case(case_id=case.pk, officer=reviewer, now=world.now)
    facts = screening.gather(world.line(ARREARS), now=world.now).facts
    assert involuntary.ground_holds(case, facts, now=world.now)
    assert starting.start_arrears(now=world.now) == 0


@pytest.mark.usefixtures("starts_itself")
def test_an_operator_that_is_away_is_asked_another_day(world: World) -> None:
    world.outside.fault("operator", down=True)
    assert starting.start_arrears(now=world.now) == 0
    world.outside.fault("operator")
    assert starting.start_arrears(now=world.now) == 1

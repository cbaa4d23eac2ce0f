"""The operator's own closing: two people, notices in time, stopped by payment, heard, carried out."""

from typing import Any

import pytest

from tests.stories import ARREARS, CLEAN, LARGE, World, closing_of, holder_of, picture, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import checking, hearing, involuntary, queries, reviewing, withdrawing
from xiaohu.closures.drafting import AlreadyClosing
from xiaohu.closures.hearing import StatementMissing
from xiaohu.closures.involuntary import GroundNotNamed, NotYoursToStart, StillStanding
from xiaohu.closures.models import Case
from xiaohu.closures.reviewing import SamePerson
from xiaohu.closures.withdrawing import NotYoursToWithdraw
from xiaohu.core.actors import ActorKind
from xiaohu.core.applicants import ClosingType, Evidence
from xiaohu.core.checks import Blocked, CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.involuntary import GroundMissing
from xiaohu.core.moves import MoveNotAllowed
from xiaohu.core.notices import Notice
from xiaohu.core.states import CaseState
from xiaohu.notices.models import QueuedNotice
from xiaohu.proofing import papers
from xiaohu.screening import facts as screening
from xiaohu.settlement import ledger

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
OWING = {
    "status": "arrears_stopped",
    "arrears_fen": 3820,
    "arrears_since_on": "2026-08-01",
    "suspended_on": "2026-09-01",
}


@pytest.fixture
def officer() -> StaffUser:
    """Whoever opens it."""
    return staff("chen", ActorKind.OFFICER, ActorKind.REVIEWER, ActorKind.COMPLIANCE)


@pytest.fixture
def reviewer() -> StaffUser:
    """Whoever agrees."""
    return staff("wu")


def opened(
    world: World,
    officer: StaffUser,
    kind: ClosingType = ClosingType.ARREARS,
    number: str = ARREARS,
    **choices: Any,
) -> Case:
    """Open a closing of the operator's own."""
    line = world.line(number)
    return involuntary.open_case(
        officer=officer,
        line=line,
        kind=kind,
        ground="服务协议第六条第四款",
        gathered=screening.gather(line, now=world.now),
        choices={CheckCode(code): Choice(choice) for code, choice in choices.items()},
        now=world.now,
    )


def owing(world: World, **facts: Any) -> None:
    """Let the line owe for months."""
    world.outside.change(world.line(ARREARS), **{**OWING, **facts})


def announced(world: World, officer: StaffUser, reviewer: StaffUser) -> Case:
    """Return a closing that was announced to the holder."""
    owing(world)
    case = opened(world, officer)
    agree(world, case, reviewer)
    case.refresh_from_db()
    return case


def agree(world: World, case: Case, reviewer: StaffUser) -> None:
    """Let a second person agree."""
    reviewing.claim(case_id=case.pk, officer=reviewer, now=world.now)
    reviewing.approve(case_id=case.pk, officer=reviewer, now=world.now)


def given(case: Case, notice: Notice = Notice.INVOLUNTARY) -> set[str]:
    """Return the days left of the notices given."""
    rows = QueuedNotice.objects.filter(case_id=case.pk, notice=notice.value)
    return {row.params.get("days", "") for row in rows}


class TestOpening:
    """Who may start it, on which ground."""

    def test_waits_for_a_second_person_and_tells_nobody(
        self, world: World, officer: StaffUser
    ) -> None:
        owing(world)
        case = opened(world, officer)
        assert (case.state, case.closing_type) == (CaseState.IN_REVIEW, ClosingType.ARREARS)
        assert not QueuedNotice.objects.filter(case_id=case.pk).exists()
        assert queries.cases_of(world.subscriber(ARREARS)) == []

    def test_whoever_opened_it_does_not_decide(self, world: World, officer: StaffUser) -> None:
        owing(world)
        case = opened(world, officer)
        reviewing.claim(case_id=case.pk, officer=officer, now=world.now)
        with pytest.raises(SamePerson):
            reviewing.approve(case_id=case.pk, officer=officer, now=world.now)

    @pytest.mark.parametrize(
        "facts", [{"arrears_fen": 0}, {"status": "active"}, {"suspended_on": "2026-11-01"}]
    )
    def test_is_refused_without_a_ground(
        self, world: World, officer: StaffUser, facts: dict[str, Any]
    ) -> None:
        owing(world, **facts)
        with pytest.raises(GroundMissing):
            opened(world, officer)
        assert not Case.objects.exists()

    def test_is_refused_without_words_for_the_ground(
        self, world: World, officer: StaffUser
    ) -> None:
        owing(world)
        line = world.line(ARREARS)
        with pytest.raises(GroundNotNamed):
            involuntary.open_case(
                officer=officer,
                line=line,
                kind=ClosingType.ARREARS,
                ground="  ",
                gathered=screening.gather(line, now=world.now),
                choices={},
                now=world.now,
            )

    def test_another_role_is_refused(self, world: World) -> None:
        with pytest.raises(NotYoursToStart):
            opened(world, staff("lin"), ClosingType.REGULATOR_ORDER, CLEAN)

    def test_a_line_with_an_open_request_is_left_to_it(
        self, world: World, officer: StaffUser
    ) -> None:
        owing(world)
        world.draft(ARREARS)
        with pytest.raises(AlreadyClosing):
            opened(world, officer)

    def test_what_touches_others_is_chosen_first(self, world: World, officer: StaffUser) -> None:
        owing(world, sublines=2)
        with pytest.raises(Blocked):
            opened(world, officer)
        case = opened(world, officer, PRIMARY_WITH_SUBLINES="detach_sublines")
        assert closing_of(case).choices == {"PRIMARY_WITH_SUBLINES": "detach_sublines"}
        agree(world, case, staff("wu"))
        world.work()
        told = world.outside.truth("operator", "notice")
        assert len(told) == 1


class TestAnnounced:
    """Notices, and what stops it."""

    def test_is_carried_out_thirty_days_after_three_notices(
        self, world: World, officer: StaffUser, reviewer: StaffUser
    ) -> None:
        case = announced(world, officer, reviewer)
        began = world.now
        assert given(case) == {"30"}
        assert queries.cases_of(world.subscriber(ARREARS)) == [case]
        world.skip_until(case, lambda: closing_of(case).step != "")
        assert given(case) == {"30", "7", "1"}
        assert (world.now - began).days == 30
        world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
        settled = ledger.of_closing(closing_of(case).pk)
        assert settled is not None
        assert settled.debt_fen == 3820
        assert given(case, Notice.INVOLUNTARY_DONE)
        assert not given(case, Notice.CLOSED)

    def test_a_payment_stops_it_at_the_next_look(
        self, world: World, officer: StaffUser, reviewer: StaffUser
    ) -> None:
        case = announced(world, officer, reviewer)
        owing(world, arrears_fen=0)
        world.clock.pass_(days=23, minutes=1)
        world.work()
        case.refresh_from_db()
        assert (case.state, given(case)) == (CaseState.WITHDRAWN, {"30"})
        assert given(case, Notice.INVOLUNTARY_STOPPED)
        assert closing_of(case).is_open is False

    def test_the_holder_need_not_wait_for_that_look(
        self, world: World, officer: StaffUser, reviewer: StaffUser
    ) -> None:
        case = announced(world, officer, reviewer)
        with pytest.raises(StillStanding):
            involuntary.recheck(case_id=case.pk, now=world.now)
        owing(world, arrears_fen=0)
        assert involuntary.recheck(case_id=case.pk, now=world.now).state == CaseState.WITHDRAWN

    def test_a_missed_notice_moves_the_closing(
        self, world: World, officer: StaffUser, reviewer: StaffUser
    ) -> None:
        case = announced(world, officer, reviewer)
        world.clock.pass_(days=40)
        world.work()
        case.refresh_from_db()
        assert (case.state, given(case)) == (CaseState.SCHEDULED, {"30", "7"})
        assert case.execute_at is not None
        assert (case.execute_at - world.now).days == 7

    def test_the_holder_cannot_take_it_back_as_if_it_were_theirs(
        self, world: World, officer: StaffUser, reviewer: StaffUser
    ) -> None:
        case = announced(world, officer, reviewer)
        with pytest.raises(NotYoursToWithdraw):
            withdrawing.withdraw(case_id=case.pk, actor=holder_of(case), now=world.now)


class TestObjection:
    """The right to be heard."""

    def objected(self, world: World, case: Case) -> Case:
        """Object, with a paper."""
        return hearing.object_to(
            case_id=case.pk,
            statement=" 已于上月  缴清 ",
            paper=picture(),
            actor=holder_of(case),
            now=world.now,
        )

    def test_nothing_happens_until_it_is_answered(
        self, world: World, officer: StaffUser, reviewer: StaffUser
    ) -> None:
        case = self.objected(world, announced(world, officer, reviewer))
        assert case.state == CaseState.IN_REVIEW
        assert hearing.said(case)["statement"] == "已于上月 缴清"
        assert papers.kinds_of(case.pk) == {Evidence.OBJECTION}
        world.clock.pass_(days=60)
        world.work()
        case.refresh_from_db()
        assert case.state == CaseState.IN_REVIEW

    def test_somebody_else_answers_and_a_week_remains(
        self, world: World, officer: StaffUser, reviewer: StaffUser
    ) -> None:
        case = announced(world, officer, reviewer)
        world.clock.pass_(days=29, hours=1)
        world.work()
        self.objected(world, case)
        reviewing.claim(case_id=case.pk, officer=reviewer, now=world.now)
        with pytest.raises(SamePerson):
            reviewing.approve(case_id=case.pk, officer=reviewer, now=world.now)
        world.clock.pass_(minutes=31)
        fresh(world, case)
        agree(world, case, staff("lin"))
        case.refresh_from_db()
        assert case.execute_at is not None
        assert (case.execute_at - world.now).days == 7
        assert case.warned_days == [30, 7]

    def test_an_objection_that_is_right_stops_it(
        self, world: World, officer: StaffUser, reviewer: StaffUser
    ) -> None:
        case = self.objected(world, announced(world, officer, reviewer))
        other = staff("lin")
        reviewing.claim(case_id=case.pk, officer=other, now=world.now)
        stopped = reviewing.stop_case(case_id=case.pk, officer=other, now=world.now)
        assert stopped.state == CaseState.WITHDRAWN
        assert given(case, Notice.INVOLUNTARY_STOPPED)

    @pytest.mark.parametrize("statement", ["", "  ", "好" * 501])
    def test_says_why(
        self, world: World, officer: StaffUser, reviewer: StaffUser, statement: str
    ) -> None:
        case = announced(world, officer, reviewer)
        with pytest.raises(StatementMissing):
            hearing.object_to(
                case_id=case.pk,
                statement=statement,
                paper=None,
                actor=holder_of(case),
                now=world.now,
            )

    def test_needs_no_paper(self, world: World, officer: StaffUser, reviewer: StaffUser) -> None:
        case = announced(world, officer, reviewer)
        hearing.object_to(
            case_id=case.pk,
            statement="好" * 500,
            paper=None,
            actor=holder_of(case),
            now=world.now,
        )
        assert hearing.said(case)["statement"] == "好" * 500
        assert papers.kinds_of(case.pk) == set()

    def test_is_not_for_a_request_of_one_s_own(self, world: World) -> None:
        case = world.submitted()
        with pytest.raises(MoveNotAllowed):
            self.objected(world, case)


def fresh(world: World, case: Case) -> None:
    """Check again, as whoever decides must."""
    checking.run(case_id=case.pk, now=world.now)


def test_a_holder_s_own_request_is_refused_with_reasons_not_stopped(
    world: World, reviewer: StaffUser
) -> None:
    case = world.submitted(LARGE)
    reviewing.claim(case_id=case.pk, officer=reviewer, now=world.now)
    with pytest.raises(MoveNotAllowed):
        reviewing.stop_case(case_id=case.pk, officer=reviewer, now=world.now)


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (ClosingType.UNREGISTERED, {"realname": "missing"}),
        (ClosingType.CONFIRMED_VIOLATION, {"status": "banned"}),
        (ClosingType.REGULATOR_ORDER, {}),
    ],
)
def test_the_other_grounds_go_the_same_way(
    world: World, officer: StaffUser, reviewer: StaffUser, kind: ClosingType, facts: dict[str, Any]
) -> None:
    world.outside.change(world.line(), **facts)
    case = opened(world, officer, kind, CLEAN)
    agree(world, case, reviewer)
    world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == CaseState.DONE)
    settled = ledger.of_closing(closing_of(case).pk)
    assert settled is not None
    unowned = kind is ClosingType.UNREGISTERED
    assert settled.unclaimed_fen == (settled.refundable_fen if unowned else 0)
    assert settled.refunded_fen == (0 if unowned else settled.refundable_fen)

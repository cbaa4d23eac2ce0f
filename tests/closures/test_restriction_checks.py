"""A line restricted by grade: a person looks before its data goes, for so many days and no longer."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.closures.states import officer
from tests.closures.test_ending_filing import restricted
from tests.erasure.archive import erased
from tests.stories import World, closing_of, document_of, staff
from xiaohu.closures import checking, drafting, minding, restriction_checks, reviewing
from xiaohu.closures.models import Case, Closing, DocumentKind, HumanQueue, RestrictionCheck
from xiaohu.closures.restriction_checks import NothingToCheck, NotYoursToCheck
from xiaohu.core.actors import ActorKind
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.evidence import EvidenceRefused
from xiaohu.core.restrictions import CheckAnswer
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Step
from xiaohu.registry.models import LineRestriction
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
DAYS = timedelta(days=3)


@pytest.fixture
def waits(world: World) -> Closing:
    """A closing whose line was restricted by grade, carried as far as it goes alone."""
    restricted(world.line())
    return closing_of(world.close())


def answered(
    world: World,
    closing: Closing,
    found: CheckAnswer = CheckAnswer.NOTHING_OPEN,
    reference: str = "",
    **who: ActorKind,
) -> None:
    """Answer a check, a moment later."""
    world.clock.pass_(seconds=1)
    restriction_checks.answer(
        closing_id=closing.pk,
        found=found,
        reference=reference,
        officer=staff("jiang", *who.values()),
        now=world.now,
    )


def actions(closing: Closing) -> list[str]:
    """Return what was written down of the check, and by whom."""
    said = Event.objects.filter(case_id=closing.case_id, action__contains="restriction_check")
    return list(said.order_by("at", "pk").values_list("action", flat=True))


def test_only_the_erasure_waits_and_somebody_owns_it(world: World, waits: Closing) -> None:
    assert (waits.step, waits.owner) == (Step.ERASE, HumanQueue.OPERATIONS)
    assert waits.trouble == "restriction_check"
    assert waits.owner_due_at == waits.next_action_at == world.now + DAYS
    assert waits.disconnected_at is not None
    assert document_of(waits.case, DocumentKind.CERTIFICATE) is not None
    assert not erased(waits)
    assert actions(waits) == ["ask_restriction_check"]


def test_it_goes_on_as_soon_as_it_is_answered(world: World, waits: Closing) -> None:
    answered(world, waits)
    world.work()
    assert erased(waits)
    assert Case.objects.get(pk=waits.case_id).state == CaseState.DONE
    assert actions(waits) == ["ask_restriction_check", "restriction_check"]
    told = Event.objects.get(case_id=waits.case_id, action="restriction_check")
    assert told.evidence == {"grade": "2", "answer": "nothing_open", "reference": ""}
    assert told.actor_id == str(RestrictionCheck.objects.get().answered_by_id)


def test_it_goes_on_without_an_answer_once_the_time_is_over(world: World, waits: Closing) -> None:
    world.clock.pass_(days=3, seconds=-1)
    world.work()
    assert not erased(waits)
    world.clock.pass_(seconds=1)
    world.work()
    assert erased(waits)
    assert actions(waits) == ["ask_restriction_check", "restriction_check_over"]
    assert Case.objects.get(pk=waits.case_id).state == CaseState.DONE


def test_trying_again_does_not_shorten_or_prolong_it(world: World, waits: Closing) -> None:
    until = waits.owner_due_at
    world.clock.pass_(days=1)
    Closing.objects.filter(pk=waits.pk).update(
        next_action_at=world.now, owner="", owner_due_at=None, trouble=""
    )
    world.work()
    again = closing_of(waits.case)
    assert (again.owner, again.owner_due_at) == (HumanQueue.OPERATIONS, until)
    assert len(actions(waits)) == 1


def test_nobody_is_told_that_we_are_late(world: World, waits: Closing) -> None:
    world.clock.pass_(days=4)
    assert minding.apologise(now=world.now) == 0


def test_what_was_handed_on_has_a_reference_that_names_nobody(world: World, waits: Closing) -> None:
    for reference in ("", "13800000000"):
        with pytest.raises(EvidenceRefused):
            restriction_checks.answer(
                closing_id=waits.pk,
                found=CheckAnswer.HANDED_ON,
                reference=reference,
                officer=staff(f"wu{len(reference)}"),
                now=world.now,
            )
    answered(world, waits, CheckAnswer.HANDED_ON, "FQ-2026-01")
    assert RestrictionCheck.objects.get().reference == "FQ-2026-01"


def test_only_some_may_and_only_once(world: World, waits: Closing) -> None:
    with pytest.raises(NotYoursToCheck):
        restriction_checks.answer(
            closing_id=waits.pk,
            found=CheckAnswer.NOTHING_OPEN,
            reference="",
            officer=staff("qian", ActorKind.FINANCE),
            now=world.now,
        )
    stranger = staff("stranger")
    stranger.operator = "another"
    with pytest.raises(NothingToCheck):
        restriction_checks.answer(
            closing_id=waits.pk,
            found=CheckAnswer.NOTHING_OPEN,
            reference="",
            officer=stranger,
            now=world.now,
        )
    answered(world, waits, kind=ActorKind.COMPLIANCE)
    with pytest.raises(NothingToCheck):
        restriction_checks.answer(
            closing_id=waits.pk,
            found=CheckAnswer.NOTHING_OPEN,
            reference="",
            officer=staff("li"),
            now=world.now,
        )


def test_an_answer_is_somebody_s_in_the_database_too(waits: Closing) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RestrictionCheck.objects.update(answer="nothing_open")


def test_other_lines_wait_for_nobody(world: World) -> None:
    line = restricted(world.line())
    LineRestriction.objects.filter(pk=line.pk).update(grade=0)
    case = world.close()
    assert case.state == CaseState.DONE
    assert RestrictionCheck.objects.count() == 0


def test_the_operator_s_own_word_counts_as_well(world: World) -> None:
    case = world.ready()
    limited = {"status": "restricted", "restriction": "complaints", "restriction_grade": 1}
    world.outside.change(world.line(), **limited)
    checking.run(case_id=case.pk, now=world.now)
    drafting.choose(case_id=case.pk, check=CheckCode.RESTRICTED_GRADED, choice=Choice.CLOSE_ANYWAY)
    world.show_papers(case)
    world.submit(case)
    reviewing.claim(case_id=case.pk, officer=officer(), now=world.now)
    reviewing.approve(case_id=case.pk, officer=officer(), now=world.now)
    world.clock.pass_(days=3, minutes=1)
    world.work()
    assert closing_of(case).trouble == "restriction_check"

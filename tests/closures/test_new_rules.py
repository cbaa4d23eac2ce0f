"""A draft is told of new rules and chooses; what was submitted stays; profiles are carried out."""

from datetime import timedelta

import pytest

from tests.closures import rulings
from tests.stories import ARREARS, CLEAN, LARGE, World, closing_of, holder_of
from xiaohu.closures import adopting, applying, checking, drafting, keeping, paying, queries
from xiaohu.closures.adopting import RulesMovedOn
from xiaohu.closures.models import Case
from xiaohu.core.applicants import ApplicantKind, Evidence
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.retention import Category
from xiaohu.notices.models import QueuedNotice
from xiaohu.registry.models import PolicyVersion
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def later(
    world: World, rules: str = "", sources: str = "", version: str = "2026.12"
) -> PolicyVersion:
    """Publish new rules an hour on."""
    world.clock.pass_(hours=1)
    return rulings.publish(version, rules, sources, now=world.now)


def choose(world: World, case: Case, version: PolicyVersion, *, adopted: bool) -> Case:
    """Choose as the holder."""
    doing = adopting.adopt if adopted else adopting.keep
    return doing(case_id=case.pk, version=version.pk, actor=holder_of(case), now=world.now)


def test_a_draft_under_the_rules_in_force_is_told_nothing(world: World) -> None:
    assert adopting.newer(world.draft()) is None


def test_a_draft_keeps_its_rules_and_is_not_asked_again(world: World) -> None:
    case = world.draft()
    opened_under = case.policy_id
    version = later(world)
    assert adopting.newer(case) == version
    case = choose(world, case, version, adopted=False)
    assert case.policy_id == opened_under
    assert adopting.newer(case) is None
    assert Event.objects.get(action="keep_policy").evidence == {"version": "2026.12"}
    newest = later(world, version="2026.12.1")
    assert adopting.newer(case) == newest


def test_a_draft_takes_new_rules_over_and_reads_the_effects_again(world: World) -> None:
    case = world.ready()
    version = later(
        world, "[cooling_off]\ndays = 1", '"cooling_off.days" = { tag = "O", text = "新" }'
    )
    case = choose(world, case, version, adopted=True)
    assert queries.profile_of(case).cooling_off.days == 1
    assert not case.effects_read
    assert Event.objects.get(action="adopt_policy").case_id == case.pk
    drafting.note_effects_read(case_id=case.pk)
    checking.run(case_id=case.pk, now=world.now)
    submitted = world.submit(case)
    assert submitted.execute_at == world.now + timedelta(days=1)


def test_a_way_of_the_money_that_is_gone_is_asked_for_again(world: World) -> None:
    case = world.ready()
    version = later(world, '[refund]\nroutes = ["bank_account"]')
    case = choose(world, case, version, adopted=True)
    assert case.refund_route == ""
    assert paying.payee(case) == {}


def test_only_the_version_in_force_can_be_chosen(world: World) -> None:
    case = world.draft()
    passed = later(world)
    later(world, version="2026.12.1")
    for adopted in (True, False):
        with pytest.raises(RulesMovedOn):
            choose(world, case, passed, adopted=adopted)


def test_what_was_submitted_stays_under_its_rules(world: World) -> None:
    case = world.submitted()
    version = later(world)
    assert adopting.newer(case) is None
    with pytest.raises(RulesMovedOn):
        choose(world, case, version, adopted=True)
    case.refresh_from_db()
    assert case.policy_id != version.pk


def test_a_check_offers_what_the_operator_offers(world: World) -> None:
    later(world, '[choices]\nARREARS = ["pay"]')
    case = world.draft(ARREARS)
    drafting.choose(case_id=case.pk, check=CheckCode.ARREARS, choice=Choice.CLOSE_WITH_DEBT)
    found = checking.run(case_id=case.pk, now=world.now).findings
    arrears = next(finding for finding in found if finding.code is CheckCode.ARREARS)
    assert arrears.choices == (Choice.PAY,)
    assert arrears.blocks


def test_fewer_papers_are_asked_for_where_the_operator_asks_for_fewer(world: World) -> None:
    later(world, '[documents]\nproxy = ["authorisation"]')
    case = world.draft()
    case.applicant = ApplicantKind.PROXY.value
    assert applying.standing(case, now=world.now).papers == (Evidence.AUTHORISATION,)


def test_more_is_kept_only_as_the_operator_s_basis_says(world: World) -> None:
    later(world, '[retention.refund_proof]\nmonths = 360\nbasis = "会计档案管理办法"')
    case = world.close()
    kept = {item.category: item for item in keeping.sealed(closing_of(case))}
    assert kept[Category.REFUND_PROOF].basis == "会计档案管理办法"
    assert kept[Category.REFUND_PROOF].until.year == world.now.year + 30
    assert kept[Category.CLOSING_TRAIL].until.year == world.now.year + 3


def test_a_notice_that_is_off_is_not_sent(world: World) -> None:
    later(world, '[notices]\noff = ["refunded"]')
    world.close(CLEAN)
    sent = set(QueuedNotice.objects.values_list("notice", flat=True))
    assert "refunded" not in sent
    assert {"submitted", "closed", "done"} <= sent


def test_a_large_refund_is_what_the_operator_calls_large(world: World) -> None:
    small = '"refund.review_above_fen" = { tag = "O", text = "企业说明" }'
    later(world, "[refund]\nreview_above_fen = 100000000", small)
    case = world.ready(LARGE)
    assert applying.standing(case, now=world.now).wanted == 2

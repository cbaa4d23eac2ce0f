"""A7: the state of the log for those who answer for it; a broken one is told wherever they look."""

import pytest
from django.test import Client

from tests.desk.officers import Desk, officer
from tests.portal.browser import words
from tests.stories import World
from tests.trail.growing import unguarded
from xiaohu.core.actors import ActorKind
from xiaohu.help.status import signals
from xiaohu.trail import auditing, checkpoints, monitoring
from xiaohu.trail.models import Checkpoint, Event, Look

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
AUDITORS = [ActorKind.COMPLIANCE, ActorKind.ADMIN]
BROKEN = "日志有不符之处"


def auditor(world: World, role: ActorKind = ActorKind.COMPLIANCE) -> Desk:
    """Return somebody who answers for the log."""
    return officer(world, "he", role).sign_in()


def break_the_log(world: World) -> None:
    """Let the monitor find the newest checkpoint wrong."""
    found = [{"wrong": "root", "where": "7"}]
    Look.objects.create(kind="monitor", at=world.now, size=7, root=b"", broken=found)


@pytest.mark.parametrize("role", AUDITORS)
def test_a_whole_log_is_said_to_be_whole(world: World, role: ActorKind) -> None:
    case = world.close()
    checkpoints.sign(now=world.now)
    monitoring.look(now=world.now)
    monitoring.note_full(auditing.verify(), now=world.now)
    newest = Checkpoint.objects.get()
    said = words(auditor(world, role).open(f"/audit?reference={case.reference.lower()}"))
    for part in (
        f"前 {newest.size} 条",
        bytes(newest.root).hex(),
        "一致",
        "号码已销户，证明已出具",
    ):
        assert part in said
    assert BROKEN not in said


def test_it_says_up_to_which_event_all_was_verified_and_when(world: World) -> None:
    world.close()
    checkpoints.sign(now=world.now)
    monitoring.look(now=world.now)
    monitoring.verify_when_due(now=world.now)
    desk, size = auditor(world), Checkpoint.objects.get().size
    assert f"前 {size} 条记录全部核对无误，核对时间 2026年11月26日 12:01" in words(
        desk.open("/audit")
    )
    world.clock.pass_(hours=49)
    desk = desk.sign_in()
    said = words(desk.open("/audit"))
    assert "超过两天没有完成" in said
    assert "全部核对无误" not in said


def test_an_old_event_that_was_changed_is_named_without_a_command(world: World) -> None:
    world.close()
    checkpoints.sign(now=world.now)
    monitoring.look(now=world.now)
    with unguarded():
        Event.objects.filter(leaf__index=3).update(reason="x")
        assert monitoring.look(now=world.now).broken == []
        monitoring.verify_when_due(now=world.now)
        desk = auditor(world)
        said = words(desk.open("/audit"))
        assert "最早不符的记录：第 3 条" in said
        assert "第 3 条记录被改动" in said
        assert BROKEN in words(desk.open("/"))


def test_nothing_is_claimed_before_anybody_looked(world: World) -> None:
    said = words(auditor(world).open("/audit"))
    assert "还没有检查过" in said
    assert "一致" not in said


@pytest.mark.parametrize("role", AUDITORS)
def test_a_broken_log_is_shown_and_told_on_the_first_page(world: World, role: ActorKind) -> None:
    break_the_log(world)
    desk = auditor(world, role)
    assert "检查点 7 与记录不符" in words(desk.open("/audit"))
    assert BROKEN in words(desk.open("/"))


@pytest.mark.parametrize("role", [ActorKind.OFFICER, ActorKind.REVIEWER, ActorKind.FINANCE])
def test_others_neither_see_it_nor_hear_of_it(world: World, role: ActorKind) -> None:
    break_the_log(world)
    desk = officer(world, "li", role).sign_in()
    assert desk.open("/audit").status_code == 403
    front = words(desk.open("/"))
    assert BROKEN not in front
    assert "操作日志" not in front


def test_a_request_nobody_knows_is_said(world: World) -> None:
    answer = auditor(world).open("/audit?reference=XH-2611-0000-00")
    assert answer.status_code == 404
    assert "没有这个受理编号" in words(answer)


def test_what_happened_is_shown_after_the_folder_was_erased(world: World) -> None:
    case = world.close()
    type(case).objects.filter(pk=case.pk).update(purged_at=world.now)
    assert "全部办结" in words(auditor(world).open(f"/audit?reference={case.reference}"))


def test_a_broken_log_is_told_to_machines_and_the_status_page(world: World) -> None:
    assert Client().get("/readyz").json()["log"] == "ok"
    assert signals(world.now).log_whole
    break_the_log(world)
    assert Client().get("/readyz").json()["log"] == "broken"
    assert not signals(world.now).log_whole

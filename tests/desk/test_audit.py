"""A7: the state of the log for those who answer for it; a broken one is told wherever they look."""

import html
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client

from tests.desk.officers import Desk, officer
from tests.portal.browser import page, words
from tests.stories import EMPTY, World
from tests.trail.growing import unguarded
from xiaohu.core.actors import ActorKind
from xiaohu.desk import auditing as auditing_page
from xiaohu.help.status import signals
from xiaohu.ops import auditing as verifying
from xiaohu.trail import auditing, checkpoints, events, exporting, monitoring, sequencer
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


def listed(desk: Desk, asked: str) -> list[str]:
    """Return the actions a page lists, as said, the newest first."""
    rows = re.findall(r'<th scope="row" class="nowrap">([^<]*)</th>', page(desk.open(asked)))
    return [row.strip() for row in rows]


def test_events_are_found_by_action_person_reference_and_day(world: World) -> None:
    first, second = world.close(), world.close(EMPTY)
    desk = auditor(world)
    assert listed(desk, "/audit")[0] == "全部办结"
    assert set(listed(desk, "/audit?action=certify")) == {"号码已销户，证明已出具"}
    of_one = listed(desk, f"/audit?reference={first.reference}")
    assert 0 < len(of_one) < len(listed(desk, "/audit"))
    one = listed(desk, f"/audit?reference={second.reference}&action=open&actor=subscriber")
    assert one == ["开始填写申请"]
    opened, closed = "2026-11-23", "2026-11-26"
    assert "全部办结" not in listed(desk, f"/audit?until={opened}")
    assert "开始填写申请" in listed(desk, f"/audit?since={opened}&until={opened}&action=open")
    assert "开始填写申请" not in listed(desk, f"/audit?since={closed}&reference={first.reference}")
    assert listed(desk, "/audit?since=9999-12-31&until=9999-12-31") == []
    assert "没有符合条件的记录" in words(desk.open("/audit?since=2027-01-01"))


def test_no_action_is_listed_by_its_code(world: World) -> None:
    world.close()
    assert [said for said in listed(auditor(world), "/audit") if said.isascii()] == []


def test_it_says_who_did_it_and_is_found_by_them(world: World) -> None:
    case = world.ready()
    desk = auditor(world)
    checked = officer(world, "lin", ActorKind.COMPLIANCE).officer
    with transaction.atomic():
        events.record(
            operator=case.operator,
            actor=checked.actor(ActorKind.COMPLIANCE),
            action="search",
            case_id=None,
            now=world.now,
        )
    sequencer.run_once()
    said = words(desk.open(f"/audit?actor={checked.pk}"))
    assert f"合规 · {checked.display_name}" in said
    assert listed(desk, f"/audit?actor={checked.pk}") == ["查找号码、卡号或机主"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("since=23.11.2026", "请填日期，例如 2026-11-23"),
        ("since=2026-11-26&until=2026-11-25", "止日早于起日"),
        ("action=erasee", "请选择"),
        ("actor=nobody", "请选择"),
        ("reference=%00", ""),
    ],
)
def test_what_makes_no_sense_is_named_at_its_field_and_kept(
    world: World, asked: str, said: str
) -> None:
    world.close()
    answer = auditor(world).open(f"/audit?{asked}&until=2026-11-25")
    assert answer.status_code == 422
    assert said in words(answer)
    assert 'aria-invalid="true"' in page(answer)
    assert 'value="2026-11-25"' in page(answer)
    assert "<table>" not in page(answer)


def test_pages_keep_what_was_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = world.close()
    monkeypatch.setattr(auditing_page, "PAGE", 3)
    desk, asked = auditor(world), f"reference={case.reference}"
    whole, at = list[str](), f"/audit?{asked}"
    while at:
        whole += listed(desk, at)
        following = re.search(r'href="\?([^"]*)" rel="next"', page(desk.open(at)))
        at = f"/audit?{html.unescape(following[1])}" if following else ""
        assert not at or asked in at
    monkeypatch.setattr(auditing_page, "PAGE", 1000)
    assert whole == listed(desk, f"/audit?{asked}")
    assert len(whole) > 6
    for odd in ("x", "-1", "9" * 40, "%C2%B2"):
        assert desk.open(f"/audit?before={odd}").status_code == 200


def test_an_export_of_what_was_found_proves_itself(world: World, tmp_path: Path) -> None:
    case = world.close()
    desk = auditor(world)
    early = desk.open("/audit?export=1&action=certify")
    assert (early.status_code, "还没有检查点" in words(early)) == (409, True)
    checkpoints.sign(now=world.now)
    answer = desk.open(f"/audit?export=1&reference={case.reference}&action=certify")
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path)
    lines = (tmp_path / exporting.EVENTS).read_bytes().splitlines()
    assert [json.loads(line)["event"]["action"] for line in lines] == ["certify"]
    assert verifying.verify_export(tmp_path, as_json=True, out=lambda _: None) == 0
    assert desk.open("/audit?export=1&reference=XH-2611-0000-00").status_code == 404


def test_more_than_is_handed_out_at_once_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.close()
    monkeypatch.setattr(auditing_page, "MOST_EXPORTED", 3)
    answer = auditor(world).open("/audit?export=1")
    assert answer.status_code == 409
    assert "符合条件的记录超过 3 条" in words(answer)


def test_a_broken_log_is_told_to_machines_and_the_status_page(world: World) -> None:
    assert Client().get("/readyz").json()["log"] == "ok"
    assert signals(world.now).log_whole
    break_the_log(world)
    assert Client().get("/readyz").json()["log"] == "broken"
    assert not signals(world.now).log_whole

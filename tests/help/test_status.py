"""H4: what is seen is said, what was announced is shown, and a feed carries it."""

from xml.etree import ElementTree as ET

import pytest

from tests.assistance.test_incidents import WORDS, opened
from tests.portal.browser import Browser, page, words
from tests.stories import ADMIN, OPERATOR, World
from xiaohu.assistance import incidents
from xiaohu.closures.models import Closing
from xiaohu.core.working import Part
from xiaohu.gateways import sight
from xiaohu.queue import heartbeat
from xiaohu.trail import sequencer

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
ATOM = "{http://www.w3.org/2005/Atom}"


def well(world: World) -> None:
    """Let a worker live and look at its neighbours."""
    heartbeat.beat("worker")
    sight.look(now=world.now)


def test_everything_works_with_the_time_of_the_look(world: World) -> None:
    well(world)
    said = words(Browser(world).open("/status"))
    assert "各项服务正常" in said
    assert "2026年11月23日 12:00 检查" in said
    assert "没有正在处理的故障或维护" in said


@pytest.mark.parametrize(
    ("which", "part", "state"),
    [
        ("operator", "销户前检查", "中断"),
        ("payout", "退款", "有延迟"),
        ("messages", "登录和验证码", "有延迟"),
    ],
)
def test_an_outage_is_said_of_the_part_people_meet(
    world: World, which: str, part: str, state: str
) -> None:
    world.outside.fault(which, down=True)
    well(world)
    said = words(Browser(world).open("/status"))
    assert "各项服务正常" not in said
    assert state in said.partition(part)[2][:60]
    world.outside.fault(which)
    well(world)
    assert "各项服务正常" in words(Browser(world).open("/status"))


def test_no_worker_is_an_interruption_and_an_old_look_is_no_look(world: World) -> None:
    sight.look(now=world.now)
    assert "部分服务中断" in words(Browser(world).open("/status"))
    heartbeat.beat("worker")
    sequencer.run_once()
    world.clock.pass_(minutes=6)
    assert "正在确认" in words(Browser(world).open("/status"))


def test_what_is_due_for_long_is_slow(world: World) -> None:
    case = world.submitted()
    world.clock.pass_(days=3, minutes=20)
    well(world)
    assert "有延迟" in words(Browser(world).open("/status")).partition("销户办理")[2][:60]
    assert Closing.objects.get(case=case).is_open


def test_incidents_are_shown_open_and_over(world: World) -> None:
    well(world)
    made = opened(world, Part.CHECKS)
    said = words(Browser(world).open("/status"))
    assert WORDS.zh in said
    assert "预计 2026年11月23日 14:00 恢复" in said
    incidents.close(operator=OPERATOR, incident_id=made.pk, words=WORDS, actor=ADMIN, now=world.now)
    over = words(Browser(world).open("/status"))
    assert "各项服务正常" in over
    assert "已恢复" in over


@pytest.mark.parametrize(
    ("lang", "text"), [("zh-hans", WORDS.zh), ("en", WORDS.en), ("x", WORDS.zh)]
)
def test_the_feed_can_be_read_in_both_languages(world: World, lang: str, text: str) -> None:
    opened(world, Part.CHECKS)
    answer = Browser(world).open(f"/status/feed?lang={lang}")
    assert answer["Content-Type"].startswith("application/atom+xml")
    feed = ET.fromstring(page(answer).encode())  # noqa: S314 - our own
    [entry] = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}summary") == text
    assert entry.findtext(f"{ATOM}id")

"""Call-backs and complaints at the desk: listed by time left, opened by whoever takes them."""

from datetime import timedelta

import pytest

from tests.assistance.asking import MAIL, WORDS, call, complaint
from tests.assistance.test_complaining import ANSWER, answered
from tests.desk.officers import officer, waiting
from tests.portal.browser import page, words
from tests.stories import World
from xiaohu.assistance.models import CallBack, Complaint
from xiaohu.core.actors import ActorKind
from xiaohu.core.assistance import Slot

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def test_calls_are_listed_by_urgency_without_names(world: World) -> None:
    case = world.submitted()
    made = call(world, case_id=case.pk)
    desk = officer(world).sign_in()
    said = page(desk.open("/callbacks"))
    assert made.reference in said
    assert case.reference in said
    assert "张示例" not in said
    assert "0088" not in said
    world.clock.pass_(hours=3)
    assert 'class="over"' in page(officer(world, "lin").sign_in().open("/callbacks"))


def test_the_day_shows_how_many_wait(world: World) -> None:
    call(world)
    complaint(world)
    desk = officer(world).sign_in()
    assert "1 回电 1 投诉" in words(desk.open("/"))
    assert 'class="bad"' not in page(desk.open("/"))
    world.clock.pass_(hours=3)
    assert 'class="bad"><strong>1</strong><a href="/desk/callbacks"' in page(desk.open("/"))


def test_whoever_takes_a_call_sees_whom_to_call_and_writes_down_what_came_of_it(
    world: World,
) -> None:
    made, desk = call(world), officer(world).sign_in()
    at = f"/callbacks/{made.reference}"
    assert "130 0000 0088" not in page(desk.open(at))
    desk.send(at, take="1")
    assert "130 0000 0088" in page(desk.open(at))
    other = officer(world, "lin").sign_in()
    assert "130 0000 0088" not in page(other.open(at))
    assert other.send(at, take="1").status_code == 409
    assert other.send(at, outcome="reached").status_code == 409
    desk.send(at, outcome="not_reached")
    desk.send(at, take="1")
    desk.send(at, outcome="reached")
    assert (CallBack.objects.get().tries, CallBack.objects.get().outcome) == (2, "reached")
    assert "已接通" in words(desk.open("/callbacks?view=ended"))
    assert "130 0000 0088" not in page(desk.open(at))
    assert desk.send(at, outcome="reached").status_code == 409


def test_a_wished_time_that_went_by_is_not_told_as_wished(world: World) -> None:
    begins = world.now + timedelta(hours=1)
    made = call(world, slot=Slot(begins, begins + timedelta(hours=2)))
    desk, at = officer(world).sign_in(), f"/callbacks/{made.reference}"
    desk.send(at, take="1")
    assert "2026年11月23日 13:00 – 2026年11月23日 15:00" in words(desk.open(at))
    desk.send(at, outcome="not_reached")
    for place in (at, "/callbacks"):
        said = words(desk.open(place))
        assert "尽快" in said
        assert "2026年11月23日 13:00" not in said


def test_a_complaint_is_taken_read_and_answered(world: World) -> None:
    made, desk = complaint(world), officer(world).sign_in()
    at = f"/complaints/{made.reference}"
    assert made.reference in page(desk.open("/complaints"))
    assert WORDS not in page(desk.open(at))
    desk.send(at, take="1")
    assert WORDS in page(desk.open(at))
    assert desk.send(at, words=" ").status_code == 422
    assert desk.send(at, words="已处理，多收的费用已退回。").status_code == 302
    world.send_notices()
    assert len(world.outside.inbox(MAIL)) == 2
    assert Complaint.objects.get().ended_at == world.now
    over = page(desk.open(at))
    assert WORDS in over
    assert "已处理，多收的费用已退回。" in over
    assert "0088" not in over
    assert made.reference in page(desk.open("/complaints?view=ended"))


@pytest.mark.parametrize("path", ["/callbacks/HD-2611-0000-00", "/complaints/x", "/callbacks/%00"])
def test_what_nobody_asked_is_not_there(world: World, path: str) -> None:
    desk = officer(world).sign_in()
    assert desk.open(path).status_code == 404
    assert desk.send(path, take="1").status_code == 404


def test_nobody_answers_a_complaint_about_their_own_decision(world: World) -> None:
    case, desk = waiting(world), officer(world).sign_in()
    desk.send(f"/case/{case.reference}", claim="1")
    desk.decide(case, "refuse", "duplicate")
    case.refresh_from_db()
    assert case.decided_by_id == desk.officer.pk
    at = f"/complaints/{complaint(world, case_id=case.pk).reference}"
    answer = desk.send(at, take="1")
    assert answer.status_code == 409
    assert "SAME_PERSON" in words(answer)
    assert officer(world, "lin").sign_in().send(at, take="1").status_code == 302


def test_a_late_complaint_is_shown_to_those_who_see_to_it(world: World) -> None:
    late = complaint(world)
    lin = officer(world, "lin")
    law = officer(world, "zhao", ActorKind.COMPLIANCE)
    world.clock.pass_(days=14)
    assert "超期投诉" not in words(law.sign_in().open("/"))
    world.clock.pass_(days=2)
    fresh = complaint(world, "+8613000000089")
    assert "1 超期投诉" in words(law.sign_in().open("/"))
    assert "超期投诉" not in words(lin.sign_in().open("/"))
    listed = page(law.open("/complaints?view=late"))
    assert late.reference in listed
    assert fresh.reference not in listed
    assert "已超过答复期限" in words(law.open(f"/complaints/{late.reference}"))
    assert "已超过答复期限" not in words(law.open(f"/complaints/{fresh.reference}"))


def test_an_answered_complaint_stays_readable_and_names_somebody_for_a_reason(world: World) -> None:
    made = answered(world)
    at = f"/complaints/{made.reference}"
    desk = officer(world, "lin").sign_in()
    said = page(desk.open(at))
    assert ANSWER in said
    assert "张示例" not in said
    assert MAIL not in said
    why = {"look": "1", "reason": "complaint", "note": "同一人再次来电"}
    for lacking in ("reason", "note"):
        refused = desk.send(at, **{**why, lacking: ""})
        assert (refused.status_code, "张示例" in page(refused)) == (422, False)
    shown = desk.send(at, **why)
    assert "张示例" in page(shown)
    assert shown["Refresh"].startswith("60;")
    assert officer(world, "qian", ActorKind.FINANCE).sign_in().send(at, **why).status_code == 403


def test_nonsense_changes_nothing(world: World) -> None:
    made, desk = call(world), officer(world).sign_in()
    at = f"/callbacks/{made.reference}"
    for sent in ({}, {"outcome": "\x00"}, {"outcome": "x" * 500}, {"words": "x"}):
        assert desk.send(at, **sent).status_code == 302
    assert CallBack.objects.get().tries == 0

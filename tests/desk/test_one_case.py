"""D4 and D5: who else is there, notes, giving back, and checks that have grown old."""

import re
from collections.abc import Callable, Iterator
from http import HTTPStatus

import pytest

from tests.assistance.asking import WORDS, call, complaint
from tests.closures.states import large
from tests.desk.officers import officer, waiting
from tests.portal.browser import page, words
from tests.silence import silent
from tests.stories import ARREARS, World, holder_of, picture
from xiaohu.closures import appealing, applying, drafting, noting
from xiaohu.closures.models import Case
from xiaohu.core.applicants import Evidence
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.desk import presence
from xiaohu.desk.models import Presence
from xiaohu.proofing import papers
from xiaohu.proofing.models import Paper
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


@pytest.fixture
def silence(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Callable[[], None]]]:
    """Let the operator say nothing from the call of this until the call of what it returns."""
    with silent(monkeypatch) as begin:
        yield begin


def test_a_second_officer_is_named_with_since_when(world: World) -> None:
    case = waiting(world)
    first, second = officer(world).sign_in(), officer(world, "wang").sign_in()
    path = f"/case/{case.reference}"
    assert "也在查看" not in page(first.open(path))
    assert "chen示例 自 2026年11月23日 12:00 起也在查看" in page(second.open(path))
    world.clock.pass_(minutes=6)
    assert "也在查看" not in page(first.open(path))
    assert "chen示例 自 2026年11月23日 12:06" in page(second.open(path))


def test_what_was_asked_about_a_case_is_listed_on_its_page(world: World) -> None:
    case, other = waiting(world), world.submitted("+8613000000023")
    made, said = call(world, case_id=case.pk), complaint(world, case_id=case.pk)
    desk = officer(world).sign_in()
    text = page(desk.open(f"/case/{case.reference}"))
    assert f'href="/desk/callbacks/{made.reference}"' in text
    assert f'href="/desk/complaints/{said.reference}"' in text
    assert WORDS not in text
    assert made.reference not in page(desk.open(f"/case/{other.reference}"))


def test_looks_of_yesterday_are_forgotten(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.open(f"/case/{case.reference}")
    world.clock.pass_(days=2)
    presence.note(case_id=case.pk, officer=desk.officer, now=world.now)
    assert Presence.objects.count() == 1


def test_a_note_is_written_and_locks_the_case(world: World) -> None:
    case = waiting(world)
    desk, wang = officer(world).sign_in(), officer(world, "wang").sign_in()
    path = f"/case/{case.reference}"
    assert desk.send(path, note="<b>核对</b> שלום").status_code == 302
    text = page(desk.open(path))
    assert "&lt;b&gt;核对&lt;/b&gt; שלום" in text
    assert '<p dir="auto" class="note">' in text
    assert "您可查看，不能办理" in page(wang.open(path))
    assert wang.send(path, claim="1").status_code == 409


@pytest.mark.parametrize("note", ["", "x" * 1001])
def test_a_note_that_cannot_be_kept_is_shown_again(world: World, note: str) -> None:
    case = waiting(world)
    answer = officer(world).sign_in().send(f"/case/{case.reference}", note=note)
    assert answer.status_code == 422
    assert note in page(answer)


@pytest.mark.parametrize("button", ["claim", "recheck"])
def test_a_half_written_note_outlives_the_other_buttons(world: World, button: str) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    answer = desk.send(f"/case/{case.reference}", note="写到一半的话", **{button: "1"})
    assert answer.status_code == 200
    assert ">写到一半的话</textarea>" in page(answer)
    assert noting.of_case(case) == []


def test_a_case_is_given_back(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    path = f"/case/{case.reference}"
    assert desk.send(path, release="1").status_code == 409
    desk.send(path, claim="1")
    assert desk.send(path, release="1").status_code == 302
    case.refresh_from_db()
    assert case.officer is None


def test_old_checks_are_run_again_first(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send(f"/case/{case.reference}", claim="1")
    world.clock.pass_(minutes=31)
    path = f"/case/{case.reference}/decide"
    asked = page(desk.open(f"{path}?outcome=approve"))
    assert "检查结果已超过 30 分钟" in asked
    assert "确认通过" not in asked
    assert desk.send(path, outcome="approve", recheck="1").status_code == 302
    assert "确认通过" in page(desk.open(f"{path}?outcome=approve"))


def test_while_the_operator_is_away_old_checks_stay_old(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    world.clock.pass_(minutes=31)
    world.outside.fault("operator", down=True)
    answer = desk.send(f"/case/{case.reference}/decide", outcome="approve", recheck="1")
    assert answer.status_code == 409
    assert "暂时无法查询运营系统" in page(answer)


def test_of_two_who_must_agree_the_first_is_told_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = waiting(world)
    monkeypatch.setattr("xiaohu.closures.applying.deciders", lambda _case: 2)
    desk = officer(world).sign_in()
    desk.send(f"/case/{case.reference}", claim="1")
    desk.decide(case, "approve")
    assert f"{case.reference} 已同意，等待第二人决定" in words(desk.open("/"))
    assert Case.objects.get(pk=case.pk).state == "in_review"


def test_a_second_look_leads_to_the_refusal_it_is_about(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send(f"/case/{case.reference}", claim="1")
    desk.decide(case, "refuse", "duplicate")
    said = words(desk.open(f"/case/{case.reference}"))
    assert "决定 不予办理 · 重复申请 · chen示例 · 2026年11月23日 12:00" in said
    again = appealing.appeal(case_id=case.pk, actor=holder_of(case), now=world.now)
    world.answer(again)
    world.submit(again)
    text = page(officer(world, "wang").sign_in().open(f"/case/{again.reference}"))
    assert f'href="/desk/case/{case.reference}">{case.reference}</a> · 重复申请 · chen示例' in text


def test_what_was_chosen_is_told_as_the_applicant_s_word(world: World) -> None:
    case = world.ready(ARREARS)
    choose, check = drafting.choose, CheckCode.ARREARS
    choose(case_id=case.pk, check=check, choice=Choice.CLOSE_WITH_DEBT)
    world.answer(case)
    world.submit(case)
    desk = officer(world).sign_in()
    assert "申请人选择：先销户，欠款另行结算" in page(desk.open(f"/case/{case.reference}"))


def test_each_proof_is_told_with_what_shows_it_and_when(world: World) -> None:
    case = waiting(world)
    said = words(officer(world).sign_in().open(f"/case/{case.reference}"))
    assert "卡号 · 系统比对卡号后 4 位一致 · 2026年11月23日 12:00" in said


def test_papers_are_shown_beside_what_is_registered_by_one_press(world: World) -> None:
    case = world.submit(large(world))
    desk = officer(world).sign_in()
    path = f"/case/{case.reference}"
    assert "<img" not in page(desk.open(path))
    pressed = desk.send(path, papers="1", note="")
    assert pressed["Location"] == f"/desk{path}?papers=1#papers"
    opened = page(desk.open(f"{path}?papers=1"))
    (address,) = re.findall(r'<img src="/desk([^"]+)" alt="机主身份证件 1"', opened)
    assert opened.index("<img") < opened.index('id="registered"')
    assert not Event.objects.filter(action="view_paper").exists()
    picture = desk.open(address)
    assert (picture["Content-Type"], picture["Cache-Control"]) == ("image/jpeg", "no-store")
    assert Event.objects.filter(action="view_paper", case_id=case.pk).count() == 1


def test_a_paper_that_does_not_open_is_said_to_be_unreadable(world: World) -> None:
    case = world.submit(large(world))
    desk = officer(world).sign_in()
    (shown, *_) = papers.of_case(case.pk)
    Paper.objects.filter(pk=shown.id).update(box=b"\x01\x01 no box of ours, whatever it says")
    answer = desk.open(f"/case/{case.reference}/paper/{shown.id}")
    assert answer.status_code == HTTPStatus.SERVICE_UNAVAILABLE
    assert "资料暂时无法读取" in page(answer)


def test_showing_papers_keeps_a_half_written_note(world: World) -> None:
    case = world.submit(large(world))
    desk = officer(world).sign_in()
    opened = page(desk.send(f"/case/{case.reference}", papers="1", note="已核对姓"))
    assert "<img" in opened
    assert "已核对姓</textarea>" in opened
    assert noting.of_case(case) == []


def test_papers_are_shown_where_it_is_decided(world: World) -> None:
    case = world.submit(large(world))
    desk = officer(world).sign_in()
    desk.send(f"/case/{case.reference}", claim="1")
    path = f"/case/{case.reference}/decide?outcome=approve"
    assert "papers=1#papers" in page(desk.open(path))
    assert "<img" in page(desk.open(f"{path}&papers=1"))


def test_it_is_checked_again_where_that_helps(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    path = f"/case/{case.reference}"
    assert page(desk.open(path)).count('name="recheck"') == 1  # beside the time of the checks
    world.outside.change(world.line(), arrears_fen=3820)
    desk.send(path, recheck="1")
    assert page(desk.open(path)).count('name="recheck"') == 2  # the obstacle, and above all
    assert 'name="recheck" value="ARREARS"' in page(desk.open(path))
    world.outside.change(world.line(), arrears_fen=0)
    desk.send(path, recheck="ARREARS")
    world.clock.pass_(minutes=31)
    assert 'class="button second" form="note" name="recheck"' in page(desk.open(path))


def test_numbers_of_messages_are_kept_for_those_who_ask(world: World) -> None:
    case = waiting(world)
    world.send_notices()
    listed, _, more = page(officer(world).sign_in().open(f"/case/{case.reference}")).partition(
        "消息编号和文案版本"
    )
    assert '<span class="nowrap">2026年11月23日 12:00</span>' in listed
    assert "文案 " in more
    assert "<code>" not in listed.partition("消息</h2>")[2]
    assert "<code>" in more


def test_whoever_had_a_part_is_told_that_another_decides(world: World) -> None:
    case = waiting(world)
    desk, wang = officer(world).sign_in(), officer(world, "wang").sign_in()
    Case.objects.filter(pk=case.pk).update(prepared_by=desk.officer.pk)
    path = f"/case/{case.reference}"
    own = page(desk.open(path))
    assert "须由另一位同事审核" in own
    assert 'name="claim"' not in own
    desk.send(path, claim="1")  # from a page that was open before
    own = page(desk.open(path))
    assert "outcome=approve" not in own
    assert 'name="release"' in own
    desk.send(path, release="1", note="")
    other = page(wang.open(path))
    assert "须由另一位同事审核" not in other
    assert 'name="claim"' in other


def test_whoever_compared_the_papers_has_opened_each(world: World) -> None:
    case = large(world)
    applying.add_paper(case_id=case.pk, evidence=Evidence.HOLDER_ID, data=picture(), now=world.now)
    world.submit(case)
    desk, other = officer(world).sign_in(), officer(world, "wang").sign_in()
    desk.send(f"/case/{case.reference}", claim="1")
    first, second = (f"/case/{case.reference}/paper/{one.id}" for one in papers.of_case(case.pk))
    path, said = f"/case/{case.reference}/decide", {"outcome": "approve", "compared": "on"}
    for opened, left in (("", 2), (first, 1)):
        for by in (desk, other):
            by.open(opened or path)
        refused = desk.send(path, **said)
        assert refused.status_code == 422
        assert f"还有 {left} 页材料没有打开" in words(refused)
        assert 'name="compared" id="id_compared" checked' in page(refused)
    other.open(second)
    assert desk.send(path, **said).status_code == 422
    desk.open(second)
    assert desk.send(path, **said).status_code == 302


def test_a_silent_operator_holds_up_nobody_at_the_desk(
    world: World, silence: Callable[[], Callable[[], None]]
) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    desk.send(f"/case/{case.reference}", claim="1")
    world.clock.pass_(minutes=31)
    world.outside.change(world.line(), cash_fen=999)
    speak = silence()
    path = f"/case/{case.reference}"
    assert desk.send(path, recheck="1")["Location"] == f"/desk{path}"
    for at in (path, f"{path}/decide?outcome=approve"):
        shown = words(desk.open(at))
        assert "正在向运营商系统重新查询，下面是 2026年11月23日 12:00 的结果" in shown
        assert "重新检查" not in shown
    speak()
    heard = page(desk.open(path))
    assert "正在向运营商" not in heard
    assert "9.99" in heard
    assert "确认通过" in page(desk.open(f"{path}/decide?outcome=approve"))


def test_a_decision_ticked_before_the_checks_is_kept_while_they_are_asked_again(
    world: World, silence: Callable[[], Callable[[], None]]
) -> None:
    case = world.submit(large(world))
    desk = officer(world).sign_in()
    desk.send(f"/case/{case.reference}", claim="1")
    speak = silence()
    said = {"outcome": "approve", "compared": "on"}
    asked = desk.send(f"/case/{case.reference}/decide", **said, recheck="1")
    assert asked.status_code == 200
    assert 'name="compared" id="id_compared" checked' in page(asked)
    speak()


def test_an_operator_that_will_not_answer_is_said_in_the_end(
    world: World, silence: Callable[[], Callable[[], None]]
) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    speak = silence()
    path = f"/case/{case.reference}"
    desk.send(path, recheck="1")
    world.outside.fault("operator", down=True)
    speak()
    told = desk.open(path)
    assert told.status_code == 200
    assert "暂时无法查询运营系统" in page(told)
    assert 'name="recheck"' in page(told)

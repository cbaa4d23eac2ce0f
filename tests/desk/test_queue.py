"""D3: filtering, paging, saved views, and giving cases to somebody while others do the same."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desk.officers import OTHERS, Desk, officer, waiting
from tests.portal.browser import page
from tests.stories import CLEAN, World, staff
from xiaohu.closures import assigning, reviewing
from xiaohu.closures.assigning import CaseMoved
from xiaohu.closures.models import Case
from xiaohu.closures.queries import CaseNotFound
from xiaohu.closures.reviewing import NotAReviewer, NotClaimed
from xiaohu.core.actors import ActorKind
from xiaohu.core.moves import MoveNotAllowed
from xiaohu.desk import filtering, saved, work
from xiaohu.desk.models import SavedView

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def listed(text: str) -> set[str]:
    """Return the references a page of the queue lists."""
    return set(re.findall(r'name="case" value="([^"]+)"', text))


def at_desk(world: World) -> Desk:
    """Return somebody at the desk."""
    return officer(world).sign_in()


def test_a_row_shows_masks_channel_checks_balance_and_time_left(world: World) -> None:
    case = waiting(world)
    text = page(at_desk(world).open("/queue"))
    for said in (case.reference, "130 **** 0001", "网上办理", "已通过", "126.40", "剩 "):
        assert said in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("channel=portal", True),
        ("channel=desk", False),
        ("state=in_review", True),
        ("state=done&view=all", False),
        ("officer=none", True),
        ("officer=others", False),
        ("officer=00000000-0000-4000-8000-000000000001", False),
        ("line=00000000-0000-4000-8000-000000000001", False),
        ("channel=nonsense&state=draft&officer=x&line=y&after=~~", True),
        ("after=2026-01-01~2026-01-01T00:00:00.0~00000000-0000-0000-0000-000000000000", True),
        ("after=9999-12-31~2026-01-01T00:00:00.0~00000000-0000-0000-0000-000000000000", False),
    ],
)
def test_filters_leave_what_fits(world: World, query: str, found: bool) -> None:
    case = waiting(world)
    text = page(at_desk(world).open(f"/queue?{query}"))
    assert (case.reference in listed(text)) is found


def test_an_empty_list_names_its_filters_and_clears_them(world: World) -> None:
    waiting(world)
    text = page(at_desk(world).open("/queue?view=waiting&channel=desk&state=in_review"))
    assert "没有符合这些条件的申请" in text
    assert "渠道 人工受理" in text
    assert 'href="?view=waiting"' in text
    assert 'href="?view=waiting&amp;state=in_review"' in text


def test_pages_follow_each_other_without_a_gap(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = {waiting(world, number).reference for number in (CLEAN, *OTHERS)}
    monkeypatch.setattr(work, "PAGE", 2)
    desk = at_desk(world)
    first = page(desk.open("/queue"))
    following = re.search(r'href="\?([^"]+)" rel="next"', first)
    assert following is not None
    second = page(desk.open(f"/queue?{following[1].replace('&amp;', '&')}"))
    assert listed(first) | listed(second) == cases
    assert not listed(first) & listed(second)
    assert 'rel="next"' not in second


def test_more_rows_ask_no_more_questions(world: World) -> None:
    waiting(world)
    desk = at_desk(world)
    desk.open("/queue")
    with CaptureQueriesContext(connection) as few:
        desk.open("/queue")
    for number in OTHERS:
        waiting(world, number)
    with CaptureQueriesContext(connection) as many:
        assert len(listed(page(desk.open("/queue")))) == 4
    assert len(many) == len(few)


def test_the_queue_is_read_from_its_index(world: World) -> None:
    waiting(world)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    found = filtering.filtered(filtering.Filters("all"), staff("lin"), now=world.now)[:51]
    assert "cases_by_urgency" in found.explain()


def test_selected_cases_are_given_to_a_reviewer(world: World) -> None:
    case, other = waiting(world), waiting(world, OTHERS[0])
    desk, wang = at_desk(world), staff("wang")
    chosen = [case.reference, other.reference]
    seen = {f"seen-{reference}": "" for reference in chosen}
    assert desk.send("/queue", case=chosen, to=str(wang.pk), **seen).status_code == 302
    assert set(Case.objects.values_list("officer__username", flat=True)) == {"wang"}
    assert "已分配给wang示例" in page(desk.open("/queue"))


def test_a_case_somebody_took_meanwhile_is_marked_and_kept(world: World) -> None:
    case, other = waiting(world), waiting(world, OTHERS[0])
    desk, wang = at_desk(world), staff("wang")
    reviewing.claim(case_id=case.pk, officer=wang, now=world.now)
    chosen = [case.reference, other.reference]
    seen = {f"seen-{reference}": "" for reference in chosen}
    answer = desk.send("/queue", case=chosen, to=str(desk.officer.pk), **seen)
    assert answer.status_code == 409
    assert "wang示例 已于" in page(answer)
    assert 'class="moved"' in page(answer)
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.officer, other.officer) == (wang, desk.officer)


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"case": "XH-2611-0000-00"},
        {"case": "\x00"},
        {"case": "CASE", "to": "nobody"},
        {"case": "CASE", "to": "00000000-0000-0000-0000-000000000000"},
        {"save": "1", "name": ""},
        {"save": "1", "name": "长" * 41},
    ],
)
def test_what_is_missing_is_said(world: World, answers: dict[str, str]) -> None:
    case = waiting(world)
    given = {name: value.replace("CASE", case.reference) for name, value in answers.items()}
    answer = at_desk(world).send("/queue", **given)
    assert answer.status_code == 422
    assert 'role="alert"' in page(answer)


def test_giving_is_refused_elsewhere_and_to_others(world: World) -> None:
    case, chen, lin = waiting(world), staff("chen"), staff("lin", ActorKind.OFFICER)
    stranger = staff("zhou")
    stranger.operator = "another"

    def give(to: object = chen, by: object = chen, seen: object = None) -> None:
        assigning.assign(case_id=case.pk, to=to, by=by, seen=seen, now=world.now)  # type: ignore[arg-type]

    for refusal, wrong in (
        (NotAReviewer, {"to": lin}),
        (CaseNotFound, {"by": stranger}),
        (NotAReviewer, {"to": stranger}),
        (CaseMoved, {"seen": lin.pk}),
    ):
        with pytest.raises(refusal):
            give(**wrong)
    give()
    give(seen=chen.pk)
    reviewing.approve(case_id=case.pk, officer=chen, now=world.now)
    with pytest.raises(CaseMoved):
        give(seen=chen.pk)


def test_one_s_own_case_can_be_given_back(world: World) -> None:
    case, chen, wang = waiting(world), staff("chen"), staff("wang")
    reviewing.claim(case_id=case.pk, officer=chen, now=world.now)
    with pytest.raises(NotClaimed):
        assigning.release(case_id=case.pk, officer=wang, now=world.now)
    assert assigning.release(case_id=case.pk, officer=chen, now=world.now).officer is None
    with pytest.raises(NotClaimed):
        assigning.release(case_id=case.pk, officer=chen, now=world.now)
    reviewing.claim(case_id=case.pk, officer=chen, now=world.now)
    reviewing.approve(case_id=case.pk, officer=chen, now=world.now)
    with pytest.raises(MoveNotAllowed):
        assigning.release(case_id=case.pk, officer=chen, now=world.now)


def test_a_view_is_saved_opened_and_forgotten(world: World) -> None:
    desk = at_desk(world)
    desk.send("/queue?view=late&channel=desk", save="1", name=" 人工  超时 ")
    kept = SavedView.objects.get()
    assert (kept.name, kept.query) == ("人工 超时", "view=late&channel=desk")
    assert "人工 超时" in page(desk.open("/queue"))
    wang = officer(world, "wang").sign_in()
    assert "人工 超时" not in page(wang.open("/queue"))
    wang.send("/queue", forget=str(kept.pk))
    assert SavedView.objects.exists()
    for _ in range(2):
        assert desk.send("/queue", forget=str(kept.pk)).status_code == 302
    assert desk.send("/queue", forget="no id at all").status_code == 302
    assert not SavedView.objects.exists()


def test_only_so_many_views_are_saved(world: World) -> None:
    desk = at_desk(world)
    for n in range(saved.MOST):
        saved.save(officer=desk.officer, name=str(n), filters=filtering.Filters())
    assert desk.send("/queue", save="1", name="more").status_code == 409
    assert desk.send("/queue", save="1", name="0").status_code == 302

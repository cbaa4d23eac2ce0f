"""D3: filtering, paging, saved views, and giving cases to somebody while others do the same."""

import base64
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desk.officers import OTHERS, Desk, officer, waiting
from tests.portal.browser import page
from tests.stories import CLEAN, World, staff
from xiaohu.access.models import StaffUser
from xiaohu.closures import assigning, reviewing
from xiaohu.closures.assigning import CaseMoved
from xiaohu.closures.models import Case
from xiaohu.closures.queries import CaseNotFound
from xiaohu.closures.reviewing import NotAReviewer, NotClaimed
from xiaohu.core.actors import ActorKind
from xiaohu.core.channels import CaseChannel
from xiaohu.core.moves import MoveNotAllowed
from xiaohu.desk import filtering, saved, sorting, work
from xiaohu.desk.models import SavedView

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def listed(text: str) -> set[str]:
    """Return the references a page of the queue lists."""
    return set(re.findall(r'name="case" value="([^"]+)"', text))


def behind(due: str) -> str:
    """Return the cursor of what follows a case due on a day."""
    row = [due, "2026-01-01T00:00:00+00:00", "00000000-0000-0000-0000-000000000000"]
    return base64.urlsafe_b64encode(json.dumps(row).encode()).decode()


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
        (f"after={behind('2026-01-01')}", True),
        (f"after={behind('9999-12-31')}", False),
        (f"after={behind('not a day')}", True),
        ("after=bnVsbA==", True),
        ("sort=nonsense", True),
        ("sort=-officer&after=WyIiLCJ4Il0=", True),
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


def in_order(text: str) -> list[str]:
    """Return the references a page of the queue lists, from top to bottom."""
    return re.findall(r'name="case" value="([^"]+)"', text)


@pytest.mark.parametrize("by", sorting.SORTS)
@pytest.mark.parametrize("down", ["", "-"])
def test_every_way_to_sort_is_paged_without_a_gap(
    world: World, monkeypatch: pytest.MonkeyPatch, by: str, down: str
) -> None:
    cases = [waiting(world, number) for number in (CLEAN, *OTHERS)]
    wang, zhou = staff("wang"), staff("zhou")
    for case, channel, officer_ in zip(
        cases, ("desk", "portal", "desk", "portal"), (wang, None, zhou, wang), strict=True
    ):
        Case.objects.filter(pk=case.pk).update(channel=channel, officer=officer_)
    monkeypatch.setattr(work, "PAGE", 1)
    desk, said, seen = at_desk(world), f"view=all&sort={down}{by}", []
    while said:
        text = page(desk.open(f"/queue?{said}"))
        seen += in_order(text)
        following = re.search(r'href="\?([^"]+)" rel="next"', text)
        said = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(cases)
    rows = {case.reference: case for case in Case.objects.select_related("officer")}
    values: dict[str, Callable[[Case], Any]] = {
        "left": lambda case: (case.due_order, case.opened_at),
        "reference": lambda case: case.reference,
        "channel": lambda case: list(CaseChannel).index(CaseChannel(case.channel)),
        "state": lambda case: case.state,
        "officer": lambda case: case.officer.display_name if case.officer else "",
    }
    value = values[by]
    found = [value(rows[reference]) for reference in seen]
    assert found == sorted(found, reverse=bool(down))


def test_sorting_keeps_the_filters_and_says_which_way(world: World) -> None:
    waiting(world)
    desk = at_desk(world)
    text = page(desk.open("/queue?view=all&channel=portal"))
    assert (
        'aria-sort="ascending"><a class="sort" href="?view=all&amp;channel=portal&amp;sort=-left"'
        in text
    )
    assert 'href="?view=all&amp;channel=portal&amp;sort=officer"' in text
    text = page(desk.open("/queue?view=all&channel=portal&sort=-officer"))
    assert (
        'aria-sort="descending"><a class="sort" href="?view=all&amp;channel=portal&amp;sort=officer"'
        in text
    )
    assert '<input type="hidden" name="sort" value="-officer">' in text
    assert 'href="?view=all&amp;sort=-officer"' in text  # the same without its filter
    assert 'href="?view=all&amp;channel=portal"' in text  # back to the least time left


def test_no_address_of_a_page_names_an_officer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (CLEAN, *OTHERS):
        case = waiting(world, number)
        Case.objects.filter(pk=case.pk).update(officer=StaffUser.objects.first() or staff("wang"))
    monkeypatch.setattr(work, "PAGE", 1)
    text = page(at_desk(world).open("/queue?view=all&sort=officer"))
    following = re.search(r'after=([^"]+)" rel="next"', text)
    assert following is not None
    assert "wang" not in base64.urlsafe_b64decode(unquote(following[1])).decode()


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

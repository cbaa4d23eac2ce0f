"""D11: the one box knows what was typed, finds it without reading anything, and says where it looked."""

import csv

import pytest

from tests.desk.officers import officer, waiting
from tests.portal.browser import page
from tests.stories import CLEAN, OPERATOR, World
from xiaohu.closures.models import Case
from xiaohu.core.actors import ActorKind
from xiaohu.desk.finding import Kind, recognise
from xiaohu.registry import finding
from xiaohu.registry.models import Line
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def row(world: World) -> dict[str, str]:
    """Return the first line of the export."""
    with (world.outside.folder / "lines.csv").open(encoding="utf-8-sig") as file:
        return next(csv.DictReader(file))


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("xh 2611 7k3m 9q", Kind.REFERENCE),
        ("XH-2611-7K3M-9Q", Kind.REFERENCE),
        ("130 0000 0001", Kind.NUMBER),
        ("+86 13000000001", Kind.NUMBER),
        ("8986 0112 3456 7890 123", Kind.ICCID),
        ("张示例", Kind.NAME),
        ("\x00", Kind.NAME),
        ("12", Kind.NAME),
    ],
)
def test_what_is_typed_is_recognised(typed: str, kind: Kind) -> None:
    assert recognise(typed)[0] is kind


@pytest.mark.parametrize("by", ["number", "iccid", "holder_name"])
def test_a_case_is_found_by_what_is_registered(world: World, by: str) -> None:
    case = waiting(world)
    answer = officer(world).sign_in().send("/search", find=f" {row(world)[by]} ")
    assert answer.status_code == 200
    assert case.reference in page(answer)
    queue = f"/queue?view=all&line={world.line().pk}"
    assert f"/desk{queue}".replace("&", "&amp;") in page(answer) or by == "holder_name"


def test_the_queue_is_filtered_by_a_line(world: World) -> None:
    case = waiting(world)
    desk = officer(world).sign_in()
    text = page(desk.open(f"/queue?view=all&line={world.line().pk}"))
    assert case.reference in text
    assert "号码 130 **** 0001" in text


def test_a_line_without_a_case_is_taken_from_where_it_was_found(world: World) -> None:
    desk = officer(world).sign_in()
    found = page(desk.send("/search", find=CLEAN))
    assert "人工受理这个号码" in found
    assert f'name="number" value="{CLEAN}"' in found
    taken = page(desk.send("/new", number=CLEAN, applicant="holder", look_up="1"))
    assert f'value="{CLEAN}"' in taken
    assert "130 **** 0001" in taken
    by_name = page(desk.send("/search", find=row(world)["holder_name"]))
    assert "人工受理这个号码" not in by_name
    reviewer = officer(world, "wang", ActorKind.REVIEWER).sign_in()
    assert "人工受理这个号码" not in page(reviewer.send("/search", find=CLEAN))


def test_a_reference_leads_to_its_case(world: World) -> None:
    case = waiting(world)
    answer = officer(world).sign_in().send("/search", find=case.reference.lower())
    assert answer["Location"] == f"/desk/case/{case.reference}"


def test_a_line_without_a_request_is_shown_masked(world: World) -> None:
    text = page(officer(world).sign_in().send("/search", find=CLEAN))
    assert "没有申请的号码" in text
    assert "130 **** 0001" in text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("XH-2611-0000-00", "已查全部已提交的申请"),
        ("13800138000", "已查在网号码"),
        ("89860112345678901239", "已查登记的卡号"),
        ("无此人", "已查登记的机主姓名"),
    ],
)
def test_nothing_found_says_what_was_searched(world: World, typed: str, said: str) -> None:
    text = page(officer(world).sign_in().send("/search", find=typed))
    assert said in text
    assert "/verify" in text


@pytest.mark.parametrize("typed", ["", "  ", "x" * 65])
def test_what_cannot_be_searched_is_refused(world: World, typed: str) -> None:
    assert officer(world).sign_in().send("/search", find=typed).status_code == 422


def test_a_draft_is_not_found(world: World) -> None:
    case = world.draft()
    text = page(officer(world).sign_in().send("/search", find=case.reference))
    assert "没有查到" in text


def test_that_somebody_searched_is_on_record_and_never_for_what(world: World) -> None:
    officer(world).sign_in().send("/search", find=CLEAN)
    event = Event.objects.get(action="search")
    assert event.evidence == {"kind": "number"}


def test_a_closed_line_is_found_by_nothing(world: World) -> None:
    line, said = world.line(), row(world)
    case = world.close()
    world.work_until(lambda: Case.objects.get(pk=case.pk).state == "done")
    assert Line.objects.filter(pk=line.pk, card_index=None, name_index=None).exists()
    assert finding.by_card(OPERATOR, said["iccid"]) == []
    assert line not in finding.by_holder_name(OPERATOR, said["holder_name"])

"""D10: a masked value is seen by those whose work needs it, with a reason, for a minute, on record."""

import pytest

from tests.desk.officers import Desk, officer, waiting
from tests.desk.test_finding import row
from tests.portal.browser import page
from tests.stories import World, staff
from xiaohu.closures import noting, revealing
from xiaohu.closures.models import Case
from xiaohu.closures.noting import NoteRefused
from xiaohu.closures.queries import CaseNotFound
from xiaohu.core.actors import ActorKind
from xiaohu.core.revealing import REVEALABLE, Masked, RevealNotPermitted, RevealReason
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
WHY = {"reason": "compare", "note": "与材料核对"}


def seen(desk: Desk, case: Case, what: str) -> str:
    """Return the page of a value after saying why."""
    path = f"/case/{case.reference}/reveal/{what}"
    assert desk.send(path, **WHY).status_code == 302
    return page(desk.open(path))


@pytest.mark.parametrize(
    ("what", "column"),
    [("iccid", "iccid"), ("name", "holder_name"), ("document", "document_number")],
)
def test_a_value_is_shown_after_a_reason(world: World, what: str, column: str) -> None:
    case = waiting(world)
    assert row(world)[column] in seen(officer(world).sign_in(), case, what)


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("number", "130 0000 0001"),
        ("contact", "subscriber@example.com"),
        ("account", "示例银行 6222000000051234"),
        ("applicant", "—"),
    ],
)
def test_what_was_answered_is_shown_as_well(world: World, what: str, value: str) -> None:
    assert value in seen(officer(world).sign_in(), waiting(world), what)


def test_it_is_hidden_again_after_a_minute(world: World) -> None:
    case, desk = waiting(world), officer(world).sign_in()
    path = f"/case/{case.reference}/reveal/number"
    desk.send(path, **WHY)
    answer = desk.open(path)
    assert answer["Refresh"] == f"60;url=/desk/case/{case.reference}"
    assert "130 0000 0001" not in page(desk.open(f"/case/{case.reference}/reveal/iccid"))
    world.clock.pass_(seconds=60)
    assert "130 0000 0001" not in page(desk.open(path))
    with pytest.raises(KeyError):
        desk.open(path)["Refresh"]


def test_who_saw_what_and_why_is_on_record(world: World) -> None:
    case, desk = waiting(world), officer(world).sign_in()
    seen(desk, case, "number")
    event = Event.objects.get(action="reveal")
    assert (event.actor_id, event.reason) == (str(desk.officer.pk), "compare")
    assert event.evidence["what"] == "number"
    assert noting.of_case(case)[0].text == "与材料核对"
    assert "查看完整信息" in page(desk.open(f"/case/{case.reference}"))


@pytest.mark.parametrize("answers", [{}, {"reason": "curious", "note": "x"}, {"reason": "compare"}])
def test_without_a_reason_nothing_is_shown(world: World, answers: dict[str, str]) -> None:
    case = waiting(world)
    path = f"/case/{case.reference}/reveal/number"
    assert officer(world).sign_in().send(path, **answers).status_code == 422
    assert not Event.objects.filter(action="reveal").exists()


def test_a_note_of_nothing_is_no_note(world: World) -> None:
    answers = {"reason": "compare", "note": "\x00 "}
    path = f"/case/{waiting(world).reference}/reveal/number"
    assert officer(world).sign_in().send(path, **answers).status_code == 422


def test_a_role_that_does_not_need_it_is_refused(world: World) -> None:
    case = waiting(world)
    desk = officer(world, "qian", ActorKind.FINANCE).sign_in()
    path = f"/case/{case.reference}/reveal"
    assert desk.open(f"{path}/number").status_code == 403
    assert desk.send(f"{path}/number", **WHY).status_code == 403
    assert desk.open(f"{path}/account").status_code == 200
    assert desk.open(f"{path}/nonsense").status_code == 404


@pytest.mark.parametrize("what", Masked)
def test_the_verb_itself_is_closed_to_others(world: World, what: Masked) -> None:
    case, admin, stranger = waiting(world), staff("admin", ActorKind.ADMIN), staff("zhou")
    stranger.operator = "another"

    def reveal(by: object, note: str = "x") -> None:
        revealing.reveal(
            case_id=case.pk,
            what=what,
            reason=RevealReason.COMPARE,
            note=note,
            officer=by,  # type: ignore[arg-type]
            now=world.now,
        )

    for refusal, by, note in (
        (RevealNotPermitted, admin, "x"),
        (CaseNotFound, stranger, "x"),
        (NoteRefused, staff("chen"), ""),
    ):
        with pytest.raises(refusal):
            reveal(by, note)
    assert not Event.objects.filter(action="reveal").exists()
    assert REVEALABLE[what]

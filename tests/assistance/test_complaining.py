"""Complaints: acknowledged, answered in words the person alone can read, told of by message."""

import pytest

from tests.assistance.asking import MAIL, WORDS, call, complaint
from tests.stories import CLEAN, OPERATOR, World, staff
from xiaohu.access.accounts import TooManyTries
from xiaohu.assistance import asking, complaining
from xiaohu.assistance.asking import AskedNotFound, AskedOver, NotTaken
from xiaohu.assistance.complaining import AnswerMissing, LookNotExplained, NotForYou
from xiaohu.assistance.models import Complaint
from xiaohu.core.actors import ActorKind
from xiaohu.core.calendar import CHINA
from xiaohu.core.retention import Category
from xiaohu.core.revealing import RevealReason
from xiaohu.notices.models import QueuedNotice
from xiaohu.trail.models import Event

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
ANSWER = "延误由系统升级造成，多收的 12.00 元已退回原支付渠道。"


def answered(world: World, to: str = MAIL) -> Complaint:
    """Return a complaint with its answer."""
    made, chen = complaint(world, to), staff("chen")
    complaining.take(complaint_id=made.pk, officer=chen, now=world.now)
    return complaining.answer(complaint_id=made.pk, officer=chen, words=ANSWER, now=world.now)


def read(world: World, reference: str, tail: str) -> dict[str, str]:
    """Read a complaint as the person who made it."""
    found = complaining.read(
        operator=OPERATOR, reference=reference, tail=tail, address="192.0.2.9", now=world.now
    )
    return complaining.again(OPERATOR, str(found.pk))[1]


def test_a_complaint_is_acknowledged_with_reference_and_date(world: World) -> None:
    made = complaint(world)
    assert made.reference.startswith("TS-2611-")
    assert f"{made.due_at.astimezone(CHINA):%Y-%m-%d %H:%M}" == "2026-12-09 00:00"
    world.send_notices()
    [text] = world.outside.inbox(MAIL)
    assert made.reference in text
    assert "2026-12-08" in text


def test_the_same_words_twice_are_one_complaint(world: World) -> None:
    assert complaint(world).pk == complaint(world).pk
    complaint(world, words="另一件事")
    assert Complaint.objects.count() == 2


def test_an_answer_is_told_of_and_read_with_the_end_of_the_address(world: World) -> None:
    made = answered(world, CLEAN)
    world.send_notices()
    assert [made.reference in text for text in world.outside.inbox(CLEAN)] == [True, True]
    assert read(world, made.reference.lower().replace("-", " "), CLEAN[-4:])["answer"] == ANSWER
    assert ANSWER not in str(list(QueuedNotice.objects.values()))
    assert WORDS not in str(list(Event.objects.values()))


@pytest.mark.parametrize("tail", ["", "0000", "wrong", ".com", "sker "])
def test_another_address_reads_nothing(world: World, tail: str) -> None:
    made = answered(world)
    if tail == "sker ":
        assert read(world, made.reference, tail)
        return
    with pytest.raises(AskedNotFound):
        read(world, made.reference, tail)


def test_guessing_ends_after_five_tries(world: World) -> None:
    made = answered(world)
    for _ in range(5):
        with pytest.raises(AskedNotFound):
            read(world, made.reference, "0000")
    with pytest.raises(TooManyTries):
        read(world, made.reference, "sker")
    world.clock.pass_(minutes=16)
    assert read(world, made.reference, "sker")


def test_only_whoever_took_it_answers_and_once(world: World) -> None:
    made, chen, lin = complaint(world), staff("chen"), staff("lin")
    given = {"complaint_id": made.pk, "words": ANSWER, "now": world.now}
    with pytest.raises(NotTaken):
        complaining.answer(officer=chen, **given)  # type: ignore[arg-type]
    complaining.take(complaint_id=made.pk, officer=chen, now=world.now)
    with pytest.raises(NotTaken):
        complaining.answer(officer=lin, **given)  # type: ignore[arg-type]
    with pytest.raises(AnswerMissing):
        complaining.answer(complaint_id=made.pk, officer=chen, words="  ", now=world.now)
    complaining.answer(officer=chen, **given)  # type: ignore[arg-type]
    with pytest.raises(AskedOver):
        complaining.answer(officer=chen, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("role", complaining.READ_BACK)
def test_an_answered_complaint_is_seen_in_full_with_a_reason(world: World, role: ActorKind) -> None:
    made = answered(world)
    why = {"complaint_id": made.pk, "reason": RevealReason.LEGAL_REQUEST, "now": world.now}
    with pytest.raises(NotForYou):
        complaining.look(officer=staff("qian", ActorKind.FINANCE), note="x", **why)  # type: ignore[arg-type]
    by = staff("zhao", role)
    for note in ("", "  ", "x" * 201):
        with pytest.raises(LookNotExplained):
            complaining.look(officer=by, note=note, **why)  # type: ignore[arg-type]
    assert not Event.objects.filter(action="look_at_complaint").exists()
    note = "主管部门来函〔2026〕3号"
    assert complaining.look(officer=by, note=note, **why)["answer"] == ANSWER  # type: ignore[arg-type]
    looked = Event.objects.get(action="look_at_complaint")
    assert (looked.reason, note in str(looked.evidence)) == ("legal_request", False)
    assert note in asking.opened(made, Category.COMPLAINT).values()


def test_an_answered_complaint_is_read_without_what_is_somebodys(world: World) -> None:
    made = complaint(
        world, words="请打 13900000077 或写信到 a.b@example.com，证件 11010119900101123X。"
    )
    assert complaining.masked(made) == {}
    chen = staff("chen")
    complaining.take(complaint_id=made.pk, officer=chen, now=world.now)
    complaining.answer(
        complaint_id=made.pk, officer=chen, words="已回电 13900000077。", now=world.now
    )
    made.refresh_from_db()
    said = complaining.masked(made)
    assert said["words"] == "请打 **** 或写信到 ****，证件 ****。"
    assert said["answer"] == "已回电 ****。"
    assert "to" not in said
    assert said["name"].endswith("*")


def test_a_call_back_is_no_complaint(world: World) -> None:
    with pytest.raises(AskedNotFound):
        read(world, call(world).reference, "0088")

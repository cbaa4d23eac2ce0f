"""A note is sealed with its folder, kept from strangers, and gone with the folder."""

from datetime import timedelta

import pytest

from tests.closures.states import claimed, in_review, officer, refused
from tests.stories import World, staff
from xiaohu.closures import noting, purging
from xiaohu.closures.models import CaseNote
from xiaohu.closures.noting import NoteRefused
from xiaohu.closures.queries import CaseNotFound

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
SAID = "已电话核对。مرحبا بالعالم 𠮷㐂"


def test_a_note_is_read_back_and_never_lies_open(world: World) -> None:
    case = in_review(world)
    written = noting.write(case_id=case.pk, text=f" {SAID}\n", officer=officer(), now=world.now)
    (note,) = noting.of_case(case)
    assert (note.text, note.by, note.at) == (SAID, "chen示例", world.now)
    assert SAID.encode() not in bytes(written.box)


def test_whoever_writes_takes_a_case_nobody_is_on(world: World) -> None:
    case = in_review(world)
    noting.write(case_id=case.pk, text=SAID, officer=officer(), now=world.now)
    case.refresh_from_db()
    assert case.officer == officer()


def test_a_colleague_may_add_a_note_and_takes_nothing(world: World) -> None:
    case = claimed(world)
    noting.write(case_id=case.pk, text=SAID, officer=staff("wang"), now=world.now)
    case.refresh_from_db()
    assert case.officer == officer()


@pytest.mark.parametrize("text", ["", " \n\x00 ", "长" * (noting.LONGEST + 1)])
def test_nothing_and_too_much_are_refused(world: World, text: str) -> None:
    case = in_review(world)
    with pytest.raises(NoteRefused):
        noting.write(case_id=case.pk, text=text, officer=officer(), now=world.now)
    assert not CaseNote.objects.exists()


def test_another_operator_s_officer_finds_no_case(world: World) -> None:
    stranger = staff("zhou")
    stranger.operator = "another"
    with pytest.raises(CaseNotFound):
        noting.write(case_id=in_review(world).pk, text=SAID, officer=stranger, now=world.now)


def test_notes_go_with_the_folder(world: World) -> None:
    case = refused(world)
    noting.write(case_id=case.pk, text=SAID, officer=officer(), now=world.now)
    purging.purge(now=world.now + timedelta(days=31))
    assert not CaseNote.objects.exists()
    case.refresh_from_db()
    with pytest.raises(NoteRefused):
        noting.write(case_id=case.pk, text=SAID, officer=officer(), now=world.now)

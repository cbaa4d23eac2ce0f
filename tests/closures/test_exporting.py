"""A copy of one's records: asked for, made part by part, fetched, and gone again."""

import io
import zipfile
from collections.abc import Collection

import pytest

from tests.stories import EMPTY, World, holder_of
from xiaohu.closures import exporting, purging
from xiaohu.closures.exporting import NothingAsked, TooLateToCopy
from xiaohu.closures.models import Case
from xiaohu.core.exports import KEPT, Record
from xiaohu.core.proofs import IdentityUnverified
from xiaohu.exports import copies, making
from xiaohu.exports.copies import Standing
from xiaohu.exports.models import Export, Part
from xiaohu.ui.copies import words

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def asked(
    world: World, case: Case, records: Collection[Record] = tuple(Record), *months: str
) -> Case:
    """Ask for a copy as the holder."""
    exporting.ask(
        case_id=case.pk,
        records=records,
        chosen=months or ("2026-11", "2026-10"),
        language="zh-hans",
        actor=holder_of(case),
        now=world.now,
    )
    return case


def made(world: World, case: Case) -> Standing:
    """Let the worker make what is asked for, and return how far it is."""
    while making.make_one(now=world.now, words=words):
        pass
    found = copies.standing(case.pk, now=world.now)
    assert found is not None
    return found


def opened(world: World, case: Case) -> dict[str, str]:
    """Return what is in the file somebody takes away."""
    data = exporting.fetch(case, actor=holder_of(case), now=world.now)
    assert data is not None
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name).decode("utf-8-sig") for name in archive.namelist()}


def test_a_copy_holds_every_record_and_an_index(world: World) -> None:
    case = asked(world, world.ready())
    standing = made(world, case)
    assert (standing.made, standing.total, standing.ready) == (7, 7, True)
    files = opened(world, case)
    assert {name.split("-", 1)[1][:5] for name in files if name != "index.html"} >= {
        "bills",
        "calls",
        "contr",
    }
    calls = next(text for name, text in files.items() if "calls-2026-10" in name)
    assert len(calls.splitlines()) > 250  # more than the operator shows on one page
    assert "详单 2026-10" in files["index.html"]


def test_nothing_of_it_lies_open(world: World) -> None:
    case = asked(world, world.ready(), [Record.CALLS])
    made(world, case)
    boxes = [bytes(part.box or b"") for part in Part.objects.filter(box__isnull=False)]
    boxes.append(bytes(Export.objects.get().box or b""))
    assert all(b"1390000" not in box and b"PK\x03\x04" not in box for box in boxes)


def test_a_failed_part_is_tried_again_alone(world: World) -> None:
    case = asked(world, world.ready())
    world.outside.fault("operator", refuse=["records:calls"])
    standing = made(world, case)
    assert {part.record for part in standing.failed} == {"calls"}
    assert standing.ready
    world.outside.fault("operator")
    exporting.retry(case_id=case.pk)
    waiting = Part.objects.filter(state="waiting").values_list("record", flat=True)
    assert set(waiting) == {"calls"}
    assert made(world, case).failed == ()
    assert any("calls" in name for name in opened(world, case))


def test_there_may_be_nothing_to_copy(world: World) -> None:
    world.outside.change(world.line(EMPTY), points=0, gift_fen=0, cash_fen=0)
    case = asked(world, world.ready(EMPTY))
    standing = made(world, case)
    assert standing.empty
    assert not standing.ready


def test_it_is_gone_after_three_days(world: World) -> None:
    case = asked(world, world.ready())
    made(world, case)
    world.clock.at += KEPT
    assert exporting.fetch(case, actor=holder_of(case), now=world.now) is None
    copies.expire(now=world.now)
    assert not Part.objects.filter(box__isnull=False).exists()
    standing = copies.standing(case.pk, now=world.now)
    assert standing is not None
    assert standing.expired


def test_nobody_who_only_signed_in_gets_one(world: World) -> None:
    with pytest.raises(IdentityUnverified):
        asked(world, world.draft())
    assert not Export.objects.exists()


def test_something_must_be_asked_for(world: World) -> None:
    case = world.ready()
    for records, month in ((set[Record](), "2026-11"), ({Record.CALLS}, "2019-01")):
        with pytest.raises(NothingAsked):
            asked(world, case, records, month)


def test_a_closed_line_has_none(world: World) -> None:
    case = world.close()
    with pytest.raises(TooLateToCopy):
        asked(world, case)


def test_asking_again_begins_again(world: World) -> None:
    case = asked(world, world.ready())
    made(world, case)
    asked(world, case, [Record.CONTRACT])
    assert made(world, case).total == 1


def test_it_goes_with_the_folder(world: World) -> None:
    case = asked(world, world.ready())
    made(world, case)
    Case.objects.filter(pk=case.pk).update(state="expired", ended_at=world.now)
    world.clock.pass_(days=31)
    purging.purge(now=world.now)
    assert not Export.objects.exists()

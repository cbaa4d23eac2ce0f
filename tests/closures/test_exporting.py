"""A copy of one's records: asked for, made part by part, packed under a passphrase, fetched, and gone again."""

import csv
import io
import json
import zipfile
from collections.abc import Collection

import pypdf
import pytest
import pyzipper

from tests.assistance.asking import complaint
from tests.stories import CLEAN, EMPTY, LARGE, World, holder_of, staff
from xiaohu.closures import exporting, noting, purging
from xiaohu.closures.exporting import NothingAsked, TooLateToCopy
from xiaohu.closures.models import Case
from xiaohu.core.exports import BETWEEN_TRIES, DOWNLOADS, KEPT, TRIES, Record
from xiaohu.core.proofs import IdentityUnverified
from xiaohu.core.steps import Scope
from xiaohu.exports import archive, copies, making, packing
from xiaohu.exports.copies import Standing
from xiaohu.exports.models import Export, Part, Piece
from xiaohu.gateways.http_operator import HttpOperator
from xiaohu.gateways.protocols import Records
from xiaohu.ui.copies import words
from xiaohu.vault import keys, units
from xiaohu.vault.keys import Erased, KeystoreUnavailable
from xiaohu.vault.models import SealedRecord

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
PLAIN = (Record.BILLS, Record.CALLS)


def asked(
    world: World,
    case: Case,
    records: Collection[Record] = tuple(Record),
    *months: str,
    language: str = "zh-hans",
) -> Case:
    """Ask for a copy as the holder."""
    exporting.ask(
        case_id=case.pk,
        records=records,
        chosen=months or ("2026-11", "2026-10"),
        language=language,
        actor=holder_of(case),
        now=world.now,
    )
    return case


def made(world: World, case: Case) -> Standing:
    """Let the worker make what is asked for, failed tries included, and return how far it is."""
    for _ in range(TRIES):
        while making.make_one(now=world.now):
            pass
        world.clock.at += BETWEEN_TRIES * TRIES
    found = copies.standing(case.pk, now=world.now)
    assert found is not None
    return found


def unlocked(world: World, case: Case) -> str:
    """Return the passphrase, shown this once."""
    phrase = exporting.unlock(case, words=words, actor=holder_of(case), now=world.now)
    assert phrase is not None
    return phrase


def fetched(world: World, case: Case) -> bytes | None:
    """Return the file somebody takes away."""
    pieces = exporting.fetch(case, actor=holder_of(case), now=world.now)
    return b"".join(pieces) if pieces is not None else None


def opened(world: World, case: Case) -> dict[str, bytes]:
    """Return what is in it."""
    phrase, data = unlocked(world, case), fetched(world, case)
    assert data is not None
    with pyzipper.AESZipFile(io.BytesIO(data)) as zipped:
        zipped.setpassword(phrase.encode())
        return {name: zipped.read(name) for name in zipped.namelist()}


def test_a_copy_holds_every_record_and_an_index(world: World) -> None:
    case = asked(world, world.ready())
    standing = made(world, case)
    assert standing.ready
    assert standing.made == standing.total > 12  # tables, and a file for each paper and recording
    files = opened(world, case)
    kinds = {name.split("-")[1].partition(".")[0] for name in files if name != "index.html"}
    assert kinds == {record.value for record in Record}
    calls = next(data for name, data in files.items() if "calls-2026-10.csv" in name)
    assert len(calls.splitlines()) > 250  # more than the operator shows on one page
    page = files["index.html"].decode()
    assert 'lang="zh-hans"' in page
    assert "详单 2026-10" in page
    assert all(f'href="{name}"' in page for name in files if name != "index.html")


def test_each_table_is_there_for_people_and_for_programs(world: World) -> None:
    case = asked(world, world.ready(), [Record.CALLS], "2026-10", language="en")
    made(world, case)
    files = opened(world, case)
    table, listed = files["01-calls-2026-10.csv"], files["01-calls-2026-10.json"]
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
    assert json.loads(listed) == rows
    assert "Call records" in files["index.html"].decode()


def test_papers_and_recordings_come_as_files(world: World) -> None:
    case = asked(world, world.ready(), [Record.CONTRACT, Record.RECORDINGS])
    made(world, case)
    files = opened(world, case)
    papers = [data for name, data in files.items() if name.endswith(".pdf")]
    sounds = [data for name, data in files.items() if name.endswith(".wav")]
    assert len(pypdf.PdfReader(io.BytesIO(papers[0])).pages) == 1
    assert len(papers) == 1
    assert sounds
    assert all(data.startswith(b"RIFF") for data in sounds)


def test_what_we_hold_ourselves_is_in_it(world: World) -> None:
    case = asked(world, world.ready(), [Record.HELD])
    made(world, case)
    held = json.loads(opened(world, case)["01-held.json"])
    assert {"of": "line", "category": "service_number", "field": "number", "value": CLEAN} in held
    assert any(row["category"] == "registration_identity" for row in held)


def test_a_copy_of_an_account_alone_holds_what_we_hold(world: World) -> None:
    case = world.ready(scope=Scope.ACCOUNT)
    world.line(EMPTY)
    assert exporting.offered(case) == (Record.HELD,)
    asked(world, case)
    standing = made(world, case)
    assert (standing.ready, standing.total) == (True, 1)
    files = opened(world, case)
    assert "本服务保存的信息 · 账户" in files["index.html"].decode()
    held = json.loads(files["01-held.json"])
    assert {"of": "account", "category": "account", "field": "1", "value": "open"} in held
    assert {row["of"] for row in held} >= {"holder", "case", "account"}
    assert "line" not in {row["of"] for row in held}


def test_erasing_the_account_ends_its_copy(world: World) -> None:
    case = world.submitted(scope=Scope.ACCOUNT)
    made(world, asked(world, case))
    world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == "done")
    assert Export.objects.get().erased_at is not None
    assert not Part.objects.filter(box__isnull=False).exists()


def test_so_are_papers_notes_and_whatever_else_there_is_of_them(world: World) -> None:
    case, at = world.ready(LARGE), world.now.isoformat()
    noting.write(case_id=case.pk, text="回电核对了地址", officer=staff(), now=world.now)
    grievance = complaint(world, case_id=case.pk)
    made(world, asked(world, case, [Record.HELD]))
    held = json.loads(opened(world, case)["01-held.json"])
    rows = {(row["of"], row["category"], row["field"]): row["value"] for row in held}
    assert rows["case", "note", at] == "回电核对了地址"
    assert ("case", "paper", "holder_id") in rows
    assert rows["complaint", grievance.reference, "delay"] == at
    assert {category for of, category, _ in rows if of == "case"} >= {"proof", "paper", "consent"}
    assert rows["account", "account", "1"] == "open"


def test_what_cannot_be_read_is_named(world: World) -> None:
    case = asked(world, world.ready(), [Record.HELD])
    broken = SealedRecord.objects.filter(unit=case.pk, category="contact")
    assert broken.update(box=b"x" * 60) == 1
    made(world, case)
    held = json.loads(opened(world, case)["01-held.json"])
    assert {"of": "case", "category": "contact", "field": "unreadable", "value": ""} in held
    assert any(row["category"] == "registration_identity" for row in held)


def test_nothing_of_it_lies_open_and_the_passphrase_lies_nowhere(world: World) -> None:
    case = asked(world, world.ready(), PLAIN)
    made(world, case)
    phrase = unlocked(world, case)
    boxes = [bytes(part.box or b"") for part in Part.objects.filter(box__isnull=False)]
    boxes += [bytes(piece.box) for piece in Piece.objects.all()]
    assert len(boxes) > 4
    assert all(b"1390000" not in box and b"PK\x03\x04" not in box for box in boxes)
    export = Export.objects.values().get()
    assert phrase not in str(export)
    assert fetched(world, case) is not None


def test_without_the_passphrase_it_does_not_open(world: World) -> None:
    case = asked(world, world.ready(), PLAIN)
    made(world, case)
    unlocked(world, case)
    data = fetched(world, case) or b""
    with pyzipper.AESZipFile(io.BytesIO(data)) as zipped:
        zipped.setpassword(b"0000-0000-0000-0000-0000")
        with pytest.raises(RuntimeError, match="password"):
            zipped.read("index.html")
    with (
        zipfile.ZipFile(io.BytesIO(data)) as plain,
        pytest.raises((RuntimeError, NotImplementedError)),
    ):
        plain.read("index.html")


def test_another_passphrase_ends_the_one_before(world: World) -> None:
    case = asked(world, world.ready(), PLAIN)
    made(world, case)
    first = unlocked(world, case)
    assert len(first) == 24
    assert first != unlocked(world, case)
    data = fetched(world, case) or b""
    with pyzipper.AESZipFile(io.BytesIO(data)) as zipped:
        zipped.setpassword(first.encode())
        with pytest.raises(RuntimeError, match="password"):
            zipped.read("index.html")


def test_it_is_fetched_three_times_and_no_more(world: World) -> None:
    case = asked(world, world.ready(), PLAIN)
    made(world, case)
    unlocked(world, case)
    for left in range(DOWNLOADS, 0, -1):
        standing = copies.standing(case.pk, now=world.now)
        assert standing is not None
        assert standing.left == left
        assert fetched(world, case)
    assert fetched(world, case) is None
    assert exporting.unlock(case, words=words, actor=holder_of(case), now=world.now) is None
    standing = copies.standing(case.pk, now=world.now)
    assert standing is not None
    assert (standing.used_up, standing.ready) == (True, False)
    world.clock.at += packing.LINGERS
    assert copies.expire(now=world.now) == 1
    assert not Piece.objects.exists()


def test_a_large_copy_is_packed_and_sent_in_pieces() -> None:
    pieces: list[bytes] = []
    files = (archive.File(f"{n}.bin", bytes([n]) * 65_536) for n in range(40))
    noise = archive.File("noise.bin", bytes(range(256)) * 4096)
    length = archive.pack([*files, noise], phrase="A" * 24, keep=pieces.append)
    assert sum(map(len, pieces)) == length
    assert all(len(piece) <= archive.PIECE for piece in pieces)


def test_a_failed_part_is_tried_again_alone(world: World) -> None:
    case = asked(world, world.ready())
    world.outside.fault("operator", refuse=["records:calls", "files:recordings"])
    standing = made(world, case)
    assert {part.record for part in standing.failed} == {"calls", "recordings"}
    assert all(part.tries == TRIES for part in standing.failed)
    assert standing.ready
    unlocked(world, case)
    world.outside.fault("operator")
    exporting.retry(case_id=case.pk)
    waiting = Part.objects.filter(state="waiting").values_list("record", flat=True)
    assert set(waiting) == {"calls", "recordings"}
    assert fetched(world, case) is None  # what was packed lacked them
    assert made(world, case).failed == ()
    files = opened(world, case)
    assert any("calls" in name for name in files)
    assert any(name.endswith(".wav") for name in files)


def test_trying_again_does_not_put_off_its_end(world: World) -> None:
    case = asked(world, world.ready())
    world.outside.fault("operator", refuse=["records:calls"])
    made(world, case)
    ends = Export.objects.get().expires_at
    assert ends is not None
    world.clock.at += KEPT / 2
    exporting.retry(case_id=case.pk)
    assert exporting.unlock(case, words=words, actor=holder_of(case), now=world.now) is None
    standing = made(world, case)
    assert (standing.ready, standing.expires_at) == (True, ends)
    exporting.retry(case_id=case.pk)
    world.clock.at = ends
    assert copies.expire(now=world.now) == 1
    assert not Part.objects.filter(box__isnull=False).exists()


def test_a_download_that_cannot_be_read_does_not_count(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = asked(world, world.ready(), PLAIN)
    made(world, case)
    monkeypatch.setattr(archive, "PIECE", 1024)
    unlocked(world, case)
    assert Piece.objects.count() > 2

    def away(*_: object) -> None:
        raise KeystoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(keys, "fetch", away)
        for _ in range(DOWNLOADS):
            with pytest.raises(KeystoreUnavailable):
                fetched(world, case)
    assert Export.objects.get().downloads == 0
    pieces = exporting.fetch(case, actor=holder_of(case), now=world.now)
    assert pieces is not None
    next(pieces)
    with monkeypatch.context() as patch:
        patch.setattr(keys, "fetch", away)
        with pytest.raises(KeystoreUnavailable):
            list(pieces)
    assert Export.objects.get().downloads == 0
    assert fetched(world, case)
    assert Export.objects.get().downloads == 1


def test_another_passphrase_does_not_cut_off_a_download(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = asked(world, world.ready(), PLAIN)
    made(world, case)
    monkeypatch.setattr(archive, "PIECE", 1024)
    phrase = unlocked(world, case)
    pieces = exporting.fetch(case, actor=holder_of(case), now=world.now)
    assert pieces is not None
    began = next(pieces)
    unlocked(world, case)
    unlocked(world, case)  # of those in between nobody fetched anything
    data = began + b"".join(pieces)
    with pyzipper.AESZipFile(io.BytesIO(data)) as zipped:
        zipped.setpassword(phrase.encode())
        assert zipped.read("index.html")
    export = Export.objects.get()
    assert fetched(world, case) != data
    world.clock.at += packing.LINGERS
    copies.expire(now=world.now)
    assert not Piece.objects.filter(place__lt=export.first_place).exists()
    assert fetched(world, case)


@pytest.mark.parametrize("odd", [ValueError(CLEAN), Records(("call",), (({CLEAN},),))])  # type: ignore[arg-type]
def test_a_part_that_goes_wrong_in_no_known_way_fails_alone(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    odd: ValueError | Records,
) -> None:
    case = asked(world, world.ready(), PLAIN, "2026-10")
    as_it_is = HttpOperator.records

    def records(operator: HttpOperator, subscription: str, record: Record, month: str) -> Records:
        if record != Record.CALLS:
            return as_it_is(operator, subscription, record, month)
        if isinstance(odd, ValueError):
            raise odd
        return odd

    with monkeypatch.context() as patch:
        patch.setattr(HttpOperator, "records", records)
        standing = made(world, case)
    assert [(part.record, part.tries) for part in standing.failed] == [("calls", TRIES)]
    assert standing.ready
    assert CLEAN not in caplog.text
    exporting.retry(case_id=case.pk)
    assert made(world, case).failed == ()


def test_a_keystore_that_is_away_uses_up_no_part(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = asked(world, world.ready(), [Record.HELD])

    def away(*_: object) -> None:
        raise KeystoreUnavailable

    with monkeypatch.context() as patch:
        patch.setattr(keys, "fetch", away)
        for _ in range(TRIES + 1):
            with pytest.raises(KeystoreUnavailable):
                making.make_one(now=world.now)
            world.clock.at += making.HELD
    assert made(world, case).failed == ()


def test_a_part_is_tried_again_by_itself(world: World) -> None:
    case = asked(world, world.ready(), PLAIN)
    world.outside.fault("operator", refuse=["records:calls"])
    while making.make_one(now=world.now):
        pass
    world.outside.fault("operator")
    standing = made(world, case)
    assert standing.failed == ()
    assert standing.made == standing.total


def test_there_may_be_nothing_to_copy(world: World) -> None:
    world.outside.change(world.line(EMPTY), points=0, gift_fen=0, cash_fen=0)
    case = asked(world, world.ready(EMPTY), PLAIN)
    standing = made(world, case)
    assert standing.empty
    assert not standing.ready


def test_it_is_gone_after_three_days(world: World) -> None:
    case = asked(world, world.ready())
    made(world, case)
    unlocked(world, case)
    unit = units.copy(Export.objects.get().pk)
    world.clock.at += KEPT
    assert fetched(world, case) is None
    copies.expire(now=world.now)
    assert not Part.objects.filter(box__isnull=False).exists()
    assert not Piece.objects.exists()
    assert keys.was_destroyed("demo", [unit]) == {unit}
    standing = copies.standing(case.pk, now=world.now)
    assert standing is not None
    assert standing.expired


def test_what_comes_after_its_end_is_not_kept(world: World) -> None:
    case = asked(world, world.ready(), PLAIN)
    export = Export.objects.get()
    copies.erase_of([units.line(world.line().pk)])
    made(world, case)
    assert not Part.objects.filter(box__isnull=False).exists()
    with pytest.raises(Erased):
        keys.fetch_or_make("demo", [units.copy(export.pk)])


def test_erasing_the_line_ends_it(world: World) -> None:
    case = world.submitted()
    asked(world, case, PLAIN)
    made(world, case)
    unlocked(world, case)
    world.skip_until(case, lambda: Case.objects.get(pk=case.pk).state == "done")
    assert Export.objects.get().erased_at is not None
    assert not Piece.objects.exists()
    assert not Part.objects.filter(box__isnull=False).exists()


def test_nobody_who_only_signed_in_gets_one(world: World) -> None:
    with pytest.raises(IdentityUnverified):
        asked(world, world.draft())
    assert not Export.objects.exists()


def test_something_must_be_asked_for(world: World) -> None:
    case = world.ready()
    for records, month in ((set[Record](), "2026-11"), ({Record.CALLS}, "2019-01")):
        with pytest.raises(NothingAsked):
            asked(world, case, records, month)


def test_of_an_account_alone_there_are_no_records_of_a_line(world: World) -> None:
    with pytest.raises(NothingAsked):
        asked(world, world.ready(scope=Scope.ACCOUNT), [Record.CALLS])


def test_a_closed_line_has_none(world: World) -> None:
    case = world.close()
    with pytest.raises(TooLateToCopy):
        asked(world, case)


def test_asking_again_begins_again_under_another_key(world: World) -> None:
    case = asked(world, world.ready())
    made(world, case)
    before = units.copy(Export.objects.get().pk)
    asked(world, case, [Record.BILLS], "2026-10")
    assert made(world, case).total == 1
    assert keys.was_destroyed("demo", [before]) == {before}


def test_it_goes_with_the_folder(world: World) -> None:
    case = asked(world, world.ready())
    made(world, case)
    Case.objects.filter(pk=case.pk).update(state="expired", ended_at=world.now)
    world.clock.pass_(days=31)
    purging.purge(now=world.now)
    assert not Export.objects.exists()

"""S9: a face beside other ways, tries that are used up, and papers in place of a proof."""

import tempfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tests.portal.browser import Answer, Browser, page, words
from tests.screens.of_proving import with_face
from tests.stories import World, picture, staff
from xiaohu.closures import reviewing
from xiaohu.closures.models import Case
from xiaohu.core.consents import CONSENTS, ConsentKind
from xiaohu.core.proofs import TRIES_A_DAY, ProofMethod
from xiaohu.core.review import ReturnReason
from xiaohu.proofing import consents, papers, proofs
from xiaohu.proofing.models import Consent
from xiaohu.proofing.proofs import FACES_A_DAY

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


def asked(world: World, *, face: bool = True) -> Browser:
    """Return a browser at the page that asks for a proof."""
    if face:
        with_face(world)
    browser = Browser(world).sign_in()
    browser.choose_line()
    browser.open(f"{browser.home}/verify")
    return browser


def show(browser: Browser, data: bytes | None = None, **said: str) -> Answer:
    """Send a picture of a face."""
    file = SimpleUploadedFile("face.jpg", picture() if data is None else data)
    return browser.client.post(f"{browser.home}/verify", {"face": "1", "file": file, **said})


def given() -> frozenset[ProofMethod]:
    """Return the proofs of the one case there is."""
    return proofs.given(Case.objects.get().pk)


def test_a_face_needs_a_consent_of_its_own_and_is_kept_nowhere(world: World) -> None:
    browser = asked(world)
    refused = show(browser)
    assert refused.status_code == 422
    assert "请勾选同意，或换一种方式" in words(refused)
    assert not consents.in_force(Case.objects.get().pk)
    assert show(browser, agreed="on").status_code == 302
    assert ProofMethod.FACE in given()


def test_a_face_that_is_not_the_holder_s_is_tried_three_times_a_day(world: World) -> None:
    browser = asked(world)
    world.outside.fault("operator", refuse=["face"])
    for left in range(FACES_A_DAY - 1, -1, -1):
        assert f"今天还可尝试 {left} 次" in words(show(browser, agreed="on"))
    world.outside.fault("operator")
    assert show(browser, agreed="on").status_code == 422
    assert ProofMethod.FACE not in given()


def test_a_second_code_within_the_minute_is_told_when(world: World) -> None:
    browser = asked(world, face=False)
    browser.send(f"{browser.home}/verify", send="code")
    assert browser.at == f"{browser.home}/verify/code"
    answer = browser.client.post(f"{browser.home}/verify", {"send": "code"})
    assert answer.status_code == 422
    assert "请检查以下内容" in words(answer)
    assert "秒后" in words(answer)
    assert "请输入卡号" not in words(answer)


def test_what_is_no_picture_is_said_at_its_field(world: World) -> None:
    browser = asked(world)
    answer = show(browser, b"no picture at all", agreed="on")
    assert answer.status_code == 422
    assert "id_face_file-error" in page(answer)


def test_an_operator_that_takes_no_faces_is_asked_for_none(world: World) -> None:
    browser = asked(world, face=False)
    assert "人脸" not in words(browser.open(browser.at))
    show(browser, agreed="on")
    assert ProofMethod.FACE not in given()


def test_papers_take_the_place_of_a_proof_once_tries_are_used_up(world: World) -> None:
    browser = asked(world, face=False)
    for _ in range(TRIES_A_DAY):
        browser.send(f"{browser.home}/verify", tail="FFFF")
    left = browser.open(f"{browser.home}/verify")
    assert "今天的尝试次数已用完" in words(left)
    assert 'name="tail"' not in page(left)
    assert 'class="button" name="by" value="paper"' in page(left)
    for way in ("改用人工核验", "到营业厅核验", "请联系客服"):
        assert way in words(left)
    browser.send(f"{browser.home}/verify", by="paper")
    assert browser.at == f"{browser.home}/documents"
    assert "您选择用证件核验身份，因此要一份证件" in words(browser.open(browser.at))
    shown = words(browser.upload("holder_id"))
    assert "文件 1 · " in shown
    assert " KB" in shown
    browser.show_papers()
    browser.open(f"{browser.home}/balance")
    browser.send(choice="original")
    browser.confirm_contact()
    browser.send()
    browser.send(declared="on")
    case = Case.objects.get()
    assert case.state == "in_review"
    assert "proved_by_paper" in case.review_reasons


def test_a_picture_of_a_document_is_not_taken_without_consent(world: World) -> None:
    browser = asked(world, face=False)
    browser.send(f"{browser.home}/verify", by="paper")
    file = SimpleUploadedFile("paper.jpg", picture())
    answer = browser.client.post(browser.at, {"kind": "holder_id", "file": file})
    assert answer.status_code == 422
    assert "请勾选同意，或到营业厅核验" in words(answer)


def test_a_paper_added_after_a_return_needs_a_consent_that_stands(world: World) -> None:
    browser = asked(world, face=False)
    browser.send(f"{browser.home}/verify", by="paper")
    browser.upload("holder_id")
    browser.show_papers()
    browser.send(choice="original")
    browser.confirm_contact()
    browser.send()
    browser.send(declared="on")
    case, officer = Case.objects.get(), staff()
    reviewing.claim(case_id=case.pk, officer=officer, now=world.now)
    reviewing.return_case(
        case_id=case.pk, officer=officer, reasons=[ReturnReason.PHOTO_UNCLEAR], now=world.now
    )
    path = f"{browser.home}/documents"
    assert "您已单独同意使用证件照片" in words(browser.open(path))
    browser.send(f"{browser.home}/consent", kind="id_photo")
    assert papers.of_case(case.pk) == []  # what rested on it went with it
    assert "我单独同意为核验身份使用证件照片" in words(browser.open(path))
    sent = {"kind": "holder_id", "file": SimpleUploadedFile("paper.jpg", picture())}
    assert browser.client.post(path, sent).status_code == 422
    browser.upload("holder_id")
    assert list(consents.in_force(case.pk)) == [ConsentKind.ID_PHOTO]
    assert [paper.evidence for paper in papers.of_case(case.pk)] == ["holder_id"]


def test_a_consent_to_earlier_words_covers_no_new_picture(world: World) -> None:
    browser = asked(world, face=False)
    browser.send(f"{browser.home}/verify", by="paper")
    browser.upload("holder_id")
    Consent.objects.update(version="2026.11")
    path = f"{browser.home}/documents"
    sent = {"kind": "holder_id", "file": SimpleUploadedFile("paper.jpg", picture())}
    assert browser.client.post(path, sent).status_code == 422
    browser.upload("holder_id")
    standing = consents.in_force(Case.objects.get().pk)[ConsentKind.ID_PHOTO]
    assert standing.version == CONSENTS[ConsentKind.ID_PHOTO].version


CANARY = b"-what-somebody-uploaded-" * 3


def holding_canary(*folders: Path) -> list[Path]:
    """Return the files in folders that hold what was uploaded."""
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if CANARY in path.read_bytes()]


@pytest.mark.parametrize("more", [0, 7 << 20, 9 << 20], ids=["small", "large", "too_large"])
def test_what_is_uploaded_is_never_on_a_disk(
    world: World, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: int
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    browser = asked(world, face=False)
    browser.send(f"{browser.home}/verify", by="paper")
    browser.upload("holder_id", picture() + CANARY + bytes(more))
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    assert holding_canary(data_dir, tmp_path) == []
    (tmp_path / "planted").write_bytes(b"a" + CANARY)
    assert holding_canary(data_dir, tmp_path) == [tmp_path / "planted"]

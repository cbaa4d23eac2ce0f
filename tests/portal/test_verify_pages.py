"""Anyone checks a number or a file; a harmful file harms nobody; no key that ever signed is lost."""

import io
import json
import zlib
from datetime import datetime
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.files.uploadedfile import SimpleUploadedFile
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from tests.closures.test_holding import hold, release
from tests.portal.browser import CONTACT, Answer, Browser, page, switch, words
from tests.stories import CLEAN, EMPTY, World, document_of
from verifiers import verify_bundle
from xiaohu.closures import bundles, clearing_documents, documents, papers
from xiaohu.closures.documents import ISSUED, TYPES
from xiaohu.closures.models import Document, DocumentKind
from xiaohu.core.calendar import CHINA
from xiaohu.trail import checkpoints, keys, published
from xiaohu.trail.models import Event, Leaf

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])


@pytest.fixture
def certificate(world: World) -> Document:
    """The certificate of a closed line."""
    found = document_of(world.close(), DocumentKind.CERTIFICATE)
    assert found is not None
    return found


def check(world: World, content: bytes, name: str = "paper.pdf") -> Answer:
    """Hand in a file."""
    browser = Browser(world)
    return browser.client.post("/verify/file", {"file": SimpleUploadedFile(name, content)})


def test_a_result_names_issuer_key_and_moment(world: World, certificate: Document) -> None:
    said = words(Browser(world).open(f"/verify/{certificate.number}"))
    key = keys.key_id(keys.public_key(keys.DOCUMENTS))
    for part in ("出具单位", "Ed25519", key, "核验时间 2026年11月26日 12:01 (UTC+8)"):
        assert part in said


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_result_can_be_filed(world: World, certificate: Document, language: str) -> None:
    browser = Browser(world)
    switch(browser.client, "language", language, back="/")
    answer = browser.open(f"/verify/{certificate.number}/result.pdf")
    assert answer["Content-Type"] == "application/pdf"
    said = pypdfium2.PdfDocument(answer.content)[0].get_textpage().get_text_range()
    assert certificate.number in said
    assert "130 **** 0001" in said


def test_there_is_no_result_of_an_unknown_number(world: World) -> None:
    for number in ("0000-0000-0000", "C7K3-M9QX-4T2P", "%00"):
        assert Browser(world).open(f"/verify/{number}/result.pdf").status_code == 404


def test_an_unknown_number_is_not_called_fake(world: World) -> None:
    said = words(Browser(world).open("/verify/0000-0000-0000"))
    assert "没有查到这个编号" in said
    assert "查不到不等于伪造" in said
    assert "编号看起来有一位不对" in words(Browser(world).open("/verify/C7K3-M9QX-4T2P"))


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("kind", list(DocumentKind))
def test_our_own_file_is_valid(world: World, kind: DocumentKind, language: str) -> None:
    document = document_of(world.close_firm(), kind)
    assert document is not None
    said = words(check(world, papers.pdf(document, language=language)))
    assert "文件有效" in said
    assert document.number in said
    assert "文件没有保存" in said


def test_the_signed_text_alone_is_understood(world: World, certificate: Document) -> None:
    assert "签名有效" in words(check(world, certificate.jws.encode(), "paper.jws"))


def signed_by_another(token: str) -> str:
    """Return a signed text with the same content, signed with a key that is not ours."""
    _, payload, _ = token.split(".")
    key = Ed25519PrivateKey.generate()
    header = {
        "alg": "Ed25519",
        "kid": keys.key_id(key.public_key()),
        "typ": TYPES[DocumentKind.CERTIFICATE],
    }
    start = urlsafe_b64encode(rfc8785.dumps(header)).decode() + f".{payload}"
    return f"{start}.{urlsafe_b64encode(key.sign(start.encode())).decode()}"


def test_another_key_is_told_apart_from_changed_content(
    world: World, certificate: Document
) -> None:
    token = certificate.jws
    said = documents.read(certificate)
    head, payload, signature = token.split(".")
    lie = urlsafe_b64decode(payload.encode()).replace(b"0001", b"9999")
    changed = f"{head}.{urlsafe_b64encode(lie).decode()}.{signature}"
    of_another = signed_by_another(token)
    other = "这不是我们签署的：签名用的是另一把公钥"
    for given, sentence in (
        (of_another, other),
        (changed, "签名与内容不符，请勿采信"),
        (token.replace(".", "!.", 1), "签名文本已损坏"),
    ):
        pdf = papers.printed(DocumentKind.CERTIFICATE, said, token=given, language="zh")
        for content in (given.encode(), pdf):
            told = words(check(world, content))
            assert sentence in told
            assert (other in told) == (given == of_another)
            assert "文件有效" not in told


def test_a_bundle_is_judged_by_the_document_in_it(world: World, certificate: Document) -> None:
    checkpoints.sign(now=world.now)
    bundle = bundles.bundle(certificate)
    for content in (bundle, json.dumps(json.loads(bundle), indent=2).encode()):
        said = words(check(world, content, "bundle.json"))
        assert "这是核验包，里面的文件由我们出具" in said
        assert "请用离线核验工具和公钥文件核验" in said
        assert certificate.number in said
    of_another = json.loads(bundle) | {"document": signed_by_another(certificate.jws)}
    assert "这不是我们签署的" in words(check(world, rfc8785.dumps(of_another)))
    certificate.state, certificate.changed_at = "revoked", world.now
    certificate.save()
    assert "撤销，不再有效" in words(check(world, bundle))


def test_our_other_files_are_called_what_they_are(world: World, certificate: Document) -> None:
    checkpoints.sign(now=world.now)
    bundle, ours = bundles.bundle(certificate), published.keys_file()
    deep = b'{"checkpoint":"xiaohu/demo' + b"[" * 100_000
    no_text = rfc8785.dumps(json.loads(bundle) | {"document": 7})
    for content in (bundle[:-50], bundle[:40], deep, no_text):
        said = words(check(world, content, "bundle.json"))
        assert "这是核验包，但内容不完整或被编辑过" in said
        assert "重新下载核验包" in said
    for content in (ours, ours[:-30], keys.public_pem(keys.DOCUMENTS)):
        said = words(check(world, content, "xiaohu-keys.json"))
        assert "这是公钥文件，不是证明或说明" in said
        assert "请选择证明的 PDF" in said
        assert "没有找到我们的签名" not in said


def test_an_altered_file_says_which_part_differs(world: World, certificate: Document) -> None:
    lie = {**documents.read(certificate), "line": "130 **** 9999"}
    kind = DocumentKind.CERTIFICATE
    forged = papers.printed(kind, lie, token=certificate.jws, language="zh")
    said = words(check(world, forged))
    assert "文件被改动过" in said
    assert "第 1 页文字不符" in said
    assert "130 **** 0001" in said


def test_the_record_decides_over_the_file(world: World, certificate: Document) -> None:
    content = papers.pdf(certificate, language="zh")
    certificate.state, certificate.changed_at = "revoked", world.now
    certificate.save()
    said = words(check(world, content))
    assert "撤销，不再有效" in said
    assert "文件有效" not in said
    other = document_of(world.close(EMPTY), DocumentKind.CERTIFICATE)
    assert other is not None
    Document.objects.filter(pk=certificate.pk).update(jws=other.jws)
    assert "内容与记录不一致" in words(check(world, content))


def test_after_its_time_the_text_goes_and_the_file_is_still_verified(
    world: World, certificate: Document
) -> None:
    content, token = papers.pdf(certificate, language="zh"), certificate.jws
    before = words(check(world, content))
    assert certificate.text_until.isoformat() == "2029-11-30"
    world.clock.at = datetime(2029, 11, 30, 12, tzinfo=CHINA)
    assert clearing_documents.clear_due(now=world.now) == 0
    world.clock.pass_(hours=13)
    assert [clearing_documents.clear_due(now=world.now) for _ in range(2)] == [2, 0]
    certificate.refresh_from_db()
    assert (certificate.jws, certificate.is_of(token)) == ("", True)
    with pytest.raises(documents.TextGone):
        documents.read(certificate)
    said = words(Browser(world).open(f"/verify/{certificate.number}"))
    assert "编号登记在册" in said
    assert certificate.sha256 in said
    assert "0001" not in said.replace(certificate.sha256, "")
    after = words(check(world, content))
    assert "文件有效" in before
    assert "文件有效" in after
    told = Event.objects.filter(action="clear_document", evidence__document=certificate.number)
    assert told.get().evidence["sha256"] == certificate.sha256
    Document.objects.filter(pk=certificate.pk).update(sha256="0" * 64)
    assert "内容与记录不一致" in words(check(world, content))


def test_a_text_that_is_held_stays(world: World, certificate: Document) -> None:
    assert certificate.closing is not None
    placed = hold(world, certificate.closing)
    world.clock.at = datetime(2030, 1, 1, tzinfo=CHINA)
    assert clearing_documents.clear_due(now=world.now) == 0
    release(world, placed)
    assert clearing_documents.clear_due(now=world.now) == 2


def test_a_file_without_a_record_is_not_called_valid(world: World, certificate: Document) -> None:
    content = papers.pdf(certificate, language="zh")
    certificate.delete()
    said = words(check(world, content))
    assert "没有查到记录" in said
    assert "文件有效" not in said


def bomb() -> bytes:
    """Return a small PDF whose attachment unpacks to a gigabyte."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(1100)) + packer.flush()
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.attachments["document.jws"] = pikepdf.AttachedFileSpec(pdf, b"x")
        file = pdf.attachments["document.jws"].get_file().obj
        file.write(packed, filter=pikepdf.Name.FlateDecode)
        pdf.save(out, compress_streams=False)
    return out.getvalue()


def test_a_file_that_unpacks_to_gigabytes_harms_nobody(world: World) -> None:
    content = bomb()
    assert len(content) < 8 << 20
    answer = check(world, content)
    assert answer.status_code == 200
    assert "文件打不开" in words(answer) or "签名无法核验" in words(answer)


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7 nonsense", b"\xff\xfe", b"a.b.c", b"PK\x03\x04", b"<html>", b"%PDF" + bytes(5000)],
)
def test_what_is_no_file_of_ours_is_said_calmly(world: World, content: bytes) -> None:
    answer = check(world, content)
    assert answer.status_code == 200
    assert "文件有效" not in words(answer)


def test_a_large_an_empty_and_no_file_are_asked_for_again(world: World) -> None:
    for content in (b"x" * (8 * 1024 * 1024 + 1), b"x" * (10 * 1024 * 1024), b""):
        answer = check(world, content)
        assert answer.status_code == 422, len(content)
        assert page(answer).count('role="alert"') == 1
    assert Browser(world).client.post("/verify/file").status_code == 422
    assert Browser(world).open("/verify/file").status_code == 200


def test_an_empty_file_is_called_empty(world: World) -> None:
    assert "文件是空的，请重新选择" in words(check(world, b""))


class Named(io.BytesIO):
    """A file with a name as its sender wrote it."""

    def __init__(self, name: str) -> None:
        super().__init__(b"%PDF-1.7")
        self.name = name


def test_a_file_with_a_name_without_end_is_asked_for_again(world: World) -> None:
    file = Named("长" * 3000 + ".pdf")
    answer = Browser(world).client.post("/verify/file", {"file": file})
    assert answer.status_code == 400
    assert "请改短后重新选择" in words(answer)
    assert 'href="/verify/file"' in page(answer)
    long = Named("长" * 250 + ".pdf")
    assert Browser(world).client.post("/verify/file", {"file": long}).status_code == 200


def test_checking_files_has_a_limit(world: World) -> None:
    browser = Browser(world)
    statuses = {browser.client.post("/verify/file").status_code for _ in range(10)}
    assert statuses == {422}
    answer = browser.client.post("/verify/file")
    assert answer.status_code == 429
    assert "再核验一份" in words(answer)
    assert "都还在" not in words(answer)


@pytest.mark.usefixtures("signing_keys")
def test_a_new_key_signs_and_the_old_one_still_verifies(
    world: World, certificate: Document
) -> None:
    content = papers.pdf(certificate, language="zh")
    old = keys.key_id(keys.public_key(keys.DOCUMENTS))
    new = keys.renew(keys.DOCUMENTS, now=world.now).id
    assert new != old
    assert "文件有效" in words(check(world, content))
    later = document_of(world.close(EMPTY), DocumentKind.CERTIFICATE)
    assert later is not None
    assert new in words(Browser(world).open(f"/verify/{later.number}"))
    told = words(Browser(world).open("/verify/about"))
    assert told.index(new) < told.index(old)
    pem = Browser(world).open("/verify/key").content
    assert len(keys.read_public_keys(pem)) == len(keys.history(keys.DOCUMENTS)) >= 2
    assert keys.public_file(keys.DOCUMENTS).read_bytes() == pem


def test_whoever_holds_a_document_gets_its_bundle(world: World, certificate: Document) -> None:
    browser = Browser(world)
    early = browser.send("/verify/bundle", token=certificate.jws)
    assert early.status_code == 409
    assert "一分钟" in words(early)
    checkpoints.sign(now=world.now)
    given = check(world, papers.pdf(certificate, language="zh"))
    assert f'value="{certificate.jws}"' in page(given)
    answer = browser.send("/verify/bundle", token=certificate.jws)
    assert answer["Content-Disposition"].endswith(f'"{certificate.number}-bundle.json"')
    keys_file = browser.open("/verify/keys.json").content
    assert verify_bundle.verify(answer.content, keys_file)["number"] == certificate.number


def test_a_number_alone_gets_no_bundle(world: World, certificate: Document) -> None:
    checkpoints.sign(now=world.now)
    for token in ("", certificate.number, certificate.jws[:-4] + "AAAA", "\u4e00"):
        assert Browser(world).send("/verify/bundle", token=token).status_code == 404
    assert certificate.jws not in page(Browser(world).open(f"/verify/{certificate.number}"))


def test_a_result_names_the_place_in_the_log(world: World, certificate: Document) -> None:
    leaf = Leaf.objects.get(event__evidence__document=certificate.number, event__action=ISSUED)
    said = words(Browser(world).open(f"/verify/{certificate.number}"))
    assert f"日志位置 第 {leaf.index} 条" in said


@pytest.mark.parametrize(
    ("path", "name"),
    [("/verify/offline", "verify.html"), ("/verify/offline.py", "verify_bundle.py")],
)
def test_verifiers_are_there_to_keep(world: World, path: str, name: str) -> None:
    answer = Browser(world).open(path)
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer.content == Path(verify_bundle.__file__).with_name(name).read_bytes()


def test_anyone_verifies_a_certificate(world: World) -> None:
    world.close()
    number = Document.objects.get(kind="certificate").number
    stranger = Browser(world)
    for typed in (number, number.lower(), number.replace("-", " "), f"  {number}"):
        answer = stranger.open("/verify?" + f"number={typed}")
        assert answer.status_code == 200
        assert "证明有效" in words(answer)
        assert "销户时间 2026年11月26日 12:01" in words(answer)
        assert stranger.at == f"/verify/{number}"


@pytest.mark.parametrize(("meant", "typed"), [("0", "O"), ("1", "I"), ("1", "l")])
def test_look_alikes_are_understood(world: World, meant: str, typed: str) -> None:
    world.close()
    document = Document.objects.get(kind="certificate")
    stranger = Browser(world)
    answer = stranger.open(f"/verify/{document.number.replace(meant, typed)}")
    assert answer.status_code == 200


def test_one_wrong_character_is_noticed(world: World) -> None:
    world.close()
    number = Document.objects.get(kind="certificate").number
    wrong = ("7" if number[0] != "7" else "8") + number[1:]
    stranger = Browser(world)
    assert stranger.open(f"/verify?number={wrong}").status_code == 422
    answer = stranger.open(f"/verify/{wrong}")
    assert answer.status_code == 404
    assert "编号看起来有一位不对" in words(answer)
    assert stranger.open("/verify?number=").status_code == 422


def test_a_number_that_is_too_short_is_told_so(world: World) -> None:
    for answer in (Browser(world).open("/verify?number=abc"), Browser(world).open("/verify/abc")):
        assert "编号应为 12 位，填写的是 3 位" in words(answer)
        assert "有一位不对" not in words(answer)


def test_checking_numbers_has_a_limit(world: World) -> None:
    stranger = Browser(world)
    for _ in range(30):
        assert stranger.open("/verify/C7K3").status_code == 404
    assert stranger.open("/verify/C7K3").status_code == 429
    world.clock.pass_(minutes=2)
    assert stranger.open("/verify/C7K3").status_code == 404


def test_the_key_is_there_for_everyone(world: World) -> None:
    answer = Browser(world).open("/verify/key")
    assert answer.content.startswith(b"-----BEGIN PUBLIC KEY-----")


def test_verifying_shows_no_full_number(world: World) -> None:
    world.close()
    number = Document.objects.get(kind="certificate").number
    said = page(Browser(world).open(f"/verify/{number}"))
    assert CLEAN[3:] not in said
    assert CONTACT not in said


def test_a_file_with_hidden_parts_is_called_altered(world: World, certificate: Document) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(papers.pdf(certificate, language="zh"))) as pdf:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("1"))
        pdf.Root.OpenAction = script
        pdf.save(out)
    answer = check(world, out.getvalue())
    assert "文件被改动过" in words(answer)
    assert "加入了脚本或自动动作" in words(answer)


def test_what_was_compared_only_in_part_is_not_shown_as_good(
    world: World, certificate: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = papers.pdf(certificate, language="zh")
    monkeypatch.setattr(documents, "FORMS", dict.fromkeys(DocumentKind, 0))
    answer = check(world, content)
    assert 'class="box warn"' in page(answer)
    assert "页面只比对了一部分" in words(answer)
    assert "未比对的是" in words(answer)

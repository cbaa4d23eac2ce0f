"""`xiaohu cert verify` judges the page as well as the signature: what was altered fails and is named."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pikepdf
import pytest
import typst
from django.db import connections
from django.utils import translation
from joserfc.util import urlsafe_b64encode

from tests.stories import EMPTY, World, document_of
from xiaohu.closures import bundles, documents, papers
from xiaohu.closures import verifying as judging
from xiaohu.closures.models import Case, Document, DocumentKind
from xiaohu.ops import verifying
from xiaohu.trail import checkpoints, keys, published

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
Alter = Callable[[bytes], bytes]


@dataclass
class Judge:
    """A person with a file and the public key, nothing else."""

    folder: Path
    said: list[str] = field(default_factory=list)

    def judge(self, content: bytes, *, name: str = "paper.pdf") -> int:
        """Verify a file as the command does."""
        file = self.folder / name
        file.write_bytes(content)
        self.said.clear()
        public = keys.public_file(keys.DOCUMENTS)
        return verifying.verify_file(file, key=public, say=self.said.append, out=self.said.append)

    @property
    def told(self) -> str:
        """All that was said."""
        return "\n".join(self.said)


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Somebody who was handed a document."""
    return Judge(tmp_path)


@pytest.fixture
def case(world: World) -> Case:
    """A case that is done, with both papers."""
    return world.close()


def issued(case: Case, kind: str = "certificate") -> Document:
    """Return a document of a case."""
    found = document_of(case, DocumentKind(kind))
    assert found is not None
    return found


def paper(case: Case, kind: str = "certificate", language: str = "zh") -> bytes:
    """Return a paper as it is downloaded."""
    return papers.pdf(issued(case, kind), language=language)


def rewritten(content: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """Return a PDF after a change, its attachment left as it is."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as pdf:
        change(pdf)
        pdf.save(out)
    return out.getvalue()


@pytest.mark.parametrize("language", papers.LANGUAGES)
@pytest.mark.parametrize("kind", ["certificate", "statement"])
def test_what_we_issued_is_valid_in_both_languages(
    case: Case, judge: Judge, kind: str, language: str
) -> None:
    assert judge.judge(paper(case, kind, language)) == verifying.OK
    assert judge.told.startswith(f"✓ 有效  {issued(case, kind).number}")


def test_a_file_that_was_saved_again_is_still_valid(case: Case, judge: Judge) -> None:
    assert judge.judge(rewritten(paper(case), lambda _: None)) == verifying.OK


def test_it_asks_no_database(case: Case, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    content = paper(case)
    for connection in connections.all():
        monkeypatch.setattr(connection, "cursor", lambda *_: pytest.fail("asked the database"))
    assert judge.judge(content) == verifying.OK


def test_the_page_of_another_document_is_noticed(world: World, case: Case, judge: Judge) -> None:
    other = paper(world.close(EMPTY))

    def swap(pdf: pikepdf.Pdf) -> None:
        with pikepdf.open(io.BytesIO(other)) as another:
            pdf.pages.extend(another.pages)
            del pdf.pages[0]

    assert judge.judge(rewritten(paper(case), swap)) == verifying.FAILED
    assert "第 1 页的文字与签名不符" in judge.told
    assert "只有下列签名内容可信" in judge.told
    assert issued(case).number in judge.told


def test_one_more_page_is_noticed(world: World, case: Case, judge: Judge) -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        pdf.pages.append(pdf.pages[0])

    assert judge.judge(rewritten(paper(case), add)) == verifying.FAILED
    assert "文件共 2 页" in judge.told


def test_other_words_on_the_page_are_noticed_and_named(case: Case, judge: Judge) -> None:
    document = issued(case)
    with translation.override("zh-hans"):
        said = judging.verify_token(document.jws, keys.public_keys(keys.DOCUMENTS)).said
    lie = {**said, "line": "130 **** 9999"}
    forged = papers.printed(DocumentKind.CERTIFICATE, lie, token=document.jws, language="zh")
    assert judge.judge(forged) == verifying.FAILED
    assert "第 1 页的文字与签名不符" in judge.told
    assert said["line"] in judge.told


def test_a_picture_laid_over_the_words_is_noticed(case: Case, judge: Judge) -> None:
    patch = typst.compile(
        b'#set page(paper: "a4", fill: none)\n#place(top, rect(width: 8cm, height: 4cm, fill: white))',
        format="pdf",
    )
    assert isinstance(patch, bytes)

    def cover(pdf: pikepdf.Pdf) -> None:
        with pikepdf.open(io.BytesIO(patch)) as over:
            pdf.pages[0].add_overlay(over.pages[0], None)

    assert judge.judge(rewritten(paper(case), cover)) == verifying.FAILED
    assert "外观与签名不符" in judge.told


def damage(content: bytes, *, within: Callable[[pikepdf.Pdf], pikepdf.Object]) -> bytes:
    """Return a PDF with one byte flipped in the middle of one of its streams."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        raw = within(pdf).read_raw_bytes()
    assert content.count(raw) == 1
    at = content.index(raw) + len(raw) // 2
    return content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]


def test_a_flipped_byte_in_the_page_is_noticed(case: Case, judge: Judge) -> None:
    content = damage(paper(case), within=lambda pdf: pdf.pages[0].Contents)
    assert judge.judge(content) == verifying.FAILED
    assert "第 1 页" in judge.told


def test_a_flipped_byte_in_the_signed_text_is_noticed(case: Case, judge: Judge) -> None:
    content = damage(
        paper(case),
        within=lambda pdf: pdf.attachments["document.jws"].get_file().obj,
    )
    assert judge.judge(content) == verifying.FAILED
    assert "请勿采信" in judge.told


def test_the_signed_text_of_another_document_is_noticed(
    world: World, case: Case, judge: Judge
) -> None:
    other = issued(world.close(EMPTY)).jws

    def attach(pdf: pikepdf.Pdf) -> None:
        pdf.attachments["document.jws"] = pikepdf.AttachedFileSpec(pdf, other.encode())

    assert judge.judge(rewritten(paper(case), attach)) == verifying.FAILED
    assert "文字与签名不符" in judge.told


def test_the_signed_text_alone_is_judged_and_told_in_full(case: Case, judge: Judge) -> None:
    document = issued(case, "statement")
    assert judge.judge(document.jws.encode(), name="paper.jws") == verifying.OK
    assert "✓ 签名有效" in judge.told
    assert "保存至" in judge.told
    flipped = document.jws[:-20] + ("A" if document.jws[-20] != "A" else "B") + document.jws[-19:]
    assert judge.judge(flipped.encode(), name="paper.jws") == verifying.FAILED


def test_what_is_refused_says_why_and_what_to_do(case: Case, judge: Judge) -> None:
    document = issued(case)
    token = document.jws
    other = {"kid": "0" * 16, "alg": "Ed25519", "typ": documents.TYPES[DocumentKind.CERTIFICATE]}
    head = urlsafe_b64encode(json.dumps(other).encode()).decode()
    for content, code, said in (
        (f"{head}.{token.partition('.')[2]}", verifying.FAILED, "签名用的是另一把公钥"),
        (token[:-10], verifying.FAILED, "签名与内容不符"),
        (f"%{token[1:]}", verifying.FAILED, "签名文本已损坏"),
        (published.keys_file().decode(), verifying.NOT_FOUND, "这是公钥文件"),
        ('{"checkpoint":"xiaohu/demo', verifying.NOT_FOUND, "重新下载核验包"),
    ):
        assert judge.judge(content.encode(), name="paper.jws") == code
        assert said in judge.told


def test_a_bundle_is_compared_in_part(world: World, case: Case, judge: Judge) -> None:
    checkpoints.sign(now=world.now)
    assert judge.judge(bundles.bundle(issued(case)), name="bundle.json") == verifying.PARTLY
    assert "verify_bundle.py" in judge.told
    assert issued(case).number in judge.told


def test_without_a_font_it_says_so_and_tells_every_signed_fact(
    case: Case, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = paper(case)
    monkeypatch.setattr(papers, "FONTS", frozenset({"No such font"}))
    assert judge.judge(content) == verifying.PARTLY
    assert "页面未比对" in judge.told
    said = judging.verify_token(issued(case).jws, keys.public_keys(keys.DOCUMENTS)).said
    for fact in ("number", "line", "holder", "reference"):
        assert said[fact] in judge.told


def test_with_another_font_it_compares_the_words_alone(
    case: Case, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_font(pdf: pikepdf.Pdf) -> None:
        for each in pdf.objects:
            if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/Font":
                each.BaseFont = pikepdf.Name("/ABCDEF+OtherSans")
        thin = pdf.make_stream(b"1 Tr 0.1 w\n")  # the outlines of every sign instead of the sign
        pdf.pages[0].contents_add(thin, prepend=True)

    assert judge.judge(rewritten(paper(case), other_font)) == verifying.PARTLY
    assert "外观未比对" in judge.told


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 nonsense", b"\xff\xfe", b"no token"])
def test_what_is_no_document_of_ours_is_not_valid(
    world: World, judge: Judge, content: bytes
) -> None:
    assert judge.judge(content) in {verifying.FAILED, verifying.NOT_FOUND}
    assert judge.said

"""A PDF that looks as signed where we look, and is another elsewhere, is called altered."""

import io
from collections.abc import Callable
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream, String

from tests.stories import World, document_of
from xiaohu.closures import papers, verifying
from xiaohu.closures.comparing import Found
from xiaohu.closures.models import Document, DocumentKind
from xiaohu.closures.verifying import Answer, Judged
from xiaohu.trail import keys

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])
OVER = b"1 g 60 560 400 200 re f 0 g BT /F1 20 Tf 70 700 Td (130 0000 9999) Tj ET"
NO_VIEW_BUT_PRINT = 32 | 4


COVER = b"1 g 60 560 400 200 re f"


def drawn(pdf: Pdf, content: bytes = OVER) -> Stream:
    """Return what is to be laid over the words that were signed."""
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    form = pdf.make_stream(
        content, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 595, 842])
    )
    form.Resources = Dictionary(Font=Dictionary(F1=font))
    return form


def annotated(pdf: Pdf, **said: Any) -> Pdf:
    """Lay words over the first page as a note that hangs on it."""
    rect = Array([0, 0, 595, 842])
    note = Dictionary(Type=Name.Annot, Rect=rect, AP=Dictionary(N=drawn(pdf)), **said)
    pdf.pages[0].Annots = Array([pdf.make_indirect(note)])
    return pdf


def a_form_field(pdf: Pdf) -> None:
    annotated(pdf, Subtype=Name.Widget, FT=Name.Btn, T=String("a"), F=4)
    pdf.Root.AcroForm = Dictionary(Fields=Array([pdf.pages[0].Annots[0]]))


def a_stamp_on_paper_only(pdf: Pdf) -> None:
    annotated(pdf, Subtype=Name.Stamp, F=NO_VIEW_BUT_PRINT)


def a_layer_on_paper_only(pdf: Pdf) -> None:
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("print")))
    shown = Dictionary(Print=Dictionary(PrintState=Name.ON), View=Dictionary(ViewState=Name.OFF))
    layer.Usage = shown
    auto = [
        Dictionary(Event=event, Category=Array([event]), OCGs=Array([layer]))
        for event in (Name.Print, Name.View)
    ]
    pdf.Root.OCProperties = Dictionary(
        OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), AS=Array(auto))
    )
    over = drawn(pdf, COVER)
    over.OC = layer
    pdf.pages[0].Resources.XObject = Dictionary(X1=over)
    pdf.pages[0].contents_add(pdf.make_stream(b"q /X1 Do Q"))


def script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert('hello')"))


def a_script_at_opening(pdf: Pdf) -> None:
    pdf.Root.OpenAction = script()


def a_script_by_name(pdf: Pdf) -> None:
    pdf.Root.Names.JavaScript = Dictionary(Names=Array([String("a"), script()]))


def a_script_at_a_page(pdf: Pdf) -> None:
    pdf.pages[0].AA = Dictionary(O=script())


def another_attachment(pdf: Pdf) -> None:
    pdf.attachments["certificate.pdf"] = pikepdf.AttachedFileSpec(pdf, b"%PDF-1.7")


def another_file_under_the_same_name(pdf: Pdf) -> None:
    pdf.attachments["document.jws"].obj.EF.F = pdf.make_stream(b"a.b.c")


def a_picture_and_an_unused_font(pdf: Pdf) -> None:
    pdf.pages[0].Resources.XObject = Dictionary(X1=drawn(pdf))
    pdf.pages[0].contents_add(pdf.make_stream(b"q /X1 Do Q"))
    pdf.Root.Unused = pdf.make_indirect(Dictionary(Type=Name.Font, BaseFont=Name("/Other")))


def paint_and_an_unused_font(pdf: Pdf) -> None:
    unused = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Courier)
    pdf.pages[0].Resources.Font.F9 = pdf.make_indirect(unused)
    pdf.pages[0].contents_add(pdf.make_stream(b"q " + COVER + b" Q"))


def a_smaller_page(pdf: Pdf) -> None:
    pdf.pages[0].obj.TrimBox = Array([0, 0, 300, 300])


def other_words_read_aloud(pdf: Pdf) -> None:
    pdf.Root.StructTreeRoot.ActualText = String("130 0000 9999")


def a_form_of_another_kind(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(XFA=pdf.make_stream(b"<xdp/>"), Fields=Array([]))


def rights(pdf: Pdf) -> None:
    pdf.Root.Perms = Dictionary(DocMDP=Dictionary(Type=Name.Sig))


def inherited_layers(pdf: Pdf) -> None:
    own = pdf.pages[0].obj.Resources
    own.Properties = Dictionary(P1=Dictionary(Type=Name.OCG))
    pdf.Root.Pages.Resources = own
    del pdf.pages[0].obj.Resources


FORGERIES = [
    (a_form_field, "form"),
    (a_stamp_on_paper_only, "note"),
    (a_layer_on_paper_only, "layer"),
    (a_script_at_opening, "action"),
    (a_script_by_name, "action"),
    (a_script_at_a_page, "action"),
    (another_attachment, "attachment"),
    (another_file_under_the_same_name, "attachment"),
    (a_picture_and_an_unused_font, ""),
    (paint_and_an_unused_font, ""),
    (a_smaller_page, "other"),
    (other_words_read_aloud, "other"),
    (a_form_of_another_kind, "form"),
    (rights, "other"),
    (inherited_layers, "other"),
]


@pytest.fixture
def certificate(world: World) -> Document:
    """The certificate of a closed line."""
    found = document_of(world.close(), DocumentKind.CERTIFICATE)
    assert found is not None
    return found


def changed(certificate: Document, change: Callable[[Pdf], None], **saved: Any) -> bytes:
    """Return a paper after a change."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(papers.pdf(certificate, language="zh"))) as pdf:
        change(pdf)
        pdf.save(out, **saved)
    return out.getvalue()


def judge(content: bytes) -> Judged:
    """Judge a file."""
    return verifying.judge(content, known=keys.public_keys(keys.DOCUMENTS))


@pytest.mark.parametrize(("forgery", "kind"), FORGERIES)
def test_what_our_papers_are_never_built_of_is_called_altered(
    certificate: Document, forgery: Callable[[Pdf], None], kind: str
) -> None:
    found = judge(changed(certificate, forgery))
    assert found.answer is Answer.ALTERED
    assert found.compared is not None
    assert found.compared.strange == kind
    assert (found.compared.found is Found.STRANGE) == bool(kind)


def test_what_was_added_is_found_where_the_pages_are_not_compared(
    certificate: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = changed(certificate, a_script_at_opening)
    monkeypatch.setattr(papers, "FONTS", frozenset({"No such font"}))
    assert judge(content).answer is Answer.ALTERED


@pytest.mark.parametrize(
    "saved",
    [{}, {"linearize": True}, {"compress_streams": False}, {"qdf": True}],
    ids=["saved", "linearised", "unpacked", "readable"],
)
def test_a_paper_a_viewer_saved_again_stays_genuine(
    certificate: Document, saved: dict[str, bool]
) -> None:
    assert judge(changed(certificate, lambda _: None, **saved)).answer is Answer.GENUINE

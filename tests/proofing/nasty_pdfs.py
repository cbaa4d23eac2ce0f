"""PDFs that mean harm; the same ones in every run."""

import io
import random
import zlib
from collections.abc import Iterator

import pikepdf

from tests.proofing.nasty_pictures import CANARY, DRAWN, SCRIPT, Nasty

EITHER = {DRAWN, "unreadable"}
_CATALOGUE = b"<</Type/Catalog/Pages 2 0 R%b>>"
_PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
_PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R%b>>"


def stream(body: bytes, extra: bytes = b"") -> bytes:
    """Return a stream object."""
    return b"<</Length %d%b>>stream\n%b\nendstream" % (len(body), extra, body)


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of objects numbered from one."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R%b>>\n" % (len(objects) + 1, trailer)
    return bytes(out + b"startxref\n%d\n%%%%EOF" % table)


def one(
    *more: bytes, catalogue: bytes = b"", page: bytes = b"", content: bytes = b"0 0 99 9 re f"
) -> bytes:
    """Return a PDF of one page; `more` are objects from number five on."""
    return pdf(_CATALOGUE % catalogue, _PAGES, _PAGE % page, stream(content), *more)


def filled_in() -> bytes:
    """Return a form that says nothing but what somebody filled in."""
    field = (
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/F 4/Rect[10 10 90 90]/P 3 0 R/AP<</N 6 0 R>>>>"
    )
    shown = stream(b"0 0 80 80 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 80 80]")
    form = b"/AcroForm<</Fields[5 0 R]>>"
    return one(field, shown, catalogue=form, page=b"/Annots[5 0 R]", content=b"")


def pages(count: int, *, locked: pikepdf.Encryption | None = None) -> bytes:
    """Return a sound PDF of some pages."""
    out = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(count):
            made.add_blank_page()
        made.save(out, encryption=locked or False)
    return out.getvalue()


def gigabyte() -> bytes:
    """Return what unpacks to a gigabyte of zeros: one packed part over and over."""
    packer = zlib.compressobj(9, wbits=-15)
    part = packer.compress(bytes(64 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\x9c" + part * 16 + packer.flush()


def acting() -> Iterator[Nasty]:
    """Return PDFs that do something when they are opened."""
    script = b"<</S/JavaScript/JS(app.alert\\('%b'\\))>>" % CANARY
    actions = {
        "javascript": script,
        "launch": b"<</S/Launch/F(/bin/sh)/Win<</F(cmd.exe)/P(%b)>>>>" % CANARY,
        "uri": b"<</S/URI/URI(http://127.0.0.1/%b)>>" % CANARY,
        "other_file": b"<</S/GoToR/F(file:///etc/passwd)/D[0/Fit]>>",
        "submit": b"<</S/SubmitForm/F(http://127.0.0.1/%b)>>" % CANARY,
        "import": b"<</S/ImportData/F(/etc/passwd)>>",
        "named": b"<</S/Named/N/Print>>",
        "sound": b"<</S/Sound/Sound 9 0 R>>",
        "rendition": b"<</S/Rendition/JS(%b)>>" % CANARY,
    }
    for name, action in actions.items():
        yield f"opens_{name}", one(catalogue=b"/OpenAction" + action), {DRAWN}
        yield f"turns_{name}", one(page=b"/AA<</O %b>>" % action), {DRAWN}
        annotation = b"/Annots[<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/A%b>>]" % action
        yield f"clicked_{name}", one(page=annotation), {DRAWN}
    names = b"/Names<</JavaScript<</Names[(a)%b]>>>>" % script
    yield "scripts_by_name", one(catalogue=names), {DRAWN}
    embedded = b"/Names<</EmbeddedFiles<</Names[(a.exe)<</F(a.exe)/EF<</F 5 0 R>>>>]>>>>"
    yield "embedded_file", one(stream(b"MZ" + CANARY), catalogue=embedded), {DRAWN}
    yield "embedded_bomb", one(_bomb(), catalogue=embedded), {DRAWN}
    form = b"/AcroForm<</XFA 5 0 R/Fields[]>>"
    yield "xfa", one(stream(b"<xdp>" + SCRIPT + b"</xdp>"), catalogue=form), {DRAWN}
    media = b"/Annots[<</Type/Annot/Subtype/RichMedia/Rect[0 0 9 9]/Contents(%b)>>]" % CANARY
    yield "rich_media", one(page=media), {DRAWN}
    described = one(stream(SCRIPT, b"/Type/Metadata/Subtype/XML"), catalogue=b"/Metadata 5 0 R")
    yield "described", described, {DRAWN}
    yield "earlier_version", one() + CANARY + one()[9:], EITHER


def locked() -> Iterator[Nasty]:
    """Return PDFs that open with a password, and such as open without."""
    for strength in (2, 3, 4, 6):
        strong = {"aes": strength > 3, "metadata": strength > 3}
        both = pikepdf.Encryption(user="u", owner="o", R=strength, **strong)  # type: ignore[arg-type]
        yield f"locked_{strength}", pages(1, locked=both), {"locked"}
        owner = pikepdf.Encryption(user="", owner="o", R=strength, **strong)  # type: ignore[arg-type]
        yield f"locked_for_changes_{strength}", pages(1, locked=owner), {DRAWN}
    unknown = one().replace(b"/Root", b"/Encrypt<</Filter/Foreign/V 9>>/Root")
    yield "locked_by_unknown", unknown, {"locked", "unreadable"}


def too_much() -> Iterator[Nasty]:
    """Return small PDFs that would take very much memory or time."""
    for count in (11, 500):
        yield f"pages_{count}", pages(count), {"pages"}
    yield "pages_10", pages(10), {DRAWN}
    yield "says_many_pages", one().replace(b"/Count 1", b"/Count 999999999"), {"pages", *EITHER}
    yield "says_less_than_none", one().replace(b"/Count 1", b"/Count -9"), {"pages", *EITHER}
    for name, box in {
        "huge": b"0 0 1e9 1e9",
        "endless": b"0 0 1e38 1e38",
        "long": b"0 0 1 9999999",
        "none": b"0 0 0 0",
        "inside_out": b"300 200 0 0",
        "tiny": b"0 0 0.001 0.001",
        "no_numbers": b"/a /b /c /d",
    }.items():
        yield f"page_{name}", one().replace(b"0 0 300 200", box), EITHER
    yield "unit_huge", one(page=b"/UserUnit 1e9"), EITHER
    packed = stream(zlib.compress(b"0 0 9 9 re f " * 3_000_000, 9), b"/Filter/FlateDecode")
    yield "drawing_bomb", pdf(_CATALOGUE % b"", _PAGES, _PAGE % b"", packed), EITHER
    twice = zlib.compress(gigabyte(), 9)
    filters = b"/Filter[/FlateDecode/FlateDecode]"
    yield "bomb_in_bomb", pdf(_CATALOGUE % b"", _PAGES, _PAGE % b"", stream(twice, filters)), EITHER
    image = b"/Type/XObject/Subtype/Image/BitsPerComponent 8/ColorSpace/DeviceRGB"
    for side in (9_000, 30_000, 2_147_483_647):
        size = b"/Width %d/Height %d/Filter/FlateDecode" % (side, side)
        body = stream(zlib.compress(bytes(1 << 20)), image + size)
        yield f"image_{side}", _with_object(body), EITHER
    for packing in (b"JPXDecode", b"JBIG2Decode", b"CCITTFaxDecode", b"DCTDecode", b"LZWDecode"):
        size = b"/Width 20000/Height 20000/Filter/" + packing
        yield f"image_{packing.decode()}", _with_object(stream(CANARY * 99, image + size)), EITHER
    yield "nested", one(content=b"q " * 200_000 + b"Q " * 200_000), EITHER
    yield "nested_lists", one(page=b"/X" + b"[" * 100_000 + b"]" * 100_000), {"pages", *EITHER}
    yield "many_objects", one(*[b"<<>>"] * 100_000), {DRAWN}


def circling() -> Iterator[Nasty]:
    """Return PDFs that refer to themselves."""
    itself = b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</I 5 0 R>>>>"
    yield "form_in_itself", _with_object(stream(b"/I Do " * 50, itself)), EITHER
    yield "pages_in_pages", one().replace(b"Kids[3 0 R]", b"Kids[2 0 R]"), {"pages", *EITHER}
    yield "page_is_its_parent", one().replace(b"Parent 2", b"Parent 3"), EITHER
    yield "length_of_itself", one().replace(b"/Length 13", b"/Length 4 0 R"), EITHER
    yield "content_is_page", one().replace(b"Contents 4", b"Contents 3"), EITHER
    yield "root_of_itself", one().replace(b"Root 1", b"Root 9"), {"pages", *EITHER}
    yield "table_before_itself", _again(one()), EITHER
    outline = b"/Outlines 5 0 R"
    yield "outline", one(b"<</First 5 0 R/Next 5 0 R/Title(a)>>", catalogue=outline), {DRAWN}


def askew() -> Iterator[Nasty]:
    """Return PDFs cut off, changed, or next to nothing."""
    whole = one(catalogue=b"/OpenAction<</S/JavaScript/JS(1)>>")
    for part in range(1, 21):
        yield f"cut_{part}", whole[: max(len(whole) * part // 21, 5)], {"pages", *EITHER}
    chance = random.Random(11)
    for number in range(40):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 12)):
            data[chance.randrange(5, len(data))] = chance.randrange(256)
        yield f"changed_{number}", bytes(data), {"pages", "locked", *EITHER}
    yield "head_only", b"%PDF-1.7", {"unreadable"}
    yield (
        "no_pages",
        pdf(_CATALOGUE % b"", b"<</Type/Pages/Kids[]/Count 0>>"),
        {"pages", "unreadable"},
    )
    yield "noise", b"%PDF-1.7\n" + random.Random(3).randbytes(1 << 20), {"unreadable"}
    yield "and_a_zip", one() + b"PK\x03\x04" + CANARY, {DRAWN}
    yield "and_a_page", one() + SCRIPT, {DRAWN}
    yield "and_a_picture", b"%PDF-1.7\n\xff\xd8\xff" + CANARY + one()[9:], EITHER


def _bomb() -> bytes:
    return stream(gigabyte(), b"/Type/EmbeddedFile/Filter/FlateDecode")


def _with_object(body: bytes) -> bytes:
    return one(
        body, page=b"/Resources<</XObject<</I 5 0 R>>>>", content=b"300 0 0 200 0 0 cm /I Do"
    )


def _again(whole: bytes) -> bytes:
    at = whole.rindex(b"startxref") + 10
    return whole.replace(b"/Root", b"/Prev %b/Root" % whole[at:].split(b"\n")[0])


FAMILIES = (acting, locked, too_much, circling, askew)

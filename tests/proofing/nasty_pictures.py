"""Pictures that mean harm, or what pretends to be one; the same ones in every run."""

import io
import random
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

CANARY = b"CANARY-30.2741N-120.1551E"
SCRIPT = b"<script>alert('" + CANARY + b"')</script><?php system($_GET['c']); ?>"
PNG = b"\x89PNG\r\n\x1a\n"
DRAWN = "drawn"
Nasty = tuple[str, bytes, set[str]]  # its name, itself, and what may become of it

_OTHER_KINDS = {
    "gif": b"GIF89a\x01\x00\x01\x00",
    "bmp": b"BM" + bytes(60),
    "tiff_ii": b"II*\x00" + bytes(40),
    "tiff_mm": b"MM\x00*" + bytes(40),
    "webp": b"RIFF\x24\x00\x00\x00WEBPVP8 ",
    "wav": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    "heic": b"\x00\x00\x00\x18ftypheic",
    "avif": b"\x00\x00\x00\x18ftypavif",
    "mp4": b"\x00\x00\x00\x18ftypmp42",
    "jp2": b"\x00\x00\x00\x0cjP  \r\n\x87\n",
    "jxl": b"\xff\x0a" + bytes(20),
    "ico": b"\x00\x00\x01\x00\x01\x00",
    "psd": b"8BPS\x00\x01",
    "xcf": b"gimp xcf v011",
    "icns": b"icns\x00\x00\x01\x00",
    "dds": b"DDS |\x00\x00\x00",
    "pcx": b"\x0a\x05\x01\x08" + bytes(124),
    "ppm": b"P6 60000 60000 255\n",
    "pbm": b"P1 3 3 101010101",
    "wmf": b"\xd7\xcd\xc6\x9a\x00\x00",
    "emf": b"\x01\x00\x00\x00l\x00\x00\x00",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)">' + SCRIPT + b"</svg>",
    "svg_xml": b'<?xml version="1.0"?><svg><image href="file:///etc/passwd"/></svg>',
    "svgz": b"\x1f\x8b\x08\x00" + bytes(30),
    "xxe": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "laughs": b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>',
    "html": b"<!doctype html>" + SCRIPT,
    "mhtml": b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n",
    "javascript": b"alert(1)//",
    "php": SCRIPT,
    "shell": b"#!/bin/sh\nrm -rf /\n",
    "python": b"import os\n",
    "pickle": b"\x80\x04cos\nsystem\n(S'id'\ntR.",
    "exe": b"MZ\x90\x00" + bytes(60),
    "elf": b"\x7fELF\x02\x01\x01" + bytes(60),
    "macho": b"\xcf\xfa\xed\xfe" + bytes(60),
    "class": b"\xca\xfe\xba\xbe\x00\x00\x00\x34",
    "wasm": b"\x00asm\x01\x00\x00\x00",
    "swf": b"CWS\x0a" + bytes(20),
    "zip": b"PK\x03\x04" + bytes(40),
    "empty_zip": b"PK\x05\x06" + bytes(18),
    "rar": b"Rar!\x1a\x07\x00",
    "7z": b"7z\xbc\xaf\x27\x1c",
    "bzip2": b"BZh91AY&SY",
    "xz": b"\xfd7zXZ\x00",
    "zstd": b"\x28\xb5\x2f\xfd",
    "tar": b"a.jpg" + bytes(252) + b"ustar",
    "office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60),
    "rtf": b"{\\rtf1 \\object}",
    "postscript": b"%!PS-Adobe-3.0\n(%pipe%id) (r) file",
    "eps": b"\xc5\xd0\xd3\xc6" + bytes(30),
    "sqlite": b"SQLite format 3\x00",
    "shortcut": b"L\x00\x00\x00\x01\x14\x02\x00",
    "mail": b"From: a@example.com\r\nSubject: x\r\n\r\n",
    "csv": b"=cmd|' /C calc'!A0,1\n",
    "nothing": b"",
    "one_byte": b"\xff",
    "two_bytes": b"\xff\xd8",
    "zeros": bytes(4096),
    "pdf_behind_a_blank": b" %PDF-1.7\n",
    "pdf_behind_a_mark": b"\xef\xbb\xbf%PDF-1.7\n",
    "pdf_in_small_letters": b"%pdf-1.7\n",
    "png_behind_a_blank": b" " + PNG,
    "png_as_text": b"\x89PNG\n\x1a\n",
}


def picture(kind: str = "JPEG", size: tuple[int, int] = (160, 120), **extra: Any) -> bytes:
    """Return a picture with something on it."""
    made = Image.linear_gradient("L").resize(size).convert("RGB")
    out = io.BytesIO()
    made.save(out, kind, **extra)
    return out.getvalue()


def fine_greys() -> bytes:
    """Return a scan in sixteen bits of grey, from black to white."""
    made = Image.linear_gradient("L").resize((160, 120)).convert("I").point(lambda grey: grey * 257)
    out = io.BytesIO()
    made.convert("I;16").save(out, "PNG")
    return out.getvalue()


def chunk(name: bytes, body: bytes, crc: int | None = None) -> bytes:
    """Return one chunk of a PNG."""
    right = zlib.crc32(name + body)
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc or right)


def png(*chunks: bytes, width: int = 8, height: int = 8, depth: int = 8, colour: int = 2) -> bytes:
    """Return a PNG of whatever chunks."""
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return PNG + chunk(b"IHDR", header) + b"".join(chunks) + chunk(b"IEND", b"")


def rows(width: int = 8, height: int = 8, pixel: int = 3) -> bytes:
    """Return the black pixels of a PNG in a chunk."""
    return chunk(b"IDAT", zlib.compress(bytes((1 + width * pixel) * height)))


def with_segment(marker: int, body: bytes) -> bytes:
    """Return a JPEG with a segment right behind its start."""
    jpeg = picture()
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body + jpeg[2:]


def with_chunk(*chunks: bytes) -> bytes:
    """Return a sound PNG with more chunks before its pixels."""
    return png(*chunks, rows())


def other_kinds() -> Iterator[Nasty]:
    """Return what is no picture and no PDF, whatever its name says."""
    for name, data in _OTHER_KINDS.items():
        yield name, data, {"kind"}
    yield "large", picture() + bytes(8 << 20), {"size"}


def cut_off() -> Iterator[Nasty]:
    """Return pictures that end too early."""
    for kind in ("JPEG", "PNG"):
        whole = picture(kind)
        for part in range(1, 21):
            at = max(len(whole) * part // 22, 9)
            yield f"{kind}_cut_{part}", whole[:at], {"unreadable"}


def changed() -> Iterator[Nasty]:
    """Return pictures with some bytes changed: drawn, or unreadable, and nothing else."""
    chance = random.Random(7)
    for kind in ("JPEG", "PNG"):
        for number in range(25):
            data = bytearray(picture(kind))
            for _ in range(chance.randint(1, 12)):
                data[chance.randrange(8, len(data))] = chance.randrange(256)
            yield f"{kind}_changed_{number}", bytes(data), {DRAWN, "unreadable", "size"}


def talking() -> Iterator[Nasty]:
    """Return pictures that say where and by whom they were taken, or more than a picture should."""
    for turn in range(1, 9):
        exif = Image.Exif()
        exif[0x0112], exif[0x010E], exif[0x013B] = turn, CANARY.decode(), CANARY.decode()
        exif.get_ifd(0x8825)[29] = CANARY.decode()
        yield f"exif_turned_{turn}", picture(exif=exif), {DRAWN}
        yield f"png_exif_turned_{turn}", picture("PNG", exif=exif), {DRAWN}
    yield "comment", picture(comment=SCRIPT), {DRAWN}
    yield "icc", picture(icc_profile=CANARY * 4000), {DRAWN}
    yield "png_icc", picture("PNG", icc_profile=CANARY * 4000), {DRAWN}
    for marker in (0xE1, 0xE2, 0xEC, 0xED, 0xEE, 0xEF, 0xFE):
        for lead in (
            b"",
            b"http://ns.adobe.com/xap/1.0/\x00",
            b"Photoshop 3.0\x00",
            b"Exif\x00\x00",
        ):
            body = lead + CANARY
            yield f"segment_{marker:x}_{lead[:4]!r}", with_segment(marker, body), {DRAWN}
    said = PngInfo()
    said.add_text("Comment", SCRIPT.decode())
    said.add_itxt("XML:com.adobe.xmp", CANARY.decode())
    said.add_text("zipped", CANARY.decode(), zip=True)
    yield "png_words", picture("PNG", pnginfo=said), {DRAWN}
    yield "png_date", with_chunk(chunk(b"tIME", bytes(7))), {DRAWN}
    yield "png_unknown", with_chunk(chunk(b"caNy", CANARY)), {DRAWN}
    yield "png_needed_unknown", with_chunk(chunk(b"CANy", CANARY)), {DRAWN, "unreadable"}


def two_in_one() -> Iterator[Nasty]:
    """Return files that are something else as well."""
    behind = {
        "zip": b"PK\x03\x04" + CANARY,
        "html": SCRIPT,
        "pdf": b"%PDF-1.7 " + CANARY,
        "exe": b"MZ" + CANARY,
        "picture": picture(comment=CANARY),
        "megabytes": CANARY * 40_000,
    }
    for name, more in behind.items():
        yield f"jpeg_and_{name}", picture() + more, {DRAWN}
        yield f"png_and_{name}", picture("PNG") + more, {DRAWN}
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "blue", "white")] * 40
    moving: dict[str, Any] = {"save_all": True, "append_images": frames}
    yield "moving_png", picture("PNG", **moving), {DRAWN}
    yield "many_pictures", picture("MPO", **moving), {DRAWN}


def too_much() -> Iterator[Nasty]:
    """Return small files that would unpack to very much."""
    for width, height in ((60_000, 60_000), (2**31 - 1, 1), (6_325, 6_325), (40_000_001, 1)):
        yield (
            f"png_{width}x{height}",
            png(rows(), width=width, height=height),
            {"size", "unreadable"},
        )
    yield "png_0x0", png(rows(), width=0, height=0), {"unreadable"}
    yield "png_8x0", png(rows(), height=0), {"unreadable", DRAWN}
    most = png(rows(6_000, 6_000), width=6_000, height=6_000)
    yield "png_36_million_pixels", most, {DRAWN}
    for colour, pixel in ((0, 1), (4, 2), (6, 4)):
        body = rows(6_000, 6_000, pixel)
        yield (
            f"png_large_colour_{colour}",
            png(body, width=6_000, height=6_000, colour=colour),
            {DRAWN},
        )
    wide = png(rows(6_000, 6_000, 6), width=6_000, height=6_000, depth=16)
    yield "png_large_16_bits", wide, {DRAWN, "unreadable"}
    bomb = zlib.compress(bytes(200 << 20), 9)
    yield "png_words_bomb", with_chunk(chunk(b"zTXt", b"a\x00\x00" + bomb)), {DRAWN, "unreadable"}
    yield "png_icc_bomb", with_chunk(chunk(b"iCCP", b"a\x00\x00" + bomb)), {DRAWN, "unreadable"}
    yield "png_pixels_bomb", png(chunk(b"IDAT", bomb)), {DRAWN, "unreadable"}
    many = [chunk(b"tEXt", b"a\x00" + CANARY) for _ in range(100_000)]
    yield "png_many_chunks", with_chunk(*many), {DRAWN, "unreadable"}
    jpeg = bytearray(picture())
    at = jpeg.index(b"\xff\xc0") + 5
    jpeg[at : at + 4] = struct.pack(">HH", 65_500, 65_500)
    yield "jpeg_65500x65500", bytes(jpeg), {"size", "unreadable"}
    jpeg[at : at + 4] = struct.pack(">HH", 6_300, 6_300)
    yield "jpeg_much_larger_than_it_is", bytes(jpeg), {DRAWN, "unreadable"}
    yield "jpeg_large", picture(size=(6_000, 6_000)), {DRAWN}
    scans = picture(progressive=True, size=(2_000, 2_000))
    last = scans.rindex(b"\xff\xda")
    yield (
        "jpeg_scan_upon_scan",
        scans[:-2] + scans[last:-2] * 500 + b"\xff\xd9",
        {DRAWN, "unreadable"},
    )


def askew() -> Iterator[Nasty]:
    """Return pictures put together wrongly."""
    yield "png_no_header", PNG + rows() + chunk(b"IEND", b""), {"unreadable"}
    yield "png_ends_first", PNG + chunk(b"IEND", b"") + rows(), {"unreadable"}
    yield "png_two_headers", png(png()[8:33], rows()), {DRAWN, "unreadable"}
    yield "png_no_pixels", png(), {"unreadable"}
    yield (
        "png_wrong_sum",
        png(chunk(b"IDAT", zlib.compress(bytes(200)), crc=1)),
        {DRAWN, "unreadable"},
    )
    yield "png_chunk_without_end", PNG + b"\xff\xff\xff\xffIHDR", {"unreadable"}
    yield "png_no_palette", png(rows(pixel=1), colour=3), {DRAWN, "unreadable"}
    yield "png_unknown_colour", png(rows(), colour=5), {"unreadable"}
    yield "png_unknown_depth", png(rows(), depth=7), {"unreadable"}
    palette = chunk(b"PLTE", bytes(6)) + chunk(b"tRNS", b"\x00\xff")
    yield "png_seen_through", png(palette, rows(pixel=1), colour=3), {DRAWN}
    yield "jpeg_start_only", b"\xff\xd8\xff", {"unreadable"}
    yield "jpeg_start_and_end", b"\xff\xd8\xff\xd9", {"unreadable"}
    yield "jpeg_starts_for_ever", b"\xff\xd8\xff" + b"\xd8\xff" * 9_999, {"unreadable"}
    yield "jpeg_marks_for_ever", b"\xff\xd8" + b"\xff" * 99_999, {"unreadable"}
    yield "jpeg_no_tables", picture().replace(b"\xff\xdb", b"\xff\xef"), {"unreadable"}
    yield "jpeg_no_codes", picture().replace(b"\xff\xc4", b"\xff\xef"), {DRAWN, "unreadable"}
    yield "jpeg_other_coding", picture().replace(b"\xff\xc0", b"\xff\xc9"), {"unreadable", DRAWN}
    for mode in ("CMYK", "L", "YCbCr"):
        out = io.BytesIO()
        Image.new(mode, (90, 60)).save(out, "JPEG")
        yield f"jpeg_{mode}", out.getvalue(), {DRAWN}


FAMILIES = (other_kinds, cut_off, changed, talking, two_in_one, too_much, askew)

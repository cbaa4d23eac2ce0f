"""What a PDF may be built of: what ours are, and nothing else.

A page can look as it was signed here and say something else elsewhere: forms, notes and layers are
drawn by one viewer and not by another, or on paper and not on the screen; scripts act when the file
is opened. No list of such tricks is complete, so the parts our own papers have are listed instead.
Run where no key and no row is known.
"""

from collections.abc import Iterator
from typing import Any

import pikepdf

_TRAILER = {"/ID", "/Info", "/Prev", "/Root", "/Size"}
# A table of contents that is itself a stream shows its own entries beside those of the trailer.
_STREAM = {"/DecodeParms", "/Filter", "/Index", "/Length", "/Type", "/W"}
_CATALOGUE = {
    "/Extensions",
    "/Lang",
    "/MarkInfo",
    "/Metadata",
    "/Names",
    "/PageLayout",
    "/PageMode",
    "/Pages",
    "/StructTreeRoot",
    "/Type",
    "/Version",
    "/ViewerPreferences",
}
_VIEWING = {"/Direction", "/DisplayDocTitle"}
_NAMES = {"/EmbeddedFiles"}
_ATTACHED = {"/AFRelationship", "/Desc", "/EF", "/F", "/Type", "/UF"}
_NODE = {"/Count", "/Kids", "/MediaBox", "/Parent", "/Resources", "/Rotate", "/Type"}
_BOXES = {"/ArtBox", "/BleedBox", "/CropBox", "/TrimBox"}
_PAGE = {"/Contents", "/MediaBox", "/Parent", "/Resources", "/Rotate", "/StructParents", "/Tabs"}
_RESOURCES = {"/ColorSpace", "/Font", "/ProcSet"}
# Never in a paper of ours, wherever they hang. The last two are words for whoever listens to a page,
# or copies from it, in the place of those that are seen.
_NOWHERE = {"/AA", "/Alternates", "/JS", "/OC", "/OCGs", "/OPI", "/ActualText", "/Alt"}
# By which word what was found is told; everything else is told as "other".
_KINDS = {
    "/AA": "action",
    "/AF": "attachment",
    "/AcroForm": "form",
    "/Annots": "note",
    "/JS": "action",
    "/OC": "layer",
    "/OCGs": "layer",
    "/OCProperties": "layer",
    "/OpenAction": "action",
    "/EmbeddedFiles": "attachment",
    "/JavaScript": "action",
    "/XFA": "form",
    "/XObject": "picture",
}
KINDS = frozenset({*_KINDS.values(), "other"})


def strange(document: pikepdf.Pdf, *, attached: str) -> str:
    """Return what kind of thing a PDF holds that none of our papers does; empty if nothing."""
    try:
        found = next(_found(document, attached), "")
    except (pikepdf.PdfError, AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return "other"
    return _KINDS.get(found, "other") if found else ""


def _found(document: pikepdf.Pdf, attached: str) -> Iterator[str]:
    root = document.Root
    yield from _besides(root, _CATALOGUE)
    yield from _besides(root.get("/ViewerPreferences"), _VIEWING)
    yield from _besides(root.get("/Names"), _NAMES)
    yield from _of_attachments(document, attached)
    for page in document.pages:
        yield from _of_page(page.obj)
    yield from _besides(document.trailer, _TRAILER | _STREAM)
    for each in document.objects:
        if isinstance(each, pikepdf.Dictionary | pikepdf.Stream):
            yield from _anywhere(each)


def _besides(found: Any, ours: set[str]) -> Iterator[str]:
    """Return the entries of a dictionary that ours does not have."""
    if found is not None:
        yield from sorted(set(found.keys()) - ours)


def _of_attachments(document: pikepdf.Pdf, attached: str) -> Iterator[str]:
    """One file is attached: the signed text, the same under whichever name it is asked for."""
    there = document.Root.Names.EmbeddedFiles
    names = pikepdf.NameTree(there)
    held = list(names.items())
    if [name for name, _ in held] != [attached]:
        yield "/EmbeddedFiles"
    for _, file in held:
        if set(file.keys()) - _ATTACHED or len({one.objgen for one in file.EF.values()}) != 1:
            yield "/EmbeddedFiles"


def _of_page(page: pikepdf.Object) -> Iterator[str]:
    yield from _besides(page, _PAGE | _BOXES | {"/Type"})
    yield from (box for box in _BOXES if box in page and list(page[box]) != list(page.MediaBox))
    yield from _besides(page.get("/Resources"), _RESOURCES)
    if page.get("/Rotate", 0) != 0:
        yield "/Rotate"
    above = page.get("/Parent")
    while above is not None:
        yield from _besides(above, _NODE)
        yield from _besides(above.get("/Resources"), _RESOURCES)
        above = above.get("/Parent")


def _anywhere(part: pikepdf.Object) -> Iterator[str]:
    """Return what no part of our papers has, and each part that is of a kind ours never is."""
    yield from sorted(set(part.keys()) & _NOWHERE)
    if part.get("/Type") == "/Annot":
        yield "/Annots"
    if part.get("/S") == "/JavaScript":
        yield "/JS"

"""`xiaohu cert verify`: is this document ours and unchanged? Needs a file and a public key."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils.translation import get_language, gettext

from xiaohu.closures import papers
from xiaohu.closures.documents import TYPES
from xiaohu.closures.models import DocumentKind
from xiaohu.ops import comparing
from xiaohu.ops.comparing import ALTERED, Compared, Found
from xiaohu.trail import keys, signing
from xiaohu.trail.signing import SignatureRefused

OK, FAILED, NOT_FOUND, PARTLY = 0, 1, 3, 6
LARGEST = 8 * 1024 * 1024
ATTACHED = "document.jws"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Signed:
    """What a document of ours says, its signature checked."""

    kind: DocumentKind
    said: dict[str, Any]
    token: str


def verify_file(file: Path, *, key: Path | None, say: Say, out: Say) -> int:
    """Say whether a document is valid, page and signature; exit code 1 says it is not."""
    public = key or keys.public_file(keys.DOCUMENTS)
    try:
        known = keys.read_public(public.read_bytes())
        content = _read(file)
        token = read_token(content)
    except (OSError, ValueError) as error:
        say(gettext("cli.verify.unreadable").format(why=str(error)))
        return NOT_FOUND
    try:
        signed = verify_token(token, known)
    except SignatureRefused as refused:
        say(gettext("cli.verify.bad").format(why=refused.params["why"]))
        return FAILED
    if not content.startswith(b"%PDF"):
        return _tell(signed, "cli.verify.signature", keys.key_id(known), out=out, code=OK)
    compared = comparing.compare(content, kind=signed.kind, said=signed.said, token=token)
    return _judged(signed, compared, keys.key_id(known), say=say, out=out)


def verify_token(token: str, known: Ed25519PublicKey) -> Signed:
    """Return what a document says; each kind has its own type.

    Raises:
        SignatureRefused: it is not one of ours, or was altered.
    """
    why = SignatureRefused(why="type")
    for kind, typ in TYPES.items():
        try:
            return Signed(kind, signing.verify_document(token, typ=typ, public_keys=[known]), token)
        except SignatureRefused as refused:
            why = refused if refused.params["why"] != "type" else why
    raise why


def read_token(content: bytes) -> str:
    """Return the signed text of a PDF or of a text file; one that is damaged is no text of ours.

    Raises:
        ValueError: it is neither, or nothing of ours is attached.
    """
    if not content.startswith(b"%PDF"):
        return content.decode("ascii").strip()
    try:
        with pikepdf.open(io.BytesIO(content)) as document:
            if ATTACHED not in document.attachments:
                raise ValueError("no signature attached")
            return _attached(document)
    except pikepdf.PdfError:
        raise ValueError("not a readable PDF") from None


def _attached(document: pikepdf.Pdf) -> str:
    """Return the signed text; nothing where it cannot even be unpacked, which no key verifies."""
    try:
        packed = document.attachments[ATTACHED].get_file().read_bytes()
    except pikepdf.PdfError:
        return ""
    return packed.decode("ascii", errors="replace")


def _read(file: Path) -> bytes:
    if file.stat().st_size > LARGEST:
        raise ValueError("too large")
    return file.read_bytes()


def _judged(signed: Signed, compared: Compared, key: str, *, say: Say, out: Say) -> int:
    if compared.found is Found.SAME:
        return _tell(signed, "cli.verify.good", key, out=out, code=OK, facts=False)
    if compared.found not in ALTERED:
        return _tell(signed, f"cli.verify.{compared.found}", key, out=out, code=PARTLY)
    why = gettext(f"cli.verify.altered.{compared.found}")
    say(why.format(page=compared.page, signed=compared.signed))
    return _tell(signed, "cli.verify.altered", key, out=out, code=FAILED)


def _tell(
    signed: Signed, sentence: str, key: str, *, out: Say, code: int, facts: bool = True
) -> int:
    """Say what it came to, then everything that was signed, so that a person can compare."""
    said = signed.said
    out(
        gettext(sentence).format(
            number=said["number"],
            subject=said.get("line", said["subject"]),
            closed_at=said["closed_at"],
            key=key,
        )
    )
    language = "en" if get_language() == "en" else "zh"
    for name, value in papers.facts(signed.kind, said, language=language) if facts else ():
        out(f"  {name}  {value}")
    return code

"""Is a file a document of ours, and unchanged? Signature first, then the pages; no database."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from xiaohu.closures import comparing, pdf_contents
from xiaohu.closures.comparing import ALTERED, Compared, Found
from xiaohu.closures.documents import TYPES
from xiaohu.closures.models import DocumentKind
from xiaohu.closures.pdf_contents import Contents, NoPdf
from xiaohu.trail import signing
from xiaohu.trail.signing import SignatureRefused

LARGEST = 8 * 1024 * 1024


class Answer(StrEnum):
    """What became of verifying a file."""

    GENUINE = "genuine"  # signature and pages
    SIGNATURE = "signature"  # a signed text without pages
    PARTLY = "partly"  # signature and words; looks or pages could not be compared here
    ALTERED = "altered"  # the signature holds, the pages say something else
    FORGED = "forged"  # what is attached was not signed by us, or was changed
    FOREIGN = "foreign"  # readable, and nothing of ours is attached
    DAMAGED = "damaged"  # cannot be read at all
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Signed:
    """What a document of ours says, its signature checked."""

    kind: DocumentKind
    said: dict[str, Any]
    token: str
    key: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer; what was signed, where anything was; what comparing came to; why not, if so."""

    answer: Answer
    signed: Signed | None = None
    compared: Compared | None = None
    why: str = ""


def judge(content: bytes, *, known: Sequence[Ed25519PublicKey]) -> Judged:
    """Say what a file is. Never raises, whatever bytes are given."""
    if len(content) > LARGEST:
        return Judged(Answer.TOO_LARGE)
    if content.lstrip()[:4] != b"%PDF":
        return _judge_text(content, known)
    try:
        (given,) = pdf_contents.read(content)
    except NoPdf:
        return Judged(Answer.DAMAGED)
    if given.token is None:
        return Judged(Answer.FOREIGN)
    return _judge_pdf(given, given.token, known)


def verify_token(token: str, known: Sequence[Ed25519PublicKey]) -> Signed:
    """Return what a document says; each kind has its own type.

    Raises:
        SignatureRefused: it is not one of ours, or was altered.
    """
    why = SignatureRefused(why="type")
    for kind, typ in TYPES.items():
        try:
            said = signing.verify_document(token, typ=typ, public_keys=known)
            return Signed(kind, said, token, signing.signed_by(token))
        except SignatureRefused as refused:
            why = refused if refused.params["why"] != "type" else why
    raise why


def _judge_text(content: bytes, known: Sequence[Ed25519PublicKey]) -> Judged:
    """Judge what should be a signed text alone."""
    text = content[: signing.LONGEST + 1].strip()
    if not text.isascii() or text.count(b".") != 2:
        return Judged(Answer.FOREIGN)
    try:
        return Judged(Answer.SIGNATURE, verify_token(text.decode(), known))
    except SignatureRefused as refused:
        return Judged(Answer.FORGED, why=str(refused.params["why"]))


def _judge_pdf(given: Contents, token: str, known: Sequence[Ed25519PublicKey]) -> Judged:
    try:
        signed = verify_token(token, known)
    except SignatureRefused as refused:
        return Judged(Answer.FORGED, why=str(refused.params["why"]))
    compared = comparing.compare(given, kind=signed.kind, said=signed.said)
    if compared.found is Found.SAME:
        return Judged(Answer.GENUINE, signed, compared)
    return Judged(Answer.ALTERED if compared.found in ALTERED else Answer.PARTLY, signed, compared)

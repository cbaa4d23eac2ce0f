"""Is a file a document of ours, and unchanged? Signature first, then the pages; no database."""

import json
import re
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
LARGEST_TEXT = 512 * 1024  # as the offline verifiers have it
# How our files begin, whether whole or cut off, as we write them or set out anew by an editor.
_BUNDLE = re.compile(rb'\{\s*"checkpoint"\s*:\s*"xiaohu/')
_KEYS = re.compile(rb'\{\s*"keys"\s*:\s*\[\s*\{\s*"algorithm"\s*:|-----BEGIN PUBLIC KEY-----')


class Answer(StrEnum):
    """What became of verifying a file."""

    GENUINE = "genuine"  # signature and pages
    SIGNATURE = "signature"  # a signed text without pages
    BUNDLE = (
        "bundle"  # the signed text in a bundle; what proves its place in the log is not looked at
    )
    PARTLY = "partly"  # signature and words; looks or pages could not be compared here
    ALTERED = "altered"  # the signature holds, the pages say something else
    FORGED = "forged"  # a key of ours is named, and did not sign this
    OTHER_KEY = "other_key"  # of our form, and signed with a key that never was ours
    MALFORMED = "malformed"  # what is attached is no signed text of our form
    BROKEN_BUNDLE = "broken_bundle"  # a bundle that is not whole
    KEYS = "keys"  # public keys of ours, which are no document
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
    """The answer; what was signed, where anything was; what comparing came to."""

    answer: Answer
    signed: Signed | None = None
    compared: Compared | None = None


_REFUSED = {"unknown_key": Answer.OTHER_KEY, "signature": Answer.FORGED}


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
    """Judge what is no PDF: a signed text alone, a bundle with one in it, or keys."""
    text = content[: LARGEST_TEXT + 1].strip()
    if _KEYS.match(text):
        return Judged(Answer.KEYS)
    if _BUNDLE.match(text):
        return _judge_bundle(text, known)
    if not text.isascii() or text.count(b".") != 2:
        return Judged(Answer.FOREIGN)
    return _judge_token(text.decode(), known, as_=Answer.SIGNATURE)


def _judge_bundle(text: bytes, known: Sequence[Ed25519PublicKey]) -> Judged:
    """Judge the document in a bundle."""
    try:
        token = json.loads(text)["document"]
    except (ValueError, KeyError, RecursionError):
        return Judged(Answer.BROKEN_BUNDLE)
    if not isinstance(token, str):
        return Judged(Answer.BROKEN_BUNDLE)
    return _judge_token(token, known, as_=Answer.BUNDLE)


def _judge_token(token: str, known: Sequence[Ed25519PublicKey], *, as_: Answer) -> Judged:
    """Judge a signed text: `as_` says what it came as, where it is ours."""
    try:
        return Judged(as_, verify_token(token, known))
    except SignatureRefused as refused:
        return Judged(_REFUSED.get(str(refused.params["why"]), Answer.MALFORMED))


def _judge_pdf(given: Contents, token: str, known: Sequence[Ed25519PublicKey]) -> Judged:
    judged = _judge_token(token, known, as_=Answer.SIGNATURE)
    if judged.signed is None:
        return judged
    compared = comparing.compare(given, kind=judged.signed.kind, said=judged.signed.said)
    if compared.found is Found.SAME:
        return Judged(Answer.GENUINE, judged.signed, compared)
    found = Answer.ALTERED if compared.found in ALTERED else Answer.PARTLY
    return Judged(found, judged.signed, compared)

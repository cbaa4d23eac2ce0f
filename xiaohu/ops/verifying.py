"""`xiaohu cert verify`: is this document ours and unchanged? Needs a file and a public key."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
from django.utils.translation import gettext

from xiaohu.closures.documents import TYPES
from xiaohu.trail import keys, signing
from xiaohu.trail.signing import SignatureRefused

OK, FAILED, NOT_FOUND = 0, 1, 3
LARGEST = 8 * 1024 * 1024
ATTACHED = "document.jws"


def verify_file(
    file: Path, *, key: Path | None, say: Callable[[str], None], out: Callable[[str], None]
) -> int:
    """Say whether a document is valid; exit code 1 says it is not."""
    public = key or keys.public_file(keys.DOCUMENTS)
    try:
        known = keys.read_public(public.read_bytes())
        token = read_token(file)
    except (OSError, ValueError) as error:
        say(gettext("cli.verify.unreadable").format(why=str(error)))
        return NOT_FOUND
    said, why = verify_token(token, known)
    if said is None:
        say(gettext("cli.verify.bad").format(why=why))
        return FAILED
    out(
        gettext("cli.verify.good").format(
            number=said["number"],
            subject=said.get("line", said["subject"]),
            closed_at=said["closed_at"],
            key=keys.key_id(known),
        )
    )
    return OK


def verify_token(token: str, known: Any) -> tuple[dict[str, Any] | None, str]:
    """Return what a document says, or None with the reason; each kind has its own type."""
    why = "type"
    for typ in TYPES.values():
        try:
            return signing.verify_document(token, typ=typ, public_keys=[known]), ""
        except SignatureRefused as refused:
            if refused.params["why"] != "type":
                why = str(refused.params["why"])
    return None, why


def read_token(file: Path) -> str:
    """Return the signed text of a PDF or of a text file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is neither, or nothing of ours is attached.
    """
    if file.stat().st_size > LARGEST:
        raise ValueError("too large")
    content = file.read_bytes()
    if not content.startswith(b"%PDF"):
        return content.decode("ascii").strip()
    try:
        with pikepdf.open(file) as document:
            if ATTACHED not in document.attachments:
                raise ValueError("no signature attached")
            return document.attachments[ATTACHED].get_file().read_bytes().decode("ascii")
    except pikepdf.PdfError:
        raise ValueError("not a readable PDF") from None

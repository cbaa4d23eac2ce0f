"""What an officer gives as evidence of something erased by hand: of what kind, and its number."""

import re
from enum import StrEnum

from xiaohu.core.refusals import Refusal

_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,31}")
# A mobile number, an identity document, a card: evidence names none of them.
_PERSONAL = re.compile(
    r"(?<!\d)(86)?1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dX](?!\d)|(?<!\d)\d{19,20}(?!\d)"
)


class EvidenceKind(StrEnum):
    """What shows that something was erased by hand."""

    TICKET = "ticket"
    LOG = "log"
    LETTER = "letter"


class EvidenceRefused(Refusal):
    """The number of an evidence is none, or could be somebody's."""

    code = "EVIDENCE_REFUSED"


def normalise_evidence(raw: str) -> str:
    """Return the number of a ticket, log or letter: capitals, figures and hyphens, nobody's number.

    Raises:
        EvidenceRefused: something else.
    """
    reference = "".join(raw.split()).upper()
    if not _REFERENCE.fullmatch(reference) or _PERSONAL.search(reference):
        raise EvidenceRefused
    return reference

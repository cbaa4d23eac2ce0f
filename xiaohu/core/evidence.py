"""What is given as evidence: of something erased by hand, or of what an authority ordered."""

import re
from enum import StrEnum

from xiaohu.core.refusals import Refusal

_REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9-]{2,31}")
# A mobile number, an identity document, a card: evidence names none of them.
_PERSONAL = re.compile(
    r"(?<!\d)(86)?1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dX](?!\d)|(?<!\d)\d{19,20}(?!\d)"
)


# As authorities number what they write: 〔year〕, a running number and 号, with the organ's short name
# before or within. Nobody's name has that form.
_ORDER = re.compile(
    r"[\u4e00-\u9fff]{0,24}〔(19|20)\d{2}〕[\u4e00-\u9fff]{0,6}\d{0,6}[\u4e00-\u9fff]{0,6}\d{1,6}"
    r"(之\d{1,2})?号"
)
_BRACKETS = str.maketrans("［］[]【】（）()", "〔〕〔〕〔〕〔〕〔〕")


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


def normalise_order(raw: str) -> str:
    """Return the number of an authority's order: as such orders are numbered, or as any evidence.

    Raises:
        EvidenceRefused: something else.
    """
    written = "".join(raw.split()).translate(_BRACKETS)
    if _ORDER.fullmatch(written) and not _PERSONAL.search(written):
        return written
    return normalise_evidence(raw)

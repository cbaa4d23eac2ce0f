"""What an applicant gave beside what is registered: differences for the officer's eyes only."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from xiaohu.core.identity import DocumentKind, eighteen


class Difference(StrEnum):
    """How what was given differs from what is registered."""

    NAME = "name"
    NAME_WRITING = "name_writing"  # only width, spaces, dots or a variant of a character
    DOCUMENT_NUMBER = "document_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """Who a line is registered to."""

    name: str
    document_kind: DocumentKind
    document_number: str


def differences(
    *, name: str, document_number: str, registered: Registered
) -> tuple[Difference, ...]:
    """Return every difference; none means that all of it agrees.

    A first-generation number equals the eighteen characters that took its place.
    """
    found = []
    if name != registered.name:
        same = plain_name(name) == plain_name(registered.name)
        found.append(Difference.NAME_WRITING if same else Difference.NAME)
    if _plain(document_number) not in _numbers(registered):
        found.append(Difference.DOCUMENT_NUMBER)
    return tuple(found)


def _numbers(registered: Registered) -> frozenset[str]:
    number = registered.document_number
    if registered.document_kind is DocumentKind.RESIDENT_ID_15:
        return frozenset({number, eighteen(number)})
    if registered.document_kind is DocumentKind.RESIDENT_ID:
        # Papers from before 2013 show the number without century and check character.
        return frozenset({number, number[:6] + number[8:17]})
    return frozenset({number})


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def plain_name(name: str) -> str:
    """Return a name without width, spaces and dots, each character in its common form."""
    folded = unicodedata.normalize("NFKC", name).translate(_VARIANTS).casefold()
    return "".join(character for character in folded if character.isalnum())


# Characters that registers write in two ways (GB 18030 has both).
_VARIANTS = str.maketrans({"喆": "哲", "㐂": "喜", "𠮷": "吉", "堃": "坤", "昇": "升", "峯": "峰"})

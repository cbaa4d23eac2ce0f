"""Sixty values nobody else has, in all forms a leak could give them, and the search for them in bytes.

Every canary holds one of four marks, so one look for the marks finds them all; which one it was is
told by the bytes around. A mark found beside no canary is a leak as well: somebody cut one short.
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from urllib.parse import quote

from stdnum import luhn

from xiaohu.core.identity import check_character

MARKS = ("金丝雀", "cnry7x", "13000087", "19840229")
PEOPLE = 5
AROUND = 400  # bytes: as long as the longest form of the longest canary


class Door(StrEnum):
    """The way by which a canary comes in."""

    FILE = "file"
    BROWSER = "browser"
    API = "api"
    CALLBACK = "callback"


@dataclass(frozen=True, slots=True)
class Canary:
    """One value and its door."""

    name: str
    value: str
    door: Door


@dataclass(frozen=True, slots=True)
class Holder:
    """One invented holder; each of these values is a canary that comes in by the file."""

    number: str
    iccid: str
    holder_name: str
    document_number: str
    username: str
    contact: str
    account: str  # typed in the browser

    @property
    def of_file(self) -> dict[str, str]:
        """The columns of the export."""
        names = ("number", "iccid", "holder_name", "document_number", "username", "contact")
        return {name: getattr(self, name) for name in names}


def holder(n: int) -> Holder:
    """Return the holder of a place, from 0."""
    body = f"99999919840229{n + 101:03d}"
    account = f"6222001300008780{n + 11}"
    return Holder(
        number=f"13000087{n + 101}",
        iccid=f"8986001300008790{n + 101}",
        holder_name=f"金丝雀{'甲乙丙丁戊'[n]}",
        document_number=body + check_character(body),
        username=f"cnry7x{n + 101}",
        contact=f"cnry7x.mail{n + 101}@example.com",
        account=account + luhn.calc_check_digit(account),
    )


HOLDERS = tuple(holder(n) for n in range(PEOPLE))
# What people type, apart from the accounts above; several of these are kept nowhere at all.
TYPED = {
    "unknown_number": "13000087501",
    "unknown_username": "cnry7xstranger",
    "wrong_password": "cnry7x-password-1",
    "help_search": "13000087502",
    "remark": "帮助里没有写金丝雀备注怎么办",
    "caller_name": "金丝雀来电人",
    "caller_number": "13000087503",
    "complainer": "金丝雀投诉人",
    "complaint_contact": "cnry7x.complaint@example.com",
    "complaint": "投诉：金丝雀投诉内容，请答复。",
    "reason": "因为金丝雀理由不再使用",
    "listed_number": "13000087504",
    "proxy_name": "金丝雀代办",
    "proxy_document": "E13000087",
    "paper_name": "cnry7x-paper.jpg",
    "paper_maker": "cnry7x-camera",
    "paper_words": "cnry7x-words",
    "note": "金丝雀备注：已电话核对",
    "desk_search": "13000087505",
    "desk_username": "cnry7xofficer",
    "agent": "cnry7x-agent",
    "misspelt_account": "622200130000879",
}
SENT = {"ticket_number": "13000087601", "ticket_unsigned": "13000087602"}
CALLED = {
    "payee": "金丝雀收款人",
    "unreadable": "cnry7x-unreadable",
    "forged": "cnry7x-forged",
}


def _all() -> Iterator[Canary]:
    for place, one in enumerate(HOLDERS):
        for name, value in one.of_file.items():
            yield Canary(f"{name}.{place}", value, Door.FILE)
    # The last three holders take their money as it came.
    for place, one in enumerate(HOLDERS[:3]):
        yield Canary(f"account.{place}", one.account, Door.BROWSER)
    for said, door in ((TYPED, Door.BROWSER), (SENT, Door.API), (CALLED, Door.CALLBACK)):
        for name, value in said.items():
            yield Canary(name, value, door)


CANARIES = tuple(_all())
PLANTED = Canary("planted", "13000087999", Door.FILE)  # put there by hand, to try the search


@cache
def forms(text: str) -> tuple[bytes, ...]:
    """Return a text as it may stand in a file: plain, wide, GBK, hexadecimal, base64, quoted, escaped."""
    plain = text.encode()
    found = [plain, text.encode("utf-16-le"), text.encode("utf-16-be"), text.encode("gbk")]
    found += [plain.hex().encode(), plain.hex().upper().encode()]
    found += [quote(text).encode(), quote(text).lower().encode()]
    found += [json.dumps(text)[1:-1].encode(), json.dumps(text)[1:-1].upper().encode()]
    for shift in range(3):
        # What depends on the bytes before and after is left out.
        coded = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
        start, spare = (0, 2, 3)[shift], (len(plain) + shift) % 3
        middle = coded[start : len(coded) - (1 if spare else 0)]
        found += [middle, middle.translate(bytes.maketrans(b"+/", b"-_"))]
    return tuple(dict.fromkeys(found))


def seen(data: bytes) -> set[str]:
    """Return the names of all canaries in some bytes, in whatever form; "?" for a mark beside none."""
    found = set()
    for mark in MARKS:
        for form in forms(mark):
            at = data.find(form)
            while at >= 0:
                around = data[max(0, at - AROUND) : at + AROUND]
                found |= _named(around, mark) or {"?"}
                at = data.find(form, at + AROUND)
    return found


def _named(around: bytes, mark: str) -> set[str]:
    return {
        one.name
        for one in (*CANARIES, PLANTED)
        if mark in one.value and any(form in around for form in forms(one.value))
    }


def plain_in(data: bytes) -> set[str]:
    """Return the names of the canaries a text holds, plainly: for what was just decrypted."""
    if not any(mark.encode() in data for mark in MARKS):
        return set()
    return {one.name for one in CANARIES if one.value.encode() in data}

"""Every notice, N01 to N21: where it is shown or sent, to whom, and what it must contain.

Nothing is ever sent to a number after it was disconnected: the line itself is told only while it
is in service, everything later goes to the contact that outlives it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from xiaohu.core.facts import GroupNetwork, LineFacts, Payer

SMS_LENGTH = 70  # characters of one text with Chinese in it
SMS_LENGTH_LATIN = 160


class Recipient(StrEnum):
    """Who is told."""

    CASE_CONTACT = "case_contact"  # what the applicant named to outlive the line
    REGISTERED_CONTACT = "registered_contact"  # the holder's, as the operator registered it
    LINE = "line"  # the number itself, only while it is in service
    AFFECTED = "affected"  # somebody the closing touches; only the operator knows the address
    ASKER = "asker"  # somebody who asked our people, at the address they gave
    CODE_ADDRESS = "code_address"  # the address a code is to prove


class Channel(StrEnum):
    """How a message goes out."""

    TEXT = "text"
    MAIL = "mail"
    OPERATOR = "operator"  # the operator is asked to pass it on


class Result(StrEnum):
    """Why a message did not arrive."""

    NO_ADDRESS = "no_address"  # none is known, or it was erased
    LINE_CLOSED = "line_closed"  # the number is, or was, that of a closed line
    SAME_ADDRESS = "same_address"  # whoever is there was told already
    CODE_OVER = "code_over"  # the code expired, or nobody is to get it
    REFUSED = "refused"  # the provider said no
    GIVEN_UP = "given_up"  # no answer however often we asked
    UNDELIVERED = "undelivered"  # the provider could not deliver it


class Notice(StrEnum):
    """What a person is told, and when."""

    ENTRY = "entry"
    CONSEQUENCES = "consequences"
    BINDINGS = "bindings"
    BACK_UP = "back_up"
    IDENTITY = "identity"
    BLOCKERS = "blockers"
    CODE = "code"
    PASSWORD_RECOVERED = "password_recovered"  # noqa: S105 - the name of a notice
    SUBMITTED = "submitted"
    IN_REVIEW = "in_review"
    REQUESTED = "requested"
    RETURNED = "returned"
    REMINDED = "reminded"
    REFUSED = "refused"
    APPROVED = "approved"
    POSTPONED = "postponed"
    SOON = "soon"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CHECKS_FAILED = "checks_failed"
    TO_SETTLE = "to_settle"
    CLOSED = "closed"
    SETTLEMENT = "settlement"
    REFUND_FAILED = "refund_failed"
    REFUNDED = "refunded"
    CHARGED_BACK = "charged_back"
    PAYEE_CHANGED = "payee_changed"
    UNCLAIMED = "unclaimed"
    PAYEE_HELD = "payee_held"
    REFUND_STOPPED = "refund_stopped"
    CERTIFICATE = "certificate"
    STATEMENT = "statement"
    DOCUMENT_LINK = "document_link"
    DOCUMENT_REPLACED = "document_replaced"
    DOCUMENT_REVOKED = "document_revoked"
    DONE = "done"
    HELD = "held"
    RESTRICTED = "restricted"
    INVOLUNTARY = "involuntary"
    ANNOUNCED = "announced"
    INVOLUNTARY_STOPPED = "involuntary_stopped"
    INVOLUNTARY_DONE = "involuntary_done"
    AFFECTED_SUBLINES = "affected_sublines"
    AFFECTED_PAYER = "affected_payer"
    AFFECTED_GROUP = "affected_group"
    DECEASED_IN_REVIEW = "deceased_in_review"
    DECEASED_RETURNED = "deceased_returned"
    DECEASED_CLOSED = "deceased_closed"
    DECEASED_REFUNDED = "deceased_refunded"
    DECEASED_DONE = "deceased_done"
    OVERDUE = "overdue"
    COMPLAINT_RECEIVED = "complaint_received"
    COMPLAINT_ANSWERED = "complaint_answered"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRule:
    """One row: number in the catalogue, who is told, what the words must contain.

    `page` names the page that shows it in full. `also` is queued along with it, for those who get
    other words; `after` are recipients who were told by that companion and not twice.
    """

    number: str
    page: str = ""
    to: tuple[Recipient, ...] = ()
    must: tuple[str, ...] = ("ref",)
    also: Notice | None = None
    after: tuple[Recipient, ...] = ()


_CASE = (Recipient.CASE_CONTACT,)
_OLD = (Recipient.REGISTERED_CONTACT, Recipient.LINE)
_ALL = (*_CASE, *_OLD)
_OTHERS = (Recipient.AFFECTED,)
_PROGRESS = "portal:case"
_N = Notice

NOTICES: Mapping[Notice, NoticeRule] = {
    _N.ENTRY: NoticeRule(number="N01", page="portal:home", must=()),
    _N.CONSEQUENCES: NoticeRule(number="N02", page="portal:effects", must=()),
    _N.BINDINGS: NoticeRule(number="N03", page="portal:effects", must=()),
    _N.BACK_UP: NoticeRule(number="N04", page="portal:effects", must=()),
    _N.IDENTITY: NoticeRule(number="N05", page="portal:prove", must=()),
    _N.CODE: NoticeRule(
        number="N05", page="portal:code", to=(Recipient.CODE_ADDRESS,), must=("code", "minutes")
    ),
    _N.PASSWORD_RECOVERED: NoticeRule(number="N05", page="portal:recover", to=_OLD, must=("date",)),
    _N.BLOCKERS: NoticeRule(number="N06", page="portal:checks", must=()),
    _N.CHECKS_FAILED: NoticeRule(number="N06", page="portal:fix", to=_CASE),
    _N.TO_SETTLE: NoticeRule(number="N06", page="portal:fix", to=_CASE),
    _N.SUBMITTED: NoticeRule(
        number="N07", page="portal:submitted", to=_CASE, must=("ref", "date"), also=_N.REQUESTED
    ),
    _N.IN_REVIEW: NoticeRule(
        number="N07", page="portal:submitted", to=_CASE, must=("ref", "date"), also=_N.REQUESTED
    ),
    _N.REQUESTED: NoticeRule(number="N07", page=_PROGRESS, to=_OLD, after=_CASE),
    _N.RETURNED: NoticeRule(number="N08", page="portal:fix", to=_CASE, must=("ref", "date")),
    _N.REMINDED: NoticeRule(number="N08", page="portal:fix", to=_CASE, must=("ref", "date")),
    _N.EXPIRED: NoticeRule(number="N08", page=_PROGRESS, to=_CASE),
    _N.REFUSED: NoticeRule(number="N09", page="portal:refused", to=_CASE, must=("ref", "date")),
    _N.APPROVED: NoticeRule(number="N10", page=_PROGRESS, to=_CASE, must=("ref", "date")),
    _N.POSTPONED: NoticeRule(number="N10", page=_PROGRESS, to=_CASE, must=("ref", "date")),
    _N.SOON: NoticeRule(number="N10", page=_PROGRESS, to=_CASE, must=("ref", "date")),
    _N.WITHDRAWN: NoticeRule(number="N10", page=_PROGRESS, to=_CASE),
    _N.CLOSED: NoticeRule(
        number="N11", page="portal:certificate", to=_CASE, must=("ref", "day", "cert")
    ),
    _N.SETTLEMENT: NoticeRule(number="N12", page=_PROGRESS, must=()),
    _N.REFUNDED: NoticeRule(number="N13", page=_PROGRESS, to=_CASE, must=("ref", "amount")),
    _N.REFUND_FAILED: NoticeRule(number="N13", page="portal:refund", to=_CASE),
    _N.CHARGED_BACK: NoticeRule(number="N13", page=_PROGRESS, to=_CASE),
    _N.PAYEE_CHANGED: NoticeRule(number="N13", page=_PROGRESS, to=_ALL),
    _N.UNCLAIMED: NoticeRule(
        number="N13", page="portal:claim", to=_CASE, must=("ref", "day", "link")
    ),
    # Whoever was told before can stop it, without signing in.
    _N.PAYEE_HELD: NoticeRule(
        number="N13", page="portal:stop_refund", to=_ALL, must=("ref", "link")
    ),
    _N.REFUND_STOPPED: NoticeRule(number="N13", page="portal:refund", to=_CASE),
    _N.CERTIFICATE: NoticeRule(number="N14", page="portal:certificate", must=()),
    _N.STATEMENT: NoticeRule(number="N15", page="portal:pdf", must=()),
    _N.DOCUMENT_LINK: NoticeRule(
        number="N14", page="portal:certificate", to=_CASE, must=("ref", "link")
    ),
    _N.DOCUMENT_REPLACED: NoticeRule(
        number="N14", page="portal:certificate", to=_CASE, must=("ref", "cert")
    ),
    _N.DOCUMENT_REVOKED: NoticeRule(
        number="N14", page="portal:certificate", to=_CASE, must=("ref", "cert")
    ),
    _N.DONE: NoticeRule(number="N15", page=_PROGRESS, to=_CASE),
    _N.HELD: NoticeRule(number="N16", page=_PROGRESS, to=_CASE, must=("ref", "date")),
    _N.RESTRICTED: NoticeRule(number="N17", page="portal:checks", to=_CASE),
    _N.INVOLUNTARY: NoticeRule(
        number="N18", page=_PROGRESS, to=_OLD, must=("ref", "days", "date", "amount")
    ),
    _N.ANNOUNCED: NoticeRule(number="N18", page=_PROGRESS, to=_OLD, must=("ref", "days", "date")),
    _N.INVOLUNTARY_STOPPED: NoticeRule(number="N18", page=_PROGRESS, to=_OLD),
    _N.INVOLUNTARY_DONE: NoticeRule(
        number="N18", page=_PROGRESS, to=(Recipient.REGISTERED_CONTACT,)
    ),
    # Minimum facts: no reference, no name, no number, no reason.
    _N.AFFECTED_SUBLINES: NoticeRule(number="N19", to=_OTHERS, must=("day",)),
    _N.AFFECTED_PAYER: NoticeRule(number="N19", to=_OTHERS, must=("day",)),
    _N.AFFECTED_GROUP: NoticeRule(number="N19", to=_OTHERS, must=("day",)),
    _N.DECEASED_IN_REVIEW: NoticeRule(
        number="N20", page="portal:submitted", to=_CASE, must=("ref", "date"), also=_N.REQUESTED
    ),
    _N.DECEASED_RETURNED: NoticeRule(
        number="N20", page="portal:fix", to=_CASE, must=("ref", "date")
    ),
    _N.DECEASED_CLOSED: NoticeRule(
        number="N20", page="portal:certificate", to=_CASE, must=("ref", "cert")
    ),
    _N.DECEASED_REFUNDED: NoticeRule(
        number="N20", page=_PROGRESS, to=_CASE, must=("ref", "amount")
    ),
    _N.DECEASED_DONE: NoticeRule(number="N20", page=_PROGRESS, to=_CASE),
    _N.OVERDUE: NoticeRule(number="N21", page=_PROGRESS, to=_CASE, must=("ref", "date")),
    _N.COMPLAINT_RECEIVED: NoticeRule(
        number="N07", page="help:answer", to=(Recipient.ASKER,), must=("ref", "date")
    ),
    _N.COMPLAINT_ANSWERED: NoticeRule(number="N09", page="help:answer", to=(Recipient.ASKER,)),
}

# What whoever asks after a death reads in place of the ordinary words.
DECEASED: Mapping[Notice, Notice] = {
    _N.IN_REVIEW: _N.DECEASED_IN_REVIEW,
    _N.RETURNED: _N.DECEASED_RETURNED,
    _N.CLOSED: _N.DECEASED_CLOSED,
    _N.REFUNDED: _N.DECEASED_REFUNDED,
    _N.DONE: _N.DECEASED_DONE,
}

# Days after which somebody is reminded of what was returned to them and is still open.
REMINDED_AFTER_DAYS = (1, 3, 7)

# Whom a closing touches beside its holder, by what the operator says of the line.
AFFECTED: Mapping[Notice, Callable[[LineFacts], bool]] = {
    _N.AFFECTED_SUBLINES: lambda line: line.sublines > 0,
    _N.AFFECTED_PAYER: lambda line: line.payer is not Payer.HOLDER,
    _N.AFFECTED_GROUP: lambda line: line.group_network is not GroupNetwork.NONE,
}

# Every variable of the words, as it looks; a text must fit one message with these.
SAMPLES: Mapping[str, str] = {
    "sign": "示例通信",
    "ref": "XH-2611-7K3M-9Q",
    "code": "123456",
    "minutes": "10",
    "date": "2026-11-26 12:00",
    "day": "2026-11-26",
    "days": "30",
    "cert": "C7K3-M9QX-4T2P",
    "amount": "1,358.00",
    "link": "https://example.com/track",
}


def sent() -> tuple[Notice, ...]:
    """Return the notices that are messages; the others are pages and papers."""
    return tuple(notice for notice, rule in NOTICES.items() if rule.to)


def key(notice: Notice) -> str:
    """Return the key of a notice's words in the message catalogue."""
    return f"sms.{notice.value}"


def together(notice: Notice) -> tuple[Notice, ...]:
    """Return a notice and what is queued along with it."""
    also = NOTICES[notice].also
    return (notice,) if also is None else (notice, also)


def affected(line: LineFacts) -> tuple[Notice, ...]:
    """Return what others are told because a line closes."""
    return tuple(notice for notice, applies in AFFECTED.items() if applies(line))


def told_before(notice: Notice, recipient: Recipient) -> tuple[Recipient, ...]:
    """Return those who were told before somebody, and are not told again at the same address."""
    rule = NOTICES[notice]
    if recipient not in rule.to:
        return rule.after
    return (*rule.after, *rule.to[: rule.to.index(recipient)])


def require_params(notice: Notice, params: Mapping[str, str]) -> None:
    """Refuse a message that could not say what it must, or holds what no message may.

    Raises:
        LookupError: a parameter is missing, or is none of the known ones.
    """
    for one in together(notice):
        missing = set(NOTICES[one].must) - set(params)
        if missing:
            raise LookupError(f"notice {one} lacks {', '.join(sorted(missing))}")
    unknown = set(params) - set(SAMPLES)
    if unknown:
        raise LookupError(f"notice {notice} has unknown {', '.join(sorted(unknown))}")

"""Who may ask for a closing, which papers each shows, and how many people decide.

More is never asked than opening the line asked (GB/T 35273-2020 8.5 c): a profile may ask for
less than this table, never for more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class HolderKind(StrEnum):
    """Whether a line is registered to a person or to an organisation."""

    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"


class ApplicantKind(StrEnum):
    """Who asks: the holder, somebody for the holder, or the operator itself."""

    HOLDER = "holder"
    ORG_HANDLER = "org_handler"  # 经办人
    PROXY = "proxy"  # 受托代办人
    GUARDIAN = "guardian"
    HEIR = "heir"
    LIQUIDATOR = "liquidator"
    OPERATOR = "operator"


class ClosingType(StrEnum):
    """Why a line is closed, as operators file it."""

    VOLUNTARY = "voluntary"
    BULK_ORG = "bulk_org"
    DECEASED = "deceased"
    ARREARS = "arrears"
    UNREGISTERED = "unregistered"
    REGULATOR_ORDER = "regulator_order"
    CONFIRMED_VIOLATION = "confirmed_violation"


class Evidence(StrEnum):
    """A paper an applicant can be asked for."""

    HOLDER_ID = "holder_id"
    APPLICANT_ID = "applicant_id"
    AUTHORISATION = "authorisation"  # states name, matter, scope, term, signature (民法典 165)
    ORG_CERTIFICATE = "org_certificate"  # 营业执照 or another certificate with a USCC
    GUARDIANSHIP = "guardianship"
    DEATH_CERTIFICATE = "death_certificate"
    KINSHIP = "kinship"
    HEIRS_CONSENT = "heirs_consent"
    DISSOLUTION = "dissolution"
    OBJECTION = "objection"  # what a holder shows against a closing the operator started
    PAYEE_ID = "payee_id"  # whoever sends a refund elsewhere shows again who they are


# Pictures of somebody's identity document, kept only with a consent of their own.
PHOTOS = frozenset({Evidence.HOLDER_ID, Evidence.APPLICANT_ID, Evidence.PAYEE_ID})
# Those a request is decided by; what a change of payee rests on ends with that payment instead.
DECIDE = PHOTOS - {Evidence.PAYEE_ID}
# Those that say what is registered as well; the others say something of their own.
COMPARED = frozenset(Evidence) - {Evidence.OBJECTION, Evidence.PAYEE_ID}


class Paid(StrEnum):
    """In whose name money may go back."""

    HOLDER = "holder"
    APPLICANT = "applicant"
    NOBODY = "nobody"  # booked unclaimed: owed to whoever proves to be entitled


@dataclass(frozen=True, slots=True)
class ApplicantRule:
    """One row: the holders it fits, the papers, who may be paid, how many people decide."""

    holders: frozenset[HolderKind]
    evidence: tuple[Evidence, ...]
    paid: Paid
    deciders: int
    basis: str


_PERSON = frozenset({HolderKind.INDIVIDUAL})
_FIRM = frozenset({HolderKind.ORGANISATION})
_E = Evidence

APPLICANTS: Mapping[ApplicantKind, ApplicantRule] = {
    ApplicantKind.HOLDER: ApplicantRule(_PERSON, (), Paid.HOLDER, 1, "工信部令第24号第九条"),
    ApplicantKind.ORG_HANDLER: ApplicantRule(
        _FIRM,
        (_E.ORG_CERTIFICATE, _E.APPLICANT_ID, _E.AUTHORISATION),
        Paid.HOLDER,
        1,
        "工信部令第25号第八条",
    ),
    ApplicantKind.PROXY: ApplicantRule(
        _PERSON,
        (_E.HOLDER_ID, _E.APPLICANT_ID, _E.AUTHORISATION),
        Paid.HOLDER,
        1,
        "工信部令第25号第六条；民法典第一百六十五条",
    ),
    ApplicantKind.GUARDIAN: ApplicantRule(
        _PERSON,
        (_E.APPLICANT_ID, _E.GUARDIANSHIP),
        Paid.APPLICANT,
        2,
        "民法典第二十七条、第三十四条",
    ),
    ApplicantKind.HEIR: ApplicantRule(
        _PERSON,
        (_E.DEATH_CERTIFICATE, _E.APPLICANT_ID, _E.KINSHIP),
        Paid.APPLICANT,
        2,
        "民法典第一千一百二十二条、第一千一百四十七条；个人信息保护法第四十九条",
    ),
    ApplicantKind.LIQUIDATOR: ApplicantRule(
        _FIRM,
        (_E.DISSOLUTION, _E.APPLICANT_ID),
        Paid.APPLICANT,
        2,
        "公司法关于清算的规定",
    ),
    ApplicantKind.OPERATOR: ApplicantRule(
        # The officer who opens such a case is the first of two people.
        _PERSON | _FIRM,
        (),
        Paid.HOLDER,
        1,
        "电信条例第三十四条；运营商服务协议",
    ),
}


def may_apply(*, holder: HolderKind) -> tuple[ApplicantKind, ...]:
    """Return who may ask for a line of such a holder, the operator itself left out."""
    return tuple(
        kind
        for kind, rule in APPLICANTS.items()
        if holder in rule.holders and kind is not ApplicantKind.OPERATOR
    )


def first_asked(*, holder: HolderKind) -> ApplicantKind:
    """Return who is taken to ask until somebody says otherwise."""
    return may_apply(holder=holder)[0]


def paid(kind: ApplicantKind, *, registered: bool) -> Paid:
    """Return in whose name money goes back: in nobody's, where a line is not soundly registered.

    Source: 反电信网络诈骗法 art. 11 and 工信部令第25号: without identity nobody is paid, and what is
    left stays owed.
    """
    return APPLICANTS[kind].paid if registered else Paid.NOBODY


def evidence_needed(
    kind: ApplicantKind,
    *,
    proof_by_paper: bool,
    estate_fen: int,
    consent_above_fen: int,
    asked: tuple[Evidence, ...] | None = None,
) -> tuple[Evidence, ...]:
    """Return the papers a request needs.

    `proof_by_paper` asks a holder for their own document, where the level of proof needs one;
    `asked` are the papers an operator asks for, where it asks for fewer than the table.
    All heirs consent only to a refund above the limit, never to stopping the service.
    """
    papers = APPLICANTS[kind].evidence if asked is None else asked
    if kind is ApplicantKind.HOLDER and proof_by_paper:
        papers = (Evidence.HOLDER_ID,)
    if kind is ApplicantKind.HEIR and estate_fen > consent_above_fen:
        papers = (*papers, Evidence.HEIRS_CONSENT)
    return papers


def closing_type(kind: ApplicantKind) -> ClosingType:
    """Return the type of a closing that an applicant asks for."""
    if kind is ApplicantKind.HEIR:
        return ClosingType.DECEASED
    if kind in {ApplicantKind.ORG_HANDLER, ApplicantKind.LIQUIDATOR}:
        return ClosingType.BULK_ORG
    return ClosingType.VOLUNTARY

"""Proving who one is: proofs of different kinds, as many as the case is worth.

A password is known, a code reaches the SIM, the card's number is read off the card itself, a
service password is checked by the operator, and a paper or a visit is seen by a person. Signing
in twice in the same way proves nothing more. A face is compared by the operator, only where it
offers that, only with a consent of its own, and never as the only way.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.facts import LineFacts, LineStatus
from xiaohu.core.refusals import Refusal

SIGNED_IN, TWO_KINDS, SEEN_BY_A_PERSON = 1, 2, 3
TRIES_A_DAY = 5


class IdentityUnverified(Refusal):
    """One more proof is needed, of another kind than the sign-in; `level` says how far it must go."""

    code = "IDENTITY_UNVERIFIED"


class IdentityLocked(Refusal):
    """Too many proofs failed today; tomorrow, or with the help of a person."""

    code = "IDENTITY_LOCKED"


class ProofKind(StrEnum):
    """What a proof rests on."""

    KNOWN = "known"
    SIM = "sim"
    CARD = "card"
    CONTACT = "contact"
    OPERATOR = "operator"
    SEEN = "seen"
    FACE = "face"


class ProofMethod(StrEnum):
    """How somebody can prove to be who they say."""

    PASSWORD = "password"  # noqa: S105 - the name of a method
    APP = "app"  # signed in at the operator's own app
    REGISTRATION = "registration"  # name and document told to an officer, as registered
    CODE = "code"
    ICCID_TAIL = "iccid_tail"
    REGISTERED_CONTACT = "registered_contact"
    SERVICE_PASSWORD = "service_password"  # noqa: S105 - the name of a method
    DOCUMENT = "document"
    COUNTER = "counter"
    FACE = "face"


KINDS: Mapping[ProofMethod, ProofKind] = {
    ProofMethod.PASSWORD: ProofKind.KNOWN,
    ProofMethod.APP: ProofKind.KNOWN,
    ProofMethod.REGISTRATION: ProofKind.KNOWN,
    ProofMethod.CODE: ProofKind.SIM,
    ProofMethod.ICCID_TAIL: ProofKind.CARD,
    ProofMethod.REGISTERED_CONTACT: ProofKind.CONTACT,
    ProofMethod.SERVICE_PASSWORD: ProofKind.OPERATOR,
    ProofMethod.DOCUMENT: ProofKind.SEEN,
    ProofMethod.COUNTER: ProofKind.SEEN,
    ProofMethod.FACE: ProofKind.FACE,
}

# What the holder can give alone; papers and visits come by way of a person.
ALONE = (ProofMethod.CODE, ProofMethod.ICCID_TAIL, ProofMethod.SERVICE_PASSWORD)
OFFERABLE = (*ALONE, ProofMethod.FACE)  # the last only beside others, where an operator offers it


def needed(
    *, applicant: ApplicantKind, facts: LineFacts | None, large_above_fen: int, other_payee: bool
) -> int:
    """Return the level a request must reach.

    1 where the operator itself asks; 3 where somebody speaks for the holder, the line is not simply in use, the refund is large, or
    money was sent elsewhere after submitting (`other_payee`); else 2.
    """
    if applicant is ApplicantKind.OPERATOR:
        return SIGNED_IN  # Nobody claims to be the holder: notices reach the holder instead.
    if applicant is not ApplicantKind.HOLDER or other_payee:
        return SEEN_BY_A_PERSON
    if facts is None:
        return TWO_KINDS
    if facts.status is not LineStatus.ACTIVE:
        return SEEN_BY_A_PERSON
    return SEEN_BY_A_PERSON if facts.refundable_fen > large_above_fen else TWO_KINDS


def level(proofs: Collection[ProofMethod]) -> int:
    """Return 1 for a sign-in alone, 2 for two kinds, 3 where a person saw papers or the applicant."""
    kinds = {KINDS[proof] for proof in proofs}
    if len(kinds) < TWO_KINDS:
        return SIGNED_IN
    return SEEN_BY_A_PERSON if ProofKind.SEEN in kinds else TWO_KINDS


def offered(
    *,
    given: Collection[ProofMethod],
    status: LineStatus,
    taken: Collection[ProofMethod] = ALONE,
) -> tuple[ProofMethod, ...]:
    """Return the proofs that would add something; a stopped line gets no texts.

    `taken` are those the operator takes.
    """
    have = {KINDS[proof] for proof in given}
    return tuple(
        method
        for method in OFFERABLE
        if method in taken
        and KINDS[method] not in have
        and not (method is ProofMethod.CODE and status is not LineStatus.ACTIVE)
        and not (method is ProofMethod.ICCID_TAIL and status is LineStatus.LOST)
    )

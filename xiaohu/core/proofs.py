"""Proving who one is: a second proof of another kind than the sign-in.

A password is known, a code reaches the SIM, the card's number is read off the card itself.
Signing in twice in the same way proves nothing more.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

from xiaohu.core.checks import LineStatus
from xiaohu.core.refusals import Refusal

LEVEL_FOR_A_CLEAN_LINE = 2
TRIES_A_DAY = 5


class IdentityUnverified(Refusal):
    """One more proof is needed, of another kind than the sign-in."""

    code = "IDENTITY_UNVERIFIED"


class ProofKind(StrEnum):
    """What a proof rests on."""

    KNOWN = "known"
    SIM = "sim"
    CARD = "card"


class ProofMethod(StrEnum):
    """How somebody can prove to be the holder."""

    PASSWORD = "password"  # noqa: S105 - the name of a method
    CODE = "code"
    ICCID_TAIL = "iccid_tail"


KINDS: Mapping[ProofMethod, ProofKind] = {
    ProofMethod.PASSWORD: ProofKind.KNOWN,
    ProofMethod.CODE: ProofKind.SIM,
    ProofMethod.ICCID_TAIL: ProofKind.CARD,
}


def level(proofs: Collection[ProofMethod]) -> int:
    """Return 1 for a sign-in alone, 2 for two proofs of different kinds."""
    return min(2, len({KINDS[proof] for proof in proofs}))


def offered(*, given: Collection[ProofMethod], status: LineStatus) -> tuple[ProofMethod, ...]:
    """Return the proofs that would add something; a stopped line gets no texts."""
    have = {KINDS[proof] for proof in given}
    possible = (ProofMethod.CODE, ProofMethod.ICCID_TAIL)
    return tuple(
        method
        for method in possible
        if KINDS[method] not in have
        and not (method is ProofMethod.CODE and status is not LineStatus.ACTIVE)
    )


def require_level(proofs: Collection[ProofMethod], needed: int) -> None:
    """Pass, or raise `IdentityUnverified`."""
    if level(proofs) < needed:
        raise IdentityUnverified(level=needed)

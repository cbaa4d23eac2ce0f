"""What callbacks said, in memory, weighed by the real rule; and what was left to people."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from uuid import UUID

from tests.faults.rows import Rows
from xiaohu.closures import matching as real
from xiaohu.core import matching
from xiaohu.core.findings import WHERE_MONEY_IS, FindingKind
from xiaohu.core.matching import FOR_PEOPLE, Heard, Match, Outcome, Said
from xiaohu.gateways.protocols import Answer
from xiaohu.queue.models import Effect, EffectState

OPEN = (EffectState.INTENDED.value, EffectState.UNKNOWN.value)


@dataclass
class Hearing:
    """Stands for the inbox, its matching, and the findings of one closing."""

    rows: Rows
    heard: dict[UUID, list[Heard]] = field(default_factory=dict)
    noted: list[tuple[FindingKind, UUID | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.findings = SimpleNamespace(
            is_uncertain=lambda _pk: any(kind in WHERE_MONEY_IS for kind, _ in self.noted),
            note=lambda *, kind, effect_id=None, **_: self.noted.append((kind, effect_id)),
        )

    def hear(self, key: UUID, fen: int, lie: str) -> None:
        """Keep what a callback says of a payment; of one that has ended it is weighed at once."""
        said = Heard(said=Said.PAID, amount_fen=fen, currency="CNY", reference="PAY-1")
        if lie == "amount":
            said = Heard(said=Said.PAID, amount_fen=fen + 1, currency="CNY", reference="PAY-1")
        elif lie == "refused":
            said = Heard(said=Said.REFUSED, reason="account_closed")
        known = self.heard.setdefault(key, [])
        if said not in known:
            known.append(said)
        effect = self.rows.effects[key]
        if effect.state not in OPEN:
            self._weigh_ended(effect)

    def look_sooner(self) -> None:
        """Bring the next look forward, also where people have it already."""
        row = self.rows.row
        unresolved = [
            e for e in self.rows.effects.values() if e.state in OPEN and e.kind == "refund"
        ]
        if unresolved and row.is_open and (row.next_action_at or row.owner):
            row.next_action_at = min(row.next_action_at or self.rows.now, self.rows.now)
            for effect in unresolved:
                effect.misses, effect.missed_at = 0, None

    def weigh(self, effect: Effect, answer: Answer | None, *, lookup: bool) -> Match:
        """Bring all that was said to one outcome."""
        return matching.match(
            amount_fen=self.reserved(effect.pk),
            callbacks=self.heard.get(effect.pk, []),
            answer=real._heard(effect, answer) if answer is not None else None,
            lookup=lookup,
        )

    def note(self, effect: Effect, found: Match, _source: object, **_: object) -> None:
        """Leave it to people."""
        self.noted.append((FindingKind(found.outcome.value), effect.pk))

    def settle(self) -> list[UUID]:
        """Take off what is undecided, and return the payments it was about."""
        about = [key for _, key in self.noted if key is not None]
        self.noted.clear()
        return about

    def reserved(self, effect_id: UUID) -> int:
        """Return what was set aside under an effect."""
        mine = [
            fen for _, credit, fen, e in self.rows.postings if (credit, e) == ("pending", effect_id)
        ]
        return mine[0] if mine else 0

    def _weigh_ended(self, effect: Effect) -> None:
        said = Said.PAID if effect.state == EffectState.DONE.value else Said.REFUSED
        own = Heard(said=said, amount_fen=self.reserved(effect.pk))
        found = matching.match(
            amount_fen=self.reserved(effect.pk),
            callbacks=self.heard[effect.pk],
            answer=own,
            lookup=True,
        )
        if found.outcome in FOR_PEOPLE or found.outcome is Outcome.RETURNED:
            self.noted.append((FindingKind(found.outcome.value), effect.pk))

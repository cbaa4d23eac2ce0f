"""Rows in memory that stand for the database while the real driver runs over them."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import FieldDoesNotExist

from xiaohu.closures.models import Closing
from xiaohu.core.profile import RefundRoute
from xiaohu.core.states import CaseState
from xiaohu.core.steps import Scope, Step
from xiaohu.queue import lease
from xiaohu.queue.lease import LeaseLost
from xiaohu.queue.models import Effect, EffectState
from xiaohu.settlement.models import RefundOrder

START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
Posting = tuple[str, str, int, UUID | None]


class Died(BaseException):
    """A worker's process is gone; nothing it held in memory remains."""


@dataclass
class Folder:
    """What a step reads of the case."""

    scope: str = Scope.LINE.value
    state: str = CaseState.SETTLING.value
    refund_route: str = RefundRoute.ORIGINAL.value
    payee_index: bytes | None = None
    prepared_by: UUID = field(default_factory=uuid4)
    proposed_by_id: UUID | None = None
    decided_by_id: UUID | None = None
    decided_at: datetime | None = None
    review_reasons: tuple[str, ...] = ()


@dataclass
class Row:
    """One closing, with the columns the driver reads and writes."""

    rows: "Rows"
    pk: UUID = field(default_factory=uuid4)
    operator: str = "demo"
    case: Folder = field(default_factory=Folder)
    state: str = CaseState.SETTLING.value
    step: str = Step.COLLECT_BILL.value
    is_open: bool = True
    lease: int = 0
    lease_until: Any = None
    next_action_at: datetime | None = START
    owner: str = ""
    owner_due_at: datetime | None = None
    attempts: int = 0
    trouble: str = ""
    refund_round: int = 0
    disconnected_at: datetime | None = START
    number_free_on: Any = None
    version: str = ""

    def __getattr__(self, name: str) -> Any:
        """Return a column the money does not depend on as a new row has it."""
        try:
            return Closing._meta.get_field(name).get_default()  # type: ignore[union-attr]
        except FieldDoesNotExist:
            raise AttributeError(name) from None

    def save(self, update_fields: tuple[str, ...] | list[str] | None = None) -> None:
        """Write what changed, or everything but the lease's number, as the real row does."""
        stored = self.rows.row
        for name in update_fields or _WRITTEN:
            value = getattr(self, name)
            if name == "lease_until" and not (value is None or isinstance(value, datetime)):
                value = self.rows.now + timedelta(seconds=lease.SECONDS)
            setattr(stored, name, value)


_WRITTEN = (
    "state",
    "step",
    "is_open",
    "next_action_at",
    "owner",
    "owner_due_at",
    "attempts",
    "trouble",
    "refund_round",
)


@dataclass
class Rows:
    """The tables of one closing: itself, its effects, its ledger. Transactions undo themselves."""

    now: datetime = START
    effects: dict[UUID, Effect] = field(default_factory=dict)
    postings: list[Posting] = field(default_factory=list)
    orders: list[RefundOrder] = field(default_factory=list)
    refundable_fen: int | None = None
    claimed: bool = False
    inside: bool = False

    def __post_init__(self) -> None:
        """Begin with one closing that waits for its bill."""
        self.row = Row(self)

    @contextmanager
    def atomic(self, *, durable: bool = True) -> Iterator[None]:
        """Do all or nothing; nobody else runs meanwhile, as under the lock of the row."""
        assert durable
        assert not self.inside
        before = self._copied()
        self.inside = True
        try:
            yield
        except BaseException:
            self.row, self.effects, self.postings, self.orders, rest = before
            self.refundable_fen, self.claimed = rest
            raise
        finally:
            self.inside = False

    def _copied(self) -> tuple[Any, ...]:
        effects = {pk: copy.copy(effect) for pk, effect in self.effects.items()}
        orders = [copy.copy(order) for order in self.orders]
        rest = (self.refundable_fen, self.claimed)
        return self.see(), effects, list(self.postings), orders, rest

    def see(self, _pk: UUID | None = None) -> Row:
        """Return the closing as it is stored."""
        seen = copy.copy(self.row)
        seen.case = copy.copy(self.row.case)
        seen.version = self._version()
        return seen

    def _version(self) -> str:
        """Return something that differs once a row was written."""
        return str([*vars(self.row).items(), *vars(self.row.case).items()][1:])

    def take(self, _model: object, _pk: UUID, *, seconds: int = lease.SECONDS) -> int | None:
        """Take the lease, if nobody holds it."""
        until = self.row.lease_until
        if until is not None and until > self.now:
            return None
        self.row.lease += 1
        self.row.lease_until = self.now + timedelta(seconds=seconds)
        return self.row.lease

    def hold(self, _locking: str, _pk: UUID, held: int) -> tuple[object, ...]:
        """Lock the row for whoever holds the newest lease."""
        assert self.inside
        if self.row.lease != held:
            raise LeaseLost
        return self.row.case.state, self.row.step, self._version()

    def release(self, _model: object, _pk: UUID, held: int) -> None:
        """Give the lease back."""
        if self.row.lease == held:
            self.row.lease_until = None

    def known(self, *, subject_id: UUID, kind: str, round_: int) -> Effect | None:
        """Return the effect an earlier attempt intended."""
        found = [e for e in self.effects.values() if (e.kind, e.round) == (kind, round_)]
        assert len(found) <= 1
        assert all(e.subject_id == subject_id for e in found)
        return copy.copy(found[0]) if found else None

    def keep(self, effect: Effect, **_: object) -> None:
        """Store an effect; stands for its `save`."""
        self.effects[effect.pk] = copy.copy(effect)

    def record(
        self, effect_id: UUID, *, state: EffectState, reference: str = "", reason: str = ""
    ) -> None:
        """Write down what is known of an effect."""
        effect = self.effects[effect_id]
        effect.state, effect.reference, effect.reason = state.value, reference, reason

    def post(self, debit: str, credit: str, fen: int, effect_id: UUID | None = None) -> None:
        """Move money; the same posting twice is what the database's constraints refuse."""
        assert fen > 0
        assert effect_id is None or (debit, credit, effect_id) not in {
            (d, c, e) for d, c, _, e in self.postings
        }
        self.postings.append((debit, credit, fen, effect_id))

    def booked_under(self, effect_id: UUID, account: str) -> int:
        """Return what was ever credited to an account under an effect."""
        mine = [fen for _, c, fen, e in self.postings if (c, e) == (account, effect_id)]
        return sum(mine)

    def standing(self, account: str) -> int:
        """Return what stands on an account."""
        credits_ = sum(fen for _, credit, fen, _ in self.postings if credit == account)
        return credits_ - sum(fen for debit, _, fen, _ in self.postings if debit == account)

"""The money of a closing, in fen. The database itself refuses what does not add up."""

import uuid
from enum import StrEnum

from django.db import models
from django.db.models import F, Q

from xiaohu.core.findings import ONE_PERSON, FindingKind, FindingSource
from xiaohu.core.reconciling import PaymentState
from xiaohu.core.settlement import ItemKind
from xiaohu.settlement.refund_order import RefundOrder as RefundOrder
from xiaohu.settlement.refund_order import UnclaimedMoney as UnclaimedMoney


class Account(StrEnum):
    """Where money of a closing can stand. All of it comes from the operator, who held it."""

    OPERATOR = "operator"
    BALANCE = "balance"
    USAGE = "usage"
    FEES = "fees"
    EXIT_FEE = "exit_fee"
    DEVICE = "device"  # a device's instalments and equipment that is kept
    ARREARS = "arrears"  # earlier bills, set off
    FORFEITED_GIFT = "forfeited_gift"
    REFUND_PENDING = "refund_pending"
    REFUNDED = "refunded"
    UNCLAIMED = "unclaimed"
    WAIVED = "waived"
    CLAIM = "claim"  # what the holder still owes; the operator may ask for it elsewhere
    OPERATOR_COST = "operator_cost"  # billed, and struck off as the operator's own
    SUSPENSE = "suspense"  # came after the account was settled; people decide


def _amounts_not_negative(*names: str) -> Q:
    condition = Q()
    for name in names:
        condition &= Q(**{f"{name}__gte": 0})
    return condition


class BillPart(models.Model):
    """A part of the operator's final bill and the purses it is paid from, as received.

    Parts are numbered as they were asked for; nothing is settled before the last is there.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    closing_id = models.UUIDField()
    number = models.PositiveSmallIntegerField()
    last = models.BooleanField()
    cash_fen = models.BigIntegerField()
    deposit_fen = models.BigIntegerField()
    promotion_fen = models.BigIntegerField()
    gift_fen = models.BigIntegerField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["closing_id", "number"], name="each_part_of_a_bill_once"
            ),
            models.UniqueConstraint(
                fields=["closing_id"], condition=Q(last=True), name="one_last_part_of_a_bill"
            ),
            models.CheckConstraint(
                condition=_amounts_not_negative(
                    "cash_fen", "deposit_fen", "promotion_fen", "gift_fen"
                ),
                name="no_purse_is_negative",
            ),
        ]


class BillItem(models.Model):
    """One item of a part; once settled, what of it was paid, is owed, and the operator bears."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    part = models.ForeignKey(BillPart, on_delete=models.PROTECT, related_name="items")
    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in ItemKind])
    on = models.DateField()
    amount_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField(null=True)
    owed_fen = models.BigIntegerField(null=True)
    borne_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="an_item_asks_for_something"
            ),
            models.CheckConstraint(
                condition=Q(paid_fen=None, owed_fen=None, borne_fen=None)
                | (
                    # Said in full: what is not known to be wrong passes a check.
                    Q(paid_fen__isnull=False, owed_fen__isnull=False, borne_fen__isnull=False)
                    & _amounts_not_negative("paid_fen", "owed_fen", "borne_fen")
                    & Q(amount_fen=F("paid_fen") + F("owed_fen") + F("borne_fen"))
                ),
                name="all_of_an_item_went_somewhere",
            ),
        ]


class Transfer(models.Model):
    """One row is a debit, a credit and an amount: an imbalance cannot be written. Never changed.

    `times` numbers corrections: money can come back more than once.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    closing_id = models.UUIDField(db_index=True)
    debit = models.CharField(max_length=16, choices=[(a.value, a.value) for a in Account])
    credit = models.CharField(max_length=16, choices=[(a.value, a.value) for a in Account])
    amount_fen = models.BigIntegerField()
    effect_id = models.UUIDField(null=True)
    times = models.PositiveSmallIntegerField(default=1, db_default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_fen__gt=0), name="a_transfer_moves_something"
            ),
            models.CheckConstraint(
                condition=~Q(debit=F("credit")), name="a_transfer_goes_somewhere"
            ),
            models.UniqueConstraint(
                fields=["closing_id", "debit", "credit"],
                condition=Q(effect_id=None),
                name="settled_once",
            ),
            models.UniqueConstraint(
                fields=["effect_id", "debit", "credit", "times"], name="each_refund_posted_once"
            ),
        ]


class SettledClosing(models.Model):
    """The amount identity of a closing, which must hold to the fen."""

    closing_id = models.UUIDField(primary_key=True)
    operator = models.CharField(max_length=32)
    opening_fen = models.BigIntegerField()
    usage_fen = models.BigIntegerField()
    fees_fen = models.BigIntegerField()
    exit_fee_fen = models.BigIntegerField()
    device_fen = models.BigIntegerField(default=0)
    arrears_fen = models.BigIntegerField(default=0)
    forfeited_gift_fen = models.BigIntegerField()
    refundable_fen = models.BigIntegerField()
    debt_fen = models.BigIntegerField()
    operator_cost_fen = models.BigIntegerField(default=0)
    refunded_fen = models.BigIntegerField(default=0)
    unclaimed_fen = models.BigIntegerField(default=0)
    waived_fen = models.BigIntegerField(default=0)
    settled_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    @property
    def left_fen(self) -> int:
        """What of the refundable amount is still to find its way."""
        return self.refundable_fen - self.refunded_fen - self.waived_fen - self.unclaimed_fen

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    opening_fen=F("usage_fen")
                    + F("fees_fen")
                    + F("exit_fee_fen")
                    + F("device_fen")
                    + F("arrears_fen")
                    + F("forfeited_gift_fen")
                    + F("refundable_fen")
                ),
                name="the_opening_balance_went_somewhere",
            ),
            models.CheckConstraint(
                condition=_amounts_not_negative(
                    "opening_fen",
                    "usage_fen",
                    "fees_fen",
                    "exit_fee_fen",
                    "device_fen",
                    "arrears_fen",
                    "forfeited_gift_fen",
                    "refundable_fen",
                    "debt_fen",
                    "operator_cost_fen",
                    "refunded_fen",
                    "unclaimed_fen",
                    "waived_fen",
                ),
                name="no_negative_settlement",
            ),
            models.CheckConstraint(
                condition=Q(
                    refundable_fen__gte=F("refunded_fen") + F("waived_fen") + F("unclaimed_fen")
                ),
                name="never_more_than_owed",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None)
                | Q(refundable_fen=F("refunded_fen") + F("waived_fen") + F("unclaimed_fen")),
                name="complete_when_all_is_returned",
            ),
        ]


class Finding(models.Model):
    """One thing about money that a person must decide; what was found is never changed.

    `reference` is the provider's code; `times` counts what happened again after it was decided. Where it takes two people, one proposes with a reason and
    the number of a document as `proof`, and another decides.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    kind = models.CharField(max_length=32, choices=[(k.value, k.value) for k in FindingKind])
    source = models.CharField(max_length=16, choices=[(s.value, s.value) for s in FindingSource])
    reference = models.CharField(max_length=64, blank=True)
    closing_id = models.UUIDField(null=True, db_index=True)
    effect_id = models.UUIDField(null=True, db_index=True)
    ours_fen = models.BigIntegerField(null=True)
    theirs_fen = models.BigIntegerField(null=True)
    times = models.PositiveSmallIntegerField(default=1, db_default=1)
    found_at = models.DateTimeField()
    two_people = models.BooleanField()
    proposal = models.CharField(max_length=16, blank=True)
    why = models.CharField(max_length=24, blank=True)
    proof = models.CharField(max_length=32, blank=True)
    proposed_by_id = models.UUIDField(null=True)
    proposed_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=16, blank=True)
    decided_by_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["operator", "found_at"],
                condition=Q(decided_at=None),
                name="findings_to_decide",
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "operator",
                    "kind",
                    "source",
                    "reference",
                    "closing_id",
                    "effect_id",
                    "theirs_fen",
                    "times",
                ],
                nulls_distinct=False,
                name="each_finding_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decided_by_id=None, decision="")
                | (Q(decided_at__isnull=False, decided_by_id__isnull=False) & ~Q(decision="")),
                name="a_decision_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(proposed_at=None, proposed_by_id=None, proposal="")
                | (Q(proposed_at__isnull=False, proposed_by_id__isnull=False) & ~Q(proposal="")),
                name="a_proposal_says_who_and_when",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None)
                | Q(two_people=False)
                | (
                    Q(proposed_by_id__isnull=False, decision=F("proposal"))
                    & ~Q(decided_by_id=F("proposed_by_id"))
                ),
                name="two_people_decide_a_finding",
            ),
            models.CheckConstraint(
                condition=Q(two_people=False, kind__in=ONE_PERSON)
                | (Q(two_people=True) & ~Q(kind__in=ONE_PERSON)),
                name="a_kind_says_whether_it_takes_two",
            ),
        ]


class StatementPayment(models.Model):
    """A payment as it stands on a statement of the provider; `on` is their day."""

    operator = models.CharField(max_length=32)
    reference = models.CharField(max_length=64)
    key = models.UUIDField(null=True)
    amount_fen = models.BigIntegerField()
    currency = models.CharField(max_length=8)
    state = models.CharField(max_length=16, choices=[(s.value, s.value) for s in PaymentState])
    on = models.DateField()
    read_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["operator", "on"], name="statement_by_day")]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "reference", "state", "key"],
                nulls_distinct=False,
                name="each_row_of_statements_once",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=0), name="a_statement_has_no_negative_amount"
            ),
        ]


class Reconciliation(models.Model):
    """A day's comparison with everybody else: once a day, with what came of it."""

    operator = models.CharField(max_length=32)
    day = models.DateField()
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    compared = models.JSONField(default=dict)
    differences = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "day"], name="one_reconciliation_a_day")
        ]

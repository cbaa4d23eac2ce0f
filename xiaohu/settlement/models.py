"""The money of a closing, in fen. The database itself refuses what does not add up."""

import uuid
from enum import StrEnum

from django.db import models
from django.db.models import F, Q


class Account(StrEnum):
    """Where money of a closing can stand."""

    OPERATOR = "operator"
    BALANCE = "balance"
    USAGE = "usage"
    FEES = "fees"
    EXIT_FEE = "exit_fee"
    FORFEITED_GIFT = "forfeited_gift"
    REFUND_PENDING = "refund_pending"
    REFUNDED = "refunded"
    UNCLAIMED = "unclaimed"


def _amounts_not_negative(*names: str) -> Q:
    condition = Q()
    for name in names:
        condition &= Q(**{f"{name}__gte": 0})
    return condition


class CollectedBill(models.Model):
    """The operator's final bill and the purses it is paid from, as received."""

    closing_id = models.UUIDField(primary_key=True)
    usage_fen = models.BigIntegerField()
    fees_fen = models.BigIntegerField()
    exit_fee_fen = models.BigIntegerField()
    cash_fen = models.BigIntegerField()
    deposit_fen = models.BigIntegerField()
    promotion_fen = models.BigIntegerField()
    gift_fen = models.BigIntegerField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=_amounts_not_negative(
                    "usage_fen",
                    "fees_fen",
                    "exit_fee_fen",
                    "cash_fen",
                    "deposit_fen",
                    "promotion_fen",
                    "gift_fen",
                ),
                name="a_bill_has_no_negative_amount",
            )
        ]


class Transfer(models.Model):
    """One row is a debit, a credit and an amount: an imbalance cannot be written. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    closing_id = models.UUIDField(db_index=True)
    debit = models.CharField(max_length=16, choices=[(a.value, a.value) for a in Account])
    credit = models.CharField(max_length=16, choices=[(a.value, a.value) for a in Account])
    amount_fen = models.BigIntegerField()
    effect_id = models.UUIDField(null=True)
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
                fields=["effect_id", "debit", "credit"], name="each_refund_posted_once"
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
    forfeited_gift_fen = models.BigIntegerField()
    refundable_fen = models.BigIntegerField()
    debt_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField(default=0)
    unclaimed_fen = models.BigIntegerField(default=0)
    settled_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    opening_fen=F("usage_fen")
                    + F("fees_fen")
                    + F("exit_fee_fen")
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
                    "forfeited_gift_fen",
                    "refundable_fen",
                    "debt_fen",
                    "refunded_fen",
                    "unclaimed_fen",
                ),
                name="no_negative_settlement",
            ),
            models.CheckConstraint(
                condition=Q(refundable_fen__gte=F("refunded_fen") + F("unclaimed_fen")),
                name="never_more_than_owed",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None)
                | Q(refundable_fen=F("refunded_fen") + F("unclaimed_fen")),
                name="complete_when_all_is_returned",
            ),
        ]

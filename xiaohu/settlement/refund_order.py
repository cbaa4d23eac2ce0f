"""The order of a refund: the database itself refuses what was not agreed to."""

from django.db import models
from django.db.models import F, Q

from xiaohu.core.ordering import OrderOutcome
from xiaohu.core.profile import RefundRoute
from xiaohu.core.unclaimed import Unclaimed


class RefundOrder(models.Model):
    """A refund before it goes: how much to whom, who prepared it, who agreed, what became of it.

    Without one, or against its newest one, no money of a closing is set aside: triggers see to it,
    and keep the terms of an order from being changed. It was sent under `effect_id`. `amount_fen`
    is empty while nothing is settled, and then nobody can agree. `together_fen` is what the holder
    gets these days and `limit_fen` what may go without another person; `payee` is the blind index
    of account or line, and `identity` the upload by which whoever moved it showed who they are.
    `stop_code` stands in the link sent to whoever was told before.
    """

    id = models.BigAutoField(primary_key=True)
    operator = models.CharField(max_length=32)
    closing_id = models.UUIDField(db_index=True)
    amount_fen = models.BigIntegerField(null=True)
    together_fen = models.BigIntegerField(default=0)
    limit_fen = models.BigIntegerField(default=0)
    route = models.CharField(
        max_length=16, blank=True, choices=[(r.value, r.value) for r in RefundRoute]
    )
    payee = models.BinaryField(null=True)
    moved = models.BooleanField(default=False)
    identity = models.UUIDField(null=True)
    same_payee = models.BooleanField(default=False)
    by_staff = models.BooleanField(default=False)
    deciders = models.PositiveSmallIntegerField(default=1)
    reasons = models.JSONField(default=list)
    needed = models.PositiveSmallIntegerField()
    prepared_by = models.UUIDField()
    first_by = models.UUIDField(null=True)
    first_at = models.DateTimeField(null=True)
    second_by = models.UUIDField(null=True)
    second_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    stop_code = models.CharField(max_length=16, db_index=True)
    created_at = models.DateTimeField()
    outcome = models.CharField(
        max_length=16, blank=True, choices=[(o.value, o.value) for o in OrderOutcome]
    )
    ended_at = models.DateTimeField(null=True)
    effect_id = models.UUIDField(null=True)

    @property
    def waits(self) -> bool:
        """Whether somebody has still to agree, or time to pass."""
        return self.missing > 0 or self.held_until is not None

    @property
    def missing(self) -> int:
        """How many people must still agree."""
        return max(self.needed - sum(by is not None for by in (self.first_by, self.second_by)), 0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["closing_id"], condition=Q(ended_at=None), name="one_order_of_a_refund"
            ),
            models.CheckConstraint(
                condition=(Q(first_by=None) | ~Q(first_by=F("prepared_by")))
                & (Q(second_by=None) | ~Q(second_by=F("prepared_by"))),
                name="nobody_agrees_to_their_own_refund",
            ),
            models.CheckConstraint(
                condition=Q(second_by=None)
                | (Q(first_by__isnull=False) & ~Q(second_by=F("first_by"))),
                name="two_who_agree_are_two",
            ),
            models.CheckConstraint(
                condition=Q(first_by=None, first_at=None)
                | Q(first_by__isnull=False, first_at__isnull=False),
                name="who_agrees_says_when",
            ),
            models.CheckConstraint(
                condition=Q(second_by=None, second_at=None)
                | Q(second_by__isnull=False, second_at__isnull=False),
                name="who_agrees_second_says_when",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=OrderOutcome.SENT.value)
                | (
                    (Q(needed__lt=1) | Q(first_by__isnull=False))
                    & (Q(needed__lt=2) | Q(second_by__isnull=False))
                ),
                name="nothing_is_sent_that_was_not_agreed_to",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen=None)
                | Q(amount_fen__gt=0, amount_fen__lte=F("together_fen")),
                name="an_order_is_about_something",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen=None)
                | Q(needed__gte=1)
                | Q(
                    together_fen__lte=F("limit_fen"),
                    moved=False,
                    same_payee=False,
                    deciders__lte=1,
                ),
                name="what_is_large_or_moved_needs_another_person",
            ),
            models.CheckConstraint(
                condition=Q(amount_fen=None)
                | Q(deciders__lte=1)
                | Q(by_staff=True)
                | Q(needed__gte=2),
                name="who_stands_in_for_a_holder_needs_two",
            ),
            models.CheckConstraint(
                condition=Q(moved=False) | Q(identity__isnull=False),
                name="who_moves_a_refund_showed_who_they_are",
            ),
            models.CheckConstraint(
                condition=Q(effect_id=None) | Q(outcome=OrderOutcome.SENT.value),
                name="what_is_not_sent_has_no_effect",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", ended_at=None)
                | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="an_ended_order_says_how",
            ),
        ]


class UnclaimedMoney(models.Model):
    """Money of a closing nobody could be paid: why, since when, and until when it can be claimed.

    `late_since` says when that day was found to have passed; the money stays where it is.
    """

    closing_id = models.UUIDField(primary_key=True)
    operator = models.CharField(max_length=32)
    reason = models.CharField(max_length=16, choices=[(u.value, u.value) for u in Unclaimed])
    booked_at = models.DateTimeField()
    claim_until = models.DateField()
    late_since = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["operator", "claim_until"], name="unclaimed_by_limit")]

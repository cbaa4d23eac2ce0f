"""The order of a refund that waits: the database itself refuses what was not agreed to."""

from django.db import models
from django.db.models import F, Q

from xiaohu.core.ordering import OrderOutcome
from xiaohu.core.unclaimed import Unclaimed


class RefundOrder(models.Model):
    """A refund that needs somebody's word or is held: who prepared it, who agreed, what became of it.

    Triggers keep money of a closing from going on its way against its newest order, and the terms
    of an order from being changed. `stop_code` stands in the link sent to whoever was told before.
    """

    id = models.BigAutoField(primary_key=True)
    operator = models.CharField(max_length=32)
    closing_id = models.UUIDField(db_index=True)
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
                condition=Q(outcome="", ended_at=None)
                | (~Q(outcome="") & Q(ended_at__isnull=False)),
                name="an_ended_order_says_how",
            ),
        ]


class UnclaimedMoney(models.Model):
    """Money of a closing nobody could be paid: why, since when, and until when it can be claimed."""

    closing_id = models.UUIDField(primary_key=True)
    operator = models.CharField(max_length=32)
    reason = models.CharField(max_length=16, choices=[(u.value, u.value) for u in Unclaimed])
    booked_at = models.DateTimeField()
    claim_until = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["operator", "claim_until"], name="unclaimed_by_limit")]

"""Receipts: what was erased, counted, and that it was tried to be read again."""

from django.db import models


class ErasureReceipt(models.Model):
    """Proof of one closing's erasure: counts and key names, nothing of what was erased."""

    closing_id = models.UUIDField(primary_key=True)
    operator = models.CharField(max_length=32)
    units = models.JSONField()
    counts = models.JSONField()
    erased_at = models.DateTimeField()

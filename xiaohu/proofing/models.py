"""Which proofs were given for a case, and when; never what was typed."""

import uuid

from django.db import models


class Proof(models.Model):
    """One proof of identity given for a case."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_id = models.UUIDField(db_index=True)
    method = models.CharField(max_length=16)
    given_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "method"], name="each_proof_once_for_each_case"
            )
        ]

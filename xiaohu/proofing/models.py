"""Which proofs and consents were given for a case, and when; never what was typed."""

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


class Paper(models.Model):
    """One page of a paper an applicant showed: a picture, sealed under the case's key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_id = models.UUIDField(db_index=True)
    evidence = models.CharField(max_length=24)
    file_id = models.UUIDField(default=uuid.uuid4, editable=False)  # shared by pages of one upload
    box = models.BinaryField()
    added_at = models.DateTimeField()


class Consent(models.Model):
    """A consent of its own: to which words, from when, and until when. Kept as evidence of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    case_id = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=24)
    version = models.CharField(max_length=16)
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "kind"],
                condition=models.Q(withdrawn_at=None),
                name="one_standing_consent_of_each_kind",
            )
        ]

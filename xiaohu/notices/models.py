"""Messages to be sent: which words, about which case, to whom is looked up at sending."""

import uuid
from enum import StrEnum

from django.db import models


class NoticeState(StrEnum):
    """What became of a notice."""

    QUEUED = "queued"
    SENT = "sent"
    NOBODY = "nobody"  # no one to send it to, as for a code asked for by a stranger
    FAILED = "failed"


class QueuedNotice(models.Model):
    """One message; its id is the key under which the provider sends it once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    notice = models.CharField(max_length=32)
    case_id = models.UUIDField(null=True, db_index=True)
    code_id = models.UUIDField(null=True)
    language = models.CharField(max_length=8)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=16, default=NoticeState.QUEUED.value)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_action_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_action_at"],
                condition=models.Q(state="queued"),
                name="notices_to_send",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(case_id__isnull=False) | models.Q(code_id__isnull=False),
                name="a_notice_is_about_something",
            )
        ]

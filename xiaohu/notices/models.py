"""Messages to be sent: which words, about which case, to whom is looked up at sending."""

import uuid
from enum import StrEnum

from django.db import models

from xiaohu.core.notices import Recipient

# Who may be told of something that is neither a case nor a code.
OF_THEIR_OWN = [
    Recipient.ASKER.value,
    Recipient.REGISTERED_CONTACT.value,
    Recipient.LINE.value,
]


class NoticeState(StrEnum):
    """What became of a notice."""

    QUEUED = "queued"
    SENT = "sent"  # the provider took it; whether it arrives is still to be told
    DELIVERED = "delivered"
    NOBODY = "nobody"  # no one to send it to, as for a code asked for by a stranger
    FAILED = "failed"


class QueuedNotice(models.Model):
    """One message to one recipient; its id is the key under which the provider sends it once.

    No address is kept: `subject_id` names the holder or line whose address is looked up at
    sending. `once` names what a message is about where it must not be queued a second time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    notice = models.CharField(max_length=32)
    case_id = models.UUIDField(null=True, db_index=True)
    code_id = models.UUIDField(null=True)
    recipient = models.CharField(
        max_length=20,
        default=Recipient.CASE_CONTACT.value,
        db_default=Recipient.CASE_CONTACT.value,
    )
    subject_id = models.UUIDField(null=True)
    once = models.CharField(max_length=32, default="", db_default="")
    language = models.CharField(max_length=8)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=16, default=NoticeState.QUEUED.value)
    channel = models.CharField(max_length=8, default="", db_default="")
    template = models.CharField(max_length=12, default="", db_default="")
    reference = models.CharField(max_length=64, default="", db_default="")
    result = models.CharField(max_length=16, default="", db_default="")
    attempts = models.PositiveSmallIntegerField(default=0)
    next_action_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    report_due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["next_action_at"],
                condition=models.Q(state="queued"),
                name="notices_to_send",
            ),
            models.Index(
                fields=["report_due_at"],
                condition=models.Q(state="sent"),
                name="notices_without_a_report",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(case_id__isnull=False)
                | models.Q(code_id__isnull=False)
                | models.Q(recipient__in=OF_THEIR_OWN, subject_id__isnull=False),
                name="a_notice_is_about_something",
            ),
            models.UniqueConstraint(
                fields=["case_id", "notice", "recipient", "subject_id", "once"],
                condition=~models.Q(once=""),
                nulls_distinct=False,
                name="told_once_where_once_is_enough",
            ),
        ]


class NoticeTemplate(models.Model):
    """An operator's own words for a notice: never changed, the newest one is in force."""

    id = models.BigAutoField(primary_key=True)
    operator = models.CharField(max_length=32)
    notice = models.CharField(max_length=32)
    channel = models.CharField(max_length=8)
    language = models.CharField(max_length=8)
    version = models.CharField(max_length=12)
    text = models.TextField()
    published_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["operator", "notice", "channel", "language", "-id"],
                name="words_of_an_operator",
            )
        ]

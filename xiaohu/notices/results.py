"""What became of the messages of a batch, written together: one commit for many."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from xiaohu.notices.models import NoticeState

# A report may be there before the answer it belongs to is written: then it stands.
_WRITE = """
UPDATE notices_queuednotice SET
  state = CASE WHEN state = 'queued' THEN %(state)s ELSE state END,
  result = CASE WHEN state = 'queued' THEN %(result)s ELSE result END,
  failed_at = CASE WHEN state = 'queued' THEN %(failed_at)s ELSE failed_at END,
  next_action_at = COALESCE(%(next_action_at)s, next_action_at),
  sent_at = COALESCE(sent_at, %(sent_at)s),
  report_due_at = COALESCE(report_due_at, %(report_due_at)s),
  channel = COALESCE(NULLIF(%(channel)s, ''), channel),
  template = COALESCE(NULLIF(%(template)s, ''), template),
  reference = COALESCE(NULLIF(%(reference)s, ''), reference)
WHERE id = %(id)s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Became:
    """What became of one message; whatever is not said stays as it was."""

    id: UUID
    state: NoticeState
    result: str = ""
    channel: str = ""
    template: str = ""
    reference: str = ""
    sent_at: datetime | None = None
    failed_at: datetime | None = None
    report_due_at: datetime | None = None
    next_action_at: datetime | None = None


def write(became: list[Became]) -> None:
    """Write what became of messages, and empty the list."""
    if not became:
        return
    rows = [
        {**{name: getattr(one, name) for name in Became.__slots__}, "state": one.state.value}
        for one in became
    ]
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.executemany(_WRITE, rows)
    became.clear()

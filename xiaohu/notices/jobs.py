"""The worker's entrance."""

from uuid import UUID

from procrastinate.contrib.django import app

from xiaohu.notices import outbox
from xiaohu.queue import clock


@app.task(name=outbox.TASK)
def send(notice_id: str) -> None:
    """Send one message."""
    outbox.send(UUID(notice_id), now=clock.now())

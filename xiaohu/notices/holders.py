"""Messages to a holder about their sign-in, outside any case."""

from datetime import datetime
from uuid import UUID

from xiaohu.core.calendar import CHINA
from xiaohu.core.notices import NOTICES, Notice, Recipient
from xiaohu.notices.models import QueuedNotice
from xiaohu.registry.models import Line


def password_recovered(*, operator: str, holder_id: UUID, language: str, now: datetime) -> None:
    """Queue the message that another password was set by a code. Call inside a transaction.

    It goes to the registered contact and to one line in service: whoever took over one of them
    does not keep the holder from hearing of it by the other.
    """
    serving = Line.objects.filter(holder_id=holder_id, closed_at=None)
    line = serving.order_by("activated_on", "pk").first()
    subjects = {
        Recipient.REGISTERED_CONTACT: holder_id,
        Recipient.LINE: line.pk if line is not None else None,
    }
    QueuedNotice.objects.bulk_create(
        QueuedNotice(
            operator=operator,
            notice=Notice.PASSWORD_RECOVERED.value,
            recipient=recipient.value,
            subject_id=subjects[recipient],
            language=language,
            params={"date": now.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")},
            next_action_at=now,
            created_at=now,
        )
        for recipient in NOTICES[Notice.PASSWORD_RECOVERED].to
        if subjects[recipient] is not None
    )

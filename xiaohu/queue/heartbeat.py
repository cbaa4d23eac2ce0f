"""A sign of life from each worker, by the database's clock."""

from datetime import timedelta

from django.db.models.functions import Now

from xiaohu.queue.models import Heartbeat

DEAD_AFTER = timedelta(seconds=60)


def beat(name: str) -> None:
    """Say that this worker lives, and forget those long dead."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": Now()})
    Heartbeat.objects.filter(seen_at__lt=Now() - timedelta(days=1)).delete()


def any_alive() -> bool:
    """Say whether a worker was alive within the last minute."""
    return Heartbeat.objects.filter(seen_at__gt=Now() - DEAD_AFTER).exists()

from django.apps import AppConfig


class QueueConfig(AppConfig):
    """Effects, heartbeats and the demo clock."""

    name = "xiaohu.queue"
    label = "queue"

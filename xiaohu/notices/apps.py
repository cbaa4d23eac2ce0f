from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """Messages to people, queued with the change they tell of."""

    name = "xiaohu.notices"
    label = "notices"

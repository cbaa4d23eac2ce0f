from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The officer's pages."""

    name = "xiaohu.desk"
    label = "desk"

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Templates, components, words."""

    name = "xiaohu.ui"
    label = "ui"

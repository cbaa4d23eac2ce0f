from django.apps import AppConfig


class ScreeningConfig(AppConfig):
    """Facts about lines, asked of the operator and kept for the checks."""

    name = "xiaohu.screening"
    label = "screening"

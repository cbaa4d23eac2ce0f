from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Copies of a line's records."""

    name = "xiaohu.exports"
    label = "exports"

from django.apps import AppConfig


class OpsConfig(AppConfig):
    """Health pages."""

    name = "xiaohu.ops"
    label = "ops"

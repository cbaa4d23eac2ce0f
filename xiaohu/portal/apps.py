from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The subscriber's pages."""

    name = "xiaohu.portal"
    label = "portal"

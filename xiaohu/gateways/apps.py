from django.apps import AppConfig


class GatewaysConfig(AppConfig):
    """Adapters, and the inbox of callbacks."""

    name = "xiaohu.gateways"
    label = "gateways"

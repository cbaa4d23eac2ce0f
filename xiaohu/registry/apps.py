from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Operators, policy versions, working days, holders, lines."""

    name = "xiaohu.registry"
    label = "registry"

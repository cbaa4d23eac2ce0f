from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Accounts, sessions, codes and counters."""

    name = "xiaohu.access"
    label = "access"

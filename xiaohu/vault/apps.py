from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Sealed records, in the main database."""

    name = "xiaohu.vault"
    label = "vault"

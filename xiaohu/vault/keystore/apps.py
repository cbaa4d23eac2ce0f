from django.apps import AppConfig


class KeystoreConfig(AppConfig):
    """Wrapped keys and the journal of destroyed ones, in the keystore cluster."""

    name = "xiaohu.vault.keystore"
    label = "keystore"

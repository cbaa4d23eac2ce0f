"""Keys live in one cluster, everything else in the other."""

from typing import Any

from django.db.models import Model

KEYSTORE = "keystore"


class KeystoreRouter:
    """Send the keystore's tables to their own cluster, and keep all others out of it."""

    def db_for_read(self, model: type[Model], **_hints: Any) -> str | None:
        """Return the cluster of a model."""
        return KEYSTORE if model._meta.app_label == KEYSTORE else None

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **_hints: Any) -> bool:
        """Say whether an app's tables belong in a cluster."""
        return (app_label == KEYSTORE) == (db == KEYSTORE)

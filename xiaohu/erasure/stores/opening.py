"""Opening a store: the connector of its kind, with its secret from the environment.

Each connector is loaded where it is needed: most installations need few, and some are heavy.
"""

import os

from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import Connector
from xiaohu.erasure.stores.shape import (
    Database,
    FolderStore,
    ManualStore,
    RedisStore,
    S3Store,
    Store,
    WebhookStore,
)
from xiaohu.vault.root import purpose_key


def connect(name: str, store: Store, *, operator: str) -> Connector | None:
    """Return an open store; None where only people can reach it.

    Raises:
        StoreAway: it does not answer.
        StoresRefused: what is said of it cannot be.
    """
    match store:
        case Database():
            from xiaohu.erasure.stores.relational import Relational

            hash_key = purpose_key(f"stores {operator}")
            return Relational(name, store, secret=_secret(name, store.secret), hash_key=hash_key)
        case RedisStore():
            from xiaohu.erasure.stores.key_value import KeyValue

            return KeyValue(name, store, secret=_secret(name, store.secret))
        case S3Store():
            from xiaohu.erasure.stores.objects import ObjectStorage

            return ObjectStorage(name, store, secret=_secret(name, store.secret))
        case WebhookStore():
            from xiaohu.erasure.stores.webhook import Webhook

            return Webhook(name, store, secret=_secret(name, store.secret))
        case FolderStore():
            from xiaohu.erasure.stores.folder import Folder

            return Folder(name, store, name_key=purpose_key(f"stores folder {operator}"))
        case ManualStore():
            return None


def _secret(name: str, variable: str) -> str:
    secret = os.environ.get(variable, "")
    if not secret:
        raise StoresRefused(field=f"stores.{name}.secret", why=Why.NO_SECRET, value=variable)
    return secret

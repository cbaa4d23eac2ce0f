"""A system that fetches requests from a folder and leaves its answers there, in its own time.

First it is asked how much there is, then to erase it, and what it answers is read back. The name
of a request is a keyed hash, so it tells of nobody; once its answer is read, request and answer are
deleted, and whoever asks later asks anew.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import (
    Connector,
    Flaw,
    Identities,
    StoreAway,
)
from xiaohu.erasure.stores.shape import FolderStore

_FIND, _ERASE = "find", "erase"
_MOST = 2**31 - 1


class Folder(Connector):
    """One folder shared with another system."""

    def __init__(self, name: str, store: FolderStore, *, name_key: bytes) -> None:
        self.name, self.store, self._name_key = name, store, name_key
        self.path = Path(store.path)
        if not os.access(self.path, os.R_OK | os.W_OK | os.X_OK):
            raise StoresRefused(field=f"stores.{name}.path", why=Why.NO_FOLDER, value=store.path)

    def order(self) -> Sequence[str]:
        """Return the datasets as the file lists them."""
        return list(self.store.datasets)

    def flaws(self, *, whole: bool) -> Sequence[Flaw]:  # noqa: ARG002 - a folder says nothing of itself
        """Return nothing: that the folder is there was seen when it was opened."""
        return []

    def found(self, dataset: str, identities: Identities) -> int:
        """Return how much the other side says is there, once it has said so.

        What is left after a request to erase can be read until that is repeated.
        """
        erasing = self._file(dataset, identities, _ERASE).exists()
        action = _ERASE if erasing else _FIND
        answer = self._answer(dataset, identities, action)
        if answer is None:
            self._request(dataset, identities, action)
            raise StoreAway(store=self.name, why=Why.AWAITED)
        if not erasing or answer == 0:
            self._clear(dataset, identities)
        return answer

    def erase(self, dataset: str, identities: Identities, *, key: UUID, until: float) -> int:  # noqa: ARG002 - the other side has its own pace
        """Leave the request to erase; what was answered to an earlier one is asked anew."""
        self._file(dataset, identities, f"{_ERASE}.answer").unlink(missing_ok=True)
        self._request(dataset, identities, _ERASE)
        return 0

    def close(self) -> None:
        """Let go of it: nothing is held."""

    def _request(self, dataset: str, identities: Identities, action: str) -> None:
        """Write a request, whole or not at all, for its two sides alone."""
        kind = self.store.datasets[dataset].identity
        asked = {
            "action": action,
            "dataset": dataset,
            "identity": kind.value,
            "values": list(identities.of(kind)),
        }
        place = self._file(dataset, identities, action)
        unfinished = place.with_suffix(".unfinished")
        unfinished.touch(mode=0o660)
        unfinished.write_text(json.dumps(asked, ensure_ascii=False), encoding="utf-8")
        unfinished.replace(place)

    def _answer(self, dataset: str, identities: Identities, action: str) -> int | None:
        """Return what was answered; None where nothing is yet."""
        place = self._file(dataset, identities, f"{action}.answer")
        try:
            said: Any = json.loads(place.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            said = None
        found = said.get("found") if isinstance(said, dict) else None
        if isinstance(found, bool) or not isinstance(found, int) or not 0 <= found <= _MOST:
            at = f"stores.{self.name}.datasets.{dataset}"
            raise StoresRefused(field=at, why=Why.UNREADABLE_ANSWER, value="found")
        return found

    def _clear(self, dataset: str, identities: Identities) -> None:
        """Delete requests and answers, an answer last: without it a request would be answered again."""
        for action in (_FIND, _ERASE):
            for what in (action, f"{action}.answer"):
                self._file(dataset, identities, what).unlink(missing_ok=True)

    def _file(self, dataset: str, identities: Identities, what: str) -> Path:
        whom = "\0".join(
            (self.name, dataset, *identities.of(self.store.datasets[dataset].identity))
        )
        named = hmac.new(self._name_key, whom.encode(), hashlib.sha256).hexdigest()[:32]
        return self.path / f"{named}.{what}.json"

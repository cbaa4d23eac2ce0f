"""PostgreSQL, MySQL and MariaDB through one connector; order and types come from the catalogue."""

import hashlib
import hmac
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import exc

from xiaohu.erasure.stores import databases
from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.protocol import (
    Connector,
    Flaw,
    Identities,
    StoreAway,
    all_of,
    pause,
)
from xiaohu.erasure.stores.shape import HASHED, Database

_AWAY = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError)


class Relational(Connector):
    """An open database."""

    def __init__(self, name: str, store: Database, *, secret: str, hash_key: bytes) -> None:
        self.name, self.store, self._hash_key = name, store, hash_key
        database = databases.at(name, store, secret=secret)
        with self._speaking():
            self._connection = database.connect()
        try:
            with self._speaking():
                self._queries = database.queries(self._connection)
        except BaseException:
            self.close()
            raise

    def order(self) -> Sequence[str]:
        """Return the datasets, those that refer to others first."""
        return self._queries.catalogue.order

    def flaws(self, *, whole: bool) -> Sequence[Flaw]:
        """Return what is wrong by the database's own catalogue."""
        with self._speaking():
            return self._queries.catalogue.flaws(self._connection, whole=whole)

    def found(self, dataset: str, identities: Identities) -> int:
        """Return how many rows are still to be erased."""
        return self.found_in({dataset: [identities]})[dataset][0]

    def found_in(self, people: Mapping[str, Sequence[Identities]]) -> Mapping[str, Sequence[int]]:
        """Count the rows of one person in all datasets with one statement, of several with one each."""
        if any(len(its) > 1 for its in people.values()):
            return {dataset: self._found_of_each(dataset, its) for dataset, its in people.items()}
        asked = {dataset: its[0] for dataset, its in people.items() if its}
        if not asked:
            return dict.fromkeys(people, ())
        whom = {
            slot: spelt
            for dataset, one in asked.items()
            for slot, spelt in self._queries.whom(dataset, one).items()
        }
        with self._speaking():
            counts = self._connection.execute(self._queries.counts(tuple(asked)), whom).one()
        return dict.fromkeys(people, ()) | {
            dataset: [int(count)] for dataset, count in zip(asked, counts, strict=True)
        }

    def _found_of_each(self, dataset: str, people: Sequence[Identities]) -> Sequence[int]:
        """Count the rows of several with one statement, by what stands in the column that names them."""
        spelt = [self._queries.spelt(dataset, one) for one in people]
        wanted, whom = self._queries.count_of_each(dataset), all_of(people)
        with self._speaking():
            said = self._connection.execute(wanted, self._queries.whom(dataset, whom))
            counts = {value: int(count) for value, count in said}
        return [sum(counts.get(value, 0) for value in values) for values in spelt]

    def erase(self, dataset: str, identities: Identities, *, key: UUID, until: float) -> int:  # noqa: ARG002 - rows are their own key
        """Erase rows, batch by batch; return how many."""
        began, done = time.monotonic(), 0
        with self._speaking():
            while time.monotonic() < until:
                rows = self._erase_some(dataset, identities)
                done += rows
                pause(done, began, self.store.rows_per_second, until)
                if rows < self.store.batch:
                    break  # Whoever calls counts what is left: nobody need look here once more.
        return done

    def close(self) -> None:
        """Give the connection back."""
        self._connection.close()

    def _erase_some(self, dataset: str, identities: Identities) -> int:
        """Pick rows and erase them; what changes them is one statement, a transaction of its own."""
        whom = self._queries.whom(dataset, identities)
        if not self._queries.reads_first(dataset):
            return self._connection.execute(self._queries.change(dataset), whom).rowcount
        rows = self._connection.execute(self._queries.rows(dataset), whom).all()
        if not rows:
            return 0
        change = self._queries.change_of(dataset, rows, hashed=self._hashed)
        return self._connection.execute(change).rowcount

    def _hashed(self, value: str) -> str:
        """Return a keyed hash: the same value gives the same one, and nobody can try values out."""
        return HASHED + hmac.new(self._hash_key, value.encode(), hashlib.sha256).hexdigest()[:32]

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        """Talk to the database; its errors become ours, without what they quote."""
        try:
            yield
        except _AWAY:
            raise StoreAway(store=self.name, why=Why.AWAY) from None
        except exc.IntegrityError:
            raise StoresRefused(field=f"stores.{self.name}", why=Why.STILL_REFERRED_TO) from None
        except exc.SQLAlchemyError:
            raise StoresRefused(field=f"stores.{self.name}", why=Why.NOT_PERMITTED) from None

"""What every connector can: find what is there of somebody, and erase it."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from xiaohu.core.refusals import Refusal
from xiaohu.erasure.stores.file import StoresRefused, Why
from xiaohu.erasure.stores.shape import IdentityKind

CONNECT_SECONDS = 3
CALL_SECONDS = 4
HEALS = frozenset({Why.AWAY, Why.AWAITED})  # why a system fails that nobody need do anything about


class StoreAway(Refusal):
    """A system of the operator does not answer; `why` says in which way."""

    code = "STORE_AWAY"


@dataclass(frozen=True, slots=True)
class Identities:
    """By what somebody is known, each in every spelling; shows nothing of it when printed."""

    values: Mapping[IdentityKind, tuple[str, ...]] = field(repr=False)

    def of(self, kind: IdentityKind | None) -> tuple[str, ...]:
        """Return the spellings of one kind; none where there is none."""
        return self.values.get(kind, ()) if kind is not None else ()


def all_of(people: Iterable[Identities]) -> Identities:
    """Return by what anybody of several is known."""
    values: dict[IdentityKind, tuple[str, ...]] = {}
    for one in people:
        for kind, said in one.values.items():
            values[kind] = values.get(kind, ()) + said
    return Identities(values)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something a system's own catalogue says against a dataset; not every flaw stops erasing."""

    dataset: str
    refused: StoresRefused
    stops: bool = True


class Connector(Protocol):
    """One open system. All calls are bounded; none leaves values in an error."""

    def order(self) -> Sequence[str]:
        """Return the datasets in the order in which they are erased."""

    def flaws(self, *, whole: bool) -> Sequence[Flaw]:
        """Return what is wrong by the system's own word; `whole` looks at everything there is."""

    def found(self, dataset: str, identities: Identities) -> int:
        """Return how much is there that is still to be erased."""

    def found_in(self, people: Mapping[str, Sequence[Identities]]) -> Mapping[str, Sequence[int]]:
        """Return how much is there of each of several in datasets; unless it knows better, one by one."""
        return {
            dataset: [self.found(dataset, one) for one in its] for dataset, its in people.items()
        }

    def erase(self, dataset: str, identities: Identities, *, key: UUID, until: float) -> int:
        """Erase until all is gone or the time (of `time.monotonic`) is over. Harmless to repeat.

        Returns how much went; 0 also where the system does not tell.
        """

    def close(self) -> None:
        """Let go of it."""


def pause(done: int, began: float, per_second: int, until: float) -> None:
    """Wait so long that no more than so many go in a second, and never beyond the time given."""
    due = began + done / per_second
    time.sleep(max(0.0, min(due, until) - time.monotonic()))

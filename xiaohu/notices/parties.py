"""Whom a case concerns. Only the room of cases knows; it says so once all rooms are loaded."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Party:
    """The holder of a case, and its lines that are in service."""

    holder_id: UUID | None = None
    lines: tuple[UUID, ...] = ()


class Cases(Protocol):
    """What the room of cases is asked."""

    def party(self, case_id: UUID) -> Party:
        """Return whom a case concerns."""

    def in_service(self, line_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Return those lines that were not disconnected, each with its holder."""

    def opened_at(self, case_id: UUID) -> datetime | None:
        """Return when a case was opened."""


_known: list[Cases] = []


def register(cases: Cases) -> None:
    """Name the room of cases."""
    _known[:] = [cases]


def cases() -> Cases:
    """Return the room of cases."""
    return _known[0]

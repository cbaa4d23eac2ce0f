"""One field of an export's row: understood, or refused with the reason."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from xiaohu.core.cards import IccidRefused
from xiaohu.core.filings import Purpose
from xiaohu.core.identity import DocumentKind, DocumentRefused, normalise_document
from xiaohu.core.money import AmountRefused, Money
from xiaohu.core.numbers import NumberRefused
from xiaohu.registry.columns import NO, YES
from xiaohu.registry.rows import Flaw, document_flaw

LONGEST = 200
LONGEST_REGION = 32
Fields = Mapping[str, str]
Listed = TypeVar("Listed", bound=StrEnum)
_WHOLE = re.compile(r"[0-9]{1,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class FieldRefused(Exception):
    """A field cannot be understood."""

    def __init__(self, field: str, reason: Flaw) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason


def required(fields: Fields, name: str, longest: int) -> str:
    """Return a field that must not be empty."""
    if not fields[name]:
        raise FieldRefused(name, Flaw.EMPTY)
    if len(fields[name]) > longest:
        raise FieldRefused(name, Flaw.TOO_LONG)
    return fields[name]


def by(normalised: Callable[[str], str], fields: Fields, name: str) -> str:
    """Return a field in the one form the law knows."""
    try:
        return normalised(required(fields, name, LONGEST))
    except NumberRefused as refused:
        raise FieldRefused(name, Flaw(f"NUMBER_{refused.params['flaw']}".upper())) from None
    except IccidRefused as refused:
        raise FieldRefused(name, Flaw(refused.code)) from None


def document(fields: Fields, kind: DocumentKind, today: date) -> str:
    """Return the number of a document of a kind."""
    try:
        return normalise_document(fields["document_number"], kind=kind, today=today)
    except DocumentRefused as refused:
        raise FieldRefused("document_number", document_flaw(refused)) from None


def of(kind: type[Listed], fields: Fields, name: str) -> Listed:
    """Return one of the listed values."""
    try:
        return kind(fields[name])
    except ValueError:
        raise FieldRefused(name, Flaw.NOT_IN_THE_LIST) from None


def maybe(kind: type[Listed], fields: Fields, name: str) -> Listed | None:
    """Return one of the listed values; None for an empty field."""
    return of(kind, fields, name) if fields[name] else None


def flag(fields: Fields, name: str) -> bool:
    """Return yes or no."""
    text = fields[name].lower()
    if text not in YES and text not in NO:
        raise FieldRefused(name, Flaw.NOT_IN_THE_LIST)
    return text in YES


def amount(fields: Fields, name: str) -> int:
    """Return an amount in fen."""
    try:
        fen = _fen(fields[name])
    except AmountRefused:
        raise FieldRefused(name, Flaw.AMOUNT_REFUSED) from None
    if fen < 0:
        raise FieldRefused(name, Flaw.NEGATIVE)
    return fen


@lru_cache(maxsize=4096)
def _fen(text: str) -> int:
    return Money.of_yuan(text).fen


def whole_number(fields: Fields, name: str) -> int:
    """Return a whole number."""
    if not _WHOLE.fullmatch(fields[name]):
        raise FieldRefused(name, Flaw.NOT_A_WHOLE_NUMBER)
    return int(fields[name])


def day(fields: Fields, name: str) -> date:
    """Return a day."""
    found = _day(fields[name])
    if found is None:
        raise FieldRefused(name, Flaw.NOT_A_DATE)
    return found


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def region(fields: Fields, name: str) -> str:
    """Return a region's name; without digits nobody's number or document fits in."""
    text = fields[name]
    if len(text) > LONGEST_REGION or any(character.isdigit() for character in text):
        raise FieldRefused(name, Flaw.NOT_A_REGION)
    return text


def purposes(fields: Fields, name: str) -> tuple[str, ...]:
    """Return approved purposes, each once."""
    found = _purposes(fields[name])
    if found is None:
        raise FieldRefused(name, Flaw.NOT_IN_THE_LIST)
    return found


@lru_cache(maxsize=256)
def _purposes(text: str) -> tuple[str, ...] | None:
    said = set(text.replace(",", " ").replace(";", " ").split())
    return tuple(sorted(said)) if said <= set(Purpose) else None

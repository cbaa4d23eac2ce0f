"""Publishing an operator's rules, and reading those in force."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from django.db import transaction

from xiaohu.core import profile_cases, profile_reading
from xiaohu.core.actors import Actor
from xiaohu.core.calendar import WorkingCalendar
from xiaohu.core.profile import Profile, ProfileRefused
from xiaohu.core.profile_cases import ProfileCase
from xiaohu.core.refusals import Refusal
from xiaohu.registry import calendars
from xiaohu.registry.models import Operator, PolicyVersion
from xiaohu.trail import events


class NoPolicy(Refusal):
    """The operator has not published any rules yet."""

    code = "NO_POLICY"


class VersionTaken(Refusal):
    """Another document was published under this version; a version never changes."""

    code = "VERSION_TAKEN"


class NotSignedOff(Refusal):
    """The profile is an example: nobody at the operator has confirmed it."""

    code = "NOT_SIGNED_OFF"


class UnknownVersion(Refusal):
    """The operator has published no such version."""

    code = "UNKNOWN_VERSION"


@dataclass(frozen=True, slots=True)
class Draft:
    """A profile as read from a file, with its test cases; `own` are those it states itself."""

    profile: Profile
    cases: tuple[ProfileCase, ...]
    own: int


def read(toml: str) -> Draft:
    """Return the profile and test cases of a TOML text.

    Raises:
        ProfileRefused: names the field and why.
    """
    own = _parsed(toml)
    whole = profile_reading.resolve(own, _shipped_document)
    profile = profile_reading.parse_profile(whole)
    return Draft(profile, profile_cases.read(whole), len(own.get(profile_reading.CASES, ())))


def problems(toml: str) -> tuple[ProfileRefused, ...]:
    """Return everything that is wrong with the rules of a TOML text."""
    try:
        whole = profile_reading.resolve(_parsed(toml), _shipped_document)
    except ProfileRefused as refused:
        return (refused,)
    found = profile_reading.problems(whole)
    if found:
        return found
    try:
        profile_cases.read(whole)
    except ProfileRefused as refused:
        return (refused,)
    return ()


def untested(draft: Draft) -> tuple[ProfileRefused, ...]:
    """Return what its test cases leave open: there are none, a gap, or one that fails."""
    return tuple(
        profile_cases.problems(draft.profile, draft.cases, calendar_of(draft), own=draft.own)
    )


def calendar_of(draft: Draft) -> WorkingCalendar:
    """Return the official days of the years its test cases speak of."""
    years = {case.accepted_at.year for case in draft.cases if case.accepted_at is not None}
    return calendars.of_library(*sorted(years | {year + 1 for year in years}))


def require_signed_off(profile: Profile) -> None:
    """Pass, or raise `NotSignedOff` for an example nobody has confirmed."""
    if profile.unconfirmed:
        raise NotSignedOff(key=profile.key, version=profile.version)


def shipped(name: str) -> str:
    """Return the TOML text of a profile that comes with the service, its test cases included.

    Test cases stand in a file beside it, or below the rules: they are tables of the same document.
    """
    return "\n".join(
        file.read_text(encoding="utf-8")
        for file in (_FOLDER / f"{name}.toml", _FOLDER / f"{name}.tests.toml")
        if file.is_file()
    )


_FOLDER = files("xiaohu.registry") / "profiles"


def shipped_names() -> tuple[str, ...]:
    """Return the names of the profiles that come with the service."""
    found = (file.name.removesuffix(".toml") for file in _FOLDER.iterdir())
    return tuple(sorted(name for name in found if "." not in name))


def _shipped_document(name: str) -> Mapping[str, Any] | None:
    return tomllib.loads(shipped(name)) if name in shipped_names() else None


def _parsed(toml: str) -> dict[str, Any]:
    try:
        return tomllib.loads(toml)
    except tomllib.TOMLDecodeError as broken:
        raise ProfileRefused(field="TOML", why="unreadable", value=str(broken)[:80]) from None


@transaction.atomic(durable=True)
def publish(*, operator: str, toml: str, actor: Actor, now: datetime) -> PolicyVersion:
    """Put a profile in force from now on; cases already open stay with theirs.

    Publishing the same document again changes nothing.

    Raises:
        ProfileRefused: unlawful, unreadable or untested.
        VersionTaken: the version exists with another content.
    """
    draft = read(toml)
    for refused in untested(draft):
        raise refused
    profile = draft.profile
    document = profile_reading.canonical(profile)
    digest = hashlib.sha256(document).hexdigest()
    Operator.objects.update_or_create(
        key=operator, defaults={"name_zh": profile.names.zh, "name_en": profile.names.en}
    )
    earlier = PolicyVersion.objects.filter(operator_id=operator, version=profile.version).first()
    if earlier is not None:
        # Read as today: a release that lets rules say more leaves what they said as it was.
        if profile_reading.stored(earlier.document) != profile:
            raise VersionTaken(version=profile.version)
        return earlier
    published = PolicyVersion.objects.create(
        operator_id=operator,
        version=profile.version,
        sha256=digest,
        document=json.loads(document),
        published_at=now,
    )
    events.record(
        operator=operator,
        actor=actor,
        action="publish_policy",
        case_id=None,
        evidence={
            "version": profile.version,
            "sha256": digest,
            "cases": str(len(draft.cases)),
        },
        now=now,
    )
    return published


def operators() -> list[str]:
    """Return the operators that have published rules."""
    return list(Operator.objects.order_by("key").values_list("key", flat=True))


def in_force(operator: str) -> PolicyVersion:
    """Return the version new cases are opened under.

    Raises:
        NoPolicy: nothing was published.
    """
    latest = (
        PolicyVersion.objects.filter(operator_id=operator)
        .order_by("-published_at")
        .only("pk", "version", "operator_id", "published_at")
        .first()
    )
    if latest is None:
        raise NoPolicy
    return latest


def versions(operator: str) -> list[PolicyVersion]:
    """Return every version of an operator, newest first."""
    return list(PolicyVersion.objects.filter(operator_id=operator).order_by("-published_at"))


def version(operator: str, name: str) -> PolicyVersion:
    """Return one version of an operator.

    Raises:
        UnknownVersion: it was never published.
    """
    found = PolicyVersion.objects.filter(operator_id=operator, version=name).first()
    if found is None:
        raise UnknownVersion(version=name[:16])
    return found


@lru_cache(maxsize=64)
def profile(policy_id: UUID) -> Profile:
    """Return the rules of a version; it never changes, so it is read once."""
    return profile_reading.stored(PolicyVersion.objects.get(pk=policy_id).document)


def current(operator: str) -> Profile:
    """Return the rules in force."""
    return profile(in_force(operator).pk)


def any_in_force(operator: str) -> bool:
    """Say whether an operator has published rules at all."""
    return PolicyVersion.objects.filter(operator_id=operator).exists()

"""Publishing an operator's rules, and reading those in force."""

import hashlib
import json
import tomllib
from datetime import datetime
from functools import lru_cache
from importlib.resources import files
from uuid import UUID

from django.db import transaction

from xiaohu.core.actors import Actor
from xiaohu.core.profile import Profile, ProfileRefused, canonical, parse_profile
from xiaohu.core.refusals import Refusal
from xiaohu.registry.models import Operator, PolicyVersion
from xiaohu.trail import events


class NoPolicy(Refusal):
    """The operator has not published any rules yet."""

    code = "NO_POLICY"


class VersionTaken(Refusal):
    """Another document was published under this version; a version never changes."""

    code = "VERSION_TAKEN"


def read(toml: str) -> Profile:
    """Return the profile of a TOML text.

    Raises:
        ProfileRefused: names the field and why.
    """
    try:
        return parse_profile(tomllib.loads(toml))
    except tomllib.TOMLDecodeError as broken:
        raise ProfileRefused(field="TOML", why=str(broken)) from None


def shipped(name: str) -> str:
    """Return the TOML text of a profile that comes with the service."""
    return (files("xiaohu.registry") / "profiles" / f"{name}.toml").read_text(encoding="utf-8")


@transaction.atomic(durable=True)
def publish(*, operator: str, toml: str, actor: Actor, now: datetime) -> PolicyVersion:
    """Put a profile in force from now on; cases already open stay with theirs.

    Publishing the same document again changes nothing.

    Raises:
        ProfileRefused: unlawful or unreadable.
        VersionTaken: the version exists with another content.
    """
    profile = read(toml)
    document = canonical(profile)
    digest = hashlib.sha256(document).hexdigest()
    Operator.objects.update_or_create(
        key=operator, defaults={"name_zh": profile.names.zh, "name_en": profile.names.en}
    )
    earlier = PolicyVersion.objects.filter(operator_id=operator, version=profile.version).first()
    if earlier is not None:
        if earlier.sha256 != digest:
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
        evidence={"version": profile.version, "sha256": digest},
        now=now,
    )
    return published


def in_force(operator: str) -> PolicyVersion:
    """Return the version new cases are opened under.

    Raises:
        NoPolicy: nothing was published.
    """
    latest = (
        PolicyVersion.objects.filter(operator_id=operator)
        .order_by("-published_at")
        .only("pk", "version", "operator_id")
        .first()
    )
    if latest is None:
        raise NoPolicy
    return latest


@lru_cache(maxsize=64)
def profile(policy_id: UUID) -> Profile:
    """Return the rules of a version; it never changes, so it is read once."""
    return parse_profile(PolicyVersion.objects.get(pk=policy_id).document)


def current(operator: str) -> Profile:
    """Return the rules in force."""
    return profile(in_force(operator).pk)


def any_in_force(operator: str) -> bool:
    """Say whether an operator has published rules at all."""
    return PolicyVersion.objects.filter(operator_id=operator).exists()

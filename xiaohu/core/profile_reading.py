"""From a parsed TOML document to a profile: what it extends filled in, every problem named."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from xiaohu.core import profile_law
from xiaohu.core.profile import Profile, ProfileRefused, SourceTag
from xiaohu.core.ways_out import OwnPage

Document = Mapping[str, Any]
Parent = Callable[[str], Document | None]

CASES = "tests"
# What a profile says of itself is never taken over from another.
OWN = frozenset(
    {
        "key",
        "version",
        "extends",
        "unconfirmed",
        "sign_off",
        "names",
        "contact",
        "brand",
        "links",
        CASES,
    }
)
LONGEST_SHOWN = 40

# What a profile might try to say and the law forbids to any: the reason is the law, not a typo.
FORBIDDEN = {
    "reason_required": "reason_required",
    "balance_blocks": "balance_blocks",
    "face_only": "face",
    "face": "face",
}
SHAPES = {
    "missing": "missing",
    "extra_forbidden": "unknown_key",
    "enum": "unknown_value",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "string_too_short": "empty",
    "too_short": "empty",
    "string_too_long": "too_long",
    "string_pattern_mismatch": "wrong_form",
}
LIMITS = {
    ("review.working_days", "too_large"): "review_days",
    ("refund.working_days", "too_large"): "refund_days",
    ("cooling_off.days", "too_large"): "cooling_days",
    ("number.quarantine_days", "too_small"): "quarantine_days",
    ("fees.closing_fen", "too_large"): "closing_is_free",
    ("gift.rule", "unknown_value"): "gift_as_cash",
    **{(f"links.{page}", "wrong_form"): "not_https" for page in OwnPage},
}


def parse_profile(document: Document) -> Profile:
    """Return the profile of a document that is whole.

    Raises:
        ProfileRefused: names the first field that is wrong, and why.
    """
    read = _shaped(document)
    refused = read if isinstance(read, tuple) else profile_law.problems(read)
    if isinstance(read, tuple) or refused:
        raise refused[0]
    return read


def problems(document: Document) -> tuple[ProfileRefused, ...]:
    """Return everything that is wrong with a document that is whole."""
    read = _shaped(document)
    return read if isinstance(read, tuple) else profile_law.problems(read)


def stored(document: Document) -> Profile:
    """Return a published version: lawful when published, whatever the law asks of new ones."""
    sources = {
        path: source if isinstance(source, Mapping) else {"tag": SourceTag.OURS, "text": source}
        for path, source in document["provenance"].items()
    }
    return Profile.model_validate({**document, "provenance": sources})


def canonical(profile: Profile) -> bytes:
    """Return the one form of a profile that is hashed and stored."""
    document = profile.model_dump(mode="json")
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def resolve(document: Document, parent: Parent, *, seen: frozenset[str] = frozenset()) -> Document:
    """Return a document with everything filled in from what it extends, its test cases included.

    A figure stated anew needs a source of its own: the source of the old one is not taken over.

    Raises:
        ProfileRefused: it extends something unknown, or itself.
    """
    name = document.get("extends")
    if not isinstance(name, str):
        return document
    if name in seen:
        raise ProfileRefused(field="extends", why="extends_itself", value=_short(name))
    base = parent(name)
    if base is None:
        raise ProfileRefused(field="extends", why="unknown_parent", value=_short(name))
    whole = resolve(base, parent, seen=seen | {name})
    inherited = {key: value for key, value in whole.items() if key not in OWN}
    sources = {
        path: source
        for path, source in whole.get("provenance", {}).items()
        if not _states(document, path)
    }
    merged = _merged({**inherited, "provenance": sources}, document)
    extends = f"{whole.get('key')}@{whole.get('version')}"
    return {**merged, "extends": extends, CASES: _cases(whole, document)}


def _merged(base: Document, own: Document) -> dict[str, Any]:
    merged = dict(base)
    for key, value in own.items():
        under = merged.get(key)
        both = isinstance(under, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(under, value) if both and isinstance(under, Mapping) else value
    return merged


def _states(document: Document, path: str) -> bool:
    value: Any = document
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return False
        value = value[name]
    return True


def _cases(whole: Document, own: Document) -> list[Any]:
    """Return the cases of both; one of the same name takes the other's place."""
    mine = list(own.get(CASES, []))
    names = {case.get("name") for case in mine if isinstance(case, Mapping)}
    return [case for case in whole.get(CASES, []) if case.get("name") not in names] + mine


def _shaped(document: Document) -> Profile | tuple[ProfileRefused, ...]:
    data = {key: value for key, value in document.items() if key != CASES}
    try:
        return Profile.model_validate(data)
    except ValidationError as refused:
        return refusals(refused, data)


def refusals(refused: ValidationError, data: object, *, at: str = "") -> tuple[ProfileRefused, ...]:
    """Return what is wrong with the shape of a document, field by field."""
    return tuple(
        _refusal(error, data, at)
        for error in refused.errors(include_url=False, include_input=False)
    )


def _refusal(error: ErrorDetails, data: object, at: str) -> ProfileRefused:
    where = [str(part) for part in error["loc"] if part != "[key]"]
    field, context = ".".join(filter(None, (at, *where))), error.get("ctx", {})
    value = _short(_value(data, error["loc"]))
    return ProfileRefused(
        field=field,
        why=_why(error["type"], field, where, value),
        value=value,
        limit=context.get("ge", context.get("le", context.get("max_length", ""))),
        allowed=str(context.get("expected", "")).replace("'", "").replace(" or ", ", "),
    )


def _why(kind: str, field: str, where: list[str], value: str) -> str:
    """Return the reason of a refusal, the law's where there is one."""
    why = SHAPES.get(kind, "wrong_kind")
    if why == "unknown_key":
        return FORBIDDEN.get(where[-1], why)
    if why == "unknown_value" and value in FORBIDDEN:
        return FORBIDDEN[value]
    if why == "unknown_value" and where[0] in {"checks", "choices"} and len(where) == 2:
        return "unknown_check"
    return LIMITS.get((field, why), why)


def _value(data: Any, path: tuple[int | str, ...]) -> object:
    for part in path:
        if part == "[key]":
            return path[-2]
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return ""
    return data


def _short(value: object) -> str:
    return (
        value[:LONGEST_SHOWN]
        if isinstance(value, str)
        else ""
        if value is None
        else str(value)[:LONGEST_SHOWN]
    )

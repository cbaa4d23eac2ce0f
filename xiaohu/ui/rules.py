"""An operator's rules in words: each version as a list, and what changes between two of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, gettext

from xiaohu.closures import adopting, queries
from xiaohu.closures.models import Case
from xiaohu.core.money import Money
from xiaohu.core.profile import Bilingual, Profile
from xiaohu.core.profile_rules import Change, Clause, Codes, Rule, Said, changes, rules
from xiaohu.registry import policies
from xiaohu.registry.models import PolicyVersion
from xiaohu.ui.templatetags.words import source, yuan

# The part of a path before its first dot, in the order of the page, under these headings.
SECTIONS: Mapping[str, str] = {
    "checks": "checks",
    "proof": "proof",
    "documents": "proof",
    "applicants": "proof",
    "review": "timing",
    "cooling_off": "timing",
    "calendar": "timing",
    "fees": "money",
    "refund": "money",
    "gift": "money",
    "number": "after",
    "restricted": "after",
    "retention": "after",
    "arrears_closing": "operator",
    "involuntary": "operator",
    "notices": "operator",
    "contact": "contact",
}


@dataclass(frozen=True, slots=True)
class Section:
    """Rules under one heading."""

    name: str
    sentences: list[str]


@dataclass(frozen=True, slots=True)
class Version:
    """One published version, and what it changed."""

    version: str
    sha256: str
    published_at: datetime
    changes: list[str]
    is_first: bool


@dataclass(frozen=True, slots=True)
class News:
    """Rules that came into force while a draft was being filled in."""

    version_id: UUID
    was: str
    now: str
    published_at: datetime
    changes: list[str]


def sections(profile: Profile) -> list[Section]:
    """Return every rule of a profile in words, under headings."""
    found: dict[str, list[str]] = {name: [] for name in SECTIONS.values()}
    for path, rule in rules(profile).items():
        found[SECTIONS[path.partition(".")[0]]].append(in_words(rule))
    return [Section(name, sentences) for name, sentences in found.items() if sentences]


def differences(old: Profile, new: Profile) -> list[str]:
    """Return what changes for a subscriber, one sentence each."""
    return [_change(change) for change in changes(old, new)]


def log(operator: str) -> list[Version]:
    """Return every version of an operator with what it changed, newest first."""
    found = policies.versions(operator)
    earlier = [*found[1:], None]
    return [_version(made, before) for made, before in zip(found, earlier, strict=True)]


def news_of(case: Case) -> News | None:
    """Return the rules a draft has not been asked about, or nothing."""
    latest = adopting.newer(case)
    if latest is None:
        return None
    was = queries.profile_of(case)
    return News(
        version_id=latest.pk,
        was=was.version,
        now=latest.version,
        published_at=latest.published_at,
        changes=differences(was, policies.profile(latest.pk)),
    )


def in_words(rule: Rule) -> str:
    """Return one rule in the reader's language."""
    return gettext(rule.key).format(**{name: _said(value) for name, value in rule.params.items()})


def _version(made: PolicyVersion, before: PolicyVersion | None) -> Version:
    changed = differences(policies.profile(before.pk), policies.profile(made.pk)) if before else []
    return Version(made.version, made.sha256, made.published_at, changed, before is None)


def _change(change: Change) -> str:
    # A check is named bare, since its heading says what it is; among changes there is no heading.
    check = change.path.startswith("checks.")
    before = in_words(change.before) if change.before else ""
    after = in_words(change.after) if change.after else ""
    if not before:
        return gettext("change.check.added" if check else "change.added").format(after=after)
    if not after:
        return gettext("change.check.removed" if check else "change.removed").format(before=before)
    return gettext("change.check.changed" if check else "change.changed").format(
        before=before, after=after
    )


def _said(value: Said) -> str:
    match value:
        case Codes():
            return _listed(gettext(f"{value.prefix}{code}") for code in value.codes)
        case Clause():
            return source(value.basis)
        case Money():
            return yuan(value.fen)
        case Bilingual():
            return value.read(get_language() or "zh-hans")
        case tuple():
            return _listed(str(number) for number in value)
        case _:
            return str(value)


def _listed(words: Iterable[str]) -> str:
    parts = list(words)
    if get_language() == "en":
        return "; ".join(parts) if any("," in part for part in parts) else ", ".join(parts)
    return ("；" if any("，" in part for part in parts) else "、").join(parts)

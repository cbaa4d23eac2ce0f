"""Articles as files: one question each, the answer in the first paragraph.

`articles/<language>/<slug>.md` is for everybody; `articles/operators/<profile key>/<language>/` holds
an operator's own, which take the place of a file of the same name or stand beside the others. The
head of a file says where it belongs; figures in the text are names in braces, filled in from the
rules in force, so that no article can promise another number than they do.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from xiaohu.access.codes import VALID_MINUTES
from xiaohu.core.assistance import COMPLAINT_DAYS
from xiaohu.core.exports import DOWNLOADS, KEPT
from xiaohu.core.profile import MAX_REVIEW_WORKING_DAYS, Profile
from xiaohu.core.retention import FOLDER_KEPT_DAYS, Category, rules_with
from xiaohu.core.review import APPEAL_DAYS
from xiaohu.help.rendering import plain

FOLDER = Path(__file__).parent / "articles"
LANGUAGES: Mapping[str, str] = {"zh-hans": "zh", "en": "en"}
MOST_ASKED = 6
_FIGURE = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"[0-9+]")
_AFTER_BRACKET = re.compile(r"） (?=[\u4e00-\u9fff])")
_MARKS = re.compile(r"([\\`*_\[\]<>#|])")
_HEAD = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)


class Topic(StrEnum):
    """Steps of the journey, in the order of the page."""

    BEFORE = "before"
    APPLYING = "applying"
    SPECIAL = "special"
    MONEY = "money"
    AFTER = "after"
    PRIVACY = "privacy"
    TROUBLE = "trouble"


class ArticleFaulty(Exception):
    """A file cannot be read as an article: says which and why."""


@dataclass(frozen=True, slots=True)
class Article:
    """One question. `variants` are articles for special situations; `also` are words people use."""

    slug: str
    title: str
    topic: Topic
    order: int
    most_asked: int
    updated: date
    variants: tuple[str, ...]
    also: str
    text: str

    @property
    def answer(self) -> str:
        """The first paragraph: the answer itself."""
        return self.text.partition("\n\n")[0]

    @property
    def said(self) -> str:
        """The answer without marks, for lists."""
        return plain(self.answer)

    @property
    def rest(self) -> str:
        """What follows the answer: detail, then steps."""
        return self.text.partition("\n\n")[2]


def of(profile: Profile, language: str) -> dict[str, Article]:
    """Return every article for an operator's people, figures filled in, in the order of the page."""
    return _filled(profile.key, LANGUAGES.get(language, "zh"), _as_pairs(profile, language))


def figures(profile: Profile, language: str) -> dict[str, str]:
    """Return what an article may name in braces."""
    kept = rules_with(
        {category: (own.months, own.basis) for category, own in profile.retention.items()}
    )
    call = _call(profile.contact.hotline.read(language), language)
    return {
        "call": call,
        "Call": call[0].upper() + call[1:],
        "operator": profile.names.read(language),
        "hotline": profile.contact.hotline.read(language),
        "hours": profile.contact.hours.read(language),
        "complaint": profile.contact.complaints(language),
        "review_days": str(profile.review.working_days),
        "longest_review_days": str(MAX_REVIEW_WORKING_DAYS),
        "code_minutes": str(VALID_MINUTES),
        "cooling_days": str(profile.cooling_off.days),
        "refund_days": str(profile.refund.working_days),
        "reissue_days": str(profile.number.quarantine_days),
        "unpaid_days": str(profile.arrears_closing.unpaid_days),
        "suspended_days": str(profile.arrears_closing.suspended_days),
        "appeal_days": str(APPEAL_DAYS),
        "complaint_days": str(COMPLAINT_DAYS),
        "copy_hours": str(KEPT // timedelta(hours=1)),
        "copy_downloads": str(DOWNLOADS),
        "folder_days": str(FOLDER_KEPT_DAYS),
        "identity_months": str(kept[Category.REGISTRATION_IDENTITY].months),
        "refund_proof_years": str(kept[Category.REFUND_PROOF].months // 12),
        "trail_years": str(kept[Category.CLOSING_TRAIL].months // 12),
        "review_above": str(profile.refund.review_above_fen // 100),
        "heirs_above": str(profile.refund.heirs_consent_above_fen // 100),
    }


def _call(hotline: str, language: str) -> str:
    """Return how to say that somebody should call, also where the hotline is no number."""
    if _NUMBER.match(hotline):
        return f"call {hotline}" if language == "en" else f"致电 {hotline}"
    return f"call the hotline ({hotline})" if language == "en" else f"致电客服热线（{hotline}）"


def names_in(text: str) -> set[str]:
    """Return the figures a text names."""
    return set(_FIGURE.findall(text))


def files(key: str, language: str) -> dict[str, Path]:
    """Return the files an operator's people read: everybody's, and its own in their place."""
    own = FOLDER / "operators" / key / language
    found = sorted((FOLDER / language).glob("*.md")) + sorted(own.glob("*.md"))
    return {path.stem: path for path in found}


def read(path: Path) -> Article:
    """Read one file.

    Raises:
        ArticleFaulty: it has no head, or one that lacks something.
    """
    parts = _HEAD.match(path.read_text(encoding="utf-8"))
    if parts is None:
        raise ArticleFaulty(f"{path.name}: no head")
    said = dict(_lines(parts[1]))
    try:
        return Article(
            slug=path.stem,
            title=said["title"],
            topic=Topic(said["topic"]),
            order=int(said["order"]),
            most_asked=int(said.get("most_asked", 0)),
            updated=date.fromisoformat(said["updated"]),
            variants=tuple(said.get("variants", "").split()),
            also=said.get("also", ""),
            text=parts[2].strip(),
        )
    except (KeyError, ValueError) as wrong:
        raise ArticleFaulty(f"{path.name}: {wrong}") from None


def _lines(head: str) -> Iterator[tuple[str, str]]:
    for line in head.splitlines():
        name, _, value = line.partition(":")
        yield name.strip(), value.strip()


def _as_pairs(profile: Profile, language: str) -> tuple[tuple[str, str], ...]:
    return tuple(figures(profile, language).items())


@lru_cache(maxsize=32)
def _filled(key: str, language: str, pairs: tuple[tuple[str, str], ...]) -> dict[str, Article]:
    values = dict(pairs)
    found = [_with_figures(read(path), values) for path in files(key, language).values()]
    topics = list(Topic)
    found.sort(key=lambda one: (topics.index(one.topic), one.order, one.slug))
    return {article.slug: article for article in found}


def _with_figures(article: Article, values: Mapping[str, str]) -> Article:
    unknown = names_in(article.title + article.text) - set(values)
    if unknown:
        raise ArticleFaulty(f"{article.slug}: unknown {', '.join(sorted(unknown))}")
    return Article(
        slug=article.slug,
        title=_FIGURE.sub(lambda found: values[found[1]], article.title),
        topic=article.topic,
        order=article.order,
        most_asked=article.most_asked,
        updated=article.updated,
        variants=article.variants,
        also=article.also,
        text=_AFTER_BRACKET.sub(
            "）", _FIGURE.sub(lambda found: _MARKS.sub(r"\\\1", values[found[1]]), article.text)
        ),
    )

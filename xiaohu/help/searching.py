"""Search without an engine: a few dozen articles fit in memory, and their order can be explained.

Chinese is cut into pairs of characters, so that no word list is needed; English into words without
their endings; particles such as 了, 的 and 吗 part words and are none. Full-width letters and digits count as plain ones, and capitals as small letters. A
word weighs more the fewer articles have it, and more in a title than in an answer than in the rest.
An article is an answer if it has enough of the weight of what was asked; with less it is near.
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from xiaohu.help import meanings
from xiaohu.help.articles import Article
from xiaohu.help.rendering import plain

LONGEST = 60
ENOUGH = 0.3  # of the weight of what was asked
SHOWN = 8
NEAREST = 3
IN_TITLE, IN_ANSWER, IN_REST = 4.0, 2.0, 1.0
_RUNS = re.compile(r"(?:(?![了的吗呢吧啊呀嘛])[\u3400-\u9fff])+|[a-z0-9]+")
_ENDINGS = ("ations", "ation", "ings", "ing", "ied", "ies", "ed", "es", "s", "e")
_FILLING = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "be",
        "can",
        "do",
        "does",
        "for",
        "from",
        "how",
        "i",
        "if",
        "in",
        "is",
        "it",
        "me",
        "my",
        "of",
        "on",
        "or",
        "the",
        "to",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "you",
        "your",
        "怎么",
        "什么",
        "么办",
        "可以",
        "如何",
        "哪些",
        "为什",
        "能不",
        "不能",
    ]
)


@dataclass(frozen=True, slots=True)
class Found:
    """Articles that answer, best first; else those that are near it, else those of like words."""

    answers: tuple[Article, ...] = ()
    near: tuple[Article, ...] = ()
    alike: tuple[Article, ...] = ()


@dataclass(frozen=True, slots=True)
class Index:
    """Where each piece stands, and how strongly: piece, then article, then weight."""

    articles: tuple[Article, ...]
    weights: Mapping[str, Mapping[int, float]]

    def rarity(self, piece: str) -> float:
        """Return how much a piece says: what stands nowhere says most."""
        return math.log(1 + (len(self.articles) + 1) / (len(self.weights.get(piece, ())) + 0.5))


def search(articles: Sequence[Article], asked: str, *, others: Sequence[Article] = ()) -> Found:
    """Return what answers a question; `others` are the same articles in the other language.

    Words of the other language find what its article says, and show the reader's own.
    """
    index = _index(tuple(articles), tuple(others))
    said, meant = meanings.in_our_words(folded(asked[:LONGEST]))
    known = [piece for piece in pieces(meant) if piece in index.weights]
    wanted = list(dict.fromkeys([*pieces(said), *known]))
    total = sum(index.rarity(piece) for piece in wanted)
    scores: dict[int, float] = {}
    shares: dict[int, float] = {}
    for piece in wanted:
        rarity = index.rarity(piece)
        for at, weight in index.weights.get(piece, {}).items():
            scores[at] = scores.get(at, 0) + rarity * weight
            shares[at] = shares.get(at, 0) + rarity / total
    ranked = sorted(scores, key=lambda at: (-scores[at], at))
    answers = [index.articles[at] for at in ranked if shares[at] >= ENOUGH]
    if answers:
        return Found(tuple(answers[:SHOWN]))
    if ranked:
        return Found(near=tuple(index.articles[at] for at in ranked[:NEAREST]))
    return Found(alike=_alike(index, asked))


def of_ours(articles: Sequence[Article], asked: str, *, others: Sequence[Article] = ()) -> str:
    """Return those pieces of a question that stand in our own articles: none of them is somebody's."""
    known = _index(tuple(articles), tuple(others)).weights
    ours = [piece for piece in pieces(asked[:LONGEST]) if piece in known]
    return " ".join(piece for piece in ours if not any(sign.isdigit() for sign in piece))


def pieces(text: str) -> list[str]:
    """Return pairs of Chinese characters and stems of words, each once, without what fills."""
    found: dict[str, None] = {}
    for run in _RUNS.findall(folded(text)):
        found |= dict.fromkeys(_of_run(run))
    telling = [piece for piece in found if piece not in _FILLING]
    return telling or list(found)


def folded(text: str) -> str:
    """Return a text with full-width and capital letters made plain."""
    return unicodedata.normalize("NFKC", text).casefold()


def stem(word: str) -> str:
    """Return an English word without its ending: closing, closed and close are one."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def _of_run(run: str) -> list[str]:
    if run.isascii():
        return [stem(run)] if run not in _FILLING else [run]
    if len(run) == 1:
        return [run]
    return [run[at : at + 2] for at in range(len(run) - 1)]


@lru_cache(maxsize=16)
def _index(articles: tuple[Article, ...], others: tuple[Article, ...]) -> Index:
    weights: dict[str, dict[int, float]] = {}
    place_of = {article.slug: at for at, article in enumerate(articles)}
    for article in (*articles, *(other for other in others if other.slug in place_of)):
        at = place_of[article.slug]
        for text, weight in _fields(article):
            for piece in {*_every(text), *pieces(text)}:
                place = weights.setdefault(piece, {})
                place[at] = max(place.get(at, 0.0), weight)
    return Index(articles, weights)


def _fields(article: Article) -> tuple[tuple[str, float], ...]:
    return (
        (f"{article.title} {article.also}", IN_TITLE),
        (plain(article.answer), IN_ANSWER),
        (plain(article.rest), IN_REST),
    )


def _every(text: str) -> set[str]:
    """Return single Chinese characters too: somebody may ask with one."""
    return {sign for sign in folded(text) if "\u3400" <= sign <= "\u9fff"}


def _alike(index: Index, asked: str) -> tuple[Article, ...]:
    """Return the articles that share at least single characters in their titles."""
    signs = _every(asked)
    shared = {at: len(signs & _every(one.title)) for at, one in enumerate(index.articles)}
    ranked = sorted((at for at, count in shared.items() if count), key=lambda at: -shared[at])
    return tuple(index.articles[at] for at in ranked[:NEAREST])

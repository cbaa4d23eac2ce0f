"""An export of invented people, the same for the same seed.

Numbers come from 13000000000–13000099999; the county code 999999 of the documents does not
exist; every name says 示例. The first few lines are those a newcomer meets first.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from xiaohu.core.identity import check_character
from xiaohu.core.money import Money
from xiaohu.core.refusals import Refusal
from xiaohu.registry.rows import COLUMNS

FIRST_NUMBER = 13000000001
MOST_LINES = 99_998
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
GIVEN = ("示例", "例甲", "例乙", "例丙", "例丁")
PRODUCTS = ("外呼套餐 59 元", "外呼套餐 129 元", "企业外呼卡", "商务语音 39 元")
_COUNTY = "999999"


class TooManyLines(Refusal):
    """The range of test numbers holds fewer."""

    code = "TOO_MANY_LINES"


@dataclass(frozen=True, slots=True)
class Story:
    """What is special about one of the first lines."""

    about: str
    cash_fen: int = 12640
    deposit_fen: int = 0
    promotion_fen: int = 0
    gift_fen: int = 0
    points: int = 0
    arrears_fen: int = 0
    unbilled_fen: int = 0
    contract_days: int = 0
    status: str = "active"


STORIES = (
    Story("clean", gift_fen=2000, points=860),
    Story("large_refund", cash_fen=135_800, deposit_fen=20_000, gift_fen=5000, unbilled_fen=640),
    Story("arrears", cash_fen=0, arrears_fen=3820),
    Story("contract", contract_days=200),
    Story("stopped", status="stopped"),
    Story("empty", cash_fen=0),
)


def write(*, path: Path, lines: int, seed: int, today: date) -> None:
    """Write an export of so many lines.

    Raises:
        TooManyLines: more than the range of test numbers holds.
    """
    if not 0 < lines <= MOST_LINES:
        raise TooManyLines(most=MOST_LINES)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(COLUMNS))
        writer.writeheader()
        writer.writerows(_lines(lines, random.Random(seed), today))  # noqa: S311 - invented data


def _lines(count: int, chance: random.Random, today: date) -> Iterator[dict[str, str]]:
    person = 0
    person_row = _person(1, chance)
    for index in range(count):
        if index <= len(STORIES) or chance.random() < 0.85:
            person += 1
            person_row = _person(person, chance)
        story = STORIES[index] if index < len(STORIES) else _story(chance)
        yield {**person_row, **_line(index, story, chance, today)}


def _person(number: int, chance: random.Random) -> dict[str, str]:
    # Each thousand people has its own span of birth dates, so that no document comes twice.
    born = date(1960, 1, 1) + timedelta(days=number // 1000 * 137 + chance.randrange(137))
    body = f"{_COUNTY}{born:%Y%m%d}{number % 1000:03d}"
    return {
        "holder_name": chance.choice(SURNAMES) + chance.choice(GIVEN),
        "document_kind": "resident_id",
        "document_number": body + check_character(body),
        "username": f"demo{number:05d}",
        "contact": f"demo{number:05d}@example.com",
    }


def _line(index: int, story: Story, chance: random.Random, today: date) -> dict[str, str]:
    ends = today + timedelta(days=story.contract_days) if story.contract_days else None
    return {
        "number": str(FIRST_NUMBER + index),
        "iccid": f"898601{chance.randrange(10**7):07d}{index:07d}",
        "subscription_id": f"SUB{index + 1:08d}",
        "product": PRODUCTS[index % len(PRODUCTS)],
        "status": story.status,
        "activated_on": (today - timedelta(days=90 + chance.randrange(1500))).isoformat(),
        "cash_yuan": Money(story.cash_fen).yuan(),
        "deposit_yuan": Money(story.deposit_fen).yuan(),
        "promotion_yuan": Money(story.promotion_fen).yuan(),
        "gift_yuan": Money(story.gift_fen).yuan(),
        "points": str(story.points),
        "contract_end_on": ends.isoformat() if ends else "",
        "exit_fee_yuan": "60.00" if ends else "0.00",
        "arrears_yuan": Money(story.arrears_fen).yuan(),
        "unbilled_yuan": Money(story.unbilled_fen).yuan(),
    }


def _story(chance: random.Random) -> Story:
    """Return an ordinary line: most are clean, some owe, some are bound or stopped."""
    kind = chance.random()
    return Story(
        "ordinary",
        cash_fen=chance.randrange(0, 30_000) if kind > 0.08 else 0,
        gift_fen=chance.choice((0, 0, 1000, 2000)),
        points=chance.randrange(2000),
        arrears_fen=chance.randrange(100, 9000) if kind < 0.05 else 0,
        contract_days=chance.randrange(1, 400) if kind > 0.95 else 0,
        status="stopped" if 0.05 < kind < 0.09 else "active",
    )

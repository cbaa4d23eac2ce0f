"""An export of invented people and firms, the same for the same seed.

Numbers come from 13000000000–13000099999; the county code 999999 of the documents does not
exist; every name says 示例. The first few lines are those a newcomer meets first.
"""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from stdnum.cn import uscc

from xiaohu.core import cells
from xiaohu.core.identity import check_character
from xiaohu.core.money import Money
from xiaohu.core.refusals import Refusal
from xiaohu.registry.columns import EVERY, OPTIONAL
from xiaohu.registry.demo_stories import DISSOLVED, MINOR, STORIES, VARIETY, Story, Who

FIRST_NUMBER = 13000000001
MOST_LINES = 99_998
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张"
GIVEN = ("示例", "例甲", "例乙", "例丙", "例丁")
PRODUCTS = ("外呼套餐 59 元", "外呼套餐 129 元", "企业外呼卡", "商务语音 39 元")
TRADES = ("科技", "商贸", "物流", "教育", "传媒")
REGIONS = ("浙江省", "广东省", "四川省", "北京市", "全国")
FILED = ("customer_service", "after_sales notification", "survey", "appointment")
OUTBOUND = "外呼"
_COUNTY = "999999"
_LINES_OF_A_FIRM = (1, 1, 2, 3, 5, 8, 12, 20, 40)
_CLEAN_THOUGH_SAID = frozenset(name for name in OPTIONAL if name.startswith("filing")) | {"esim"}


class TooManyLines(Refusal):
    """The range of test numbers holds fewer."""

    code = "TOO_MANY_LINES"


def write(*, path: Path, lines: int, seed: int, today: date) -> None:
    """Write an export of so many lines.

    Raises:
        TooManyLines: more than the range of test numbers holds.
    """
    if not 0 < lines <= MOST_LINES:
        raise TooManyLines(most=MOST_LINES)
    with path.open("w", encoding="utf-8", newline="") as file:
        cells.write_row(file, EVERY)
        for row in rows(lines, seed=seed, today=today):
            cells.write_row(file, (row[name] for name in EVERY))


def rows(count: int, *, seed: int, today: date) -> Iterator[dict[str, str]]:
    """Return the rows of an export; where numbers end is for the caller to know."""
    chance = random.Random(seed)  # noqa: S311 - invented data
    number, holder = 0, dict[str, str]()
    for index, story in zip(range(count), _stories(chance), strict=False):
        if not story.same:
            number += 1
            holder = _holder(number, story.who, chance, today)
        yield {**dict.fromkeys(EVERY, ""), **holder, **_line(index, story, chance, today)}


def is_clean(row: Mapping[str, str]) -> bool:
    """Say whether nothing stands in the way of a person's line, and there is money to give back."""
    plain = row["status"] == "active" and row["document_kind"] == "resident_id"
    owes = row["arrears_yuan"] != "0.00" or row["unbilled_yuan"] != "0.00"
    said = any(row[name] for name in OPTIONAL if name not in _CLEAN_THOUGH_SAID)
    bound = said or row["contract_end_on"]
    return plain and not owes and not bound and row["cash_yuan"] != "0.00"


def _stories(chance: random.Random) -> Iterator[Story]:
    yield from STORIES
    while True:
        if chance.random() < 0.01:
            yield from _firm(chance)
        else:
            first = _ordinary(chance)
            yield first
            if first.who is Who.PERSON and chance.random() < 0.15:
                yield replace(_ordinary(chance, Who.PERSON), same=True)


def _firm(chance: random.Random) -> Iterable[Story]:
    """Return the lines of one organisation, one to forty of them."""
    count = chance.choice(_LINES_OF_A_FIRM)
    story = DISSOLVED if chance.random() < 0.1 else None
    for place in range(count):
        each = story or _ordinary(chance, Who.PERSON)
        yield replace(each, who=Who.ORGANISATION, same=place > 0)


def _ordinary(chance: random.Random, who: Who | None = None) -> Story:
    """Return one of the many: more than half have nothing special, the rest a bit of everything."""
    kind = chance.random()
    if who is None and kind > 0.99:
        return MINOR
    if kind > 0.6:
        return chance.choice(VARIETY)
    return Story(
        "ordinary",
        cash_fen=chance.randrange(0, 30_000),
        gift_fen=chance.choice((0, 0, 1000, 2000)),
        points=chance.randrange(2000),
    )


def _holder(number: int, who: Who, chance: random.Random, today: date) -> dict[str, str]:
    if who is Who.NOBODY:
        return {}
    firm = who is Who.ORGANISATION
    return {
        **(_firm_of(number, chance) if firm else _person(number, who, chance, today)),
        "username": f"demo{number:05d}",
        "contact": f"demo{number:05d}@example.com",
    }


def _person(number: int, who: Who, chance: random.Random, today: date) -> dict[str, str]:
    # Each thousand people has its own span of birth dates, so that no document comes twice.
    span = number // 1000 * 137 + chance.randrange(137)
    born = date(1960, 1, 1) + timedelta(days=span)
    if who is Who.MINOR:
        born = today - timedelta(days=365 * 9) + timedelta(days=number // 1000 * 17)
    body = f"{_COUNTY}{born:%Y%m%d}{number % 1000:03d}"
    return {
        "holder_name": chance.choice(SURNAMES) + chance.choice(GIVEN),
        "document_kind": "resident_id",
        "document_number": body + check_character(body),
    }


def _firm_of(number: int, chance: random.Random) -> dict[str, str]:
    body = f"91{_COUNTY}{number:09d}"
    return {
        "holder_name": f"示例{chance.choice(TRADES)}{number}有限公司",
        "document_kind": "uscc",
        "document_number": body + uscc.calc_check_digit(body),
    }


def _line(index: int, story: Story, chance: random.Random, today: date) -> dict[str, str]:
    ends = today + timedelta(days=story.contract_days) if story.contract_days else None
    product = PRODUCTS[index % len(PRODUCTS)]
    return {
        "number": str(FIRST_NUMBER + index),
        "iccid": f"898601{chance.randrange(10**7):07d}{index:07d}",
        "subscription_id": f"SUB{index + 1:08d}",
        "product": product,
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
        **(_filing(chance, today) if OUTBOUND in product else {}),
        **{name: _dated(said, today) for name, said in story.said.items()},
    }


def _filing(chance: random.Random, today: date) -> dict[str, str]:
    until = today + timedelta(days=30 + chance.randrange(330))
    return {
        "filing": "yes",
        "filing_purposes": chance.choice(FILED),
        "filing_daily_cap": str(chance.choice((100, 300, 500))),
        "filing_region": chance.choice(REGIONS),
        "filing_valid_until": until.isoformat(),
    }


def _dated(said: str, today: date) -> str:
    if said.startswith(("+", "-")) and said.endswith("d"):
        return (today + timedelta(days=int(said[:-1]))).isoformat()
    return said

"""What a rehearsal may change in a line: anything that is said of one."""

from datetime import date

from simulators.inventory import AMOUNTS, COUNTS, DAYS, FLAGS, MOST_GRADE, STATUSES, WORDS
from simulators.wire import Body, Unfit


def changes_from(body: Body) -> Body:
    """Return what a rehearsal may change in a line: anything that is said of one."""
    for field, value in body.items():
        wrong = _wrong(field, value)
        if wrong:
            raise Unfit(field, wrong)
    return body


def _wrong(field: str, value: object) -> str:
    """Say what is wrong with a change; nothing where it is fine."""
    if field in AMOUNTS or field in COUNTS:
        most = MOST_GRADE if field == "restriction_grade" else None
        return "" if _is_number(value, most) else "not_an_amount"
    if field in FLAGS:
        return "" if isinstance(value, bool) else "not_a_boolean"
    if field in DAYS:
        return "" if value is None or _is_day(value) else "not_a_date"
    if field in WORDS:
        return "" if value in WORDS[field] else f"unknown_{field}"
    if field == "status":
        return "" if value in STATUSES else "unknown_status"
    return "unknown"


def _is_number(value: object, most: int | None) -> bool:
    if isinstance(value, bool) or not isinstance(value, int):
        return False
    return value >= 0 and (most is None or value <= most)


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False

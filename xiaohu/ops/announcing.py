"""What `xiaohu incident` does."""

from collections.abc import Iterator
from datetime import datetime

from xiaohu.assistance import incidents
from xiaohu.core.calendar import CHINA
from xiaohu.core.profile import Bilingual
from xiaohu.core.working import Part, Works
from xiaohu.ops.prepare import COMMAND_LINE
from xiaohu.queue import clock

Words = tuple[str, str]


def open_incident(
    operator: str, parts: list[str], *, down: bool, words: Words, until: datetime | None
) -> str:
    """Open an incident and return its number."""
    made = incidents.open_incident(
        operator=operator,
        parts=[Part(part) for part in parts],
        works=Works.DOWN if down else Works.SLOW,
        words=_both(words),
        expected_at=_in_china(until),
        actor=COMMAND_LINE,
        now=clock.now(),
    )
    return str(made.pk)


def update(operator: str, number: int, *, words: Words, until: datetime | None) -> str:
    """Say more of an incident."""
    row = incidents.update(
        operator=operator,
        incident_id=number,
        words=_both(words),
        expected_at=_in_china(until),
        actor=COMMAND_LINE,
        now=clock.now(),
    )
    return str(row.pk)


def close(operator: str, number: int, *, words: Words) -> str:
    """Close an incident."""
    row = incidents.close(
        operator=operator,
        incident_id=number,
        words=_both(words),
        actor=COMMAND_LINE,
        now=clock.now(),
    )
    return str(row.pk)


def listed(operator: str) -> Iterator[str]:
    """Yield one line for each incident: number, since when, state, parts, the last words."""
    for row in incidents.recent(operator, now=clock.now()):
        state = "closed" if row.ended_at is not None else row.works
        since = f"{row.opened_at.astimezone(CHINA):%Y-%m-%d %H:%M}"
        last = list(row.news.all())[-1]
        yield "\t".join([str(row.pk), since, state, ",".join(row.parts), last.zh, last.en])


def _both(words: Words) -> Bilingual:
    return Bilingual(zh=words[0], en=words[1])


def _in_china(until: datetime | None) -> datetime | None:
    return until.replace(tzinfo=CHINA) if until is not None else None

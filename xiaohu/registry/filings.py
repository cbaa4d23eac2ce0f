"""The outbound filing of a line: what it allows, and its end."""

from dataclasses import dataclass
from datetime import date, datetime

from xiaohu.core.filings import FilingStatus, Purpose
from xiaohu.registry.models import Line, OutboundFiling


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """A filing as a page may show it; `end_reference` is the operator's confirmation.

    `purposes`, `daily_cap`, `region` and `valid_until` may be unknown: empty or None.
    """

    status: FilingStatus
    purposes: tuple[Purpose, ...]
    daily_cap: int | None
    region: str
    valid_until: date | None
    ended_at: datetime | None
    end_reference: str


def of_line(line: Line) -> Filing | None:
    """Return the filing of a line, ended or not; None where it never had one."""
    row = OutboundFiling.objects.filter(pk=line.pk).first()
    if row is None:
        return None
    return Filing(
        status=FilingStatus(row.status),
        purposes=tuple(Purpose(purpose) for purpose in row.purposes),
        daily_cap=row.daily_cap,
        region=row.region,
        valid_until=row.valid_until,
        ended_at=row.ended_at,
        end_reference=row.end_reference,
    )


def end(*, line: Line, reference: str, now: datetime) -> None:
    """End the filing of a line, with what the operator confirmed it by.

    Call inside a transaction; harmless where there is none or it has ended.
    """
    OutboundFiling.objects.filter(pk=line.pk, status=FilingStatus.ACTIVE.value).update(
        status=FilingStatus.ENDED.value, ended_at=now, end_reference=reference[:64]
    )

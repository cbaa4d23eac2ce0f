"""Money the demo's desk must see to from its first minute: three requests taken some days ago.

They go through the verbs every request goes through, only earlier: their cooling-off is over, so
the worker carries them out at once. One waits to be fetched at the counter, one comes back from the
bank, and of one the operator bills more for leaving a contract than its holder was shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import cycle

from xiaohu.access.models import StaffUser
from xiaohu.closures import assisting, queries, reviewing
from xiaohu.closures.applying import Details
from xiaohu.closures.assisting import Asked, Heard
from xiaohu.core.applicants import ApplicantKind
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.consents import ConsentKind
from xiaohu.core.facts import LineFacts, LineStatus
from xiaohu.core.money import Money
from xiaohu.core.profile import RefundRoute
from xiaohu.core.readout import HeardBy, ReadItem
from xiaohu.registry import demo_data, lines
from xiaohu.registry.models import Line
from xiaohu.screening.facts import Gathered

Row = Mapping[str, str]
TAKEN_AGO = timedelta(days=3, minutes=5)  # the cooling-off of the demo's rules is just over
CLOSED_ACCOUNT = "6200000000000000000"  # of the payout simulator: it pays nothing into this one
VISIT = "机主本人到营业厅，已核对证件原件（虚构的示例）。"


@dataclass(frozen=True, slots=True)
class Wish:
    """How the money of one request is to go; `bound` asks for a line under a contract."""

    route: RefundRoute
    bank: str = ""
    account: str = ""
    bound: bool = False


WISHES = (
    Wish(RefundRoute.COUNTER),
    Wish(RefundRoute.BANK_ACCOUNT, "示例银行", CLOSED_ACCOUNT),
    Wish(RefundRoute.ORIGINAL, bound=True),
)


def open_all(rows: Iterable[Row], *, operator: str, now: datetime) -> None:
    """Take and decide the requests for the first lines that fit them; each is one holder's."""
    taker, reviewer = _desk(operator)
    at, left, met = now - TAKEN_AGO, list(WISHES), set[str]()
    for row in rows:
        wish = next((one for one in left if _fits(one, row)), None)
        line = lines.find(operator, f"+86{row['number']}") if wish is not None else None
        if wish is None or line is None or row["username"] in met:
            continue
        met.add(row["username"])
        left.remove(wish)
        _open(wish, row, line, taker, reviewer, at)
        if not left:
            return


def open_each(rows: Sequence[Row], wishes: Sequence[Wish], *, operator: str, now: datetime) -> int:
    """Take and decide a request for each line, the wishes in turn; return how many that were."""
    taker, reviewer = _desk(operator)
    opened = 0
    for row, wish in zip(rows, cycle(wishes), strict=False):
        line = lines.find(operator, f"+86{row['number']}")
        if line is not None:
            _open(wish, row, line, taker, reviewer, now)
            opened += 1
    return opened


def _desk(operator: str) -> tuple[StaffUser, StaffUser]:
    """Return who takes requests, and who decides on them."""
    taker, reviewer = (
        StaffUser.objects.get(operator=operator, username=name) for name in ("chen", "wu")
    )
    return taker, reviewer


def _fits(wish: Wish, row: Row) -> bool:
    return bool(row["contract_monthly_yuan"]) if wish.bound else demo_data.is_clean(row)


def _open(
    wish: Wish, row: Row, line: Line, taker: StaffUser, reviewer: StaffUser, at: datetime
) -> None:
    if queries.open_closing_of(line) is not None:
        return  # A start that was broken off had come so far.
    case = assisting.take(
        officer=taker,
        line=line,
        asked=Asked(
            applicant=ApplicantKind.HOLDER,
            details=Details(holder_name=row["holder_name"], holder_document=row["document_number"]),
            contact=row["contact"],
            heard=Heard(items=list(ReadItem), by=HeardBy.COUNTER, at=at),
            route=wish.route,
            bank=wish.bank,
            account=wish.account,
            consents=[ConsentKind.BANK_ACCOUNT] if wish.account else [],
            visit=VISIT,
            choices={CheckCode.CONTRACT_TERM: Choice.PAY_EXIT_FEE} if wish.bound else {},
        ),
        gathered=Gathered(_facts(row), at),
        now=at,
    )
    reviewing.claim(case_id=case.pk, officer=reviewer, now=at)
    reviewing.approve(case_id=case.pk, officer=reviewer, now=at)


def _facts(row: Row) -> LineFacts:
    """Return what the operator would say of a line that is clean but for its contract."""
    ends = row["contract_end_on"]
    return LineFacts(
        status=LineStatus(row["status"]),
        contract_end_on=date.fromisoformat(ends) if ends else None,
        points=int(row["points"]),
        filing=row["filing"] == "yes",
        port_out=False,
        open_order=False,
        legal_hold=False,
        **{f"{name}_fen": Money.of_yuan(row[f"{name}_yuan"] or "0").fen for name in _AMOUNTS},
    )


_AMOUNTS = (
    "cash",
    "deposit",
    "promotion",
    "gift",
    "arrears",
    "unbilled",
    "exit_fee",
    "contract_monthly",
)

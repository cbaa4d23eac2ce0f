"""What can stand in the way of a closing, and the way out of each.

Facts go in, findings come out; the table says of each code what kind of obstacle it is. A
positive balance never blocks, arrears and contracts are never a reason to refuse, and a hold
never keeps the service from stopping.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from xiaohu.core.refusals import Refusal

FRESH_FOR = timedelta(minutes=30)


class CheckKind(StrEnum):
    """How an obstacle behaves."""

    BLOCKS = "blocks"
    CHOICE = "choice"  # blocks until the subscriber chooses, inside the case
    WARNING = "warning"
    HOLD = "hold"  # the case goes on; money and data wait
    ASSISTED = "assisted"


class CheckGroup(StrEnum):
    """The rows of the task list a subscriber sees."""

    IDENTITY = "identity"
    BILLING = "billing"
    CONTRACT = "contract"
    LINKED = "linked"
    HANDLING = "handling"
    BALANCE = "balance"


class CheckCode(StrEnum):
    """The same code in page, API and command line."""

    NOT_HOLDER = "NOT_HOLDER"
    REALNAME_MISSING = "REALNAME_MISSING"
    ALREADY_CLOSING = "ALREADY_CLOSING"
    ALREADY_CLOSED = "ALREADY_CLOSED"
    NUMBER_NOT_OURS = "NUMBER_NOT_OURS"
    RESTRICTED_GRADED = "RESTRICTED_GRADED"
    ARREARS = "ARREARS"
    UNBILLED_USAGE = "UNBILLED_USAGE"
    CONTRACT_TERM = "CONTRACT_TERM"
    PORT_OUT_IN_PROGRESS = "PORT_OUT_IN_PROGRESS"
    OPEN_ORDER = "OPEN_ORDER"
    LEGAL_HOLD = "LEGAL_HOLD"
    FILING_ACTIVE = "FILING_ACTIVE"
    POSITIVE_BALANCE = "POSITIVE_BALANCE"
    GIFT_BALANCE = "GIFT_BALANCE"
    POINTS = "POINTS"
    BINDINGS_REMINDER = "BINDINGS_REMINDER"


class Choice(StrEnum):
    """What a subscriber can choose inside the case."""

    PAY = "pay"
    SET_OFF = "set_off"
    WAIT_FOR_BILL = "wait_for_bill"
    PAY_EXIT_FEE = "pay_exit_fee"
    WAIT_FOR_CONTRACT_END = "wait_for_contract_end"
    CANCEL_ORDER = "cancel_order"


class LineStatus(StrEnum):
    """What the operator says of a line."""

    ACTIVE = "active"
    STOPPED = "stopped"
    RESTRICTED = "restricted"
    PORTED_OUT = "ported_out"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """What is known of one line, and since when; amounts in fen."""

    gathered_at: datetime
    status: LineStatus
    holder_matches: bool
    realname_ok: bool
    open_closing: bool
    arrears_fen: int = 0
    unbilled_fen: int = 0
    cash_fen: int = 0
    deposit_fen: int = 0
    promotion_fen: int = 0
    gift_fen: int = 0
    points: int = 0
    contract_end_on: date | None = None
    exit_fee_fen: int = 0
    port_out: bool = False
    open_order: bool = False
    legal_hold: bool = False
    has_filing: bool = False

    @property
    def refundable_fen(self) -> int:
        """What the holder may get back before the final bill."""
        return self.cash_fen + self.deposit_fen + self.promotion_fen


@dataclass(frozen=True, slots=True)
class CheckRule:
    """One row of the table: when it applies, and what the person may choose."""

    kind: CheckKind
    group: CheckGroup
    applies: Callable[[LineFacts, date], bool]
    basis: str
    choices: tuple[Choice, ...] = ()
    amount_fen: Callable[[LineFacts], int] | None = None
    until: Callable[[LineFacts], date | None] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One obstacle of one line, ready to be said in a sentence."""

    code: CheckCode
    kind: CheckKind
    group: CheckGroup
    basis: str
    choices: tuple[Choice, ...]
    chosen: Choice | None
    amount_fen: int | None
    until: date | None

    @property
    def blocks(self) -> bool:
        """Say whether the case cannot go on before this is settled."""
        if self.kind is CheckKind.CHOICE:
            return self.chosen is None or self.chosen in _SETTLED_ELSEWHERE
        return self.kind in {CheckKind.BLOCKS, CheckKind.ASSISTED}


# These are carried out elsewhere or later; the obstacle goes when a recheck no longer finds it.
_SETTLED_ELSEWHERE = frozenset({Choice.PAY, Choice.WAIT_FOR_CONTRACT_END})


class Blocked(Refusal):
    """Something must be settled first; `codes` names every blocker."""

    code = "CHECKS_BLOCKED"


class StaleChecks(Refusal):
    """The checks are older than half an hour and must be run again."""

    code = "STALE_CHECKS"


_K = CheckKind
_G = CheckGroup

CHECKS: Mapping[CheckCode, CheckRule] = {
    CheckCode.NOT_HOLDER: CheckRule(
        _K.BLOCKS, _G.IDENTITY, lambda f, _: not f.holder_matches, "工信部令第25号第六条"
    ),
    CheckCode.REALNAME_MISSING: CheckRule(
        _K.ASSISTED, _G.IDENTITY, lambda f, _: not f.realname_ok, "反电信网络诈骗法第十一条"
    ),
    CheckCode.ALREADY_CLOSING: CheckRule(
        _K.BLOCKS, _G.HANDLING, lambda f, _: f.open_closing, "一个号码同时只能有一个销户申请"
    ),
    CheckCode.ALREADY_CLOSED: CheckRule(
        _K.BLOCKS, _G.HANDLING, lambda f, _: f.status is LineStatus.CLOSED, "号码已经销户"
    ),
    CheckCode.NUMBER_NOT_OURS: CheckRule(
        _K.ASSISTED,
        _G.HANDLING,
        lambda f, _: f.status is LineStatus.PORTED_OUT,
        "携号转网服务管理规定",
    ),
    CheckCode.RESTRICTED_GRADED: CheckRule(
        _K.ASSISTED,
        _G.HANDLING,
        lambda f, _: f.status is LineStatus.RESTRICTED,
        "反电信网络诈骗法第十一条、第三十二条",
    ),
    CheckCode.ARREARS: CheckRule(
        _K.CHOICE,
        _G.BILLING,
        lambda f, _: f.arrears_fen > 0,
        "民法典第五百六十七条",
        (Choice.PAY, Choice.SET_OFF),
        amount_fen=lambda f: f.arrears_fen,
    ),
    CheckCode.UNBILLED_USAGE: CheckRule(
        _K.CHOICE,
        _G.BILLING,
        lambda f, _: f.unbilled_fen > 0,
        "运营商服务协议",
        (Choice.WAIT_FOR_BILL,),
        amount_fen=lambda f: f.unbilled_fen,
    ),
    CheckCode.CONTRACT_TERM: CheckRule(
        _K.CHOICE,
        _G.CONTRACT,
        lambda f, today: f.contract_end_on is not None and f.contract_end_on > today,
        "民法典第五百六十二条、第五百六十六条",
        (Choice.PAY_EXIT_FEE, Choice.WAIT_FOR_CONTRACT_END),
        amount_fen=lambda f: f.exit_fee_fen,
        until=lambda f: f.contract_end_on,
    ),
    CheckCode.PORT_OUT_IN_PROGRESS: CheckRule(
        _K.BLOCKS, _G.LINKED, lambda f, _: f.port_out, "携号转网服务管理规定"
    ),
    CheckCode.OPEN_ORDER: CheckRule(
        _K.CHOICE,
        _G.LINKED,
        lambda f, _: f.open_order,
        "在途业务与销户不能同时办理",
        (Choice.CANCEL_ORDER,),
    ),
    CheckCode.LEGAL_HOLD: CheckRule(
        _K.HOLD, _G.HANDLING, lambda f, _: f.legal_hold, "依法协助调查"
    ),
    CheckCode.FILING_ACTIVE: CheckRule(
        _K.WARNING, _G.LINKED, lambda f, _: f.has_filing, "外呼报备随销户终止"
    ),
    CheckCode.POSITIVE_BALANCE: CheckRule(
        _K.WARNING,
        _G.BALANCE,
        lambda f, _: f.refundable_fen > 0,
        "侵害消费者权益行为处罚办法第十条",
        amount_fen=lambda f: f.refundable_fen,
    ),
    CheckCode.GIFT_BALANCE: CheckRule(
        _K.WARNING,
        _G.BALANCE,
        lambda f, _: f.gift_fen > 0,
        "赠送活动规则",
        amount_fen=lambda f: f.gift_fen,
    ),
    CheckCode.POINTS: CheckRule(_K.WARNING, _G.BALANCE, lambda f, _: f.points > 0, "积分规则"),
    CheckCode.BINDINGS_REMINDER: CheckRule(
        _K.WARNING, _G.LINKED, lambda _f, _: True, "工信部关于二次号码的要求"
    ),
}


def evaluate(
    *, facts: LineFacts, choices: Mapping[CheckCode, Choice], today: date
) -> tuple[Finding, ...]:
    """Return every finding of a line, in the order of the table.

    A recorded choice counts only where the table offers it.
    """
    return tuple(
        _finding(code, rule, facts, choices.get(code))
        for code, rule in CHECKS.items()
        if rule.applies(facts, today)
    )


def _finding(code: CheckCode, rule: CheckRule, facts: LineFacts, chosen: Choice | None) -> Finding:
    return Finding(
        code=code,
        kind=rule.kind,
        group=rule.group,
        basis=rule.basis,
        choices=rule.choices,
        chosen=chosen if chosen in rule.choices else None,
        amount_fen=rule.amount_fen(facts) if rule.amount_fen else None,
        until=rule.until(facts) if rule.until else None,
    )


def require_clear(findings: tuple[Finding, ...]) -> None:
    """Pass, or raise `Blocked` naming every blocker."""
    blockers = [finding.code.value for finding in findings if finding.blocks]
    if blockers:
        raise Blocked(codes=" ".join(blockers))


def require_fresh(*, gathered_at: datetime, now: datetime) -> None:
    """Pass, or raise `StaleChecks` where the facts are older than half an hour."""
    if now - gathered_at > FRESH_FOR:
        raise StaleChecks(minutes=int(FRESH_FOR.total_seconds()) // 60)

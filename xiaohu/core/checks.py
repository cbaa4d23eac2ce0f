"""What can stand in the way of a closing, and the way out of each.

Facts go in, findings come out; the table says of each code what kind of obstacle it is, who can
settle it, and how. A positive balance never blocks, arrears and contracts are never a reason to
refuse, and a hold never keeps the service from stopping.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from xiaohu.core import exit_fee
from xiaohu.core.applicants import APPLICANTS, ApplicantKind, HolderKind
from xiaohu.core.choices import Choice, settles
from xiaohu.core.exit_fee import ExitFormula
from xiaohu.core.facts import GroupNetwork, LineFacts, LineStatus, Payer, RealName, RequestFacts
from xiaohu.core.refusals import Refusal

FRESH_FOR = timedelta(minutes=30)
FRESH_MINUTES = int(FRESH_FOR.total_seconds()) // 60  # as pages say it
# So many holders with one account to be paid into are a pattern for people to look at.
MANY_HOLDERS = 3


class CheckKind(StrEnum):
    """How an obstacle behaves."""

    BLOCKS = "blocks"
    CHOICE = "choice"  # blocks until the subscriber chooses, inside the case
    WARNING = "warning"
    HOLD = "hold"  # the case goes on; money and data wait
    ASSISTED = "assisted"  # people of the operator take part
    NOTE = "note"  # said, and never in the way


class CheckGroup(StrEnum):
    """The rows of the task list a subscriber sees."""

    IDENTITY = "identity"
    BILLING = "billing"
    CONTRACT = "contract"
    LINKED = "linked"
    HANDLING = "handling"
    BALANCE = "balance"


class Stage(StrEnum):
    """When a check is asked: before the forms, or once the answers are there."""

    OBSTACLES = "obstacles"
    ANSWERS = "answers"


class Resolver(StrEnum):
    """Who can settle an obstacle."""

    APPLICANT = "applicant"
    HOLDER = "holder"
    OPERATOR = "operator"
    OFFICER = "officer"
    COMPLIANCE = "compliance"
    OTHER_OPERATOR = "other_operator"
    NOBODY = "nobody"  # there is nothing to settle


class Appeal(StrEnum):
    """Where somebody turns who thinks an obstacle is wrong."""

    OPERATOR = "operator"
    RESTRICTION = "restriction"
    AUTHORITY = "authority"


class CheckCode(StrEnum):
    """The same code in page, API and command line."""

    NOT_HOLDER = "NOT_HOLDER"
    IDENTITY_UNVERIFIED = "IDENTITY_UNVERIFIED"
    IDENTITY_LOCKED = "IDENTITY_LOCKED"
    REALNAME_MISSING = "REALNAME_MISSING"
    MINOR = "MINOR"
    ORG_DISSOLVED = "ORG_DISSOLVED"
    PROXY_DOC = "PROXY_DOC"
    ORG_AUTH = "ORG_AUTH"
    DECEASED_DOC = "DECEASED_DOC"
    ALREADY_CLOSING = "ALREADY_CLOSING"
    ALREADY_CLOSED = "ALREADY_CLOSED"
    NUMBER_NOT_OURS = "NUMBER_NOT_OURS"
    RESTRICTED_GRADED = "RESTRICTED_GRADED"
    LEGAL_HOLD = "LEGAL_HOLD"
    PUNISHED_SUBJECT = "PUNISHED_SUBJECT"
    VOLUNTARY_SUSPENSION = "VOLUNTARY_SUSPENSION"
    ARREARS = "ARREARS"
    ARREARS_SUSPENDED = "ARREARS_SUSPENDED"
    UNBILLED_USAGE = "UNBILLED_USAGE"
    ROAMING_PENDING = "ROAMING_PENDING"
    OPEN_FEE_DISPUTE = "OPEN_FEE_DISPUTE"
    OPEN_COMPLAINT = "OPEN_COMPLAINT"
    INVOICE_PENDING = "INVOICE_PENDING"
    CONTRACT_TERM = "CONTRACT_TERM"
    VANITY_MIN_SPEND = "VANITY_MIN_SPEND"
    DEVICE_INSTALMENT = "DEVICE_INSTALMENT"
    EQUIPMENT_RETURN = "EQUIPMENT_RETURN"
    PRIMARY_WITH_SUBLINES = "PRIMARY_WITH_SUBLINES"
    SUBLINE = "SUBLINE"
    BUNDLE_BROADBAND = "BUNDLE_BROADBAND"
    GROUP_VNET = "GROUP_VNET"
    FAMILY_NET = "FAMILY_NET"
    ORG_PAYER = "ORG_PAYER"
    PORT_OUT_IN_PROGRESS = "PORT_OUT_IN_PROGRESS"
    PORTED_IN = "PORTED_IN"
    OPEN_ORDER = "OPEN_ORDER"
    TRANSFER_IN_PROGRESS = "TRANSFER_IN_PROGRESS"
    FILING_ACTIVE = "FILING_ACTIVE"
    STAFF_2FA_BINDING = "STAFF_2FA_BINDING"
    BINDINGS_REMINDER = "BINDINGS_REMINDER"
    SIM_NOT_RETURNED = "SIM_NOT_RETURNED"
    POSITIVE_BALANCE = "POSITIVE_BALANCE"
    GIFT_BALANCE = "GIFT_BALANCE"
    POINTS = "POINTS"
    COUPONS = "COUPONS"
    PAYEE_UNVERIFIED = "PAYEE_UNVERIFIED"
    AGENT_PAYEE_PATTERN = "AGENT_PAYEE_PATTERN"
    CONTACT_SAME_NUMBER = "CONTACT_SAME_NUMBER"


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a rule may look at."""

    line: LineFacts
    request: RequestFacts
    today: date
    leaving: ExitFormula | None = None
    deposit_up_to_fen: int | None = None

    @property
    def deposit_is_full(self) -> bool:
        """Say whether as much was deposited as may be asked for at all."""
        most = self.deposit_up_to_fen
        return most is not None and 0 < most <= self.line.deposit_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRule:
    """One row of the table: when it applies, who settles it and how, on which ground."""

    kind: CheckKind
    group: CheckGroup
    applies: Callable[[Situation], bool]
    resolver: Resolver
    basis: str
    choices: tuple[Choice, ...] = ()
    stage: Stage = Stage.OBSTACLES
    appeal: Appeal = Appeal.OPERATOR
    amount_fen: Callable[[LineFacts], int] | None = None
    until: Callable[[LineFacts], date | None] | None = None
    count: Callable[[LineFacts], int] | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One obstacle of one line, ready to be said in a sentence.

    `left_to_people` says that the applicant can do nothing about it: whoever decides looks at it.
    `formula` is how its amount was worked out; `deposit_fen` is what still may be deposited.
    """

    code: CheckCode
    rule: CheckRule
    choices: tuple[Choice, ...]
    chosen: Choice | None
    amount_fen: int | None
    until: date | None
    count: int | None
    left_to_people: bool = False
    formula: ExitFormula | None = None
    deposit_fen: int | None = None

    @property
    def kind(self) -> CheckKind:
        """How the obstacle behaves."""
        return self.rule.kind

    @property
    def group(self) -> CheckGroup:
        """The row of the task list it stands in."""
        return self.rule.group

    @property
    def basis(self) -> str:
        """The clause it rests on."""
        return self.rule.basis

    @property
    def blocks(self) -> bool:
        """Say whether the case cannot go on before this is settled."""
        if self.kind not in _STOPS or self.left_to_people:
            return False
        return not settles(self.chosen)


_STOPS = frozenset({CheckKind.BLOCKS, CheckKind.CHOICE, CheckKind.ASSISTED})


class Blocked(Refusal):
    """Something must be settled first; `codes` names every blocker."""

    code = "CHECKS_BLOCKED"


class StaleChecks(Refusal):
    """The checks are older than half an hour and must be run again."""

    code = "STALE_CHECKS"


def _on(*statuses: LineStatus) -> Callable[[Situation], bool]:
    return lambda s: s.line.status in statuses


def _after(until: Callable[[LineFacts], date | None]) -> Callable[[Situation], bool]:
    def applies(s: Situation) -> bool:
        end = until(s.line)
        return end is not None and end > s.today

    return applies


def _lacking(*kinds: ApplicantKind) -> Callable[[Situation], bool]:
    return lambda s: s.request.applicant in kinds and s.request.lacking


def _fits(s: Situation) -> bool:
    """Say whether such an applicant can speak for such a holder at all."""
    return s.request.holder in APPLICANTS[s.request.applicant].holders


def _dissolved_without_liquidator(s: Situation) -> bool:
    if s.request.applicant is ApplicantKind.OPERATOR:
        return False
    return s.line.dissolved and (
        s.request.applicant is not ApplicantKind.LIQUIDATOR or s.request.lacking
    )


def _minor_without_guardian(s: Situation) -> bool:
    if s.request.applicant is ApplicantKind.OPERATOR:
        return False
    return s.line.minor and (s.request.applicant is not ApplicantKind.GUARDIAN or s.request.lacking)


def _owing(s: Situation) -> bool:
    return s.line.arrears_fen > 0 and s.line.status is not LineStatus.ARREARS_STOPPED


def _unbilled(s: Situation) -> bool:
    """Say whether use not yet billed is left open: a deposit that covers it, or is full, settles it."""
    return s.line.unbilled_fen > s.line.deposit_fen and not s.deposit_is_full


def _roaming(s: Situation) -> bool:
    """Say whether records of roaming may still come and no full deposit stands for them."""
    return s.line.roaming_pending and not s.deposit_is_full


_K = CheckKind
_G = CheckGroup
_R = Resolver
_C = Choice
_OWING = (_C.PAY, _C.SET_OFF, _C.CLOSE_WITH_DEBT)
_LEAVING_EARLY = (_C.PAY_EXIT_FEE, _C.WAIT_FOR_CONTRACT_END, _C.DISPUTE_FEE)

CHECKS: Mapping[CheckCode, CheckRule] = {
    CheckCode.NOT_HOLDER: CheckRule(
        kind=_K.BLOCKS,
        group=_G.IDENTITY,
        applies=lambda s: not s.request.holder_matches or not _fits(s),
        resolver=_R.HOLDER,
        basis="工信部令第25号第六条",
    ),
    CheckCode.IDENTITY_UNVERIFIED: CheckRule(
        kind=_K.BLOCKS,
        group=_G.IDENTITY,
        applies=lambda s: not s.request.proved and not s.request.locked,
        resolver=_R.APPLICANT,
        basis="GB/T 35273-2020 第 8.5 条",
        stage=Stage.ANSWERS,
    ),
    CheckCode.IDENTITY_LOCKED: CheckRule(
        kind=_K.ASSISTED,
        group=_G.IDENTITY,
        applies=lambda s: not s.request.proved and s.request.locked,
        resolver=_R.OFFICER,
        basis="防止他人冒名销户",
        stage=Stage.ANSWERS,
    ),
    CheckCode.REALNAME_MISSING: CheckRule(
        kind=_K.ASSISTED,
        group=_G.IDENTITY,
        applies=lambda s: s.line.realname is not RealName.REGISTERED,
        resolver=_R.OPERATOR,
        basis="反电信网络诈骗法第十一条；工信部令第25号",
        choices=(_C.REGISTER_FIRST, _C.OPERATOR_CLOSES),
    ),
    CheckCode.MINOR: CheckRule(
        kind=_K.BLOCKS,
        group=_G.IDENTITY,
        applies=_minor_without_guardian,
        resolver=_R.APPLICANT,
        basis="民法典第三十四条",
    ),
    CheckCode.ORG_DISSOLVED: CheckRule(
        kind=_K.ASSISTED,
        group=_G.IDENTITY,
        applies=_dissolved_without_liquidator,
        resolver=_R.APPLICANT,
        basis="公司法关于清算的规定",
    ),
    CheckCode.PROXY_DOC: CheckRule(
        kind=_K.BLOCKS,
        group=_G.IDENTITY,
        applies=_lacking(ApplicantKind.PROXY),
        resolver=_R.APPLICANT,
        basis="工信部令第25号第六条；民法典第一百六十五条",
        stage=Stage.ANSWERS,
    ),
    CheckCode.ORG_AUTH: CheckRule(
        kind=_K.BLOCKS,
        group=_G.IDENTITY,
        applies=_lacking(ApplicantKind.ORG_HANDLER),
        resolver=_R.APPLICANT,
        basis="工信部令第25号第八条",
        stage=Stage.ANSWERS,
    ),
    CheckCode.DECEASED_DOC: CheckRule(
        kind=_K.BLOCKS,
        group=_G.IDENTITY,
        applies=_lacking(ApplicantKind.HEIR),
        resolver=_R.APPLICANT,
        basis="民法典第一千一百四十七条",
        stage=Stage.ANSWERS,
    ),
    CheckCode.ALREADY_CLOSING: CheckRule(
        kind=_K.BLOCKS,
        group=_G.HANDLING,
        applies=lambda s: s.request.open_elsewhere,
        resolver=_R.HOLDER,
        basis="一个号码同时只能有一个销户申请",
    ),
    CheckCode.ALREADY_CLOSED: CheckRule(
        kind=_K.BLOCKS,
        group=_G.HANDLING,
        applies=_on(LineStatus.CLOSED),
        resolver=_R.NOBODY,
        basis="号码已经销户",
    ),
    CheckCode.NUMBER_NOT_OURS: CheckRule(
        kind=_K.ASSISTED,
        group=_G.HANDLING,
        applies=_on(LineStatus.PORTED_OUT),
        resolver=_R.OTHER_OPERATOR,
        basis="携号转网服务管理规定",
    ),
    CheckCode.RESTRICTED_GRADED: CheckRule(
        kind=_K.ASSISTED,
        group=_G.HANDLING,
        applies=lambda s: s.line.is_restricted,
        resolver=_R.OFFICER,
        basis="反电信网络诈骗法第十一条、第三十二条",
        choices=(_C.RESTORE, _C.APPEAL, _C.CLOSE_ANYWAY),
        appeal=Appeal.RESTRICTION,
    ),
    CheckCode.LEGAL_HOLD: CheckRule(
        kind=_K.HOLD,
        group=_G.HANDLING,
        applies=lambda s: s.line.legal_hold,
        resolver=_R.COMPLIANCE,
        basis="依法协助调查",
        appeal=Appeal.AUTHORITY,
        until=lambda f: f.hold_review_on,
    ),
    CheckCode.PUNISHED_SUBJECT: CheckRule(
        kind=_K.NOTE,
        group=_G.HANDLING,
        # A listing is no ground against closing, so it is never looked up for a check.
        applies=lambda _s: False,
        resolver=_R.NOBODY,
        basis="电信网络诈骗及其关联违法犯罪联合惩戒办法",
        appeal=Appeal.AUTHORITY,
    ),
    CheckCode.VOLUNTARY_SUSPENSION: CheckRule(
        kind=_K.NOTE,
        group=_G.HANDLING,
        applies=_on(LineStatus.STOPPED, LineStatus.LOST),
        resolver=_R.NOBODY,
        basis="停机号码可以直接销户，无需先复机",
    ),
    CheckCode.ARREARS: CheckRule(
        kind=_K.CHOICE,
        group=_G.BILLING,
        applies=_owing,
        resolver=_R.APPLICANT,
        basis="民法典第五百六十七条",
        choices=_OWING,
        amount_fen=lambda f: f.arrears_fen,
    ),
    CheckCode.ARREARS_SUSPENDED: CheckRule(
        kind=_K.CHOICE,
        group=_G.BILLING,
        applies=lambda s: s.line.status is LineStatus.ARREARS_STOPPED and s.line.arrears_fen > 0,
        resolver=_R.APPLICANT,
        basis="电信条例第三十四条；民法典第五百六十七条",
        choices=_OWING,
        amount_fen=lambda f: f.arrears_fen,
    ),
    CheckCode.UNBILLED_USAGE: CheckRule(
        kind=_K.CHOICE,
        group=_G.BILLING,
        applies=_unbilled,
        resolver=_R.APPLICANT,
        basis="运营商服务协议",
        choices=(_C.WAIT_FOR_BILL, _C.PAY_DEPOSIT),
        amount_fen=lambda f: f.unbilled_fen,
    ),
    CheckCode.ROAMING_PENDING: CheckRule(
        kind=_K.CHOICE,
        group=_G.BILLING,
        applies=_roaming,
        resolver=_R.APPLICANT,
        basis="国际漫游话单可能延迟到达",
        choices=(_C.SETTLE_LATER, _C.PAY_DEPOSIT),
    ),
    CheckCode.OPEN_FEE_DISPUTE: CheckRule(
        kind=_K.WARNING,
        group=_G.BILLING,
        applies=lambda s: s.line.fee_dispute,
        resolver=_R.OPERATOR,
        basis="电信条例第三十九条",
        appeal=Appeal.AUTHORITY,
    ),
    CheckCode.OPEN_COMPLAINT: CheckRule(
        kind=_K.WARNING,
        group=_G.BILLING,
        applies=lambda s: s.line.complaint,
        resolver=_R.OPERATOR,
        basis="电信用户申诉处理办法",
        appeal=Appeal.AUTHORITY,
    ),
    CheckCode.INVOICE_PENDING: CheckRule(
        kind=_K.WARNING,
        group=_G.BILLING,
        applies=lambda s: s.line.invoice_pending,
        resolver=_R.OPERATOR,
        basis="发票管理办法",
    ),
    CheckCode.CONTRACT_TERM: CheckRule(
        kind=_K.CHOICE,
        group=_G.CONTRACT,
        applies=_after(lambda f: f.contract_end_on),
        resolver=_R.APPLICANT,
        basis="民法典第五百六十二条、第五百六十六条",
        choices=_LEAVING_EARLY,
        amount_fen=lambda f: f.exit_fee_fen,
        until=lambda f: f.contract_end_on,
    ),
    CheckCode.VANITY_MIN_SPEND: CheckRule(
        kind=_K.CHOICE,
        group=_G.CONTRACT,
        applies=_after(lambda f: f.vanity_end_on),
        resolver=_R.APPLICANT,
        basis="靓号协议；民法典第五百六十六条",
        choices=_LEAVING_EARLY,
        amount_fen=lambda f: f.vanity_fee_fen,
        until=lambda f: f.vanity_end_on,
    ),
    CheckCode.DEVICE_INSTALMENT: CheckRule(
        kind=_K.CHOICE,
        group=_G.CONTRACT,
        applies=lambda s: s.line.instalment_fen > 0,
        resolver=_R.APPLICANT,
        basis="民法典第五百六十七条",
        choices=(_C.KEEP_PAYING, _C.PAY_OFF),
        amount_fen=lambda f: f.instalment_fen,
    ),
    CheckCode.EQUIPMENT_RETURN: CheckRule(
        kind=_K.CHOICE,
        group=_G.CONTRACT,
        applies=lambda s: s.line.equipment_fen > 0,
        resolver=_R.APPLICANT,
        basis="运营商服务协议；工信部暖心服务十件实事（2025）",
        choices=(_C.BOOK_PICKUP, _C.RETURN_EQUIPMENT, _C.PAY_VALUE),
        amount_fen=lambda f: f.equipment_fen,
    ),
    CheckCode.PRIMARY_WITH_SUBLINES: CheckRule(
        kind=_K.CHOICE,
        group=_G.LINKED,
        applies=lambda s: s.line.sublines > 0,
        resolver=_R.APPLICANT,
        basis="主副卡业务规则",
        choices=(_C.CLOSE_SUBLINES, _C.PROMOTE_SUBLINE, _C.DETACH_SUBLINES),
        count=lambda f: f.sublines,
    ),
    CheckCode.SUBLINE: CheckRule(
        kind=_K.WARNING,
        group=_G.LINKED,
        applies=lambda s: s.line.subline,
        resolver=_R.NOBODY,
        basis="主副卡业务规则",
    ),
    CheckCode.BUNDLE_BROADBAND: CheckRule(
        kind=_K.CHOICE,
        group=_G.LINKED,
        applies=lambda s: s.line.bundle,
        resolver=_R.APPLICANT,
        basis="融合套餐业务规则",
        choices=(_C.SPLIT_BUNDLE, _C.CLOSE_BUNDLE, _C.CHANGE_PAYER),
    ),
    CheckCode.GROUP_VNET: CheckRule(
        kind=_K.CHOICE,
        group=_G.LINKED,
        applies=lambda s: s.line.group_network is GroupNetwork.GROUP,
        resolver=_R.APPLICANT,
        basis="集团虚拟网业务规则",
        choices=(_C.LEAVE_NETWORK,),
    ),
    CheckCode.FAMILY_NET: CheckRule(
        kind=_K.CHOICE,
        group=_G.LINKED,
        applies=lambda s: s.line.group_network is GroupNetwork.FAMILY,
        resolver=_R.APPLICANT,
        basis="家庭网业务规则",
        choices=(_C.LEAVE_NETWORK,),
    ),
    CheckCode.ORG_PAYER: CheckRule(
        kind=_K.CHOICE,
        group=_G.LINKED,
        applies=lambda s: (
            s.line.payer is Payer.ORGANISATION and s.request.holder is HolderKind.INDIVIDUAL
        ),
        resolver=_R.APPLICANT,
        basis="代付关系随销户解除",
        choices=(_C.DETACH_PAYER,),
    ),
    CheckCode.PORT_OUT_IN_PROGRESS: CheckRule(
        kind=_K.BLOCKS,
        group=_G.LINKED,
        applies=lambda s: s.line.port_out,
        resolver=_R.APPLICANT,
        basis="携号转网服务管理规定",
    ),
    CheckCode.PORTED_IN: CheckRule(
        kind=_K.WARNING,
        group=_G.LINKED,
        applies=lambda s: s.line.ported_in,
        resolver=_R.NOBODY,
        basis="携号转网服务管理规定",
    ),
    CheckCode.OPEN_ORDER: CheckRule(
        kind=_K.CHOICE,
        group=_G.LINKED,
        applies=lambda s: s.line.open_order,
        resolver=_R.APPLICANT,
        basis="在途业务与销户不能同时办理",
        choices=(_C.CANCEL_ORDER, _C.WAIT_FOR_ORDER),
    ),
    CheckCode.TRANSFER_IN_PROGRESS: CheckRule(
        kind=_K.CHOICE,
        group=_G.LINKED,
        applies=lambda s: s.line.transfer,
        resolver=_R.APPLICANT,
        basis="过户与销户不能同时办理",
        choices=(_C.CANCEL_ORDER, _C.WAIT_FOR_ORDER),
    ),
    CheckCode.FILING_ACTIVE: CheckRule(
        kind=_K.WARNING,
        group=_G.LINKED,
        applies=lambda s: s.line.filing,
        resolver=_R.NOBODY,
        basis="外呼报备随销户终止",
    ),
    CheckCode.STAFF_2FA_BINDING: CheckRule(
        kind=_K.WARNING,
        group=_G.LINKED,
        applies=lambda s: s.line.two_factor,
        resolver=_R.APPLICANT,
        basis="号码是其他账号的第二重验证",
    ),
    CheckCode.BINDINGS_REMINDER: CheckRule(
        kind=_K.WARNING,
        group=_G.LINKED,
        applies=lambda _s: True,
        resolver=_R.APPLICANT,
        basis="工信部关于二次号码的要求",
    ),
    CheckCode.SIM_NOT_RETURNED: CheckRule(
        kind=_K.NOTE,
        group=_G.LINKED,
        applies=lambda _s: True,
        resolver=_R.NOBODY,
        basis="卡片无需交回",
    ),
    CheckCode.POSITIVE_BALANCE: CheckRule(
        kind=_K.WARNING,
        group=_G.BALANCE,
        applies=lambda s: s.line.refundable_fen > 0,
        resolver=_R.APPLICANT,
        basis="侵害消费者权益行为处罚办法第十条",
        amount_fen=lambda f: f.refundable_fen,
    ),
    CheckCode.GIFT_BALANCE: CheckRule(
        kind=_K.WARNING,
        group=_G.BALANCE,
        applies=lambda s: s.line.gift_fen > 0,
        resolver=_R.APPLICANT,
        basis="赠送活动规则",
        amount_fen=lambda f: f.gift_fen,
    ),
    CheckCode.POINTS: CheckRule(
        kind=_K.WARNING,
        group=_G.BALANCE,
        applies=lambda s: s.line.points > 0,
        resolver=_R.APPLICANT,
        basis="积分规则",
        count=lambda f: f.points,
    ),
    CheckCode.COUPONS: CheckRule(
        kind=_K.WARNING,
        group=_G.BALANCE,
        applies=lambda s: s.line.coupons > 0,
        resolver=_R.APPLICANT,
        basis="卡券规则",
        count=lambda f: f.coupons,
    ),
    CheckCode.PAYEE_UNVERIFIED: CheckRule(
        kind=_K.CHOICE,
        group=_G.BALANCE,
        applies=lambda s: s.request.payee_is_closing,
        resolver=_R.APPLICANT,
        basis="退款只退给机主本人，不退至将要销户的号码",
        stage=Stage.ANSWERS,
    ),
    CheckCode.AGENT_PAYEE_PATTERN: CheckRule(
        kind=_K.ASSISTED,
        group=_G.BALANCE,
        applies=lambda s: s.request.same_payee_holders >= MANY_HOLDERS,
        resolver=_R.OFFICER,
        basis="防止代理商代收用户余额",
        stage=Stage.ANSWERS,
    ),
    CheckCode.CONTACT_SAME_NUMBER: CheckRule(
        kind=_K.CHOICE,
        group=_G.HANDLING,
        applies=lambda s: s.request.contact_is_closing,
        resolver=_R.APPLICANT,
        basis="销户后原号码收不到通知",
        stage=Stage.ANSWERS,
    ),
}


# What can stop a request; a shared account is left to people and never does.
CAN_BLOCK = frozenset(
    code
    for code, rule in CHECKS.items()
    if rule.kind in _STOPS and code is not CheckCode.AGENT_PAYEE_PATTERN
)


def evaluate(
    *,
    facts: LineFacts,
    request: RequestFacts,
    choices: Mapping[CheckCode, Choice],
    today: date,
    offered: Mapping[CheckCode, tuple[Choice, ...]] | None = None,
    exit_percent: int | None = None,
    deposit_up_to_fen: int | None = None,
) -> tuple[Finding, ...]:
    """Return every finding of a line, in the order of the table.

    `offered` narrows the choices of a code to those of an operator; a recorded choice counts
    only where it is offered. `exit_percent` is the share of an operator's exit fee,
    `deposit_up_to_fen` the most it may ask as a deposit.
    """
    leaving = exit_fee.formula(facts, percent=exit_percent, today=today)
    situation = Situation(
        exit_fee.agreed(facts, leaving), request, today, leaving, deposit_up_to_fen
    )
    return tuple(
        _finding(code, rule, situation, choices.get(code), offered or {})
        for code, rule in CHECKS.items()
        if rule.applies(situation)
    )


def _finding(
    code: CheckCode,
    rule: CheckRule,
    situation: Situation,
    chosen: Choice | None,
    offered: Mapping[CheckCode, tuple[Choice, ...]],
) -> Finding:
    facts = situation.line
    choices = tuple(
        choice for choice in offered.get(code, rule.choices) if _possible(choice, situation)
    )
    return Finding(
        code=code,
        rule=rule,
        choices=choices,
        chosen=chosen if chosen in choices else None,
        amount_fen=rule.amount_fen(facts) if rule.amount_fen else None,
        until=rule.until(facts) if rule.until else None,
        count=rule.count(facts) if rule.count else None,
        left_to_people=_left_to_people(code, rule, situation.request),
        formula=situation.leaving
        if code is CheckCode.CONTRACT_TERM and _by_formula(situation)
        else None,
        deposit_fen=_deposit(code, situation) if Choice.PAY_DEPOSIT in choices else None,
    )


def _deposit(code: CheckCode, situation: Situation) -> int | None:
    """Return what is to be deposited: what the use comes to, and never more than the most."""
    facts, most = situation.line, situation.deposit_up_to_fen
    if code is CheckCode.UNBILLED_USAGE and most is None:
        return facts.unbilled_fen - facts.deposit_fen
    if most is None:
        return None
    wanted = facts.unbilled_fen if code is CheckCode.UNBILLED_USAGE else most
    return min(wanted, most) - facts.deposit_fen


def _by_formula(situation: Situation) -> bool:
    """Say whether the fee for leaving early is the formula's, and not less."""
    leaving = situation.leaving
    return leaving is not None and leaving.fee_fen == situation.line.exit_fee_fen


def _left_to_people(code: CheckCode, rule: CheckRule, request: RequestFacts) -> bool:
    """Say whether an obstacle is for those who decide.

    The operator that closes a line itself settles with itself what stands between it and the
    holder; what touches others is chosen like any other.
    """
    if code is CheckCode.AGENT_PAYEE_PATTERN:
        return True
    by_operator = request.applicant is ApplicantKind.OPERATOR
    return (
        by_operator
        and rule.kind in {CheckKind.CHOICE, CheckKind.ASSISTED}
        and rule.group is not CheckGroup.LINKED
    )


def _possible(choice: Choice, situation: Situation) -> bool:
    """Say whether a choice makes sense: a balance must cover what is set off against it.

    An operator that may ask no deposit offers none.
    """
    facts = situation.line
    if choice is Choice.PAY_DEPOSIT:
        return situation.deposit_up_to_fen != 0
    if choice is Choice.SET_OFF:
        return facts.refundable_fen >= facts.arrears_fen
    if choice is Choice.CLOSE_WITH_DEBT:
        return facts.refundable_fen < facts.arrears_fen
    return True


def require_clear(findings: tuple[Finding, ...]) -> None:
    """Pass, or raise `Blocked` naming every blocker."""
    blockers = [finding.code.value for finding in findings if finding.blocks]
    if blockers:
        raise Blocked(codes=" ".join(blockers))


def require_fresh(*, gathered_at: datetime, now: datetime) -> None:
    """Pass, or raise `StaleChecks` where the facts are older than half an hour."""
    if now - gathered_at > FRESH_FOR:
        raise StaleChecks(minutes=int(FRESH_FOR.total_seconds()) // 60)

"""What an operator may choose, and what no operator may.

A profile is a TOML file; published, it becomes an immutable policy version. Here is the shape of
it; `profile_law` says what is lawful, `profile_reading` reads files and says what is wrong. A value
the law does not allow is refused with a sentence, not corrected.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from xiaohu.core.applicants import ApplicantKind, ClosingType, Evidence
from xiaohu.core.checks import CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.notices import Notice
from xiaohu.core.proofs import ALONE, ProofMethod
from xiaohu.core.refusals import Refusal
from xiaohu.core.retention import Category
from xiaohu.core.staffed import Staffed

MAX_REVIEW_WORKING_DAYS = 15  # App rules (国信办秘字〔2019〕191号) item 6; GB/T 35273-2020 8.5
MIN_QUARANTINE_DAYS = 90  # operator contracts; no shorter period is found in any
# Fifteen days (侵害消费者权益行为处罚办法 art. 10) hold ten working days outside long holidays.
MAX_REFUND_DAYS, MAX_REFUND_WORKING_DAYS = 15, 10
MAX_WAIVER_FEN = 5_000  # what somebody may leave behind for the asking: small change, no more
MIN_CLAIM_YEARS = 3  # 民法典 art. 188: so long money nobody fetched can be claimed
MAX_PAYEE_HOLD_HOURS = 72  # long enough to be noticed, short enough for the days of a refund
MAX_COOLING_OFF_DAYS = 7
MIN_UNPAID_DAYS, MIN_SUSPENDED_DAYS = 30, 60  # 电信条例 art. 34
MAX_RESTRICTION_CHECK_DAYS = 7  # our own bound: nobody's data waits longer for a look
LONGEST_RETENTION_MONTHS = 360  # 会计档案管理办法: vouchers and ledgers, 30 years

Text = Annotated[str, Field(min_length=1, max_length=200)]
# A name signs every text to a phone, which must fit one message (see core/notices.py).
ShortText = Annotated[str, Field(min_length=1, max_length=10)]
# A page people are led to: a host with a dot, nothing before it, and nothing typed into it.
Address = Annotated[
    str, Field(pattern=r"^https://[a-z0-9-]+(\.[a-z0-9-]+)+(/[!#-;=?-~]*)?$", max_length=200)
]
Fen = Annotated[int, Field(ge=0)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
DayOfMonth = Annotated[int, Field(ge=-28, le=28)]


class ProfileRefused(Refusal):
    """The profile is unlawful, incomplete, unknown or untested.

    `field` names where, and `why` is the key of the reason and remedy in the message catalogue.
    """

    code = "PROFILE_REFUSED"


class ReviewRule(StrEnum):
    """When a person must decide."""

    WHEN_NEEDED = "when_needed"
    ALWAYS = "always"


class RefundRoute(StrEnum):
    """Where money can go, always to the holder's own means."""

    ORIGINAL = "original"
    BANK_ACCOUNT = "bank_account"
    WALLET = "wallet"
    OTHER_LINE = "other_line"
    COUNTER = "counter"
    WAIVE = (
        "waive"  # nothing goes back: a free choice of the holder, never one of an operator's ways
    )


class RefundStart(StrEnum):
    """From which moment the days of a refund count."""

    REQUEST = "request"
    FINAL_BILL = "final_bill"


class FeeStop(StrEnum):
    """From which moment no monthly fee is charged."""

    REQUEST = "request"
    DISCONNECTION = "disconnection"


class ArrearsRule(StrEnum):
    """What becomes of earlier bills nobody paid."""

    CHOSEN = "chosen"  # set off where the holder chose so, else they stay a claim
    SET_OFF = "set_off"  # always set off against the balance


class GiftRule(StrEnum):
    """What becomes of gift credit the last bill leaves over: it is never paid out."""

    LAPSES = "lapses"


class SourceTag(StrEnum):
    """How well a figure is known."""

    READ = "V"  # read in a law, a contract, or a system of the operator
    REPORTED = "N"  # read in a report of the rule
    HEARSAY = "S"  # read in pages of little quality: what exists, never a rule
    RECALLED = "R"  # from memory
    OURS = "D"  # a default of this project
    OPERATOR = "O"  # stated by the operator itself


def _day(value: object) -> object:
    """Take a date as TOML writes it, or as a stored document does: 2027-06-30."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


Day = Annotated[date, BeforeValidator(_day)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bilingual(_Part):
    """The operator's own words in both languages."""

    zh: Text
    en: Text

    def read(self, language: str) -> str:
        """Return the words for a reader of a language: English, or else Chinese."""
        return self.en if language == "en" else self.zh


class Names(Bilingual):
    """The operator's name; short in Chinese, since it signs every text to a phone."""

    zh: ShortText


class Contact(_Part):
    """Where a person gets a person; `staffed` says by the clock what `hours` says in words.

    `hours` are those of the hotline, `counter_hours` those in which shops serve.
    `outside` names the authorities beyond the operator with their telephones.
    """

    hotline: Bilingual
    hours: Bilingual
    counter_hours: Bilingual | None = None
    complaint: Bilingual
    outside: Bilingual | None = None
    staffed: Staffed | None = None

    def complaints(self, language: str) -> str:
        """Return where to complain: to the operator first, then beyond it."""
        told = [self.complaint, *([self.outside] if self.outside else [])]
        return (" " if language == "en" else "").join(words.read(language) for words in told)


class Brand(_Part):
    """The operator's two colours: for what leads on, and darker for the same under the pointer."""

    colour: Colour = "#0b5aa8"
    dark: Colour = "#084783"


class Freeze(_Part):
    """Days on which no line is closed: from one day of the month to another, or between two dates.

    Days count from the first of the month, or back from its last, which is -1; from -1 to 6 runs
    over the turn of the month.
    """

    from_day: DayOfMonth | None = None
    to_day: DayOfMonth | None = None
    from_on: Day | None = None
    to_on: Day | None = None
    words: Bilingual


class OperatorCalendar(_Part):
    """The operator's own days, beside the official ones: when its billing stands still."""

    freezes: Annotated[tuple[Freeze, ...], Field(strict=False)] = ()


class Review(_Part):
    """How a request is decided; `working_days` is the promise to the subscriber."""

    rule: Annotated[ReviewRule, Field(strict=False)]
    working_days: Annotated[int, Field(ge=1, le=MAX_REVIEW_WORKING_DAYS)]


class Proof(_Part):
    """How a holder can prove to be who they say, besides papers and the counter."""

    methods: Annotated[
        tuple[Annotated[ProofMethod, Field(strict=False)], ...], Field(strict=False, min_length=1)
    ] = ALONE


class Cooling(_Part):
    """Days between acceptance and execution; ten minutes of undo remain whatever is set."""

    days: Annotated[int, Field(ge=0, le=MAX_COOLING_OFF_DAYS)]


class Number(_Part):
    """How long a number rests before it may be issued again."""

    quarantine_days: Annotated[int, Field(ge=MIN_QUARANTINE_DAYS, le=365)]


class LateClaims(StrEnum):
    """What becomes of money claimed after its last day: the law lets an operator pay all the same."""

    PAID = "paid"
    NOT_PAID = "not_paid"


class Refund(_Part):
    """Order of routes, the promised days, and the amount above which a person confirms.

    Above `heirs_consent_above_fen` all heirs consent to a refund, never to the closing itself.
    What goes elsewhere than was decided upon is held for `payee_hold_hours`, and can be stopped.
    What is claimed after its last day is paid or not by `claimed_late`; it is never income.
    Up to `waiver_up_to_fen` a holder may leave the balance to the operator; nobody is asked to.
    """

    routes: Annotated[
        tuple[Annotated[RefundRoute, Field(strict=False)], ...], Field(min_length=1, strict=False)
    ]
    working_days: Annotated[int, Field(ge=1, le=MAX_REFUND_WORKING_DAYS)]
    counted_from: Annotated[RefundStart, Field(strict=False)] = RefundStart.FINAL_BILL
    review_above_fen: Fen
    heirs_consent_above_fen: Fen = 500_000
    waiver_up_to_fen: Annotated[int, Field(ge=0, le=MAX_WAIVER_FEN)] = 0
    claim_years: Annotated[int, Field(ge=MIN_CLAIM_YEARS, le=30)] = MIN_CLAIM_YEARS
    claimed_late: Annotated[LateClaims, Field(strict=False)] = LateClaims.PAID
    payee_hold_hours: Annotated[int, Field(ge=1, le=MAX_PAYEE_HOLD_HOURS)] = 24


class ExitFeeKind(StrEnum):
    """How the fee for leaving a contract early is worked out."""

    SHARE_OF_REMAINING = "share_of_remaining"  # a share of the monthly fees of the months left


class ExitFee(_Part):
    """The formula of the early-exit fee, and the clause of the contract it stands in."""

    kind: Annotated[ExitFeeKind, Field(strict=False)]
    percent: Annotated[int, Field(ge=1, le=100)]
    clause: Bilingual


class Fees(_Part):
    """What closing costs, which is nothing, and from when no monthly fee is charged.

    A deposit for use not yet billed is at most `deposit_up_to_fen`, and goes back with the last
    part of the bill; with 0 none is asked for.
    """

    closing_fen: Annotated[int, Field(ge=0, le=0)] = 0
    stop: Annotated[FeeStop, Field(strict=False)] = FeeStop.DISCONNECTION
    deposit_up_to_fen: Fen | None = None
    arrears: Annotated[ArrearsRule, Field(strict=False)] = ArrearsRule.CHOSEN
    exit: ExitFee | None = None

    @property
    def exit_percent(self) -> int | None:
        """The share of the months left that an early exit costs, where a formula is known."""
        return self.exit.percent if self.exit is not None else None


class Gift(_Part):
    """What becomes of gift credit."""

    rule: Annotated[GiftRule, Field(strict=False)] = GiftRule.LAPSES


class ArrearsClosing(_Part):
    """When the operator may close a line for arrears, and how many days before it says so.

    Shorter spans than the law's need the clause of a mobile contract, by name.
    """

    unpaid_days: Annotated[int, Field(ge=1, le=3650)] = MIN_UNPAID_DAYS
    suspended_days: Annotated[int, Field(ge=1, le=3650)] = MIN_SUSPENDED_DAYS
    notice_days: Annotated[
        tuple[Annotated[int, Field(ge=1, le=90)], ...], Field(strict=False, min_length=1)
    ] = (30, 7, 1)
    mobile_contract_clause: Text | None = None


class Restricted(_Part):
    """How many days the data of a line restricted by grade waits for a person's check before it goes."""

    check_days: Annotated[int, Field(ge=1, le=MAX_RESTRICTION_CHECK_DAYS)] = 3


class Retention(_Part):
    """How long a category is kept instead of the table's time; longer needs a legal basis."""

    months: Annotated[int, Field(ge=1, le=LONGEST_RETENTION_MONTHS)]
    basis: Text | None = None


class Notices(_Part):
    """Every notice is sent but those switched off here."""

    off: Annotated[tuple[Annotated[Notice, Field(strict=False)], ...], Field(strict=False)] = ()


class Applicants(_Part):
    """Who may ask, but not on these pages: by phone or in a shop instead."""

    elsewhere: Annotated[
        tuple[Annotated[ApplicantKind, Field(strict=False)], ...], Field(strict=False)
    ] = ()


class AppEntry(_Part):
    """The hosts of the operator's own app a visit may lead back to."""

    return_hosts: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", max_length=253)], ...],
        Field(strict=False),
    ] = ()


class Links(_Part):
    """The operator's own pages where an obstacle is settled; each is shown only where it is set."""

    pay: Address | None = None
    plan: Address | None = None
    store: Address | None = None
    app: Address | None = None


class Source(_Part):
    """Where a figure comes from, and how well that is known."""

    tag: Annotated[SourceTag, Field(strict=False)]
    text: Text


class SignOff(_Part):
    """Who at the operator confirmed the profile, and when."""

    by: Text
    on: Day


class Profile(_Part):
    """One operator's rules. `unconfirmed` marks an example the operator has not signed off.

    Published, it is the whole: `extends` only records the version it was built upon.
    """

    key: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
    version: Annotated[str, Field(pattern=r"^[0-9]{4}\.[0-9]{2}(\.[0-9]+)?$")]
    extends: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}@[0-9.]{1,16}$")] | None = None
    unconfirmed: bool
    sign_off: SignOff | None = None
    names: Names
    contact: Contact
    brand: Brand = Brand()
    calendar: OperatorCalendar = OperatorCalendar()
    review: Review
    proof: Proof = Proof()
    documents: dict[
        Annotated[ApplicantKind, Field(strict=False)],
        Annotated[tuple[Annotated[Evidence, Field(strict=False)], ...], Field(strict=False)],
    ] = {}
    cooling_off: Cooling
    number: Number
    refund: Refund
    fees: Fees = Fees()
    gift: Gift = Gift()
    checks: Annotated[tuple[Annotated[CheckCode, Field(strict=False)], ...], Field(strict=False)]
    choices: dict[
        Annotated[CheckCode, Field(strict=False)],
        Annotated[
            tuple[Annotated[Choice, Field(strict=False)], ...], Field(strict=False, min_length=1)
        ],
    ] = {}
    arrears_closing: ArrearsClosing = ArrearsClosing()
    involuntary: Annotated[
        tuple[Annotated[ClosingType, Field(strict=False)], ...], Field(strict=False)
    ] = ()
    restricted: Restricted = Restricted()
    retention: dict[Annotated[Category, Field(strict=False)], Retention] = {}
    notices: Notices = Notices()
    applicants: Applicants = Applicants()
    app: AppEntry = AppEntry()
    links: Links = Links()
    provenance: dict[str, Source] = {}

"""What no operator may choose, beyond the limits of single fields; one function each rule."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from xiaohu.core import freezes
from xiaohu.core.applicants import APPLICANTS, ApplicantKind, ClosingType
from xiaohu.core.checks import CHECKS, CheckCode
from xiaohu.core.choices import Choice
from xiaohu.core.colours import INFO_PAPER, LEAST_CONTRAST, PAPER, contrast
from xiaohu.core.notices import Notice
from xiaohu.core.profile import (
    MIN_SUSPENDED_DAYS,
    MIN_UNPAID_DAYS,
    Freeze,
    Profile,
    ProfileRefused,
    RefundRoute,
)
from xiaohu.core.proofs import KINDS, OFFERABLE, TWO_KINDS, ProofMethod
from xiaohu.core.retention import MAY_BE_LONGER, RETENTION

MANDATORY_CHECKS = frozenset(
    {
        CheckCode.NOT_HOLDER,
        CheckCode.REALNAME_MISSING,
        CheckCode.ALREADY_CLOSING,
        CheckCode.ALREADY_CLOSED,
        CheckCode.LEGAL_HOLD,
    }
)
# Without these ways out a contract, an instalment or a restriction would be a refusal to close.
MUST_OFFER: Mapping[CheckCode, frozenset[Choice]] = {
    CheckCode.CONTRACT_TERM: frozenset({Choice.PAY_EXIT_FEE, Choice.DISPUTE_FEE}),
    CheckCode.VANITY_MIN_SPEND: frozenset({Choice.PAY_EXIT_FEE, Choice.DISPUTE_FEE}),
    CheckCode.DEVICE_INSTALMENT: frozenset({Choice.KEEP_PAYING}),
    CheckCode.RESTRICTED_GRADED: frozenset({Choice.APPEAL, Choice.CLOSE_ANYWAY}),
}
# What nobody needs to be told a second time: the pages say it, and nothing is owed.
MAY_BE_OFF = frozenset({Notice.WITHDRAWN, Notice.EXPIRED, Notice.REFUNDED})
MAY_START_ITSELF = frozenset(
    # An order, a violation or a missing registration is for a person to judge.
    {ClosingType.ARREARS}
)
# A holder is never sent away from the pages (App rules, item 6: closing where one opened online).
ASK_HERE = frozenset({ApplicantKind.HOLDER, ApplicantKind.ORG_HANDLER, ApplicantKind.OPERATOR})
_NO_FIGURES = frozenset({"retention", "provenance", "calendar"})
_LEAP_AND_NOT = (2027, 2028)

Refused = Iterator[ProfileRefused]


def problems(profile: Profile) -> tuple[ProfileRefused, ...]:
    """Return everything unlawful about a profile of the right shape."""
    return tuple(refused for rule in _RULES for refused in rule(profile))


def figures(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the path of every figure of a profile: each number, and the frozen days."""
    found = [
        path
        for name, value in document.items()
        if name not in _NO_FIGURES
        for path in _numbers(name, value)
    ]
    frozen = document["calendar"]["freezes"]
    return (*found, "calendar.freezes") if frozen else tuple(found)


def _numbers(path: str, value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _numbers(f"{path}.{name}", inner)
    elif isinstance(value, list):
        if any(isinstance(item, int) for item in value):
            yield path
    elif isinstance(value, int) and not isinstance(value, bool):
        yield path


def _lists_repeat_nothing(profile: Profile) -> Refused:
    lists: Mapping[str, Collection[object]] = {
        "checks": profile.checks,
        "refund.routes": profile.refund.routes,
        "proof.methods": profile.proof.methods,
        "involuntary": profile.involuntary,
        "notices.off": profile.notices.off,
        "applicants.elsewhere": profile.applicants.elsewhere,
        **{f"choices.{code}": choices for code, choices in profile.choices.items()},
        **{f"documents.{kind}": papers for kind, papers in profile.documents.items()},
    }
    for field, listed in lists.items():
        if len(set(listed)) < len(listed):
            yield ProfileRefused(field=field, why="repeated")


def _mandatory_checks_stay(profile: Profile) -> Refused:
    for code in sorted(MANDATORY_CHECKS - set(profile.checks)):
        yield ProfileRefused(field="checks", why="mandatory_check", value=code.value)


def _choices_are_of_the_table(profile: Profile) -> Refused:
    for code, choices in profile.choices.items():
        field = f"choices.{code}"
        if code not in profile.checks:
            yield ProfileRefused(field=field, why="choice_without_check")
        for choice in choices:
            if choice not in CHECKS[code].choices:
                allowed = " ".join(CHECKS[code].choices) or "–"
                yield ProfileRefused(
                    field=field, why="unknown_value", value=choice.value, allowed=allowed
                )
        for choice in sorted(MUST_OFFER.get(code, frozenset()) - set(choices)):
            yield ProfileRefused(field=field, why="choice_must_stay", value=choice.value)


def _no_more_papers_than_the_table(profile: Profile) -> Refused:
    for kind, papers in profile.documents.items():
        most = APPLICANTS[kind].evidence
        for paper in papers:
            if paper not in most:
                yield ProfileRefused(
                    field=f"documents.{kind}",
                    why="more_papers",
                    value=paper.value,
                    allowed=" ".join(most) or "–",
                )
        if most and not papers:
            yield ProfileRefused(field=f"documents.{kind}", why="no_papers")


def _two_kinds_of_proof(profile: Profile) -> Refused:
    for method in profile.proof.methods:
        if method not in OFFERABLE:
            yield ProfileRefused(
                field="proof.methods",
                why="unknown_value",
                value=method.value,
                allowed=" ".join(OFFERABLE),
            )
    # Never a face alone, not even for whoever signed in by what the other kind rests on.
    besides_face = set(profile.proof.methods) - {ProofMethod.FACE}
    if len({KINDS[method] for method in besides_face}) < TWO_KINDS:
        if ProofMethod.FACE in profile.proof.methods:
            yield ProfileRefused(field="proof.methods", why="face")
        else:
            yield ProfileRefused(field="proof.methods", why="one_proof")


def _colours_can_be_read(profile: Profile) -> Refused:
    brand = profile.brand
    pairs = (
        ("colour", brand.colour, PAPER),
        ("dark", brand.dark, PAPER),
        ("dark", brand.dark, INFO_PAPER),  # what a pointer rests on
    )
    for name, colour, paper in pairs:
        has = contrast(colour, paper)
        if has < LEAST_CONTRAST:
            yield ProfileRefused(
                field=f"brand.{name}",
                why="contrast",
                value=colour,
                has=f"{int(has * 100) / 100:.2f}",
                limit=str(LEAST_CONTRAST),
            )
            return


def _freezes_are_short(profile: Profile) -> Refused:
    field = "calendar.freezes"
    frozen = profile.calendar.freezes
    if not all(_is_a_span(freeze) for freeze in frozen):
        yield ProfileRefused(field=field, why="freeze_span")
        return
    dated = {day.year for f in frozen for day in (f.from_on, f.to_on) if day is not None}
    longest = freezes.longest(frozen, years={*_LEAP_AND_NOT, *dated}) if frozen else 0
    if longest > freezes.LONGEST_FREEZE_DAYS:
        yield ProfileRefused(
            field=field, why="freeze_long", value=longest, limit=freezes.LONGEST_FREEZE_DAYS
        )


def _is_a_span(freeze: Freeze) -> bool:
    """Say whether a freeze has both ends of one kind, in order where they are dates."""
    days, dates = (freeze.from_day, freeze.to_day), (freeze.from_on, freeze.to_on)
    if freeze.from_on is not None and freeze.to_on is not None:
        return days == (None, None) and freeze.from_on <= freeze.to_on
    return dates == (None, None) and None not in days and 0 not in days


def _nobody_is_led_to_waive(profile: Profile) -> Refused:
    # In the order of ways it could be the first, or the only one: then it were no free choice.
    if RefundRoute.WAIVE in profile.refund.routes:
        allowed = " ".join(route for route in RefundRoute if route is not RefundRoute.WAIVE)
        yield ProfileRefused(
            field="refund.routes",
            why="waiver_listed",
            value=RefundRoute.WAIVE.value,
            allowed=allowed,
        )


def _arrears_take_their_time(profile: Profile) -> Refused:
    rule = profile.arrears_closing
    early = rule.unpaid_days < MIN_UNPAID_DAYS or rule.suspended_days < MIN_SUSPENDED_DAYS
    if early and rule.mobile_contract_clause is None:
        yield ProfileRefused(
            field="arrears_closing",
            why="arrears_early",
            unpaid=MIN_UNPAID_DAYS,
            suspended=MIN_SUSPENDED_DAYS,
        )
    days = rule.notice_days
    if sorted(set(days), reverse=True) != list(days):
        yield ProfileRefused(field="arrears_closing.notice_days", why="notice_order")


def _only_some_closings_start_themselves(profile: Profile) -> Refused:
    for kind in profile.involuntary:
        if kind not in MAY_START_ITSELF:
            yield ProfileRefused(
                field="involuntary",
                why="unknown_value",
                value=kind.value,
                allowed=" ".join(sorted(MAY_START_ITSELF)),
            )


def _retention_is_the_law_s(profile: Profile) -> Refused:
    for category, kept in profile.retention.items():
        field, rule = f"retention.{category}", RETENTION[category]
        if rule.disposal not in MAY_BE_LONGER:
            yield ProfileRefused(field=field, why="not_kept")
        elif kept.months < rule.months:
            yield ProfileRefused(
                field=field, why="retention_short", limit=rule.months, law=rule.basis
            )
        elif kept.months > rule.months and kept.basis is None:
            yield ProfileRefused(field=field, why="retention_basis", limit=rule.months)


def _what_is_owed_is_said(profile: Profile) -> Refused:
    for notice in profile.notices.off:
        if notice not in MAY_BE_OFF:
            yield ProfileRefused(
                field="notices.off",
                why="notice_owed",
                value=notice.value,
                allowed=" ".join(sorted(MAY_BE_OFF)),
            )


def _confirmed_by_somebody(profile: Profile) -> Refused:
    if profile.unconfirmed and profile.sign_off is not None:
        yield ProfileRefused(field="sign_off", why="sign_off_unconfirmed")
    if not profile.unconfirmed and profile.sign_off is None:
        yield ProfileRefused(field="sign_off", why="sign_off_missing")


def _every_figure_has_a_source(profile: Profile) -> Refused:
    document = profile.model_dump(mode="json")
    for path in figures(document):
        if path not in profile.provenance:
            yield ProfileRefused(field=path, why="no_source")
    for path in profile.provenance:
        if not _exists(document, path):
            yield ProfileRefused(field=f"provenance.{path}", why="source_of_nothing")


def _exists(document: Mapping[str, Any], path: str) -> bool:
    value: Any = document
    for name in path.split("."):
        if not isinstance(value, Mapping) or name not in value:
            return False
        value = value[name]
    return True


def _holders_ask_here(profile: Profile) -> Refused:
    for kind in profile.applicants.elsewhere:
        if kind in ASK_HERE:
            yield ProfileRefused(
                field="applicants.elsewhere", why="must_ask_here", value=kind.value
            )


_RULES: tuple[Callable[[Profile], Refused], ...] = (
    _lists_repeat_nothing,
    _mandatory_checks_stay,
    _choices_are_of_the_table,
    _no_more_papers_than_the_table,
    _two_kinds_of_proof,
    _holders_ask_here,
    _colours_can_be_read,
    _freezes_are_short,
    _nobody_is_led_to_waive,
    _arrears_take_their_time,
    _only_some_closings_start_themselves,
    _retention_is_the_law_s,
    _what_is_owed_is_said,
    _confirmed_by_somebody,
    _every_figure_has_a_source,
)

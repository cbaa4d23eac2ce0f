"""A profile as single rules that matter to a subscriber, and what changes between two of them.

Each rule has a path, a key of the message catalogue, and what goes into its words; sources and
test cases are no rules.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from xiaohu.core.applicants import APPLICANTS
from xiaohu.core.checks import CHECKS
from xiaohu.core.money import Money
from xiaohu.core.profile import MAX_REFUND_DAYS, Bilingual, Profile
from xiaohu.core.retention import MAY_BE_LONGER, rules_with


@dataclass(frozen=True, slots=True)
class Codes:
    """Words of the catalogue, one for each code."""

    prefix: str
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """The clause a rule rests on, as it is cited in Chinese."""

    basis: str


Said = int | str | tuple[int, ...] | Money | Bilingual | Codes | Clause


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: the key of its words, and what goes into them."""

    key: str
    params: Mapping[str, Said] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one rule; nothing before means new, nothing after means gone."""

    path: str
    before: Rule | None
    after: Rule | None


def rules(profile: Profile) -> Mapping[str, Rule]:
    """Return every rule by its path, in the order in which a subscriber meets them."""
    return {path: rule for part in _PARTS for path, rule in part(profile)}


def changes(old: Profile, new: Profile) -> tuple[Change, ...]:
    """Return what changes for a subscriber from one version to another."""
    before, after = rules(old), rules(new)
    paths = [*after, *(path for path in before if path not in after)]
    return tuple(
        Change(path, before.get(path), after.get(path))
        for path in paths
        if before.get(path) != after.get(path)
    )


Rules = Iterable[tuple[str, Rule]]


def _contact(profile: Profile) -> Rules:
    for name in ("hotline", "hours", "counter_hours", "complaint", "outside"):
        words: Bilingual | None = getattr(profile.contact, name)
        if words is not None:
            yield f"contact.{name}", Rule(f"rule.contact.{name}", {"words": words})


def _checks(profile: Profile) -> Rules:
    for code in profile.checks:
        title = Codes("check.title.", (code.value,))
        choices = profile.choices.get(code, CHECKS[code].choices)
        if choices:
            offered = Codes("choice.", tuple(choice.value for choice in choices))
            yield f"checks.{code}", Rule("rule.check_choices", {"check": title, "choices": offered})
        else:
            yield f"checks.{code}", Rule(f"check.title.{code.value}", {})


def _proof(profile: Profile) -> Rules:
    methods = tuple(method.value for method in profile.proof.methods)
    yield "proof.methods", Rule("rule.proof", {"methods": Codes("proof.", methods)})
    for kind, rule in APPLICANTS.items():
        papers = profile.documents.get(kind, rule.evidence)
        if papers:
            said = {
                "who": Codes("who.", (kind.value,)),
                "papers": Codes("paper_kind.", tuple(paper.value for paper in papers)),
            }
            yield f"documents.{kind}", Rule("rule.documents", said)
    for kind in profile.applicants.elsewhere:
        who = Codes("who.", (kind.value,))
        yield f"applicants.elsewhere.{kind}", Rule("rule.elsewhere", {"who": who})


def _review(profile: Profile) -> Rules:
    yield "review.rule", Rule(f"rule.review.{profile.review.rule}")
    yield "review.working_days", Rule("rule.review.days", {"days": profile.review.working_days})


def _timing(profile: Profile) -> Rules:
    yield "cooling_off.days", Rule("rule.cooling_off", {"days": profile.cooling_off.days})
    for place, freeze in enumerate(profile.calendar.freezes, start=1):
        yield f"calendar.freezes.{place}", Rule("rule.freeze", {"words": freeze.words})
    yield "fees.closing_fen", Rule("rule.fees.free")
    yield "fees.stop", Rule(f"rule.fees.stop.{profile.fees.stop}")
    most = profile.fees.deposit_up_to_fen
    if most is not None:
        key = "rule.fees.deposit" if most else "rule.fees.deposit_none"
        yield "fees.deposit_up_to_fen", Rule(key, {"amount": Money(most)} if most else {})
    leaving = profile.fees.exit
    if leaving is not None:
        said: dict[str, Said] = {"percent": leaving.percent, "clause": leaving.clause}
        yield "fees.exit", Rule(f"rule.fees.exit.{leaving.kind}", said)
    yield "fees.arrears", Rule(f"rule.fees.arrears.{profile.fees.arrears}")
    days = profile.number.quarantine_days
    yield "number.quarantine_days", Rule("rule.quarantine", {"days": days})


def _money(profile: Profile) -> Rules:
    refund = profile.refund
    routes = Codes("route.", tuple(route.value for route in refund.routes))
    said = {"days": refund.working_days, "most": MAX_REFUND_DAYS}
    above = {"amount": Money(refund.review_above_fen)}
    heirs = {"amount": Money(refund.heirs_consent_above_fen)}
    yield "refund.routes", Rule("rule.refund.routes", {"routes": routes})
    yield "refund.working_days", Rule(f"rule.refund.from.{refund.counted_from}", said)
    yield "refund.review_above_fen", Rule("rule.refund.review", above)
    yield "refund.heirs_consent_above_fen", Rule("rule.refund.heirs", heirs)
    yield "refund.claim_years", Rule("rule.refund.claim", {"years": refund.claim_years})
    yield "refund.claimed_late", Rule(f"rule.refund.late.{refund.claimed_late}")
    held = {"hours": refund.payee_hold_hours}
    yield "refund.payee_hold_hours", Rule("rule.refund.hold", held)
    waiver = Money(refund.waiver_up_to_fen)
    if refund.waiver_up_to_fen:
        yield "refund.waiver_up_to_fen", Rule("rule.refund.waiver", {"amount": waiver})
    else:
        yield "refund.waiver_up_to_fen", Rule("rule.refund.waiver_none")
    yield "gift.rule", Rule(f"rule.gift.{profile.gift.rule}")


def _by_operator(profile: Profile) -> Rules:
    rule, kinds = profile.arrears_closing, profile.involuntary
    said: dict[str, Said] = {
        "unpaid": rule.unpaid_days,
        "suspended": rule.suspended_days,
        "notices": rule.notice_days,
    }
    key = "rule.arrears_closing"
    if rule.mobile_contract_clause is not None:
        said, key = {**said, "clause": rule.mobile_contract_clause}, "rule.arrears_closing_clause"
    yield "arrears_closing", Rule(key, said)
    if kinds:
        types = Codes("closing_type.", tuple(kind.value for kind in kinds))
        yield "involuntary", Rule("rule.involuntary", {"types": types})
    else:
        yield "involuntary", Rule("rule.involuntary_none")


def _kept(profile: Profile) -> Rules:
    days = {"days": profile.restricted.check_days}
    yield "restricted.check_days", Rule("rule.restricted", days)
    overrides = {
        category: (kept.months, kept.basis) for category, kept in profile.retention.items()
    }
    for category, rule in rules_with(overrides).items():
        if rule.disposal in MAY_BE_LONGER:
            said: dict[str, Said] = {
                "category": Codes("category.", (category.value,)),
                "months": rule.months,
                "basis": Clause(rule.basis),
            }
            yield f"retention.{category}", Rule("rule.retention", said)


def _notices(profile: Profile) -> Rules:
    for notice in profile.notices.off:
        said = {"notice": Codes("notice.", (notice.value,))}
        yield f"notices.off.{notice}", Rule("rule.notice_off", said)


_PARTS: tuple[Callable[[Profile], Rules], ...] = (
    _checks,
    _proof,
    _review,
    _timing,
    _money,
    _by_operator,
    _kept,
    _notices,
    _contact,
)

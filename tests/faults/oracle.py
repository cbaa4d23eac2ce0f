"""The oracle: our rows beside what really happened outside. Where they agree it says nothing."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from tests.faults import summary
from tests.stories import OPERATOR
from xiaohu.closures import reconciling
from xiaohu.closures.models import AssistedPayment, Closing, Document, DocumentKind, Outcome
from xiaohu.core.findings import FindingKind
from xiaohu.core.reconciling import Difference
from xiaohu.erasure import outside
from xiaohu.erasure.models import ErasureReceipt
from xiaohu.queue.models import Effect, EffectState
from xiaohu.settlement import ledger
from xiaohu.settlement.models import Account, SettledClosing, Transfer
from xiaohu.trail import auditing, sequencer

Truth = Callable[[str], list[dict[str, Any]]]
# What a line that ended must have met exactly once each, whatever else was ordered.
ALWAYS = ("freeze", "disconnect", "quarantine")


def require_agreement(truth: Truth, *, alone: bool = False) -> None:
    """Pass where nothing was lost, doubled or invented, and the audit log is whole.

    `alone` says that all there is outside is ours: no earlier test was there before.
    """
    doubled, lost = doubled_effects(truth), lost_effects(truth)
    summary.add("effects doubled", len(doubled))
    summary.add("effects lost", len(lost))
    assert doubled == []
    assert lost == []
    assert wrong_money(truth) == []
    assert half_done() == []
    assert reconciled(alone=alone) == []
    while sequencer.run_once():
        pass
    assert auditing.verify().broken == ()


def doubled_effects(truth: Truth) -> list[str]:
    """Return what happened outside more often than we asked, or without our asking."""
    ours = {str(pk) for pk in Effect.objects.values_list("pk", flat=True)}
    records = _keyed(truth)
    keys = Counter(record["key"] for record in records)
    found = [f"{key} happened {count} times" for key, count in keys.items() if count > 1]
    found += [f"{r['kind']} {r['key']} was never intended" for r in records if r["key"] not in ours]
    each = Counter(
        (r["subscription_id"], r["kind"], r.get("detail", ""))
        for r in truth("operator")
        if r["kind"] not in {"bill", "notice", "rehearsal", "pay"} and r["key"] in ours
    )
    return found + [f"{what} under {count} keys" for what, count in each.items() if count > 1]


def lost_effects(truth: Truth) -> list[str]:
    """Return what we take for done and never happened, and what a finished line never met."""
    happened = {record["key"] for record in _keyed(truth)}
    # What was erased in other systems is asked of those systems.
    done = Effect.objects.filter(state=EffectState.DONE.value).exclude(kind=outside.EFFECT)
    lost = [f"{e.kind} {e.pk} never happened" for e in done if str(e.pk) not in happened]
    met = {(r["subscription_id"], r["kind"]) for r in truth("operator")}
    for closing in _ended().filter(line__isnull=False).select_related("line"):
        line = closing.line
        assert line is not None
        lost += [
            f"{kind} of {line.subscription_id}"
            for kind in ALWAYS
            if (line.subscription_id, kind) not in met
        ]
    return lost


def wrong_money(truth: Truth) -> list[str]:
    """Return every closing whose books, ledger and payments do not say the same."""
    paid: Counter[str] = Counter()
    for record in truth("payout"):
        if "returned_at" not in record:
            paid[record["key"]] += record["amount_fen"]
    booked: Counter[str] = Counter()
    for key, fen in Transfer.objects.filter(credit=Account.REFUNDED.value).values_list(
        "effect_id", "amount_fen"
    ):
        booked[str(key)] += fen
    by_hand = {str(pk) for pk in AssistedPayment.objects.values_list("pk", flat=True)}
    wrong = [
        f"{key}: booked {fen}, paid {paid[key]}"
        for key, fen in booked.items()
        if key not in by_hand and paid[key] != fen
    ]
    closed = {str(pk) for pk in _ended().values_list("pk", flat=True)}
    of_closed = Effect.objects.filter(kind="refund", subject_id__in=closed)
    wrong += [
        f"{e.pk}: paid, not booked" for e in of_closed if paid[str(e.pk)] != booked[str(e.pk)]
    ]
    return wrong + list(_unbalanced(_ended().filter(line__isnull=False)))


def reconciled(*, alone: bool) -> list[Difference]:
    """Return what the operator's own comparison finds, as `xiaohu reconcile` would show it."""
    found = reconciling.compare(operator=OPERATOR).differences
    return [one for one in found if alone or one.kind is not FindingKind.UNKNOWN_TO_US]


def half_done() -> list[str]:
    """Return what ended without its papers or its receipt, or goes on without an alarm."""
    found = []
    for closing in _ended():
        kinds = set(Document.objects.filter(closing=closing).values_list("kind", flat=True))
        if not {DocumentKind.CERTIFICATE.value, DocumentKind.STATEMENT.value} <= kinds:
            found.append(f"{closing.pk} has {sorted(kinds)}")
        if ErasureReceipt.objects.filter(pk=closing.pk).count() != 1:
            found.append(f"{closing.pk} has no receipt")
    forgotten = Closing.objects.filter(is_open=True, next_action_at=None, owner="")
    return found + [f"{pk} is forgotten" for pk in forgotten.values_list("pk", flat=True)]


def _unbalanced(closings: Iterable[Closing]) -> Iterable[str]:
    settled = SettledClosing.objects.in_bulk([closing.pk for closing in closings])
    for closing in closings:
        row = settled.get(closing.pk)
        if row is None or row.completed_at is None:
            yield f"{closing.pk} ended unsettled"
            continue
        standing = ledger.balances(closing.pk)
        if standing[Account.BALANCE] or standing[Account.REFUND_PENDING] or sum(standing.values()):
            yield f"{closing.pk} ended with money on the way"
        if standing[Account.REFUNDED] != row.refunded_fen:
            yield f"{closing.pk}: ledger {standing[Account.REFUNDED]}, books {row.refunded_fen}"


def _ended() -> Any:
    return Closing.objects.filter(outcome=Outcome.CLOSED.value)


def _keyed(truth: Truth) -> list[dict[str, Any]]:
    """Return every record of something we asked for, of operator and bank alike."""
    return [r for name in ("operator", "payout") for r in truth(name) if r.get("key")]

"""A hundred thousand closings are compared in seconds, with as few questions as one."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.stories import OPERATOR
from xiaohu.core import reconciling
from xiaohu.core.findings import FindingKind
from xiaohu.core.reconciling import Payment, PaymentState
from xiaohu.settlement import reconciling as ours
from xiaohu.settlement.models import SettledClosing

pytestmark = pytest.mark.django_db
# Each closing had 126.40 yuan, used 6.40 of it and got the rest back.
# They are written past the orders a refund goes under, which nothing is compared with here.
MADE = """
SET LOCAL session_replication_role = replica;
CREATE TEMP TABLE made ON COMMIT DROP AS
    SELECT gen_random_uuid() AS closing, gen_random_uuid() AS effect
    FROM generate_series(1, %(many)s);
INSERT INTO queue_effect (id, operator, subject_id, kind, round, state, misses, reference, reason, created_at)
    SELECT effect, 'demo', closing, 'refund', 0, 'done', 0, '', '', now() FROM made;
INSERT INTO settlement_transfer (id, operator, closing_id, debit, credit, amount_fen, effect_id, at)
    SELECT gen_random_uuid(), 'demo', closing, debit, credit, fen,
        CASE WHEN of_effect THEN effect END, now()
    FROM made, (VALUES
        ('operator', 'balance', 12640, false),
        ('balance', 'usage', 640, false),
        ('balance', 'refund_pending', 12000, true),
        ('refund_pending', 'refunded', 12000, true)
    ) AS posted (debit, credit, fen, of_effect);
SET LOCAL session_replication_role = origin;
"""
SETTLED = {"opening_fen": 12640, "usage_fen": 640, "refundable_fen": 12000, "refunded_fen": 12000}


def make(many: int) -> None:
    """Write so many closings that agree."""
    fields = SettledClosing._meta.concrete_fields
    columns = [field.name for field in fields if field.name.endswith("_fen")]
    amounts = ", ".join(str(SETTLED.get(column, 0)) for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(MADE % {"many": many})
        cursor.execute(
            f"INSERT INTO settlement_settledclosing (closing_id, operator, settled_at, completed_at,"  # noqa: S608 - the columns are the model's own
            f" {', '.join(columns)}) SELECT closing, 'demo', now(), now(), {amounts} FROM made"
        )


def compare() -> list[FindingKind]:
    """Compare books and payments with a provider that lists every payment but one."""
    known = ours.payments(OPERATOR, listed=ours.paid(OPERATOR))
    theirs = [Payment(key, 12000, "CNY", PaymentState.PAID, "") for key in known][1:]
    found = [*reconciling.of_books(ours.books(OPERATOR)), *reconciling.of_payments(known, theirs)]
    return [each.kind for each in found]


@pytest.mark.parametrize(
    ("many", "seconds"), [(2_000, 5.0), pytest.param(100_000, 60.0, marks=pytest.mark.nightly)]
)
def test_many_are_compared_in_seconds(many: int, seconds: float) -> None:
    make(many)
    began = time.monotonic()
    with CaptureQueriesContext(connection) as asked:
        assert compare() == [FindingKind.MISSING_AT_PROVIDER]
    assert time.monotonic() - began < seconds
    assert len(asked) <= 3

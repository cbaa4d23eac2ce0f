"""The monitor: quiet while the log grows, and it remembers what it saw when the log does not."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.trail.growing import NOON, grow, record, unguarded
from tests.trail.test_auditing import sql
from xiaohu.trail import auditing, checkpoints, monitoring, sequencer
from xiaohu.trail.auditing import LATE_AFTER
from xiaohu.trail.models import Checkpoint, Event, Look, LookKind, Node
from xiaohu.trail.monitoring import FULL_AGAIN, FULL_EVERY

pytestmark = pytest.mark.django_db
Says = dict[str, Any]


def looked() -> set[tuple[str, str]]:
    """Look, and return what was wrong."""
    return {(one["wrong"], one["where"]) for one in monitoring.look(now=NOON).broken}


def test_an_empty_log_is_whole() -> None:
    assert monitoring.whole()
    assert looked() == set()
    assert monitoring.whole()


def test_a_log_that_grows_is_whole() -> None:
    for size in range(1, 12):
        checkpoint = grow(1 + size % 3)
        assert looked() == set()
        seen = monitoring.last(LookKind.MONITOR)
        assert seen is not None
        assert (seen.size, bytes(seen.root)) == (checkpoint.size, bytes(checkpoint.root))


def test_nothing_new_is_no_news() -> None:
    grow(5)
    assert looked() == set()
    assert looked() == set()


class TestALogOfEleven:
    """Seen at five, and signed again at eleven."""

    @pytest.fixture(autouse=True)
    def _seen(self) -> None:
        grow(5)
        assert looked() == set()
        grow(6)

    @pytest.mark.parametrize(
        ("statement", "named"),
        [
            ("UPDATE trail_checkpoint SET note = 'x' WHERE size = 11", ("signature", "11")),
            ("UPDATE trail_checkpoint SET root = sha256('x') WHERE size = 11", ("row", "11")),
            ("DELETE FROM trail_leaf WHERE index >= 8", ("shrunk", "11")),
            ("UPDATE trail_node SET hash = sha256('x') WHERE level = 3", ("root", "11")),
            ("DELETE FROM trail_node WHERE level = 3", ("root", "11")),
            ("UPDATE trail_node SET hash = sha256('x') WHERE level = 2", ("root", "5")),
            ("DELETE FROM trail_node WHERE level = 2", ("root", "5")),
            (
                "DELETE FROM trail_checkpoint WHERE size = 11",
                ("row_missing", "000000000011.note"),
            ),
            ("DELETE FROM trail_checkpoint", ("shrunk", "5")),
        ],
    )
    def test_betrays_what_was_changed(self, statement: str, named: tuple[str, str]) -> None:
        with unguarded():
            sql(statement)
            assert named in looked()
            assert not monitoring.whole()
        assert looked() == set()

    def test_betrays_a_note_that_is_gone(self) -> None:
        (Path(settings.XIAOHU.checkpoints) / checkpoints.file_name(5)).unlink()
        assert looked() == {("note_missing", "5")}

    def test_remembers_what_it_saw_until_the_log_fits_it_again(self) -> None:
        with unguarded():
            Checkpoint.objects.filter(size=11).update(root=bytes(32))
            looked()
            seen = monitoring.last(LookKind.MONITOR)
            assert seen is not None
            assert seen.size == 5
            assert looked() != set()

    def test_betrays_a_log_written_anew_that_its_signer_signs_again(self) -> None:
        looked()
        with unguarded():
            Node.objects.filter(level__gt=0).update(hash=bytes(32))
            record(3)
            sequencer.run_once()
            checkpoints.sign(now=NOON)
            assert ("root", "11") in looked()

    def test_says_when_events_wait_too_long(self) -> None:
        record(1)
        after = NOON + LATE_AFTER + timedelta(seconds=1)
        broken = monitoring.look(now=after).broken
        assert [one["wrong"] for one in broken] == ["late"]

    def test_a_full_verification_is_remembered(self) -> None:
        monitoring.note_full(auditing.verify(), now=NOON)
        full = monitoring.last(LookKind.FULL)
        assert full is not None
        assert (full.size, full.broken) == (11, [])
        with unguarded():
            sql("UPDATE trail_event SET action = 'x'")
            monitoring.note_full(auditing.verify(), now=NOON)
            assert not monitoring.whole()

    @pytest.mark.parametrize("says", [{"reason": "x"}, {"evidence": [1]}, {"evidence": 7}])
    def test_an_old_event_that_was_changed_is_found_within_a_day(self, says: Says) -> None:
        monitoring.verify_when_due(now=NOON)
        with unguarded():
            Event.objects.filter(leaf__index=0).update(**says)
            assert looked() == set()
            monitoring.verify_when_due(now=NOON + FULL_EVERY - timedelta(seconds=1))
            assert monitoring.whole()
            monitoring.verify_when_due(now=NOON + FULL_EVERY)
            full = monitoring.last(LookKind.FULL)
            assert full is not None
            assert full.broken[0] == {"wrong": "event_changed", "where": "0"}
            assert not monitoring.whole()

    def test_what_does_not_fit_is_verified_again_within_an_hour(self) -> None:
        Look.objects.create(
            kind=LookKind.FULL.value, at=NOON, size=11, root=b"", broken=[{"wrong": "node"}]
        )
        monitoring.verify_when_due(now=NOON + FULL_AGAIN - timedelta(seconds=1))
        assert not monitoring.whole()
        monitoring.verify_when_due(now=NOON + FULL_AGAIN)
        assert monitoring.whole()

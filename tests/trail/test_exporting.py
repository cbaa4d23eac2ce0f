"""Exports of the log: they prove themselves, and nothing in them can be changed."""

import io
import json
import random
from pathlib import Path

import pytest
from django.db.models import Q

from tests.trail.growing import NOON, grow, record
from xiaohu.trail import events, exporting, keys, sequencer
from xiaohu.trail.exporting import Checked, NothingSigned

TAMPERINGS = 9500
PART = Q(event__at=NOON)


def verify(lines: bytes, manifest: str) -> Checked:
    """Verify with our own keys."""
    return exporting.verify(
        io.BytesIO(lines),
        manifest,
        documents=keys.public_keys(keys.DOCUMENTS),
        notes=keys.public_keys(keys.CHECKPOINTS),
    )


def written(folder: Path, where: Q = events.EVERY, **asked: str) -> tuple[bytes, str]:
    """Export, and return both files."""
    exporting.write(folder, where=where, asked=asked, now=NOON)
    return (folder / exporting.EVENTS).read_bytes(), (folder / exporting.MANIFEST).read_text()


@pytest.mark.django_db
class TestAnExport:
    """Of seven signed events, and one that is not signed yet."""

    @pytest.fixture(autouse=True)
    def _signed(self) -> None:
        grow(7)
        record(1)
        sequencer.run_once()

    def test_of_everything_proves_the_root(self, tmp_path: Path) -> None:
        lines, manifest = written(tmp_path)
        assert verify(lines, manifest) == Checked(7, 7, ())
        told = [json.loads(line) for line in lines.splitlines()]
        assert [one["index"] for one in told] == list(range(7))
        assert told[3]["event"]["action"] == "test"
        assert "proof" not in told[3]

    def test_of_a_part_proves_each_place(self, tmp_path: Path) -> None:
        lines, manifest = written(tmp_path, Q(index__in=(2, 5)), action="test")
        assert verify(lines, manifest) == Checked(2, 7, ())

    def test_names_the_changed_line_of_a_part(self, tmp_path: Path) -> None:
        lines, manifest = written(tmp_path, PART, action="test")
        first, second, *rest = lines.splitlines(keepends=True)
        for changed in (second.replace(b'"test"', b'"x"'), b"[]\n", b"x\n", b'{"event":1}\n'):
            broken = verify(b"".join([first, changed, *rest]), manifest).broken
            assert ("event_changed", "1") in {(one.wrong, one.where) for one in broken}

    def test_is_refused_without_a_line_or_with_one_more(self, tmp_path: Path) -> None:
        for asked in ({}, {"action": "test"}):
            lines, manifest = written(tmp_path, PART, **asked)
            one, *rest = lines.splitlines(keepends=True)
            assert verify(b"".join(rest), manifest).broken
            assert verify(lines + one, manifest).broken
            assert verify(b"".join([rest[0], one, *rest[1:]]), manifest).broken

    def test_is_refused_beside_the_manifest_of_another(self, tmp_path: Path) -> None:
        lines, _ = written(tmp_path)
        _, other = written(tmp_path, Q(index=1), action="test")
        assert verify(lines, other).broken

    def test_finds_every_tampering(self, tmp_path: Path) -> None:
        dice = random.Random(20261124)
        files = [written(tmp_path), written(tmp_path, Q(index__in=(2, 5)), action="test")]
        for _ in range(TAMPERINGS):
            lines, manifest = dice.choice(files)
            if dice.random() < 0.7:
                place = dice.randrange(len(lines))
                byte = bytes([lines[place] ^ 1 << dice.randrange(8)])
                assert verify(lines[:place] + byte + lines[place + 1 :], manifest).broken, place
            else:
                place = dice.randrange(len(manifest))
                sign = chr(ord(manifest[place]) ^ 1 << dice.randrange(7))
                changed = manifest[:place] + sign + manifest[place + 1 :]
                assert verify(lines, changed).broken, place


@pytest.mark.django_db
def test_there_is_none_before_the_first_checkpoint(tmp_path: Path) -> None:
    record(1)
    with pytest.raises(NothingSigned):
        written(tmp_path)

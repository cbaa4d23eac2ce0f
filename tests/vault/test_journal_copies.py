"""Two copies of a file that grows by whole lines: alike to the last byte, or not alike."""

from pathlib import Path

import pytest

from xiaohu.vault import journal_copies
from xiaohu.vault.journal_copies import CopiesDiffer

LINES = b"one\ntwo\nthree\n"


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare a few bytes at a time, as large files are compared."""
    monkeypatch.setattr(journal_copies, "_PART", 4)


def copies(folder: Path, *contents: bytes | None) -> list[Path]:
    """Write copies; None writes none."""
    places = [folder / str(number) for number in range(len(contents))]
    for place, content in zip(places, contents, strict=True):
        if content is not None:
            place.write_bytes(content)
    return places


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (None, 0),
        (b"", 0),
        (b"half", 0),
        (b"one\n", 4),
        (b"one\nha", 4),
        (b"x" * 5000 + b"\n", 5001),
    ],
)
def test_a_file_ends_with_its_last_whole_line(
    tmp_path: Path, content: bytes | None, size: int
) -> None:
    (place,) = copies(tmp_path, content)
    assert journal_copies.whole(place) == size


@pytest.mark.parametrize("at", range(len(LINES) - 1))
def test_a_byte_that_differs_anywhere_is_found(tmp_path: Path, at: int) -> None:
    other = LINES[:at] + b"X" + LINES[at + 1 :]
    places = copies(tmp_path, LINES, other)
    assert journal_copies.complete(places) == places[:1]
    shorter = other[: LINES.index(b"three")]
    (tmp_path / "1").write_bytes(shorter)
    if at < journal_copies.whole(places[1]):
        with pytest.raises(CopiesDiffer):
            journal_copies.level(places)


def test_a_shorter_copy_is_brought_up_and_what_was_cut_short_is_left_behind(tmp_path: Path) -> None:
    places = copies(tmp_path, LINES + b"ha", b"one\n", None)
    assert journal_copies.longest(places) == places[0]
    journal_copies.level(places)
    assert [place.read_bytes() for place in places[1:]] == [LINES, LINES]
    assert journal_copies.complete(places) == places
    assert places[1].stat().st_mode & 0o077 == 0


def test_what_was_signed_is_true_of_the_copy_that_fits_best(tmp_path: Path) -> None:
    places = copies(tmp_path, LINES, b"one\nTWO\nthree\n")
    first, second = (journal_copies.claim(places[0], size) for size in (4, 8))
    another = journal_copies.claim(places[1], 8)
    assert first == journal_copies.claim(places[1], 4)
    assert journal_copies.unfitting(places, [first, second]) == frozenset()
    assert journal_copies.unfitting(places[1:], [first, second]) == {second}
    assert journal_copies.unfitting(places, [second, another]) in ({second}, {another})
    beyond = journal_copies.claim(places[0], 14)
    places[0].write_bytes(LINES[:8])
    assert journal_copies.unfitting(places[:1], [second, beyond]) == {beyond}

"""Three hundred hostile files: refused with a named reason, or drawn anew and thereby harmless."""

import io
import os
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from PIL import Image

from tests.proofing import nasty_pdfs, nasty_pictures
from tests.proofing.nasty_pictures import CANARY, DRAWN, Nasty, picture
from xiaohu.proofing import confined, drawing, landlock, reencoding
from xiaohu.proofing.reencoding import PaperRefused

FAMILIES = (*nasty_pictures.FAMILIES, *nasty_pdfs.FAMILIES)
LARGEST = 900_000  # KiB that no process may ever have held


@cache
def files_of(family: Callable[[], Iterator[Nasty]]) -> list[Nasty]:
    """Return the files of a family, made once."""
    return list(family())


def outcome(data: bytes) -> str:
    """Return what becomes of a file: why it is refused, or that it was drawn and is harmless now."""
    try:
        drawn = reencoding.pages(data)
    except PaperRefused as refused:
        return str(refused.params["why"])
    for page in drawn:
        hide_nothing(page)
    assert 0 < len(drawn) <= drawing.MAX_PAGES
    return DRAWN


def hide_nothing(page: bytes) -> None:
    """A page is a plain picture of a bounded size; nothing that came along is left in it."""
    with Image.open(io.BytesIO(page)) as seen:
        seen.load()
        assert seen.format == "JPEG"
        assert max(seen.size) <= drawing.EDGE
        assert set(seen.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert CANARY not in page
    assert page.endswith(b"\xff\xd9")


def children() -> list[str]:
    """Return which programs of ours run that this process started."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            command = (folder / "cmdline").read_text()
        except OSError:
            continue
        if parent == str(os.getpid()) and "xiaohu.proofing" in command:
            found.append(command)
    return found


@pytest.mark.parametrize(
    "family", FAMILIES, ids=lambda family: f"{family.__module__[21:]}_{family.__name__}"
)
def test_nothing_hostile_gets_in(family: Callable[[], Iterator[Nasty]]) -> None:
    files = files_of(family)
    with ThreadPoolExecutor(confined.AT_ONCE) as pool:
        became = list(pool.map(outcome, [data for _, data, _ in files]))
    wrong = {
        name: became_of
        for (name, _, may_be), became_of in zip(files, became, strict=True)
        if became_of not in may_be
    }
    assert wrong == {}
    assert children() == []
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < LARGEST


def test_there_are_three_hundred_of_them_and_no_two_alike() -> None:
    files = [data for family in FAMILIES for _, data, _ in files_of(family)]
    assert len(files) >= 300
    assert len(set(files)) == len(files)


def test_what_is_sound_is_taken() -> None:
    for data in (picture(), picture("PNG"), nasty_pdfs.one()):
        assert outcome(data) == DRAWN


def test_fine_greys_and_filled_in_forms_are_seen() -> None:
    """What is kept of evidence shows what was handed in: it must not come out white."""
    for data in (nasty_pictures.fine_greys(), nasty_pdfs.filled_in()):
        (page,) = reencoding.pages(data)
        with Image.open(io.BytesIO(page)) as seen:
            of_each = seen.convert("L").histogram()
        assert sum(of_each[:100]) > 0
        assert sum(of_each[200:]) > 0


TRIES = {
    "a key": "open({secret!r}, 'rb').read()",
    "the data of others": "open('/etc/passwd').read()",
    "a file of its own": "open({secret!r} + '.new', 'wb')",
    "the network": "socket.create_connection(('127.0.0.1', {port}), timeout=2)",
    "a child that may more": "subprocess.run(['cat', {secret!r}], check=True, capture_output=True)",
}


@pytest.mark.skipif(not landlock.version(), reason="this kernel cannot take files from a process")
@pytest.mark.parametrize("what", TRIES)
def test_whoever_broke_in_finds_nothing(what: str, tmp_path: Path) -> None:
    secret = tmp_path / "root.key"
    secret.write_bytes(b"x" * 32)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        asked = TRIES[what].format(secret=str(secret), port=port)
        begun = "import socket, subprocess; from xiaohu.proofing import confined\n"
        for confine, ended in (("", 0), ("confined.confine()\n", 1)):
            program = [sys.executable, "-I", "-c", begun + confine + asked]
            done = subprocess.run(program, capture_output=True, check=False)
            assert done.returncode == ended, done.stderr[-300:]
            (secret.parent / "root.key.new").unlink(missing_ok=True)
    assert b"PermissionError" in done.stderr


def test_a_page_that_hides_something_would_be_found() -> None:
    with pytest.raises(AssertionError):
        hide_nothing(picture(comment=CANARY))
    with pytest.raises(AssertionError):
        hide_nothing(picture() + CANARY)

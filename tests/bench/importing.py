"""Importing an export: rows a second beside a bare loop over the same file, and the memory it takes."""

import csv
import hmac
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from tests.bench.rows import Row
from tests.stories import ADMIN
from xiaohu.core.retention import Category
from xiaohu.registry import demo_data, importer, lines, policies
from xiaohu.registry.columns import EVERY
from xiaohu.registry.models import Line

ROWS = 40_000
MEMORY_ROWS, MEMORY_ROWS_FULL = 100_000, 1_000_000
MIB = 1024 * 1024
SEALED = {
    Category.REGISTRATION_IDENTITY: ("holder_name", "document_kind", "document_number"),
    Category.CONTACT: ("contact",),
    Category.SERVICE_NUMBER: ("number", "iccid"),
}
INDEXED = ("number", "document_number", "username", "subscription_id")
PLAIN = ("subscription_id", "product", "status", "activated_on", "cash_yuan")


def write_export(path: Path) -> Path:
    """Write the export of a round."""
    demo_data.write(path=path, lines=ROWS, seed=1, today=datetime.now(UTC).date())
    return path


def write_large_export(path: Path, count: int) -> Path:
    """Write an export of so many lines, more than the test numbers of people hold.

    A million lines need a million numbers, and the range for invented people has a tenth of
    that. The numbers of this file are of machines (1440, 13 digits, GSMA "IoT"): nobody answers
    them and no person has one. It is written for the length of a measurement and never shipped.
    """
    today = datetime.now(UTC).date()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(EVERY)
        for index, row in enumerate(demo_data.rows(count, seed=1, today=today)):
            holder = row["username"].removeprefix("demo")
            row |= {"number": str(1440_000_000_000 + index), "minor": ""}
            if row["document_kind"] == "resident_id":
                # Birth dates run out long before a million people; passports do not.
                row |= {"document_kind": "passport", "document_number": f"EX{holder:0>9}"}
            writer.writerow([row[name] for name in EVERY])
    return path


def pair(path: Path, number: int) -> tuple[float, float]:
    """Return rows a second of ours and of the floor, one after the other."""
    return _ours(path, f"bench{number}"), _floor(path)


def _ours(path: Path, operator: str) -> float:
    """Import for an operator of its own, so that every round begins with nothing."""
    began = time.perf_counter()
    report = importer.import_lines(path=path, operator=operator, actor=ADMIN, now=datetime.now(UTC))
    passed = time.perf_counter() - began
    if (report.added, report.bad) != (ROWS, 0):
        raise RuntimeError(f"{report.added} of {ROWS} rows were taken, {report.bad} were bad")
    last = Line.objects.get(operator=operator, subscription_id=f"SUB{ROWS:08d}")
    if lines.number(last) != f"+86{demo_data.FIRST_NUMBER + ROWS - 1}":
        raise RuntimeError("what was sealed does not open")
    return ROWS / passed


def _floor(path: Path) -> float:
    """Parse, encrypt and index the same fields in a bare loop, and COPY the result."""
    drawn = os.urandom(32 * 2 * ROWS)
    keys = [drawn[at : at + 32] for at in range(0, len(drawn), 32)]
    with psycopg.connect(_conninfo(), autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS floor_import")
        columns = [f"c{number}" for number in range(len(SEALED) + len(INDEXED) + len(PLAIN))]
        kinds = ["bytea"] * (len(SEALED) + len(INDEXED)) + ["text"] * len(PLAIN)
        made = ", ".join(f"{name} {kind}" for name, kind in zip(columns, kinds, strict=True))
        connection.execute(f"CREATE TABLE floor_import ({made})".encode())
        began = time.perf_counter()
        with connection.cursor() as cursor, cursor.copy("COPY floor_import FROM STDIN") as copy:
            for row in _bare_rows(path, keys):
                copy.write_row(row)
        passed = time.perf_counter() - began
        connection.execute("DROP TABLE floor_import")
    return ROWS / passed


def _bare_rows(path: Path, keys: list[bytes]) -> Iterator[list[bytes | str]]:
    index_keys = [os.urandom(32) for _ in INDEXED]
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file)):
            holder, line = AESGCM(keys[2 * number]), AESGCM(keys[2 * number + 1])
            out: list[bytes | str] = []
            for category, names in SEALED.items():
                cipher = line if category is Category.SERVICE_NUMBER else holder
                nonce = os.urandom(12)
                plain = json.dumps({name: row[name] for name in names}, ensure_ascii=False)
                out.append(nonce + cipher.encrypt(nonce, plain.encode(), category.encode()))
            for name, key in zip(INDEXED, index_keys, strict=True):
                out.append(hmac.digest(key, row[name].encode(), "sha256"))
            yield [*out, *(row[name] for name in PLAIN)]


def memory(folder: Path, *, full: bool) -> Row:
    """Return the peak PSS of the command and its children while it imports a large file."""
    count = MEMORY_ROWS_FULL if full else MEMORY_ROWS
    path = write_large_export(folder / "large.csv", count)
    policies.publish(
        operator="large",
        toml=policies.shipped("generic-cn"),
        actor=ADMIN,
        now=datetime.now(UTC),
    )
    command = [sys.executable, "-m", "xiaohu.ops.cli", "import", "lines", str(path)]
    began = time.perf_counter()
    with subprocess.Popen(
        [*command, "--operator", "large", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, _pss(process.pid))
            time.sleep(0.1)
        said = process.stdout.read() if process.stdout is not None else ""
    passed = time.perf_counter() - began
    report = json.loads(said)
    if (report["added"], report["bad"]) != (count, 0):
        raise RuntimeError(f"not every row was taken: {said}")
    path.unlink()
    rate = f"{count:,} rows, {count / passed:,.0f} rows/s with the start of the command"
    return Row("import_memory", round(peak / MIB, 0), None, None, "MiB PSS", rate)


def _pss(pid: int) -> float:
    """Return what a process and its children hold, pages they share counted once."""
    try:
        family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        return float(sum(member.memory_full_info().pss for member in family))
    except psutil.Error:
        return 0.0


def _conninfo() -> str:
    place = settings.DATABASES["default"]
    return f"host='{place['HOST']}' user={place['USER']} dbname={place['NAME']}"

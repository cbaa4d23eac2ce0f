"""Subjects erased a second, one closing after another and many together, beside the bare statements.

The operator's own database holds ten rows of each subject in six tables. Ours is the whole step of a
closing: it takes the lease, counts and writes down what there is, erases and reads back, destroys the
keys, deletes what was sealed and gives a receipt. The floor knows every id: the same deletes and
updates, one transaction for each subject.
"""

import os
import time
from datetime import timedelta
from pathlib import Path
from unittest import mock

import psycopg
from django.conf import settings

from tests.bench.refunds import ending_before
from tests.bench.world import BenchWorld
from tests.stories import closing_of
from xiaohu.closures import driver, fellows
from xiaohu.closures.models import Closing
from xiaohu.core.steps import Step
from xiaohu.erasure.models import ErasureReceipt
from xiaohu.queue import clock, engine
from xiaohu.registry.models import Line

ALONE, TOGETHER = 60, 200
FLOOR = 300
DATABASE, SECRET = "bench_crm", "BENCH_CRM"
TABLES = """
DROP TABLE IF EXISTS orders, session, payment_card, profile, address, customer;
CREATE TABLE customer (id bigserial PRIMARY KEY, subscription text UNIQUE, name text);
CREATE TABLE address (id bigserial PRIMARY KEY, customer bigint NOT NULL REFERENCES customer, body text);
CREATE TABLE profile (id bigserial PRIMARY KEY, customer bigint NOT NULL REFERENCES customer, body text);
CREATE TABLE payment_card (id bigserial PRIMARY KEY, customer bigint NOT NULL REFERENCES customer, body text);
CREATE TABLE session (id bigserial PRIMARY KEY, customer bigint NOT NULL REFERENCES customer, body text);
CREATE TABLE orders (id bigserial PRIMARY KEY, customer bigint NOT NULL REFERENCES customer, note text);
CREATE INDEX ON address (customer); CREATE INDEX ON profile (customer);
CREATE INDEX ON payment_card (customer); CREATE INDEX ON session (customer);
CREATE INDEX ON orders (customer);
"""
HELD = {"address": 2, "profile": 1, "payment_card": 1, "session": 2, "orders": 3}  # and a customer
STORES = """
[stores.crm]
kind = "postgresql"
names = { zh = "客户系统", en = "Customer system" }
secret = "BENCH_CRM"
rows_per_second = 100000

[stores.crm.datasets.customers]
table = "customer"
column = "subscription"
identity = "subscription_id"
strategy = "null"
fields = { name = "registration_identity" }
"""
_DATASET = """
[stores.crm.datasets.{table}]
table = "{table}"
through = "customers"
strategy = "{strategy}"
fields = {{ {field} = "contact" }}
"""


def prepare(world: BenchWorld) -> str:
    """Make the operator's database, let the service know of it, and return where it is."""
    place = settings.DATABASES["default"]
    server = f"host='{place['HOST']}' user={place['USER']}"
    with psycopg.connect(f"{server} dbname={place['NAME']}", autocommit=True) as connection:
        there = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(there, [DATABASE]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}".encode())
    os.environ[SECRET] = f"postgresql://{place['USER']}@/{DATABASE}?host={place['HOST']}"
    listed = Path(world.folder) / "stores.toml"
    fields = {"orders": ("null", "note")}
    text = STORES + "".join(
        _DATASET.format(table=table, strategy=strategy, field=field)
        for table in HELD
        for strategy, field in [fields.get(table, ("delete", "body"))]
    )
    listed.write_text(text, encoding="utf-8")
    settings.XIAOHU = settings.XIAOHU.model_copy(update={"stores_file": listed})
    return f"{server} dbname={DATABASE}"


def forget() -> None:
    """Let what is measured next know of no other system."""
    settings.XIAOHU = settings.XIAOHU.model_copy(update={"stores_file": None})


def one_by_one(world: BenchWorld, conninfo: str) -> tuple[float, float]:
    """Return subjects a second of ours, each erased alone, and of the floor."""
    with mock.patch.object(fellows, "AT_ONCE", 1):
        return _ours(world, conninfo, ALONE), _floor(conninfo)


def together(world: BenchWorld, conninfo: str) -> tuple[float, float]:
    """Return subjects a second of ours, each taking others along, and of the floor."""
    return _ours(world, conninfo, TOGETHER), _floor(conninfo)


def _ours(world: BenchWorld, conninfo: str, people: int) -> float:
    """Do the whole step of closings, one after another; those taken along have it behind them."""
    closings = waiting_to_erase(world, conninfo, people)
    waiting = Closing.objects.filter(pk__in=[each.pk for each in closings], step=Step.ERASE.value)
    began = time.perf_counter()
    with ending_before(Step.STATEMENT):
        while (next_ := waiting.values_list("pk", flat=True).first()) is not None:
            driver.advance(closing_id=next_, clock=clock.now)
    passed = time.perf_counter() - began
    require_erased(closings, conninfo)
    return len(closings) / passed


def waiting_to_erase(world: BenchWorld, conninfo: str, people: int) -> list[Closing]:
    """Return closings that have everything behind them but erasing, with their subjects' rows."""
    cases = [world.world.submitted(number) for number in world.take(people)]
    clock.move(by=timedelta(days=3, minutes=1))
    with ending_before(Step.ERASE):
        for case in cases:
            driver.advance(closing_id=closing_of(case).pk, clock=clock.now)
    engine.delete_finished()
    closings = [closing_of(case) for case in cases]
    Closing.objects.filter(pk__in=[each.pk for each in closings]).update(next_action_at=clock.now())
    lines = Line.objects.filter(pk__in=[each.line_id for each in closings])
    _fill(conninfo, list(lines.values_list("subscription_id", flat=True)))
    return closings


def require_erased(closings: list[Closing], conninfo: str) -> None:
    """Only right results count: each receipt says how much there was, and nobody is left."""
    receipts = ErasureReceipt.objects.filter(pk__in=[each.pk for each in closings])
    found = [sum(one["found"] for one in receipt.outside) for receipt in receipts]
    with psycopg.connect(conninfo) as connection:
        left = connection.execute(
            b"SELECT (SELECT count(*) FROM address) + (SELECT count(*) FROM profile)"
            b" + (SELECT count(*) FROM payment_card) + (SELECT count(*) FROM session)"
            b" + (SELECT count(*) FROM orders WHERE note IS NOT NULL)"
            b" + (SELECT count(*) FROM customer WHERE name IS NOT NULL)"
        ).fetchone()
    if left != (0,) or len(found) != len(closings) or set(found) != {1 + sum(HELD.values())}:
        raise RuntimeError(f"{left} rows are left, {len(found)} receipts")


def _fill(conninfo: str, subscriptions: list[str]) -> None:
    with psycopg.connect(conninfo) as connection:
        connection.execute(TABLES.encode())
        for subscription in subscriptions:
            row = connection.execute(
                "INSERT INTO customer (subscription, name) VALUES (%s, 'x') RETURNING id",
                [subscription],
            ).fetchone()
            for table, count in HELD.items():
                field = "note" if table == "orders" else "body"
                connection.execute(
                    f"INSERT INTO {table} (customer, {field})"  # noqa: S608 - constant names
                    " SELECT %s, 'x' FROM generate_series(1, %s)".encode(),
                    [row and row[0], count],
                )


def _floor(conninfo: str) -> float:
    _fill(conninfo, [f"floor-{n}" for n in range(FLOOR)])
    with psycopg.connect(conninfo, autocommit=True) as connection:
        ids = [row[0] for row in connection.execute("SELECT id FROM customer").fetchall()]
        began = time.perf_counter()
        for customer in ids:
            with connection.transaction():
                for table in ("session", "payment_card", "profile", "address"):
                    connection.execute(
                        f"DELETE FROM {table} WHERE customer = %s".encode(),  # noqa: S608 - constant names
                        [customer],
                    )
                connection.execute("UPDATE orders SET note = NULL WHERE customer = %s", [customer])
                connection.execute("UPDATE customer SET name = NULL WHERE id = %s", [customer])
        passed = time.perf_counter() - began
    return FLOOR / passed

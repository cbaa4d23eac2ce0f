"""Subjects erased a second, one closing after another and many together, beside the bare statements.

The operator's own database holds ten rows of each subject in six tables. Ours finds them by what the
vault knows, erases and reads back, destroys the keys, deletes what was sealed and gives a receipt:
alone, many together, and inside the whole step of a closing with its lease, intent and record for each
table. The floor knows every id: the same deletes and updates, one transaction for each subject.
"""

import os
import time
from datetime import timedelta
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import transaction

from tests.bench.refunds import ending_before
from tests.bench.world import BenchWorld
from tests.stories import closing_of
from xiaohu.closures import driver, keeping
from xiaohu.closures.models import Closing
from xiaohu.core.steps import Step
from xiaohu.erasure import engine as erasure
from xiaohu.erasure import outside
from xiaohu.erasure.models import ErasureReceipt
from xiaohu.erasure.stores import opening
from xiaohu.erasure.stores.protocol import Connector, Identities
from xiaohu.erasure.stores.shape import IdentityKind
from xiaohu.queue import clock, engine
from xiaohu.registry.models import Line

OURS = 60
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
    return _ours(world, conninfo, at_once=1), _floor(conninfo)


def together(world: BenchWorld, conninfo: str) -> tuple[float, float]:
    """Return subjects a second of ours, all erased together, and of the floor."""
    return _ours(world, conninfo, at_once=OURS), _floor(conninfo)


def by_closing(world: BenchWorld, conninfo: str) -> tuple[float, float]:
    """Return subjects a second through the whole step of a closing, and of the floor."""
    closings = waiting_to_erase(world, conninfo)
    began = time.perf_counter()
    with ending_before(Step.STATEMENT):
        for closing in closings:
            driver.advance(closing_id=closing.pk, clock=clock.now)
    passed = time.perf_counter() - began
    require_erased(closings, conninfo, listed=True)
    return len(closings) / passed, _floor(conninfo)


def _ours(world: BenchWorld, conninfo: str, *, at_once: int) -> float:
    """Erase as the room of erasing does it, so many subjects at a time; each gets its receipt."""
    closings = waiting_to_erase(world, conninfo)
    store = outside.listed()["crm"]
    connector = opening.connect("crm", store, operator=closings[0].operator)
    if connector is None:
        raise RuntimeError("nobody can reach the operator's database")
    began = time.perf_counter()
    for at in range(0, len(closings), at_once):
        _erase(connector, closings[at : at + at_once])
    passed = time.perf_counter() - began
    connector.close()
    require_erased(closings, conninfo)
    return len(closings) / passed


def _erase(connector: Connector, some: list[Closing]) -> None:
    operator = some[0].operator
    ended = {closing.pk: keeping.units_ended_by(closing) for closing in some}
    known = [closing.line.subscription_id for closing in some if closing.line is not None]
    whom = Identities({IdentityKind.SUBSCRIPTION: tuple(known)})
    for dataset in connector.order():
        connector.erase(dataset, whom, key=some[0].pk, until=time.monotonic() + 60)
    if any(connector.found(dataset, whom) for dataset in connector.order()):
        raise RuntimeError("somebody is left")
    now = clock.now()
    erasure.destroy(operator=operator, units=[unit for units in ended.values() for unit in units])
    with transaction.atomic(durable=True):
        for closing_id, units in ended.items():
            erasure.finish(operator=operator, closing_id=closing_id, units=units, now=now)


def waiting_to_erase(world: BenchWorld, conninfo: str) -> list[Closing]:
    """Return closings that have everything behind them but erasing, with their subjects' rows."""
    cases = [world.world.submitted(number) for number in world.take(OURS)]
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


def require_erased(closings: list[Closing], conninfo: str, *, listed: bool = False) -> None:
    """Only right results count: a receipt of each, and nobody left in the operator's database.

    `listed` where each receipt says how much of what was erased there.
    """
    receipts = ErasureReceipt.objects.filter(pk__in=[each.pk for each in closings])
    found = [sum(one["found"] for one in receipt.outside) for receipt in receipts]
    with psycopg.connect(conninfo) as connection:
        left = connection.execute(
            b"SELECT (SELECT count(*) FROM address) + (SELECT count(*) FROM profile)"
            b" + (SELECT count(*) FROM payment_card) + (SELECT count(*) FROM session)"
            b" + (SELECT count(*) FROM orders WHERE note IS NOT NULL)"
            b" + (SELECT count(*) FROM customer WHERE name IS NOT NULL)"
        ).fetchone()
    rows = 1 + sum(HELD.values()) if listed else 0
    if left != (0,) or len(found) != len(closings) or set(found) != {rows}:
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

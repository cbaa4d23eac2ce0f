"""An operator's own database: orders of lines, people behind them, and what refers to both."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from xiaohu.erasure.stores import file
from xiaohu.erasure.stores.relational import Relational
from xiaohu.erasure.stores.shape import Database

of_both_makers = pytest.mark.parametrize("crm", ["postgresql", "mysql"], indirect=True)
VARIABLE = "CRM_DATABASE"
CANARY = "金丝雀"
TABLES = """
CREATE TABLE person (id INTEGER PRIMARY KEY, document_no VARCHAR(32) NOT NULL, name VARCHAR(80));
CREATE INDEX person_by_document ON person (document_no);
CREATE TABLE contact (id INTEGER PRIMARY KEY, msisdn BIGINT, phone VARCHAR(40),
  name VARCHAR(80) NOT NULL, address VARCHAR(200));
CREATE INDEX contact_by_msisdn ON contact (msisdn);
CREATE TABLE orders (id INTEGER PRIMARY KEY, subscription VARCHAR(64) NOT NULL, note VARCHAR(200));
CREATE INDEX orders_by_subscription ON orders (subscription);
CREATE TABLE order_item (order_id INTEGER NOT NULL REFERENCES orders (id), place INTEGER NOT NULL,
  said VARCHAR(200), PRIMARY KEY (order_id, place), FOREIGN KEY (order_id) REFERENCES orders (id));
CREATE TABLE contract (id INTEGER PRIMARY KEY, subscription VARCHAR(64) NOT NULL,
  signed_by VARCHAR(80));
CREATE INDEX contract_by_subscription ON contract (subscription);
"""
FILE = """
[stores.crm]
kind = "{kind}"
names = {{ zh = "客户系统", en = "Customer system" }}
secret = "CRM_DATABASE"
batch = 2
rows_per_second = 1000

[stores.crm.datasets.orders]
table = "orders"
column = "subscription"
identity = "subscription_id"
fields = {{ note = "contact" }}

[stores.crm.datasets.items]
table = "order_item"
through = "orders"
fields = {{ said = "contact" }}

[stores.crm.datasets.contacts]
table = "contact"
column = "msisdn"
identity = "number"
strategy = "null"
[stores.crm.datasets.contacts.fields]
msisdn = "service_number"
phone = "contact"
name = {{ category = "registration_identity", strategy = "hash" }}
address = {{ category = "contact", strategy = "truncate", keep = 2 }}

[stores.crm.datasets.people]
table = "person"
column = "document_no"
identity = "document"
fields = {{ name = "registration_identity", document_no = "registration_identity" }}

[stores.crm.datasets.contracts]
table = "contract"
column = "subscription"
identity = "subscription_id"
strategy = "keep_until"
fields = {{ signed_by = "registration_identity" }}
"""

_COUNTED = "SELECT count(*) FROM {table} WHERE {column} = :c"


@dataclass
class Crm:
    """The operator's database as the operator sees it."""

    kind: str
    address: str
    engine: sa.Engine
    listed: Path = field(default=Path(), init=False)

    def begin(self) -> None:
        """Empty it, and make its tables."""
        tables = ("strange", "bare", "order_item", "orders", "contact", "person", "contract")
        self.tell(*(f"DROP TABLE IF EXISTS {table}" for table in tables))
        self.tell(*(part for part in TABLES.split(";") if part.strip()))

    def tell(self, *statements: str, **values: object) -> None:
        """Change something."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement), values)

    def ask(self, statement: str, **values: object) -> list[tuple[Any, ...]]:
        """Read something."""
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(statement), values)]

    def add(self, *, subscription: str, number: str, document: str, at: int) -> None:
        """Add somebody: three orders of two items each, a contact, a person and a contract."""
        for n in range(at, at + 3):
            self.tell("INSERT INTO orders VALUES (:n, :s, :c)", n=n, s=subscription, c=CANARY)
            for place in (1, 2):
                self.tell("INSERT INTO order_item VALUES (:n, :p, :c)", n=n, p=place, c=CANARY)
        plain = int(number[-11:])
        contact = "INSERT INTO contact VALUES (:n, :m, :p, :c, :c)"
        self.tell(contact, n=at, m=plain, p=number, c=CANARY)
        self.tell("INSERT INTO person VALUES (:n, :d, :c)", n=at, d=document, c=CANARY)
        self.tell("INSERT INTO contract VALUES (:n, :s, :c)", n=at, s=subscription, c=CANARY)

    def canaries(self) -> dict[str, int]:
        """Return in how many rows of each table somebody can be read."""
        said = {
            "orders": "note",
            "order_item": "said",
            "contact": "name",
            "person": "name",
            "contract": "signed_by",
        }
        return {
            table: int(self.ask(_COUNTED.format(table=table, column=column), c=CANARY)[0][0])
            for table, column in said.items()
        }

    def text(self) -> str:
        """Return the file that tells of it."""
        return FILE.format(kind=self.kind)

    @contextmanager
    def opened(self, text: str = "") -> Iterator[Relational]:
        """Open it as the service does."""
        stores, wrong = file.parse(text or self.text())
        assert not wrong
        store = stores["crm"]
        assert isinstance(store, Database)
        opened = Relational("crm", store, secret=self.address, hash_key=bytes(32))
        try:
            yield opened
        finally:
            opened.close()


def known(folder: Path, crm: Crm, monkeypatch: Any, settings: Any) -> Path:
    """Let the service know of it; return the file that says so."""
    listed = folder / "stores.toml"
    listed.write_text(crm.text(), encoding="utf-8")
    monkeypatch.setitem(os.environ, VARIABLE, crm.address)
    settings.XIAOHU = settings.XIAOHU.model_copy(update={"stores_file": listed})
    return listed

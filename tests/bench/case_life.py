"""The floor of a closing: its minimal SQL, straight through psycopg.

Eight transactions and thirty statements with synchronous commit, and nothing else: no pages,
no checks, no encryption, no operator. A closing through the real engine is measured in
fractions of this.
"""

from dataclasses import dataclass

import psycopg

SCHEMA = """
DROP SCHEMA IF EXISTS floor CASCADE;
CREATE SCHEMA floor;
SET search_path TO floor;
CREATE TABLE line (id bigserial PRIMARY KEY, number text UNIQUE, holder bigint, state text, balance bigint);
CREATE TABLE kase (id bigserial PRIMARY KEY, line bigint, state text, version int DEFAULT 0);
CREATE TABLE event (id bigserial PRIMARY KEY, kase bigint, action text, at timestamptz DEFAULT now());
CREATE TABLE outbox (id bigserial PRIMARY KEY, kase bigint, template text);
CREATE TABLE ledger (id bigserial PRIMARY KEY, debit text, credit text, amount bigint CHECK (amount > 0));
CREATE TABLE customer (holder bigint PRIMARY KEY, name text);
CREATE TABLE address (holder bigint PRIMARY KEY, body text);
CREATE TABLE profile (holder bigint PRIMARY KEY, body text);
CREATE TABLE card (holder bigint PRIMARY KEY, body text);
CREATE TABLE session (holder bigint PRIMARY KEY, body text);
CREATE TABLE closed_number (number text PRIMARY KEY, free_on date);
CREATE TABLE receipt (kase bigint PRIMARY KEY, body text);
"""

PERSONAL = ("address", "profile", "card", "session")


class FloorBroken(Exception):
    """A guarded update did not touch exactly one row; the measurement means nothing."""


def prepare(connection: psycopg.Connection, *, lines: int) -> None:
    """Make the schema and `lines` rows to close."""
    connection.execute(SCHEMA.encode())
    connection.execute(
        "INSERT INTO line (number, holder, state, balance)"
        " SELECT '1300' || lpad(i::text, 7, '0'), i, 'active', 12640 FROM generate_series(1, %s) i",
        (lines,),
    )
    for table in ("customer", *PERSONAL):
        connection.execute(
            f"INSERT INTO {table} SELECT i, 'x' FROM generate_series(1, %s) i".encode(),  # noqa: S608 - constant names
            (lines,),
        )
    connection.commit()


@dataclass(slots=True)
class CaseLife:
    """One connection living through cases, one after another."""

    connection: psycopg.Connection

    def close(self, number: str) -> None:
        """Carry one line from request to receipt in eight transactions."""
        case, line, holder = self._open(number)
        self._moved(case, "draft", "submitted")
        self._moved(case, "submitted", "scheduled")
        with self.connection.transaction():
            self._move(case, "scheduled", "executing")
            self._run("INSERT INTO outbox (kase, template) VALUES (%s, 'stopped')", case)
        with self.connection.transaction():
            self._one("UPDATE line SET state = 'stopped' WHERE id = %s AND state = 'active'", line)
            self._move(case, "executing", "closed")
        with self.connection.transaction():
            self._one("UPDATE line SET balance = 0 WHERE id = %s AND balance > 0", line)
            self._run(
                "INSERT INTO ledger (debit, credit, amount) VALUES ('purse', 'clearing', 12640)"
            )
            self._run(
                "INSERT INTO ledger (debit, credit, amount) VALUES ('clearing', 'bank', 12640)"
            )
            self._move(case, "closed", "settled")
        with self.connection.transaction():
            for table in PERSONAL:
                self._one(f"DELETE FROM {table} WHERE holder = %s", holder)  # noqa: S608 - constant names
            self._one("UPDATE customer SET name = '' WHERE holder = %s AND name <> ''", holder)
            self._move(case, "settled", "erased")
        with self.connection.transaction():
            self._one("UPDATE line SET state = 'closed' WHERE id = %s AND state = 'stopped'", line)
            self._run("INSERT INTO closed_number VALUES (%s, current_date + 90)", number)
            self._run("INSERT INTO receipt VALUES (%s, 'signed')", case)
            self._move(case, "erased", "done")
            self._run("INSERT INTO outbox (kase, template) VALUES (%s, 'done')", case)

    def _open(self, number: str) -> tuple[int, int, int]:
        with self.connection.transaction():
            found = self.connection.execute(
                "SELECT id, holder FROM floor.line WHERE number = %s", (number,)
            ).fetchone()
            if found is None:
                raise FloorBroken(number)
            line, holder = found
            opened = self.connection.execute(
                "INSERT INTO floor.kase (line, state) VALUES (%s, 'draft') RETURNING id", (line,)
            ).fetchone()
            if opened is None:
                raise FloorBroken(number)
            self._run("INSERT INTO event (kase, action) VALUES (%s, 'opened')", opened[0])
        return opened[0], line, holder

    def _moved(self, case: int, was: str, becomes: str) -> None:
        with self.connection.transaction():
            self._move(case, was, becomes)

    def _move(self, case: int, was: str, becomes: str) -> None:
        self._one(
            "UPDATE kase SET state = %s, version = version + 1 WHERE id = %s AND state = %s",
            becomes,
            case,
            was,
        )
        self._run("INSERT INTO event (kase, action) VALUES (%s, %s)", case, becomes)

    def _one(self, sql: str, *values: object) -> None:
        if self._run(sql, *values) != 1:
            raise FloorBroken(sql)

    def _run(self, sql: str, *values: object) -> int:
        return self.connection.execute(sql.encode(), values).rowcount

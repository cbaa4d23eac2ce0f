"""An operator's database: rows go in the order of their keys, fields name nobody, others stay."""

import gc
import os
import time
from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.erasure.crm import CANARY, Crm, of_both_makers
from xiaohu.erasure.stores.file import StoresRefused
from xiaohu.erasure.stores.protocol import Identities, StoreAway
from xiaohu.erasure.stores.relational import Relational
from xiaohu.erasure.stores.shape import IdentityKind

pytestmark = of_both_makers
THEIRS = Identities(
    {
        IdentityKind.SUBSCRIPTION: ("S-1",),
        IdentityKind.NUMBER: ("+8613000000001", "8613000000001", "13000000001"),
        IdentityKind.DOCUMENT: ("11010119900307001X", "11010119900307001x"),
    }
)
ALL = {"orders": 3, "items": 6, "contacts": 1, "people": 1, "contracts": 1}


@pytest.fixture
def people(crm: Crm) -> Crm:
    """Return the database with two people, one of whom is to go."""
    crm.add(subscription="S-1", number="13000000001", document="11010119900307001X", at=10)
    crm.add(subscription="S-2", number="13000000002", document="110101199003070028", at=20)
    return crm


def erase(opened: Relational, *datasets: str) -> None:
    for dataset in datasets or opened.order():
        opened.erase(dataset, THEIRS, key=uuid4(), until=time.monotonic() + 20)


def test_counts_what_is_there(people: Crm) -> None:
    with people.opened() as opened:
        assert {name: opened.found(name, THEIRS) for name in opened.order()} == ALL


def test_counts_many_at_once_as_one_by_one(people: Crm) -> None:
    other = Identities(
        {IdentityKind.SUBSCRIPTION: ("S-2",), IdentityKind.NUMBER: ("13000000002",)}
        | {IdentityKind.DOCUMENT: ("110101199003070028",)}
    )
    stranger = Identities(dict.fromkeys(IdentityKind, ("9",)))
    with people.opened() as opened:
        erase(opened, "items", "contacts")
        for name in opened.order():
            alone = [opened.found(name, one) for one in (other, THEIRS, stranger)]
            assert opened.found_in({name: [other, THEIRS, stranger]})[name] == alone
        assert list(opened.found_in({"items": [THEIRS, other]})["items"]) == [0, 6]


def test_whoever_is_spelt_alike_is_somebody_else(people: Crm) -> None:
    people.tell("UPDATE orders SET subscription = 's-1' WHERE id = 20")
    people.tell("UPDATE orders SET subscription = 'S-1 ' WHERE id = 21")
    alike = Identities({IdentityKind.SUBSCRIPTION: ("s-1",)})
    with people.opened() as opened:
        assert opened.found_in({"orders": [THEIRS, alike]})["orders"] == [3, 1]
        assert (opened.found("orders", THEIRS), opened.found("orders", alike)) == (3, 1)
        erase(opened, "items", "orders")
    left = people.ask("SELECT id, subscription FROM orders ORDER BY id")
    assert left == [(20, "s-1"), (21, "S-1 "), (22, "S-2")]


def test_erases_one_and_leaves_the_other(people: Crm) -> None:
    assert people.canaries()["order_item"] == 12  # the scan finds what was planted
    with people.opened() as opened:
        erase(opened)
        assert {opened.found(name, THEIRS) for name in ALL} == {0}
    assert people.canaries() == {
        "orders": 3,
        "order_item": 6,
        "contact": 1,
        "person": 1,
        "contract": 1,
    }
    assert people.ask("SELECT subscription FROM orders GROUP BY subscription") == [("S-2",)]


def test_those_that_refer_to_others_go_first(people: Crm) -> None:
    with people.opened() as opened:
        order = list(opened.order())
    assert order.index("items") < order.index("orders")


def test_the_database_does_not_let_go_of_what_is_referred_to(people: Crm) -> None:
    with people.opened() as opened:
        with pytest.raises(StoresRefused) as refused:
            erase(opened, "orders")
        assert refused.value.params["why"] == "still_referred_to"
        assert CANARY not in str(refused.value.params)
    assert people.canaries()["orders"] == 6


def test_fields_name_nobody_and_rows_stay(people: Crm) -> None:
    with people.opened() as opened:
        erase(opened, "contacts")
        first = people.ask("SELECT phone, name, address FROM contact WHERE id = 10")
        erase(opened, "contacts")
    assert people.ask("SELECT phone, name, address FROM contact WHERE id = 10") == first
    phone, name, address = first[0]
    assert phone is None
    assert name.startswith("xh1:")
    assert len(name) == 36
    assert address == CANARY[:2]


def test_the_same_value_has_the_same_hash(people: Crm) -> None:
    people.tell("INSERT INTO contact VALUES (11, 13000000001, NULL, :c, NULL)", c=CANARY)
    people.tell("INSERT INTO contact VALUES (12, 13000000001, NULL, :c, NULL)", c="别人")
    with people.opened() as opened:
        erase(opened, "contacts")
    names = [row[0] for row in people.ask("SELECT name FROM contact WHERE id < 20 ORDER BY id")]
    assert names[0] == names[1] != names[2]


def test_stops_when_its_time_is_over_and_goes_on_later(people: Crm) -> None:
    text = people.text().replace("rows_per_second = 1000", "rows_per_second = 10")
    with people.opened(text) as opened:
        began = time.monotonic()
        opened.erase("items", THEIRS, key=uuid4(), until=began + 0.1)
        left = opened.found("items", THEIRS)
        assert left == 4
        opened.erase("items", THEIRS, key=uuid4(), until=time.monotonic() + 20)
        assert opened.found("items", THEIRS) == 0
    assert time.monotonic() - began > 0.3  # four rows more at ten in a second


STRANGE = """CREATE TABLE strange (id INTEGER PRIMARY KEY, order_id INTEGER,
  FOREIGN KEY (order_id) REFERENCES orders (id))"""
INVOICES = """CREATE TABLE bare (id INTEGER PRIMARY KEY, order_id INTEGER, said VARCHAR(9),
  FOREIGN KEY (order_id) REFERENCES orders (id))"""
SPOILT = {
    "no_table": ("DROP TABLE contract", "contracts", "contract"),
    "no_column": ("ALTER TABLE contact DROP COLUMN address", "contacts", "contact.address"),
    "wrong_type": ("ALTER TABLE orders ADD COLUMN born DATE", "orders", "orders.born DATE"),
    "not_null": ("SELECT 1", "contacts", "contact.name VARCHAR(80)"),
    "no_key": ("CREATE TABLE bare (subscription VARCHAR(64), note VARCHAR(64))", "orders", "bare"),
    "no_reference": (
        "CREATE TABLE bare (id INTEGER PRIMARY KEY, said VARCHAR(9))",
        "items",
        "orders",
    ),
    "too_narrow": ("SELECT 1", "contacts", "contact.name VARCHAR(20)"),
    "referred_to": (
        STRANGE,
        "orders",
        "strange",
    ),
    "no_index": ("SELECT 1", "orders", "orders.note"),
    "identity_stays": ("SELECT 1", "contacts", "contact.msisdn"),
    "kept_goes": ("SELECT 1", "items", "orders"),
    "kept_lost": (INVOICES, "items", "orders.subscription"),
}
KEPT = 'strategy = "keep_until"\nfields = { said = "registration_identity" }'
CHANGED = {
    "kept_goes": ('fields = { said = "contact" }', KEPT),
    "kept_lost": (
        """fields = { note = "contact" }

[stores.crm.datasets.items]
table = "order_item"
through = "orders"
fields = { said = "contact" }
""",
        f"""strategy = "null"
fields = {{ note = "contact", subscription = "contact" }}

[stores.crm.datasets.items]
table = "bare"
through = "orders"
{KEPT}
""",
    ),
    "identity_stays": ('msisdn = "service_number"\n', ""),
    "wrong_type": (
        'column = "subscription"\nidentity = "subscription_id"\nfields = { note',
        'column = "born"\nidentity = "subscription_id"\nfields = { note',
    ),
    "not_null": ('strategy = "hash"', 'strategy = "null"'),
    "no_key": ('table = "orders"', 'table = "bare"'),
    "no_reference": ('table = "order_item"', 'table = "bare"'),
    "no_index": (
        'column = "subscription"\nidentity = "subscription_id"\nfields = { note',
        'column = "note"\nidentity = "subscription_id"\nfields = { note',
    ),
}


@pytest.mark.parametrize("why", SPOILT)
def test_what_does_not_fit_is_named(people: Crm, why: str) -> None:
    statement, dataset, named = SPOILT[why]
    people.tell(statement)
    if why == "too_narrow":
        narrow = {
            "postgresql": "ALTER COLUMN name TYPE VARCHAR(20)",
            "mysql": "MODIFY name VARCHAR(20) NOT NULL",
        }
        people.tell(f"ALTER TABLE contact {narrow[people.kind]}")
    text = people.text()
    if why in CHANGED:
        before, after = CHANGED[why]
        assert before in text
        text = text.replace(before, after, 1)
    with people.opened(text) as opened:
        found = {(f.dataset, f.refused.params["why"]): f for f in opened.flaws(whole=True)}
    flaw = found[dataset, why]
    assert flaw.refused.params["value"] == named
    assert flaw.refused.params["field"] == f"stores.crm.datasets.{dataset}"
    assert flaw.stops is (why not in {"no_index", "identity_stays"})


@pytest.mark.parametrize(
    ("column", "why"), [("document_no VARCHAR(32)", "identity_stays"), ("id", "wrong_type")]
)
def test_the_number_of_a_document_neither_stays_nor_is_a_whole_number(
    people: Crm, column: str, why: str
) -> None:
    text = people.text().replace('strategy = "keep_until"', 'strategy = "null"')
    text = text.replace(
        'column = "document_no"', f'column = "{column.split()[0]}"\nstrategy = "null"'
    )
    text = text.replace(', document_no = "registration_identity"', "")
    with people.opened(text) as opened:
        flaws = [one for one in opened.flaws(whole=False) if one.dataset == "people" and one.stops]
    assert why in {one.refused.params["why"] for one in flaws}


@pytest.mark.parametrize("column", ["INTEGER", "BIGINT"])
def test_a_whole_number_holds_what_fits_into_it(people: Crm, column: str) -> None:
    people.tell(f"ALTER TABLE orders ADD COLUMN called {column}")
    text = people.text().replace(
        'column = "subscription"\nidentity = "subscription_id"\nfields = { note',
        'column = "called"\nidentity = "number"\nfields = { note',
    )
    for kind, fits in (("number", column == "BIGINT"), ("iccid", False)):
        with people.opened(
            text.replace('identity = "number"\nfields', f'identity = "{kind}"\nfields')
        ) as opened:
            said = {one.dataset: one.refused.params for one in opened.flaws(whole=False)}
        assert ("orders" in said) is not fits
        if not fits:
            named = (said["orders"]["why"], said["orders"]["value"])
            assert named == ("wrong_type", f"orders.called {column}")


def test_an_identity_that_cannot_stand_in_a_column_is_never_taken_for_erased(people: Crm) -> None:
    people.tell("ALTER TABLE orders ADD COLUMN account INTEGER")
    text = people.text().replace(
        'column = "subscription"\nidentity = "subscription_id"\nfields = { note',
        'column = "account"\nidentity = "subscription_id"\nfields = { note',
    )
    whom = [THEIRS, Identities({IdentityKind.SUBSCRIPTION: ("7",)})]
    for people_ in ([THEIRS], whom):
        with people.opened(text) as opened, pytest.raises(StoresRefused) as refused:
            opened.found_in({"orders": people_})
        assert refused.value.params["why"] == "wrong_type"
        assert refused.value.params["value"] == "account INTEGER"


def test_nothing_is_wrong_with_what_fits(people: Crm) -> None:
    with people.opened() as opened:
        assert list(opened.flaws(whole=True)) == []


def spoken_through(crm: Crm) -> int:
    """Return which of the server's own connections the service uses."""
    number = "pg_backend_pid" if crm.kind == "postgresql" else "connection_id"
    with crm.opened() as opened:
        return int(opened._connection.execute(sa.text(f"SELECT {number}()")).scalar_one())


def test_one_way_is_used_again_until_it_breaks(people: Crm) -> None:
    way = spoken_through(people)
    assert spoken_through(people) == way
    end = "SELECT pg_terminate_backend(:n)" if people.kind == "postgresql" else "KILL :n"
    people.tell(end, n=way)
    assert spoken_through(people) != way


def test_a_child_has_a_way_of_its_own(people: Crm) -> None:
    way, (hears, says) = spoken_through(people), os.pipe()
    if (child := os.fork()) == 0:
        os.write(says, str(spoken_through(people)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    assert int(os.read(hears, 20)) != way
    assert spoken_through(people) == way  # and it did not hang up for its parent
    os.close(hears)
    os.close(says)


@pytest.mark.parametrize("how", ["ALTER TABLE contact DROP COLUMN address", "DROP TABLE contact"])
def test_a_table_is_known_as_it_is_now(people: Crm, how: str) -> None:
    with people.opened() as opened:
        assert not opened.flaws(whole=False)
    people.tell(how)
    with people.opened() as opened:
        assert {flaw.dataset for flaw in opened.flaws(whole=False)} == {"contacts"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_server_that_is_down_is_away(crm: Crm) -> None:
    crm.address = crm.address.replace(".sock", ".none").replace("host=", "host=/nowhere")
    with pytest.raises(StoreAway) as away, crm.opened():
        pass
    assert away.value.params == {"store": "crm", "why": "away"}
    del away
    gc.collect()  # PyMySQL leaves a socket that met nobody to the collector, which warns of it


@pytest.mark.nightly
def test_many_rows_go_in_batches_and_others_stay(crm: Crm) -> None:
    with crm.engine.begin() as connection:
        insert = sa.text("INSERT INTO orders VALUES (:n, :s, :c)")
        rows = [{"n": n, "s": f"S-{n % 4}", "c": CANARY} for n in range(40_000)]
        connection.execute(insert, rows)
    text = crm.text().replace("batch = 2", "batch = 1000")
    text = text.replace("rows_per_second = 1000", "rows_per_second = 100000")
    with crm.opened(text) as opened:
        assert opened.found("orders", THEIRS) == 10_000
        began = time.monotonic()
        opened.erase("orders", THEIRS, key=uuid4(), until=began + 60)
        assert opened.found("orders", THEIRS) == 0
    assert crm.canaries()["orders"] == 30_000
    assert time.monotonic() - began < 30

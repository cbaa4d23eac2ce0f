"""I9: sixty values come in by every door; none lies anywhere in clear, and in the end none can be read.

One real service, one story: people ask, officers decide, lines are closed, folders end, and years
later the law lets go. In between somebody with all keys and all backups looks into fourteen places.
"""

import base64
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from uuid import uuid4

import psycopg
import pytest
from playwright.sync_api import Browser

from tests.canaries import entering, marks, opening
from tests.canaries.entering import APP_SECRET, CALLBACK_SECRET, Somebody
from tests.canaries.marks import CANARIES, HOLDERS, PLANTED, TYPED, Door
from tests.canaries.opening import Opened
from tests.canaries.places import Places, Seen, Temporary
from tests.environment import PORTS
from tests.service import Service
from xiaohu.core.calendar import CHINA
from xiaohu.ops.base_backup import bring_back
from xiaohu.ops.embedded import CLUSTERS, Cluster

pytestmark = [pytest.mark.browser, pytest.mark.kill, pytest.mark.timeout(900)]
PATIENCE = 120.0


@pytest.fixture(scope="module")
def places(real_browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    """A service of this story alone, with a watched folder for temporary files."""
    secrets = {"XIAOHU_APP_SECRET": APP_SECRET, "XIAOHU_CALLBACK_SECRET": CALLBACK_SECRET}
    service = Service(port=PORTS + 400, **secrets)
    temporary = Temporary(service.folder / "tmp")
    service.environment["TMPDIR"] = str(temporary.folder)
    entering.export(service.data / "demo" / "lines.csv", datetime.now(CHINA).date())
    service.data.chmod(0o711)
    made = Places(service, [], Seen(), temporary, service.folder / "backup")
    try:
        service.start()
        yield made
    finally:
        for context in made.contexts:
            context.close()
        service.stop()
        temporary.end()
        shutil.rmtree(service.folder, ignore_errors=True)


def visitor(places: Places, browser: Browser) -> Somebody:
    """Let somebody come with a browser of their own, whose every answer is noted."""
    context = browser.new_context(locale="zh-CN", user_agent=f"Mozilla/5.0 {TYPED['agent']}")
    context.set_default_timeout(20_000)
    context.on("response", places.seen.take)
    places.contexts.append(context)
    return Somebody(context, places.service)


def age(places: Places, stage: str, by: str = "") -> None:
    """Let time pass, and people do what they do then."""
    if by:
        assert places.service.run("demo", "clock", by).returncode == 0
    command = [sys.executable, "-m", "tests.canaries.ageing", stage]
    environment = {**places.service.environment, "XIAOHU_DEMO": "1"}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def in_clear(places: Places) -> dict[str, set[str]]:
    """Return which canaries lie where in clear."""
    found = {}
    for name, pieces in places.every().items():
        for place, data in pieces():
            if here := marks.seen(data):
                found[f"{name}: {place}"] = here
    return found


def readable(places: Places, *, raw: bool = False) -> set[Opened]:
    """Return what all keys that are left give away: of what is there, of backups, of deleted rows."""
    with ExitStack() as stack:
        restored = [stack.enter_context(from_backup(places, name)) for name in CLUSTERS]
        main, keystore = (stack.enter_context(places.connected(name)) for name in CLUSTERS)
        keys = opening.keys_of(places.service.data, [keystore, restored[1]])
        found = opening.opened(keys, opening.boxes_in(main))
        found |= opening.opened(keys, opening.boxes_in(restored[0]))
        if raw:
            short = {name: key for name, key in keys.items() if " by " not in name}
            for pieces in (places.heap(), places.wal(), places.backups_of_both()):
                found |= opening.opened(short, opening.boxes_among(pieces))
    return found


class from_backup:  # noqa: N801 - used like a function
    """One cluster started from its backup, in a place of its own."""

    def __init__(self, places: Places, name: str) -> None:
        self.cluster = Cluster(places.backups.with_name("restored"), name)
        bring_back(Cluster(places.backups, name), self.cluster)

    def __enter__(self) -> psycopg.Connection[tuple[object, ...]]:
        self.cluster.start()
        self.connection = psycopg.connect(
            host=str(self.cluster.socket), user="xiaohu", dbname="xiaohu", autocommit=True
        )
        return self.connection

    def __exit__(self, *_: object) -> None:
        self.connection.close()
        self.cluster.stop()
        shutil.rmtree(self.cluster.home)


def wait_for_receipts(places: Places) -> None:
    """Wait until every holder's closing is erased."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        ((erased,),) = places.tell(
            "SELECT count(*) FROM erasure_erasurereceipt r JOIN closures_closing c"
            " ON c.id = r.closing_id JOIN registry_line l ON l.id = c.line_id"
            " WHERE l.subscription_id LIKE 'sub-of-canary-%'"
        )
        if erased == len(HOLDERS):
            return
        time.sleep(0.5)
    raise AssertionError("the closings did not end")


def test_sixty_canaries_in_fourteen_places(places: Places, real_browser: Browser) -> None:
    assert len(CANARIES) == 60
    assert len(places.every()) == 14
    assert {one.door for one in CANARIES} == set(Door)
    entering.ask_for_a_ticket(places.service)
    entering.wander(visitor(places, real_browser))
    references = []
    for number, one in enumerate(HOLDERS):
        holder = visitor(places, real_browser)
        reason = TYPED["reason"] if number == 0 else ""
        references.append(holder.close(one, reason=reason, proxy=number == 0))
        if number == 1:
            entering.list_numbers(holder)
    entering.decide(visitor(places, real_browser), references)
    entering.call_back(places.service, str(uuid4()))

    assert in_clear(places) == {}
    # That the search by keys finds anything shows that it would find what is left.
    before = {one.canary for one in readable(places)}
    # Of a user name only a keyed hash is kept.
    sealed = {one.name for one in CANARIES if one.door is Door.FILE and "username" not in one.name}
    assert before >= sealed
    assert before >= {"account.0", "reason", "complaint", "caller_number", "proxy_name", "note"}

    age(places, "answer", "+4d")
    wait_for_receipts(places)
    assert in_clear(places) == {}
    age(places, "tidy_up", "+32d")
    kept = readable(places)
    assert {one.place for one in kept} <= {"vault_bucketrecord.box", "vault_sealedrecord.box"}
    names = {one.canary.partition(".")[0] for one in kept}
    assert names <= {"number", "iccid", "holder_name", "document_number", "complaint"} | {
        "complainer",
        "complaint_contact",
        "remark",
    }

    age(places, "end_of_law", "+4000d")
    assert readable(places, raw=True) == set()
    assert in_clear(places) == {}


def test_a_planted_one_is_found_wherever_it_is(places: Places, real_browser: Browser) -> None:
    forms = marks.forms(PLANTED.value)
    text = PLANTED.value
    wide, coded = text.encode("utf-16-le"), base64.b64encode(b"x" + text.encode())
    service, page = places.service, visitor(places, real_browser).page
    page.goto(service.url)
    places.tell("CREATE TABLE planted (said bytea)")
    places.tell("INSERT INTO planted VALUES (%s)", wide)
    for log in (service.data / "main" / "server.log", service.data / "logs" / "web.log"):
        with log.open("ab") as file:
            file.write(coded)
    places.tell(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)"
        " VALUES ('nobody', 'nothing', %s, 'succeeded')",
        json.dumps({"id": text}),
    )
    packed = base64.urlsafe_b64encode(json.dumps({"typed": text}).encode()).decode()
    places.tell(
        "INSERT INTO django_session VALUES ('planted', %s, now() + interval '1 day')", f"{packed}:s"
    )
    places.seen.storable["/planted"] = text.encode("gbk")
    places.tell(
        "INSERT INTO gateways_inboxevent (source, event_id, box) VALUES ('payout', %s, '')", text
    )
    (service.data / "checkpoints").mkdir(exist_ok=True)
    (service.data / "checkpoints" / "planted").write_bytes(forms[4])
    (places.temporary.folder / "planted").write_bytes(coded)
    time.sleep(0.2)
    (places.temporary.folder / "planted").unlink()
    places.tell(
        "INSERT INTO exports_export"
        " (id, operator, case_id, language, asked_at, bytes, downloads, first_place)"
        " VALUES (gen_random_uuid(), %s, gen_random_uuid(), 'en', now(), 0, 0, 1)",
        text,
    )
    (service.data / "run" / "planted").write_bytes(wide)
    page.evaluate("said => localStorage.setItem('planted', said)", coded.decode())
    list(places.backups_of_both())
    (places.backups / "main" / "pgdata" / "planted").write_bytes(coded)
    for name, pieces in places.every().items():
        found = set().union(*(marks.seen(data) for _, data in pieces()))
        assert PLANTED.name in found, name

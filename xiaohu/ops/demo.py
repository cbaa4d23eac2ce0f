"""The demo: invented people, a desk, and the operator's inventory; made once, kept afterwards."""

import csv
import json
import os
import secrets
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from django.conf import settings

from xiaohu.access import accounts, mfa
from xiaohu.access.models import StaffUser, SubscriberAccount
from xiaohu.closures import queries
from xiaohu.core.actors import ActorKind
from xiaohu.core.calendar import day_of
from xiaohu.ops import demo_people, demo_requests, prepare
from xiaohu.queue import clock
from xiaohu.registry import demo_data, importer, lines
from xiaohu.registry.demo_stories import STORIES

LINES = 10_000
SEED = 1
RULES = "example-telecom"
STAFF = (
    ("chen", "陈示例（审核）", (ActorKind.OFFICER, ActorKind.REVIEWER)),
    ("wu", "吴示例（审核）", (ActorKind.OFFICER, ActorKind.REVIEWER)),
    ("lin", "林示例（合规）", (ActorKind.OFFICER, ActorKind.REVIEWER, ActorKind.COMPLIANCE)),
    ("qian", "钱示例（财务）", (ActorKind.FINANCE,)),
    ("sun", "孙示例（财务）", (ActorKind.FINANCE,)),
    ("zhao", "赵示例（管理）", (ActorKind.ADMIN,)),
)


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """Where the demo keeps its export and how its people sign in."""

    root: Path

    @property
    def inventory(self) -> Path:
        """The export that is imported and given to the operator simulator."""
        return self.root / "lines.csv"

    @property
    def people(self) -> Path:
        """How demo people sign in; readable by its owner alone."""
        return demo_people.file(self.root.parent)


def folder(data_dir: Path) -> DemoFolder:
    """Return the demo's folder."""
    return DemoFolder(data_dir / "demo")


def write_inventory(data_dir: Path) -> Path:
    """Write the export of the demo, unless it is there."""
    where = folder(data_dir)
    if not where.inventory.exists():
        where.root.mkdir(mode=0o700, exist_ok=True)
        draft = where.inventory.with_suffix(".new")
        demo_data.write(path=draft, lines=LINES, seed=SEED, today=day_of(clock.now()))
        draft.replace(where.inventory)
    return where.inventory


def set_up(data_dir: Path) -> None:
    """Publish rules, import the export, give people passwords, take some requests. Harmless to repeat."""
    now = clock.now()
    where = folder(data_dir)
    prepare.publish_shipped(RULES, now=now)
    inventory = write_inventory(data_dir)
    if where.people.exists():
        return
    importer.import_lines(
        path=inventory,
        operator=settings.XIAOHU.operator,
        actor=prepare.COMMAND_LINE,
        now=now,
    )
    people = {"subscribers": _give_passwords(inventory), "staff": _hire()}
    with inventory.open(encoding="utf-8", newline="") as exported:
        # The people the terminal names are left to whoever reads it there.
        rows = islice(csv.DictReader(exported), len(STORIES), None)
        demo_requests.open_all(rows, operator=settings.XIAOHU.operator, now=now)
    handle = os.open(where.people, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(people, file, ensure_ascii=False, indent=1)


def staff_code(username: str) -> str | None:
    """Return the code the authenticator of a demo officer would show now."""
    user = StaffUser.objects.filter(username=username).first()
    return mfa.current_code(user) if user is not None else None


def free_line(data_dir: Path) -> dict[str, str] | None:
    """Return the export's row of a clean line nobody is closing yet."""
    with folder(data_dir).inventory.open(encoding="utf-8", newline="") as file:
        # The people the terminal names are left to whoever reads it there.
        for row in islice(csv.DictReader(file), len(STORIES), None):
            if demo_data.is_clean(row) and _is_free(row):
                return row
    return None


def _is_free(row: dict[str, str]) -> bool:
    line = lines.find(settings.XIAOHU.operator, f"+86{row['number']}")
    return line is not None and queries.open_closing_of(line) is None


def _give_passwords(inventory: Path) -> list[dict[str, str]]:
    """Give the holders of the first lines a password, and say how they sign in.

    It is the same for all of them: hashing one takes a fifth of a second on purpose, and the
    first start should not take a fifth of a minute.
    """
    password = secrets.token_urlsafe(9)
    with inventory.open(encoding="utf-8", newline="") as file:
        met = list(zip(STORIES, csv.DictReader(file), strict=False))
    operator = settings.XIAOHU.operator
    indexes = [accounts.username_index(operator, row["username"]) for _, row in met]
    theirs = SubscriberAccount.objects.filter(operator=operator, username_index__in=indexes)
    first = theirs[:1].get()
    accounts.set_password(account_id=first.pk, password=password)
    first.refresh_from_db()
    theirs.update(password=first.password)
    return [
        {
            "story": story.about,
            "username": row["username"],
            "password": password,
            "number": row["number"],
        }
        for story, row in met
    ]


def _hire() -> list[dict[str, str]]:
    made = []
    for username, name, roles in STAFF:
        password = secrets.token_urlsafe(9)
        user, _ = StaffUser.objects.get_or_create(
            username=username,
            defaults={
                "display_name": name,
                "operator": settings.XIAOHU.operator,
                "roles": [role.value for role in roles],
            },
        )
        user.set_password(password)
        user.save(update_fields=["password"])
        mfa.enrol(user)
        made.append({"username": username, "password": password})
    return made

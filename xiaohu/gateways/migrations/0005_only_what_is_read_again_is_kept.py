"""Of a callback only what is read again stays; what else a provider said of somebody goes."""

import json

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from xiaohu.vault import box
from xiaohu.vault.root import purpose_key

READ = ("type", "amount_fen", "currency", "reference", "reason")
BATCH = 1000


def cut(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Seal every body anew, without what nobody reads."""
    events = apps.get_model("gateways", "InboxEvent").objects
    for event in events.iterator(chunk_size=BATCH):
        key, owner = purpose_key("inbox"), (event.source, event.event_id)
        body = box.open_box(key, bytes(event.box), belongs_to=owner)
        kept = _kept(body) if event.source == "payout" else b""
        events.filter(pk=event.pk).update(box=box.seal(key, kept, belongs_to=owner))


def _kept(body: bytes) -> bytes:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return b""
    if not isinstance(said, dict):
        return b""
    return json.dumps({name: said[name] for name in READ if name in said}).encode()


class Migration(migrations.Migration):
    dependencies = [
        ("gateways", "0004_an_event_is_heard_at_one_source"),
    ]

    operations = [migrations.RunPython(cut, migrations.RunPython.noop)]

"""One secret signs for all sources: what was heard at one is not heard again at another.

Where two sources were heard under one id before, the later keeps its words under an id of its own:
nothing that was said of a payment is dropped.
"""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from xiaohu.vault import box
from xiaohu.vault.root import purpose_key

LONGEST = 100


def set_apart(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Seal the later of two events of one id anew, under an id no provider can send."""
    events = apps.get_model("gateways", "InboxEvent").objects
    earlier = events.filter(event_id=models.OuterRef("event_id"), pk__lt=models.OuterRef("pk"))
    for event in events.filter(models.Exists(earlier)):
        key, box_ = purpose_key("inbox"), bytes(event.box)
        body = box.open_box(key, box_, belongs_to=(event.source, event.event_id))
        event.event_id = f"{event.event_id[:LONGEST]}\n{event.pk}"
        event.box = box.seal(key, body, belongs_to=(event.source, event.event_id))
        event.save()


class Migration(migrations.Migration):
    dependencies = [
        ("gateways", "0003_callbacks_are_matched_once"),
    ]

    operations = [
        migrations.RunPython(set_apart, migrations.RunPython.noop),
        migrations.RemoveConstraint(model_name="inboxevent", name="each_event_once"),
        migrations.AddConstraint(
            model_name="inboxevent",
            constraint=models.UniqueConstraint(
                fields=["event_id"], name="each_event_once_wherever_it_comes"
            ),
        ),
    ]

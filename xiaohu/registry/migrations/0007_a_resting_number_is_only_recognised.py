"""A number at rest is recognised as any other, and known by its day; it can no longer be read."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from xiaohu.vault import box
from xiaohu.vault.index import blind_index
from xiaohu.vault.root import purpose_key

# The day in China, of a moment. Another type writes the table anew, so that no sealed number of
# before is left in a corner of its file. One of which nobody knows counts as late as it may be.
_TO_DAYS = """
ALTER TABLE registry_quarantinednumber
    ALTER COLUMN rested_on TYPE date
        USING coalesce((rested_on AT TIME ZONE 'UTC' + interval '8 hours')::date, free_on),
    ALTER COLUMN rested_on SET NOT NULL
"""
_TO_MOMENTS = """
ALTER TABLE registry_quarantinednumber
    ALTER COLUMN rested_on DROP NOT NULL,
    ALTER COLUMN rested_on TYPE timestamptz
        USING rested_on::timestamp AT TIME ZONE 'UTC' - interval '8 hours'
"""


def recognise_as_others(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Give each number the index by which lines and contacts are known: it cannot be read later."""
    quarantined = apps.get_model("registry", "QuarantinedNumber")
    for row in quarantined.objects.iterator():
        number = box.open_box(
            purpose_key("resting numbers"),
            bytes(row.box),
            belongs_to=(row.operator, "resting"),
        )
        row.number_index = blind_index(
            operator=row.operator, purpose="number", value=number.decode()
        )
        row.save(update_fields=["number_index"])


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0006_lines_are_found_by_card_and_name"),
    ]

    operations = [
        migrations.RunPython(recognise_as_others, migrations.RunPython.noop),
        migrations.RunSQL(
            "ALTER TABLE registry_quarantinednumber DROP COLUMN box",
            "ALTER TABLE registry_quarantinednumber ADD COLUMN box bytea NOT NULL DEFAULT ''",
            state_operations=[
                migrations.RemoveField(model_name="quarantinednumber", name="box"),
            ],
        ),
        migrations.RenameField(
            model_name="quarantinednumber", old_name="rested_at", new_name="rested_on"
        ),
        migrations.RunSQL(
            _TO_DAYS,
            _TO_MOMENTS,
            state_operations=[
                migrations.AlterField(
                    model_name="quarantinednumber",
                    name="rested_on",
                    field=models.DateField(),
                ),
            ],
        ),
    ]

"""A number at rest is only recognised, and known by its day; it can no longer be read."""

from django.db import migrations, models

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


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0006_lines_are_found_by_card_and_name"),
    ]

    operations = [
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

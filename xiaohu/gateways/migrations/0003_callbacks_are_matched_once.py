"""A callback is matched once, whatever becomes of the job that was to do it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gateways", "0002_when_neighbours_answered"),
    ]

    operations = [
        migrations.AddField(
            model_name="inboxevent",
            name="matched_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="inboxevent",
            index=models.Index(
                condition=models.Q(("matched_at", None)),
                fields=["source", "received_at"],
                name="callbacks_to_match",
            ),
        ),
    ]

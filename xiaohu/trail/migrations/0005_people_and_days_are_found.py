"""Events are found by who did it and when, however many there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trail", "0004_actions_are_found")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["actor_id", "at"], name="trail_event_of_actor"),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["at"], name="trail_event_of_time"),
        ),
    ]

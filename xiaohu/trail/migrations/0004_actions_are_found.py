"""Events are found by what was done, however many there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trail", "0003_looks_at_the_log")]

    operations = [
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["action", "at"], name="trail_event_of_action"),
        ),
    ]

"""One secret signs for all sources: what was heard at one is not heard again at another."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("gateways", "0003_callbacks_are_matched_once"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="inboxevent", name="each_event_once"),
        migrations.AddConstraint(
            model_name="inboxevent",
            constraint=models.UniqueConstraint(
                fields=["event_id"], name="each_event_once_wherever_it_comes"
            ),
        ),
    ]

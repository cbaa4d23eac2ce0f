"""Every process sees at once when a year's working days were changed by another."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_kinds_of_holders_and_states_of_lines")]

    operations = [
        migrations.AddField(
            model_name="calendaryear",
            name="fingerprint",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]

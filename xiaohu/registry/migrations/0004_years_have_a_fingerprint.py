"""Every process sees at once when a year's working days were changed by another."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0003_when_a_number_went_to_rest")]

    operations = [
        migrations.AddField(
            model_name="calendaryear",
            name="fingerprint",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]

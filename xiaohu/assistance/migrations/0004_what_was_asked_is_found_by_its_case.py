"""The page of a case lists what was asked about it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assistance", "0003_incidents_everybody_is_told_of")]

    operations = [
        migrations.AlterField(
            model_name=name, name="case_id", field=models.UUIDField(db_index=True, null=True)
        )
        for name in ("callback", "complaint")
    ]

"""A request may say why, in a code and in sealed words; what was asked once is not asked again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("closures", "0006_a_decision_says_when_it_was_asked_for")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="reason",
            field=models.CharField(blank=True, max_length=24),
        ),
        migrations.AddField(
            model_name="case",
            name="passed",
            field=models.JSONField(default=list),
        ),
    ]

"""A deadline can be counted again: from when it counts is written beside it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("closures", "0005_drafts_are_asked_about_new_rules")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="review_asked_at",
            field=models.DateTimeField(null=True),
        ),
    ]

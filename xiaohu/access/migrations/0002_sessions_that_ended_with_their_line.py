"""A session that ended with its line or account still tells by which case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0001_people_sessions_and_counters")]

    operations = [
        migrations.AddField(
            model_name="subscribersession",
            name="ended_by",
            field=models.UUIDField(db_index=True, null=True),
        ),
        migrations.RemoveConstraint(
            model_name="subscribersession", name="a_session_proves_something"
        ),
        migrations.AddConstraint(
            model_name="subscribersession",
            constraint=models.CheckConstraint(
                condition=models.Q(account__isnull=False)
                | models.Q(line_id__isnull=False)
                | models.Q(case_id__isnull=False)
                | models.Q(ended_by__isnull=False),
                name="a_session_proves_something",
            ),
        ),
    ]

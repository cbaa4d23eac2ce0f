from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_queued_notices")]

    operations = [
        migrations.AddField(
            model_name="queuednotice",
            name="channel",
            field=models.CharField(db_default="", default="", max_length=8),
        ),
        migrations.AddField(
            model_name="queuednotice",
            name="delivered_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="queuednotice",
            name="failed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="queuednotice",
            name="once",
            field=models.CharField(db_default="", default="", max_length=32),
        ),
        migrations.AddField(
            model_name="queuednotice",
            name="recipient",
            field=models.CharField(
                db_default="case_contact", default="case_contact", max_length=20
            ),
        ),
        migrations.AddField(
            model_name="queuednotice",
            name="reference",
            field=models.CharField(db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="queuednotice",
            name="report_due_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="queuednotice",
            name="result",
            field=models.CharField(db_default="", default="", max_length=16),
        ),
        migrations.AddField(
            model_name="queuednotice",
            name="subject_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="queuednotice",
            name="template",
            field=models.CharField(db_default="", default="", max_length=12),
        ),
        migrations.AddIndex(
            model_name="queuednotice",
            index=models.Index(
                condition=models.Q(("state", "sent")),
                fields=["report_due_at"],
                name="notices_without_a_report",
            ),
        ),
        migrations.AddConstraint(
            model_name="queuednotice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("once", ""), _negated=True),
                fields=("case_id", "notice", "recipient", "subject_id", "once"),
                name="told_once_where_once_is_enough",
                nulls_distinct=False,
            ),
        ),
    ]

"""Keep of each closing what the law asks for: of a case with several lines only the first was kept."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_sealed_records")]

    operations = [
        migrations.RemoveConstraint("bucketrecord", "kept_once_for_each_case"),
        # What was kept before goes on under the id of its case, which its box is bound to.
        migrations.RenameField("bucketrecord", "case_id", "subject_id"),
        migrations.AddField("bucketrecord", "hold", models.UUIDField(null=True)),
        migrations.AddConstraint(
            "bucketrecord",
            models.UniqueConstraint(
                fields=["subject_id", "category"], name="kept_once_for_each_closing"
            ),
        ),
    ]

"""Face, papers and accounts are used with a consent of their own, kept with the words agreed to."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proofing", "0002_papers")]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("operator", models.CharField(max_length=32)),
                ("case_id", models.UUIDField(db_index=True)),
                ("kind", models.CharField(max_length=24)),
                ("version", models.CharField(max_length=16)),
                ("given_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("withdrawn_at", None)),
                        fields=("case_id", "kind"),
                        name="one_standing_consent_of_each_kind",
                    )
                ]
            },
        )
    ]

"""A copy has a key, a passphrase, and as many downloads as it may have."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("exports", "0002_copies_without_a_passphrase_go"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="export",
            name="box",
        ),
        migrations.AddField(
            model_name="export",
            name="downloads",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="export",
            name="erased_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="export",
            name="fetched_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="export",
            name="packed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="part",
            name="form",
            field=models.CharField(default="table", max_length=8),
        ),
        migrations.AddField(
            model_name="part",
            name="number",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="part",
            name="tries",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="part",
            name="place",
            field=models.PositiveIntegerField(),
        ),
        migrations.CreateModel(
            name="Piece",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.PositiveIntegerField()),
                ("box", models.BinaryField()),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="pieces",
                        to="exports.export",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("export", "place"), name="each_piece_has_its_place"
                    )
                ],
            },
        ),
    ]

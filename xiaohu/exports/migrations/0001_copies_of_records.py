"""Copies of a line's records: what was asked for, and its parts."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("operator", models.CharField(max_length=32)),
                ("case_id", models.UUIDField(unique=True)),
                ("language", models.CharField(max_length=8)),
                ("asked_at", models.DateTimeField()),
                ("ready_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("bytes", models.PositiveBigIntegerField(default=0)),
                ("box", models.BinaryField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.PositiveSmallIntegerField()),
                ("line_id", models.UUIDField()),
                ("record", models.CharField(max_length=16)),
                ("month", models.CharField(blank=True, max_length=7)),
                ("state", models.CharField(default="waiting", max_length=8)),
                ("taken_until", models.DateTimeField(null=True)),
                ("rows", models.PositiveIntegerField(default=0)),
                ("box", models.BinaryField(null=True)),
                (
                    "export",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="exports.export",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["place"],
                        name="exports_part_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("export", "place"), name="each_part_has_its_place"
                    )
                ],
            },
        ),
    ]

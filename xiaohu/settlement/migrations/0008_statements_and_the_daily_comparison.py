"""What stands on the provider's statements, and that each day was compared."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0007_a_refund_follows_its_order"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reconciliation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("operator", models.CharField(max_length=32)),
                ("day", models.DateField()),
                ("began_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("compared", models.JSONField(default=dict)),
                ("differences", models.PositiveIntegerField(default=0)),
                ("trouble", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("operator", "day"), name="one_reconciliation_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StatementPayment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("operator", models.CharField(max_length=32)),
                ("reference", models.CharField(max_length=64)),
                ("key", models.UUIDField(null=True)),
                ("amount_fen", models.BigIntegerField()),
                ("currency", models.CharField(max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("paid", "paid"),
                            ("accepted", "accepted"),
                            ("returned", "returned"),
                        ],
                        max_length=16,
                    ),
                ),
                ("on", models.DateField()),
                ("read_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["operator", "on"], name="statement_by_day")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("operator", "reference", "state"),
                        name="each_row_of_statements_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_fen__gte", 0)),
                        name="a_statement_has_no_negative_amount",
                    ),
                ],
            },
        ),
    ]

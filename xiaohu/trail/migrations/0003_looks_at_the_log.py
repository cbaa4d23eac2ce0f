"""How the monitor's last look and the last full verification ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("trail", "0002_events_are_append_only")]

    operations = [
        migrations.CreateModel(
            name="Look",
            fields=[
                (
                    "kind",
                    models.CharField(
                        choices=[("monitor", "Monitor"), ("full", "Full")],
                        max_length=16,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("broken", models.JSONField(default=list)),
            ],
        ),
    ]

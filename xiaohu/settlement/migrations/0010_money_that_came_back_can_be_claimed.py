"""Money that was paid and came back after the end can be claimed like any other."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0009_unclaimed_money_has_a_last_day"),
    ]

    operations = [
        migrations.AlterField(
            model_name="unclaimedmoney",
            name="reason",
            field=models.CharField(
                choices=[
                    ("counter", "counter"),
                    ("owner_unknown", "owner_unknown"),
                    ("not_answered", "not_answered"),
                    ("came_back", "came_back"),
                ],
                max_length=16,
            ),
        ),
    ]

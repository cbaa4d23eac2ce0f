from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("exports", "0004_an_archive_on_its_way"),
    ]

    operations = [
        migrations.AlterField(
            model_name="part",
            name="line_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="part",
            name="account_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.CheckConstraint(
                condition=Q(line_id__isnull=False) ^ Q(account_id__isnull=False),
                name="a_part_is_of_a_line_or_an_account",
            ),
        ),
    ]

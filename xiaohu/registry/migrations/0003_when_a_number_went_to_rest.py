from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0002_kinds_of_holders_and_states_of_lines"),
    ]

    operations = [
        migrations.AddField(
            model_name="quarantinednumber",
            name="rested_at",
            field=models.DateTimeField(null=True),
        ),
    ]

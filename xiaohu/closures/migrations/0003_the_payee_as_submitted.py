from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("closures", "0002_each_line_on_its_own")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="submitted_payee",
            field=models.BinaryField(null=True),
        ),
    ]

"""A holder who cannot prove it alone shows papers, which a person looks at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("closures", "0012_refunds_paid_by_hand")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="by_paper",
            field=models.BooleanField(default=False),
        ),
    ]

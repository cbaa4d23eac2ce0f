"""Pages of one upload share its id, so that files can be counted and not only pages."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("proofing", "0003_consents_of_their_own")]

    operations = [
        migrations.AddField(
            model_name="paper",
            name="file_id",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        )
    ]

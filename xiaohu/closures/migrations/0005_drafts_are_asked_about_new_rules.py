"""A draft remembers the newer rules its holder chose not to take over."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("closures", "0004_notices_given_before_an_own_closing"),
        ("registry", "0004_years_have_a_fingerprint"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="policy_declined",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="registry.policyversion",
            ),
        ),
    ]

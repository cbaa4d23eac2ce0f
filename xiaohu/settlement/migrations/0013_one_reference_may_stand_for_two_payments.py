"""A provider may list two payments of ours under one number: both are kept and compared."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settlement", "0012_what_happens_again_is_numbered")]

    operations = [
        migrations.RemoveConstraint(
            model_name="statementpayment", name="each_row_of_statements_once"
        ),
        migrations.AddConstraint(
            model_name="statementpayment",
            constraint=models.UniqueConstraint(
                fields=("operator", "reference", "state", "key"),
                name="each_row_of_statements_once",
                nulls_distinct=False,
            ),
        ),
    ]

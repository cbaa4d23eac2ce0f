"""A provider may list two payments of ours under one number: both are kept and compared."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("settlement", "0011_a_kind_of_finding_says_whether_it_takes_two")]

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

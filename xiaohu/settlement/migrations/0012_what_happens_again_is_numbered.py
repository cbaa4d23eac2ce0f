"""A payment can come back twice, and an effect be unresolved twice: each is kept beside the last."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0011_a_kind_of_finding_says_whether_it_takes_two"),
    ]

    operations = [
        migrations.AddField(
            model_name="finding",
            name="times",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name="transfer",
            name="times",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.RemoveConstraint(model_name="finding", name="each_finding_once"),
        migrations.RemoveConstraint(model_name="transfer", name="each_refund_posted_once"),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.UniqueConstraint(
                fields=(
                    "operator",
                    "kind",
                    "source",
                    "reference",
                    "closing_id",
                    "effect_id",
                    "theirs_fen",
                    "times",
                ),
                name="each_finding_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                fields=("effect_id", "debit", "credit", "times"), name="each_refund_posted_once"
            ),
        ),
    ]

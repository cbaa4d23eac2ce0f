"""The text of a document ends three years on, as the trail of its closing; its hash stays."""

from django.db import migrations, models

_FILL = """
UPDATE closures_document SET
    sha256 = encode(sha256(convert_to(jws, 'UTF8')), 'hex'),
    text_until = (
        date_trunc('month', issued_at AT TIME ZONE 'Asia/Shanghai') + interval '37 months'
    )::date - 1;
-- What waits until the end of the transaction is looked at now: the table is altered next.
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("closures", "0022_checks_before_restricted_data_goes")]
    operations = [
        migrations.AddField("document", "sha256", models.CharField(default="", max_length=64)),
        migrations.AddField("document", "text_until", models.DateField(null=True)),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.AlterField("document", "sha256", models.CharField(max_length=64)),
        migrations.AlterField("document", "text_until", models.DateField()),
        migrations.AlterField("document", "jws", models.TextField(blank=True)),
        migrations.AddIndex(
            "document",
            models.Index(
                fields=["text_until"],
                condition=models.Q(("jws", ""), _negated=True),
                name="documents_with_their_text",
            ),
        ),
    ]

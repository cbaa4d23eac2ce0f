"""A holder is told of another password, which belongs to no case."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("notices", "0004_notices_to_whoever_asked")]

    operations = [
        migrations.RemoveConstraint(model_name="queuednotice", name="a_notice_is_about_something"),
        migrations.AddConstraint(
            model_name="queuednotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("case_id__isnull", False),
                    ("code_id__isnull", False),
                    models.Q(
                        ("recipient__in", ["asker", "registered_contact", "line"]),
                        ("subject_id__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="a_notice_is_about_something",
            ),
        ),
    ]

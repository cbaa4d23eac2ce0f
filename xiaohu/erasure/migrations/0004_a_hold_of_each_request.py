"""A hold for each request: what ended one before ended all of the same closings, and says so now."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def say_what_ended(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Let each hold that a release ended say so, and drop what nobody decided on: it named no hold."""
    requests = apps.get_model("erasure", "KeptRequest").objects.using(editor.connection.alias)
    releases = requests.filter(act="release")
    for release in releases.exclude(done_at=None).order_by("done_at"):
        ended = requests.filter(
            act="hold", released_at=None, done_at__lte=release.done_at, subjects=release.subjects
        )
        ended.update(released_at=release.done_at)
    releases.filter(done_at=None, dropped_at=None).update(dropped_at=F("asked_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("erasure", "0003_outside_stores"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="keptrequest",
            name="ends",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="erasure.keptrequest",
            ),
        ),
        migrations.AddField(
            model_name="keptrequest",
            name="released_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.RunPython(say_what_ended, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="keptrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("dropped_at", None)),
                fields=("ends",),
                name="one_release_of_each_hold",
            ),
        ),
        migrations.AddConstraint(
            model_name="keptrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends", None), ("act", "release"), _connector="OR"),
                name="only_a_release_ends_a_hold",
            ),
        ),
        migrations.AddConstraint(
            model_name="keptrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("released_at", None),
                    models.Q(("act", "hold"), ("done_at__isnull", False)),
                    _connector="OR",
                ),
                name="only_a_hold_is_released",
            ),
        ),
    ]

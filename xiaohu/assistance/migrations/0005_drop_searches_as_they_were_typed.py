"""Searches were kept as they were typed, and may name somebody: from here on only our own words are."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def drop(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Drop what was kept until now."""
    apps.get_model("assistance", "UnansweredSearch").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("assistance", "0004_what_was_asked_is_found_by_its_case")]
    operations = [migrations.RunPython(drop, migrations.RunPython.noop)]

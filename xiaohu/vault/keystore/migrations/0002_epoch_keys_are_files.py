"""Take the epoch keys out of the database, so that its backups no longer keep them."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from xiaohu.vault import box, epoch_files
from xiaohu.vault.root import purpose_key


def to_files(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """Write each key to its two files, bound to its own epoch."""
    epochs = apps.get_model("keystore", "EpochKey").objects.using(editor.connection.alias)
    root = purpose_key("epoch") if epochs.exists() else b""
    for row in epochs.all():
        key = box.open_box(root, bytes(row.wrapped), belongs_to=("epoch",))
        wrapped = box.seal(root, key, belongs_to=("epoch", str(row.pk)))
        for place in epoch_files.places(row.pk):  # a migration cut short left one of the same key
            epoch_files.mend(place, wrapped)


class Migration(migrations.Migration):
    dependencies = [("keystore", "0001_wrapped_keys")]

    operations = [
        migrations.RunPython(to_files, elidable=True),
        migrations.RemoveField("epochkey", "wrapped"),
        migrations.AddField("destroyedkey", "shipped", models.BooleanField(db_default=False)),
        migrations.AddIndex(
            "destroyedkey",
            models.Index(
                condition=models.Q(("shipped", False)),
                fields=["id"],
                name="keystore_destroyed_unshipped",
            ),
        ),
    ]

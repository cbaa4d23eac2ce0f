"""What was written stays written.

TRUNCATE is left to the rights of the database role: an external server gives the service INSERT
and SELECT on these tables, and tests empty them between runs.
"""

from django.db import migrations

TABLES = ("trail_event", "trail_leaf", "trail_checkpoint")

FORWARD = """
CREATE FUNCTION trail_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trail is append-only';
END $$;
""" + "".join(
    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION trail_is_append_only();\n"
    for table in TABLES
)

BACKWARD = (
    "".join(f"DROP TRIGGER append_only ON {table};\n" for table in TABLES)
    + "DROP FUNCTION trail_is_append_only();"
)


class Migration(migrations.Migration):
    dependencies = [("trail", "0001_events_and_their_tree")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

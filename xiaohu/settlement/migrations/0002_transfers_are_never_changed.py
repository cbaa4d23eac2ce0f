"""A correction is a new row; what was posted stays posted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION settlement_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'transfers are append-only';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON settlement_transfer
    FOR EACH ROW EXECUTE FUNCTION settlement_is_append_only();
"""

BACKWARD = """
DROP TRIGGER append_only ON settlement_transfer;
DROP FUNCTION settlement_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_bills_and_ledger")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]

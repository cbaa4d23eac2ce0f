"""Who fetched money at the counter showed a document: its kind, and a fingerprint of its number."""

from django.db import migrations, models

FORWARD = """
CREATE OR REPLACE FUNCTION closures_handed_out_to_somebody_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM closures_assistedpayment WHERE id = NEW.effect_id
        AND NOT (identity_seen AND document_index IS NOT NULL AND confirmed_at IS NOT NULL))
    THEN
        RAISE EXCEPTION 'money is handed out to somebody nobody saw' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'handed_out_to_somebody_seen';
    END IF;
    RETURN NEW;
END $$;
"""

BACKWARD = """
CREATE OR REPLACE FUNCTION closures_handed_out_to_somebody_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM closures_assistedpayment WHERE id = NEW.effect_id
        AND NOT (identity_seen AND confirmed_at IS NOT NULL))
    THEN
        RAISE EXCEPTION 'money is handed out to somebody nobody saw' USING
            ERRCODE = 'check_violation', CONSTRAINT = 'handed_out_to_somebody_seen';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("closures", "0019_one_payment_by_hand_for_each_charge_back"),
    ]

    operations = [
        migrations.AddField(
            model_name="assistedpayment",
            name="document_index",
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name="assistedpayment",
            name="document_kind",
            field=models.CharField(blank=True, max_length=24),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]

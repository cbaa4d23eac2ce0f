"""A bill comes in parts and is made of items; those collected before have one part."""

import uuid

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

ITEMS_OF_OLD = """
INSERT INTO settlement_billpart
    (id, closing_id, number, last, cash_fen, deposit_fen, promotion_fen, gift_fen, received_at)
SELECT gen_random_uuid(), closing_id, 0, TRUE, cash_fen, deposit_fen, promotion_fen, gift_fen,
    received_at
FROM settlement_collectedbill;
INSERT INTO settlement_billitem (id, part_id, kind, "on", amount_fen)
SELECT gen_random_uuid(), part.id, item.kind, part.received_at::date, item.amount_fen
FROM settlement_billpart part
JOIN settlement_collectedbill bill ON bill.closing_id = part.closing_id
CROSS JOIN LATERAL (VALUES
    ('usage', bill.usage_fen), ('monthly', bill.fees_fen), ('exit_fee', bill.exit_fee_fen)
) AS item (kind, amount_fen)
WHERE item.amount_fen > 0;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0004_what_is_waived_is_booked_apart"),
    ]

    operations = [
        migrations.CreateModel(
            name="BillItem",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("arrears", "arrears"),
                            ("usage", "usage"),
                            ("monthly", "monthly"),
                            ("late_fee", "late_fee"),
                            ("exit_fee", "exit_fee"),
                            ("equipment", "equipment"),
                            ("device", "device"),
                        ],
                        max_length=16,
                    ),
                ),
                ("on", models.DateField()),
                ("amount_fen", models.BigIntegerField()),
                ("paid_fen", models.BigIntegerField(null=True)),
                ("owed_fen", models.BigIntegerField(null=True)),
                ("borne_fen", models.BigIntegerField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BillPart",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("closing_id", models.UUIDField()),
                ("number", models.PositiveSmallIntegerField()),
                ("last", models.BooleanField()),
                ("cash_fen", models.BigIntegerField()),
                ("deposit_fen", models.BigIntegerField()),
                ("promotion_fen", models.BigIntegerField()),
                ("gift_fen", models.BigIntegerField()),
                ("received_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="settledclosing",
            name="the_opening_balance_went_somewhere",
        ),
        migrations.RemoveConstraint(
            model_name="settledclosing",
            name="no_negative_settlement",
        ),
        migrations.AddField(
            model_name="settledclosing",
            name="arrears_fen",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="settledclosing",
            name="device_fen",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="settledclosing",
            name="operator_cost_fen",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="credit",
            field=models.CharField(
                choices=[
                    ("operator", "operator"),
                    ("balance", "balance"),
                    ("usage", "usage"),
                    ("fees", "fees"),
                    ("exit_fee", "exit_fee"),
                    ("device", "device"),
                    ("arrears", "arrears"),
                    ("forfeited_gift", "forfeited_gift"),
                    ("refund_pending", "refund_pending"),
                    ("refunded", "refunded"),
                    ("unclaimed", "unclaimed"),
                    ("waived", "waived"),
                    ("claim", "claim"),
                    ("operator_cost", "operator_cost"),
                    ("suspense", "suspense"),
                ],
                max_length=16,
            ),
        ),
        migrations.AlterField(
            model_name="transfer",
            name="debit",
            field=models.CharField(
                choices=[
                    ("operator", "operator"),
                    ("balance", "balance"),
                    ("usage", "usage"),
                    ("fees", "fees"),
                    ("exit_fee", "exit_fee"),
                    ("device", "device"),
                    ("arrears", "arrears"),
                    ("forfeited_gift", "forfeited_gift"),
                    ("refund_pending", "refund_pending"),
                    ("refunded", "refunded"),
                    ("unclaimed", "unclaimed"),
                    ("waived", "waived"),
                    ("claim", "claim"),
                    ("operator_cost", "operator_cost"),
                    ("suspense", "suspense"),
                ],
                max_length=16,
            ),
        ),
        migrations.AddConstraint(
            model_name="settledclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "opening_fen",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            django.db.models.expressions.CombinedExpression(
                                                models.F("usage_fen"), "+", models.F("fees_fen")
                                            ),
                                            "+",
                                            models.F("exit_fee_fen"),
                                        ),
                                        "+",
                                        models.F("device_fen"),
                                    ),
                                    "+",
                                    models.F("arrears_fen"),
                                ),
                                "+",
                                models.F("forfeited_gift_fen"),
                            ),
                            "+",
                            models.F("refundable_fen"),
                        ),
                    )
                ),
                name="the_opening_balance_went_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="settledclosing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opening_fen__gte", 0),
                    ("usage_fen__gte", 0),
                    ("fees_fen__gte", 0),
                    ("exit_fee_fen__gte", 0),
                    ("device_fen__gte", 0),
                    ("arrears_fen__gte", 0),
                    ("forfeited_gift_fen__gte", 0),
                    ("refundable_fen__gte", 0),
                    ("debt_fen__gte", 0),
                    ("operator_cost_fen__gte", 0),
                    ("refunded_fen__gte", 0),
                    ("unclaimed_fen__gte", 0),
                    ("waived_fen__gte", 0),
                ),
                name="no_negative_settlement",
            ),
        ),
        migrations.AddConstraint(
            model_name="billpart",
            constraint=models.UniqueConstraint(
                fields=("closing_id", "number"), name="each_part_of_a_bill_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="billpart",
            constraint=models.UniqueConstraint(
                condition=models.Q(("last", True)),
                fields=("closing_id",),
                name="one_last_part_of_a_bill",
            ),
        ),
        migrations.AddConstraint(
            model_name="billpart",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cash_fen__gte", 0),
                    ("deposit_fen__gte", 0),
                    ("promotion_fen__gte", 0),
                    ("gift_fen__gte", 0),
                ),
                name="no_purse_is_negative",
            ),
        ),
        migrations.AddField(
            model_name="billitem",
            name="part",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="items",
                to="settlement.billpart",
            ),
        ),
        migrations.AddConstraint(
            model_name="billitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_fen__gt", 0)), name="an_item_asks_for_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="billitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("borne_fen", None), ("owed_fen", None), ("paid_fen", None)),
                    models.Q(
                        ("borne_fen__isnull", False),
                        ("owed_fen__isnull", False),
                        ("paid_fen__isnull", False),
                        ("paid_fen__gte", 0),
                        ("owed_fen__gte", 0),
                        ("borne_fen__gte", 0),
                        (
                            "amount_fen",
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("paid_fen"), "+", models.F("owed_fen")
                                ),
                                "+",
                                models.F("borne_fen"),
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="all_of_an_item_went_somewhere",
            ),
        ),
        migrations.RunSQL(ITEMS_OF_OLD, migrations.RunSQL.noop),
        migrations.DeleteModel(name="CollectedBill"),
    ]

"""Where two sides disagree about money nobody but a person says which one is right."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("settlement", "0002_transfers_are_never_changed"),
    ]

    operations = [
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("operator", models.CharField(max_length=32)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("unknown_reference", "unknown_reference"),
                            ("wrong_amount", "wrong_amount"),
                            ("wrong_currency", "wrong_currency"),
                            ("contradictory", "contradictory"),
                            ("unreadable", "unreadable"),
                            ("statement_refused", "statement_refused"),
                            ("missing_at_provider", "missing_at_provider"),
                            ("unknown_to_us", "unknown_to_us"),
                            ("not_booked", "not_booked"),
                            ("paid_twice", "paid_twice"),
                            ("books_disagree", "books_disagree"),
                            ("line_not_closed", "line_not_closed"),
                            ("bill_differs", "bill_differs"),
                            ("ended_twice", "ended_twice"),
                            ("without_approval", "without_approval"),
                            ("late_charge", "late_charge"),
                            ("chargeback", "chargeback"),
                            ("exit_fee_above_shown", "exit_fee_above_shown"),
                            ("bill_unreadable", "bill_unreadable"),
                            ("effect_unresolved", "effect_unresolved"),
                        ],
                        max_length=32,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("answer", "answer"),
                            ("callback", "callback"),
                            ("statement", "statement"),
                            ("reconciliation", "reconciliation"),
                            ("bill", "bill"),
                            ("effect", "effect"),
                        ],
                        max_length=16,
                    ),
                ),
                ("reference", models.CharField(blank=True, max_length=64)),
                ("closing_id", models.UUIDField(db_index=True, null=True)),
                ("effect_id", models.UUIDField(db_index=True, null=True)),
                ("ours_fen", models.BigIntegerField(null=True)),
                ("theirs_fen", models.BigIntegerField(null=True)),
                ("found_at", models.DateTimeField()),
                ("two_people", models.BooleanField()),
                ("proposal", models.CharField(blank=True, max_length=16)),
                ("why", models.CharField(blank=True, max_length=24)),
                ("proof", models.CharField(blank=True, max_length=32)),
                ("proposed_by_id", models.UUIDField(null=True)),
                ("proposed_at", models.DateTimeField(null=True)),
                ("decision", models.CharField(blank=True, max_length=16)),
                ("decided_by_id", models.UUIDField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("decided_at", None)),
                        fields=["operator", "found_at"],
                        name="findings_to_decide",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=(
                            "operator",
                            "kind",
                            "source",
                            "reference",
                            "closing_id",
                            "effect_id",
                            "theirs_fen",
                        ),
                        name="each_finding_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None), ("decided_by_id", None), ("decision", "")
                            ),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by_id__isnull", False),
                                models.Q(("decision", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_decision_says_who_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("proposal", ""), ("proposed_at", None), ("proposed_by_id", None)
                            ),
                            models.Q(
                                ("proposed_at__isnull", False),
                                ("proposed_by_id__isnull", False),
                                models.Q(("proposal", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_proposal_says_who_and_when",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_at", None),
                            ("two_people", False),
                            models.Q(
                                ("decision", models.F("proposal")),
                                ("proposed_by_id__isnull", False),
                                models.Q(
                                    ("decided_by_id", models.F("proposed_by_id")), _negated=True
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="two_people_decide_a_finding",
                    ),
                ],
            },
        ),
    ]

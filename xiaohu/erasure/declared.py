"""Every field of every table, and what it is to a person: sealed, an index, or why it is not personal.

A field that is not declared here fails the law tests; so does one that no longer exists, and a
pattern is not a declaration. docs/personal-data.md is written from this table.
"""

from collections.abc import Mapping
from enum import StrEnum


class Nature(StrEnum):
    """What a field is to a person; all but the first three say why it is not personal."""

    SEALED = "sealed under the key of a unit, and unreadable once that is destroyed"
    INDEX = "a keyed hash for finding, deleted or left pointing at nothing when its unit is erased"
    RESTING = (
        "a keyed hash of a number that was closed, so that nothing is ever sent to whoever has it"
        " next; it leads to no closing and to nobody who had it"
    )
    SIGN_IN = (
        "a hash or sealed secret of a sign-in, deleted with the account or when its time is over"
    )
    RANDOM = "a random id, or a number of ours: it names a row, and nobody once that is erased"
    FIXED = "one of a fixed list, or a version or key of the operator's"
    TIME = "when something was done or is due"
    COUNT = "how much or how often; of a closing that names nobody by then"
    FACTS = "dates, sums and yes or no of a line as the checks saw it; neither number nor name"
    PUBLISHED = "words the operator or this service publishes"
    STAFF = "of somebody who works at the desk, kept as long as what they decided counts"
    OUTSIDE = (
        "a reference given by a bank, an authority or the operator's system; it names a transaction"
    )
    MASKED = "signed words that show masks, dates and sums; no name and no number"
    REGION = "a region in words without digits, as filed with the operator"
    SEARCHED = "those words of a search that our own articles have, without digits or who asked"
    TREE = "a hash over events that hold no personal values, or a signature over hashes"
    ENGINE = "of the job engine: ids of rows and times, never values"
    EMPTY = "a table of a library that this service leaves empty"


N = Nature
DECLARED: Mapping[str, Mapping[str, Mapping[Nature, str]]] = {
    "access": {
        "AppTicket": {
            N.RANDOM: "id line_id",
            N.FIXED: "operator",
            N.SIGN_IN: "token_hash",
            N.TIME: "expires_at used_at",
        },
        "Counter": {N.INDEX: "key", N.COUNT: "count", N.TIME: "resets_at"},
        "OneTimeCode": {
            N.RANDOM: "id",
            N.FIXED: "operator purpose",
            N.INDEX: "subject",
            N.SIGN_IN: "mac box",
            N.COUNT: "tries",
            N.TIME: "created_at expires_at used_at locked_until",
        },
        "StaffUser": {
            N.STAFF: "username display_name last_login",
            N.SIGN_IN: "password",
            N.RANDOM: "id",
            N.FIXED: "operator roles is_active",
        },
        "SubscriberAccount": {
            N.RANDOM: "id holder_id",
            N.FIXED: "operator",
            N.INDEX: "username_index",
            N.SIGN_IN: "password",
            N.TIME: "recovered_at closed_at",
        },
        "SubscriberSession": {
            N.RANDOM: "id account_id line_id case_id ended_by",
            N.FIXED: "operator method",
            N.SIGN_IN: "token_hash",
            N.TIME: "created_at seen_at",
        },
    },
    "account": {
        "EmailAddress": {N.EMPTY: "id user_id email verified primary"},
        "EmailConfirmation": {N.EMPTY: "id email_address_id created sent key"},
    },
    "assistance": {
        "ArticleRating": {
            N.RANDOM: "id",
            N.FIXED: "operator slug language",
            N.COUNT: "helped failed",
        },
        "CallBack": {
            N.RANDOM: "id reference case_id",
            N.FIXED: "operator topic language outcome",
            N.INDEX: "asker_index",
            N.STAFF: "officer_id",
            N.COUNT: "tries",
            N.TIME: "asked_at due_at taken_at ended_at purged_at wanted_from first_tried_at",
        },
        "Complaint": {
            N.RANDOM: "id reference case_id",
            N.FIXED: "operator topic language",
            N.INDEX: "asker_index",
            N.STAFF: "officer_id",
            N.TIME: "asked_at due_at taken_at ended_at purged_at",
        },
        "Incident": {
            N.RANDOM: "id",
            N.FIXED: "operator parts works",
            N.TIME: "opened_at expected_at ended_at",
        },
        "IncidentNews": {
            N.RANDOM: "id incident_id",
            N.PUBLISHED: "zh en",
            N.TIME: "said_at",
        },
        "Remark": {N.RANDOM: "id", N.FIXED: "operator slug language", N.TIME: "said_at"},
        "UnansweredSearch": {
            N.RANDOM: "id",
            N.FIXED: "operator language",
            N.SEARCHED: "words",
            N.COUNT: "count",
            N.TIME: "last_at",
        },
    },
    "auth": {
        "Group": {N.EMPTY: "id name"},
        "Group_permissions": {N.EMPTY: "id group_id permission_id"},
        "Permission": {N.FIXED: "id name content_type_id codename"},
    },
    "contenttypes": {
        "ContentType": {N.FIXED: "id app_label model"},
    },
    "closures": {
        "AssistedPayment": {
            N.RANDOM: "id closing_id",
            N.FIXED: "document_kind operator identity_seen",
            N.OUTSIDE: "slip",
            N.STAFF: "recorded_by_id confirmed_by_id",
            N.COUNT: "charge_backs amount_fen",
            N.TIME: "recorded_at confirmed_at dropped_at",
            N.INDEX: "document_index",
        },
        "Case": {
            N.RANDOM: "id reference holder_id policy_id policy_declined_id appeal_of_id",
            N.FIXED: "operator state scope language applicant closing_type channel refund_route"
            " contact_confirmed effects_read reason passed by_paper review_reasons decision_provisional"
            " decision_reasons",
            N.INDEX: "contact_index payee_index submitted_payee",
            N.STAFF: "prepared_by officer_id proposed_by_id decided_by_id",
            N.COUNT: "size",
            N.TIME: "opened_at submitted_at review_asked_at warned_days decision_due_on due_order"
            " claimed_at decided_at execute_at ended_at purged_at",
        },
        "CaseNote": {
            N.RANDOM: "id case_id",
            N.STAFF: "officer_id",
            N.SEALED: "box",
            N.TIME: "written_at",
        },
        "Claim": {
            N.RANDOM: "id closing_id",
            N.FIXED: "operator paid",
            N.TIME: "made_at ended_at",
        },
        "Closing": {
            N.RANDOM: "id case_id line_id account_id",
            N.FIXED: "operator choices state step is_open outcome trouble owner",
            N.COUNT: "fallen lease attempts exit_fee_shown_fen refund_round",
            N.TIME: "lease_until next_action_at owner_due_at refund_due_on disconnected_at number_free_on",
        },
        "ConsentHeard": {
            N.RANDOM: "case_id",
            N.FIXED: "version items heard_by",
            N.STAFF: "officer_id",
            N.TIME: "heard_at",
        },
        "Document": {
            N.RANDOM: "number closing_id case_id replaced_by_id",
            N.FIXED: "operator kind state",
            N.MASKED: "jws",
            N.TREE: "sha256",
            N.TIME: "changed_at issued_at text_until",
        },
        "RestrictionCheck": {
            N.RANDOM: "closing_id",
            N.FIXED: "operator grade answer",
            N.OUTSIDE: "reference",
            N.STAFF: "answered_by_id",
            N.TIME: "asked_at until ended_at",
        },
        "DocumentChange": {
            N.RANDOM: "id document_id",
            N.FIXED: "change reason corrections agreed",
            N.STAFF: "asked_by_id decided_by_id",
            N.TIME: "asked_at decided_at",
        },
    },
    "desk": {
        "Habit": {N.STAFF: "officer_id single_keys"},
        "Presence": {N.RANDOM: "id case_id", N.STAFF: "officer_id", N.TIME: "since seen_at"},
        "SavedView": {N.RANDOM: "id", N.STAFF: "officer_id name", N.FIXED: "query"},
    },
    "erasure": {
        "ErasureReceipt": {
            N.RANDOM: "closing_id units",
            N.FIXED: "operator",
            N.COUNT: "counts outside",
            N.TIME: "erased_at",
        },
        "OutsideErasure": {
            N.RANDOM: "id closing_id",
            N.FIXED: "operator store dataset names state why about evidence",
            N.COUNT: "found",
            N.TIME: "intended_at ended_at keep_until try_at",
            N.OUTSIDE: "reference",
            N.STAFF: "confirmed_by_id taken_by_id",
        },
        "StoreOutage": {
            N.RANDOM: "id",
            N.FIXED: "operator store why",
            N.COUNT: "failures",
            N.TIME: "since closed_until",
        },
        "KeptRequest": {
            N.RANDOM: "id subjects ends_id",
            N.FIXED: "operator act category",
            N.OUTSIDE: "authority",
            N.STAFF: "asked_by_id agreed_by_id",
            N.COUNT: "records",
            N.TIME: "until asked_at agreed_at dropped_at done_at released_at",
        },
    },
    "exports": {
        "Export": {
            N.RANDOM: "id case_id",
            N.FIXED: "operator language",
            N.COUNT: "bytes downloads first_place",
            N.TIME: "asked_at ready_at expires_at packed_at fetched_at erased_at",
        },
        "Part": {
            N.RANDOM: "id export_id line_id account_id",
            N.FIXED: "record month form state",
            N.SEALED: "box",
            N.COUNT: "place number rows tries",
            N.TIME: "taken_until",
        },
        "Piece": {N.RANDOM: "id export_id", N.SEALED: "box", N.COUNT: "place"},
    },
    "gateways": {
        "InboxEvent": {
            N.RANDOM: "id effect_id",
            N.FIXED: "source",
            N.OUTSIDE: "event_id box",
            N.TIME: "received_at matched_at",
        },
        "Sighting": {N.FIXED: "name", N.TIME: "looked_at answered_at"},
    },
    "keystore": {
        "DestroyedKey": {
            N.RANDOM: "id unit",
            N.FIXED: "operator kind shipped",
            N.TIME: "destroyed_at",
        },
        "EpochKey": {N.RANDOM: "id", N.TIME: "made_at"},
        "UnitKey": {
            N.RANDOM: "id unit epoch_id",
            N.FIXED: "operator kind",
            N.SEALED: "wrapped",
            N.TIME: "made_at",
        },
    },
    "mfa": {
        "Authenticator": {
            N.STAFF: "user_id",
            N.RANDOM: "id",
            N.FIXED: "type",
            N.SIGN_IN: "data",
            N.TIME: "created_at last_used_at",
        },
    },
    "notices": {
        "NoticeTemplate": {
            N.RANDOM: "id",
            N.FIXED: "operator notice channel language version",
            N.PUBLISHED: "text",
            N.TIME: "published_at",
        },
        "QueuedNotice": {
            N.RANDOM: "id case_id code_id subject_id once",
            N.FIXED: "operator notice recipient language state channel template result",
            N.FACTS: "params",
            N.OUTSIDE: "reference",
            N.COUNT: "attempts",
            N.TIME: "next_action_at created_at sent_at delivered_at failed_at report_due_at",
        },
    },
    "procrastinate": {
        "ProcrastinateEvent": {N.ENGINE: "id job_id type at"},
        "ProcrastinateJob": {
            N.ENGINE: "id queue_name task_name priority lock args status scheduled_at attempts"
            " queueing_lock abort_requested worker_id"
        },
        "ProcrastinatePeriodicDefer": {N.ENGINE: "id task_name defer_timestamp job_id periodic_id"},
        "ProcrastinateWorker": {N.ENGINE: "id last_heartbeat"},
    },
    "proofing": {
        "Consent": {
            N.RANDOM: "id case_id",
            N.FIXED: "operator kind version",
            N.TIME: "given_at withdrawn_at",
        },
        "Paper": {
            N.RANDOM: "id case_id file_id",
            N.FIXED: "evidence",
            N.SEALED: "box",
            N.TIME: "added_at",
        },
        "Proof": {N.RANDOM: "id case_id", N.FIXED: "method", N.TIME: "given_at"},
    },
    "queue": {
        "ClockOffset": {N.COUNT: "id seconds"},
        "Effect": {
            N.RANDOM: "id subject_id",
            N.FIXED: "operator kind state reason",
            N.OUTSIDE: "reference",
            N.COUNT: "round misses",
            N.TIME: "sent_at first_sent_at missed_at created_at",
        },
        "Heartbeat": {N.FIXED: "name", N.TIME: "seen_at"},
    },
    "registry": {
        "CalendarDay": {N.PUBLISHED: "day working"},
        "CalendarYear": {N.PUBLISHED: "year official", N.COUNT: "fingerprint"},
        "Holder": {
            N.RANDOM: "id",
            N.FIXED: "operator kind",
            N.INDEX: "document_index",
            N.TIME: "created_at",
        },
        "Line": {
            N.RANDOM: "id holder_id",
            N.FIXED: "operator product status",
            N.OUTSIDE: "subscription_id",
            N.INDEX: "number_index row_index card_index name_index",
            N.COUNT: "balance_fen",
            N.TIME: "activated_on closed_at",
        },
        "LineRestriction": {
            N.RANDOM: "line_id",
            N.FIXED: "source reason grade appeal",
            N.TIME: "since",
        },
        "Operator": {N.FIXED: "key", N.PUBLISHED: "name_zh name_en"},
        "OutboundFiling": {
            N.RANDOM: "line_id",
            N.FIXED: "status purposes",
            N.COUNT: "daily_cap",
            N.REGION: "region",
            N.OUTSIDE: "end_reference",
            N.TIME: "valid_until ended_at",
        },
        "PolicyVersion": {
            N.RANDOM: "id operator_id",
            N.PUBLISHED: "version sha256 document",
            N.TIME: "published_at",
        },
        "QuarantinedNumber": {
            N.RANDOM: "id",
            N.FIXED: "operator",
            N.RESTING: "number_index",
            N.TIME: "free_on rested_on",
        },
    },
    "screening": {
        "CheckRun": {N.RANDOM: "closing_id", N.FACTS: "facts", N.TIME: "gathered_at"},
    },
    "sessions": {
        "Session": {N.SIGN_IN: "session_key", N.STAFF: "session_data", N.TIME: "expire_date"},
    },
    "settlement": {
        "BillItem": {
            N.RANDOM: "id part_id",
            N.FIXED: "kind",
            N.COUNT: "amount_fen paid_fen owed_fen borne_fen",
            N.TIME: "on",
        },
        "BillPart": {
            N.RANDOM: "id closing_id",
            N.COUNT: "number last cash_fen deposit_fen promotion_fen gift_fen",
            N.TIME: "received_at",
        },
        "Finding": {
            N.RANDOM: "id closing_id effect_id",
            N.FIXED: "operator kind source two_people proposal why decision",
            N.OUTSIDE: "reference proof",
            N.STAFF: "proposed_by_id decided_by_id",
            N.COUNT: "ours_fen theirs_fen times",
            N.TIME: "found_at proposed_at decided_at",
        },
        "Reconciliation": {
            N.RANDOM: "id",
            N.FIXED: "operator trouble",
            N.COUNT: "compared differences",
            N.TIME: "day began_at ended_at",
        },
        "RefundOrder": {
            N.RANDOM: "effect_id id closing_id identity",
            N.FIXED: "route moved same_payee by_staff operator reasons outcome",
            N.STAFF: "prepared_by first_by second_by",
            N.SIGN_IN: "stop_code",
            N.COUNT: "amount_fen together_fen limit_fen deciders needed",
            N.TIME: "first_at second_at held_until created_at ended_at",
            N.INDEX: "payee",
        },
        "SettledClosing": {
            N.RANDOM: "closing_id",
            N.FIXED: "operator",
            N.COUNT: "opening_fen usage_fen fees_fen exit_fee_fen device_fen arrears_fen"
            " forfeited_gift_fen refundable_fen debt_fen operator_cost_fen refunded_fen unclaimed_fen"
            " waived_fen",
            N.TIME: "settled_at completed_at",
        },
        "StatementPayment": {
            N.RANDOM: "id key",
            N.FIXED: "operator currency state",
            N.OUTSIDE: "reference",
            N.COUNT: "amount_fen",
            N.TIME: "on read_at",
        },
        "Transfer": {
            N.RANDOM: "id closing_id effect_id",
            N.FIXED: "operator debit credit",
            N.COUNT: "amount_fen times",
            N.TIME: "at",
        },
        "UnclaimedMoney": {
            N.RANDOM: "closing_id",
            N.FIXED: "operator reason",
            N.TIME: "late_since booked_at claim_until",
        },
    },
    "trail": {
        "Checkpoint": {N.COUNT: "size", N.TREE: "root note", N.TIME: "signed_at"},
        "Event": {
            N.RANDOM: "id case_id",
            N.FIXED: "operator actor_kind action from_state to_state reason evidence",
            N.STAFF: "actor_id",
            N.TIME: "at",
        },
        "Leaf": {N.COUNT: "index", N.RANDOM: "event_id", N.TREE: "hash"},
        "Look": {N.FIXED: "kind broken", N.COUNT: "size", N.TREE: "root", N.TIME: "at"},
        "Node": {N.RANDOM: "id", N.COUNT: "level index", N.TREE: "hash"},
        "Pending": {N.RANDOM: "id event_id"},
    },
    "vault": {
        "BucketRecord": {
            N.RANDOM: "id subject_id hold",
            N.FIXED: "operator category",
            N.SEALED: "box",
            N.TIME: "until",
        },
        "SealedRecord": {N.RANDOM: "id unit", N.FIXED: "operator kind category", N.SEALED: "box"},
    },
}


def nature_of(app: str, table: str, field: str) -> Nature | None:
    """Return what a field of a table of an app is; None if undeclared."""
    for nature, names in DECLARED.get(app, {}).get(table, {}).items():
        if field in names.split():
            return nature
    return None

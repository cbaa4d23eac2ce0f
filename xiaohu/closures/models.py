"""The case (the folder), its closings (one line or account each), and the documents issued."""

import hashlib
import uuid
from datetime import date
from enum import StrEnum

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from xiaohu.access.models import StaffUser, SubscriberAccount
from xiaohu.core.applicants import ApplicantKind, ClosingType
from xiaohu.core.channels import CaseChannel
from xiaohu.core.corrections import Change
from xiaohu.core.states import TERMINAL, CaseState
from xiaohu.core.steps import Scope, Step
from xiaohu.registry.models import Holder, Line, PolicyVersion

_ENDED = sorted(state.value for state in TERMINAL)
_TIMED = [
    state.value
    for state in (
        CaseState.SCHEDULED,
        CaseState.EXECUTING,
        CaseState.SETTLING,
        CaseState.REFUND_ATTENTION,
        CaseState.DONE,
    )
]


URGENCY = ("due_order", "opened_at", "pk")  # the least time left first; without a date last
NOBODY = uuid.UUID(int=0)  # has prepared a case that the rules themselves started


class Case(models.Model):
    """One request about lines of one holder: what is to end, what was answered, what was decided.

    `size` counts its closings. `contact_index` and `payee_index` are blind indexes, to tell whether
    the contact is a line that closes and whether many holders are paid into one account;
    `submitted_payee` is the latter as last submitted, to tell whether it was changed afterwards.
    `warned_days` says which notices of a closing that the operator started were given, by the days
    left until then.
    `by_paper` says that its holder proves it by papers and not alone.
    `passed` names the questions that may be passed by and were seen.
    `policy_declined` is the newest version its holder chose not to take over.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    reference = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=20, default=CaseState.DRAFT.value)
    scope = models.CharField(max_length=8, choices=[(s.value, s.value) for s in Scope])
    holder = models.ForeignKey(Holder, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="+")
    policy_declined = models.ForeignKey(
        PolicyVersion, null=True, on_delete=models.PROTECT, related_name="+"
    )
    appeal_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=8)
    prepared_by = models.UUIDField()
    opened_at = models.DateTimeField()
    applicant = models.CharField(max_length=16, default=ApplicantKind.HOLDER.value)
    closing_type = models.CharField(max_length=24, default=ClosingType.VOLUNTARY.value)
    channel = models.CharField(max_length=16, default=CaseChannel.PORTAL.value)
    size = models.PositiveIntegerField(default=1)

    contact_index = models.BinaryField(null=True)
    payee_index = models.BinaryField(null=True)
    submitted_payee = models.BinaryField(null=True)
    refund_route = models.CharField(max_length=16, blank=True)
    contact_confirmed = models.BooleanField(default=False)
    effects_read = models.BooleanField(default=False)
    reason = models.CharField(max_length=24, blank=True)
    passed = models.JSONField(default=list)
    by_paper = models.BooleanField(default=False)

    submitted_at = models.DateTimeField(null=True)
    review_asked_at = models.DateTimeField(null=True)
    review_reasons = models.JSONField(default=list)
    warned_days = models.JSONField(default=list)
    decision_due_on = models.DateField(null=True)
    due_order = models.GeneratedField(
        expression=Coalesce("decision_due_on", Value(date.max)),
        output_field=models.DateField(),
        db_persist=True,
    )
    decision_provisional = models.BooleanField(default=False)
    officer = models.ForeignKey(StaffUser, null=True, on_delete=models.PROTECT, related_name="+")
    claimed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(
        StaffUser, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(StaffUser, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reasons = models.JSONField(default=list)
    execute_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    purged_at = models.DateTimeField(null=True)

    @property
    def by_operator(self) -> bool:
        """Say whether the operator itself started it."""
        return self.applicant == ApplicantKind.OPERATOR.value

    class Meta:
        indexes = [
            models.Index(fields=["operator", "state"], name="closures_case_by_state"),
            models.Index(
                fields=["operator", "due_order", "opened_at", "id"],
                condition=Q(state=CaseState.IN_REVIEW.value),
                name="cases_to_decide",
            ),
            models.Index(
                fields=["operator", "due_order", "opened_at", "id"],
                condition=~Q(state=CaseState.DRAFT.value),
                name="cases_by_urgency",
            ),
            models.Index(
                fields=["operator"], condition=Q(ended_at__isnull=True), name="cases_not_ended"
            ),
            models.Index(
                fields=["payee_index"],
                condition=Q(payee_index__isnull=False),
                name="closures_case_by_payee",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=_TIMED) | Q(execute_at__isnull=False),
                name="a_scheduled_case_has_a_time",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("prepared_by")),
                name="nobody_decides_on_their_own_preparation",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="two_people_are_two",
            ),
            models.CheckConstraint(
                condition=~Q(state=CaseState.REFUSED.value) | Q(decided_by__isnull=False),
                name="a_refusal_has_an_author",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_ENDED) | Q(ended_at__isnull=False),
                name="an_ended_case_says_when",
            ),
        ]


class Outcome(StrEnum):
    """How a closing ended."""

    CLOSED = "closed"
    NOT_CLOSED = "not_closed"


class HumanQueue(StrEnum):
    """The people a closing can wait for."""

    REVIEW = "review"
    SUBSCRIBER = "subscriber"
    OPERATIONS = "operations"


class Closing(models.Model):
    """One line or account on its way out. The row is the truth; jobs are hints.

    While it is open there is a next action, or a named queue of people with a date. Until it is
    carried out its state is the case's and `state` is empty. `fallen` counts how many workers in a
    row died at it. `exit_fee_shown_fen` is what leaving
    early was to cost when it was submitted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="closings")
    line = models.ForeignKey(Line, null=True, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(
        SubscriberAccount, null=True, on_delete=models.PROTECT, related_name="+"
    )
    choices = models.JSONField(default=dict)
    state = models.CharField(max_length=20, blank=True)
    step = models.CharField(max_length=16, blank=True, choices=[(s.value, s.value) for s in Step])
    is_open = models.BooleanField(default=True)
    outcome = models.CharField(max_length=16, blank=True)
    lease = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    fallen = models.PositiveSmallIntegerField(default=0, db_default=0)
    next_action_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=64, blank=True)
    owner = models.CharField(max_length=16, blank=True)
    owner_due_at = models.DateTimeField(null=True)
    exit_fee_shown_fen = models.BigIntegerField(null=True)
    refund_due_on = models.DateField(null=True)
    refund_round = models.PositiveSmallIntegerField(default=0)
    disconnected_at = models.DateTimeField(null=True)
    number_free_on = models.DateField(null=True)
    version: str  # of all the rows a worker sees, read together with them

    class Meta:
        indexes = [
            models.Index(fields=["next_action_at"], condition=Q(is_open=True), name="closings_due"),
            models.Index(
                fields=["owner", "owner_due_at"],
                condition=Q(is_open=True),
                name="closings_of_people",
            ),
            models.Index(
                fields=["state"], condition=Q(is_open=True), name="open_closings_by_state"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(line__isnull=False) | Q(account__isnull=False),
                name="a_closing_closes_something",
            ),
            models.UniqueConstraint(
                fields=["line"], condition=Q(is_open=True), name="one_open_closing_of_a_line"
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(is_open=True),
                name="one_open_closing_of_an_account",
            ),
            models.CheckConstraint(
                condition=Q(is_open=False)
                | Q(next_action_at__isnull=False)
                | (~Q(owner="") & Q(owner_due_at__isnull=False)),
                name="no_closing_is_forgotten",
            ),
            models.CheckConstraint(
                condition=Q(is_open=True) | ~Q(outcome=""), name="an_ended_closing_has_an_outcome"
            ),
        ]


class CaseNote(models.Model):
    """What an officer wrote on a case, sealed under the folder's key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="+")
    box = models.BinaryField()
    written_at = models.DateTimeField()


class ConsentHeard(models.Model):
    """What was read to somebody before their request was taken: which list, how, when, by whom."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="+")
    version = models.CharField(max_length=16)
    items = models.JSONField()
    heard_by = models.CharField(max_length=16)
    heard_at = models.DateTimeField()
    officer = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="+")


class AssistedPayment(models.Model):
    """A refund paid by hand: recorded by one of finance, confirmed by another, or dropped.

    `slip` is the number of the bank's slip. The row's id is the effect it is booked under.
    `charge_backs` counts how often money of the closing had come back by then: once for each is it
    paid by hand again. Of the document that was seen at the counter its kind is kept, and its
    number as a blind index: enough to tell whether somebody's document was that one.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    slip = models.CharField(max_length=32)
    charge_backs = models.PositiveSmallIntegerField(default=0, db_default=0)
    identity_seen = models.BooleanField(default=False)  # handed out at the counter to somebody seen
    document_kind = models.CharField(max_length=24, blank=True)
    document_index = models.BinaryField(null=True)
    recorded_by = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        StaffUser, null=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_payment_pays_something"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("recorded_by")),
                name="nobody_confirms_their_own_payment",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, dropped_at=None),
                name="a_confirmed_payment_says_by_whom",
            ),
            models.UniqueConstraint(
                fields=["closing", "charge_backs"],
                condition=Q(dropped_at=None),
                name="one_payment_by_hand_for_each_charge_back",
            ),
            models.UniqueConstraint(
                fields=["closing"],
                condition=Q(dropped_at=None, confirmed_at=None),
                name="one_payment_by_hand_waits_of_a_closing",
            ),
        ]


class Claim(models.Model):
    """Somebody claims money of an ended closing that was booked unclaimed; it goes by a new refund."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    closing = models.ForeignKey(Closing, on_delete=models.PROTECT, related_name="claims")
    made_at = models.DateTimeField()
    paid = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["closing"], condition=Q(ended_at=None), name="one_open_claim_of_a_closing"
            ),
            models.CheckConstraint(
                condition=Q(paid=False) | Q(ended_at__isnull=False), name="a_paid_claim_has_ended"
            ),
        ]


class DocumentKind(StrEnum):
    """What we sign and hand out."""

    CERTIFICATE = "certificate"
    STATEMENT = "statement"
    ORGANISATION = "organisation"  # one for all the lines of an organisation's request


class DocumentState(StrEnum):
    """Whether a document may still be relied on."""

    VALID = "valid"
    REPLACED = "replaced"
    REVOKED = "revoked"


class Document(models.Model):
    """A signed document. Its payload shows masks, dates and amounts, no name and no number.

    It is about one closing, or about a whole case.

    After `text_until` the text goes; number, hash and state stay, so that whoever holds it can still
    have it compared.
    """

    number = models.CharField(max_length=16, primary_key=True)
    operator = models.CharField(max_length=32)
    kind = models.CharField(max_length=16)
    closing = models.ForeignKey(
        Closing, null=True, on_delete=models.PROTECT, related_name="documents"
    )
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="documents")
    jws = models.TextField(blank=True)
    sha256 = models.CharField(max_length=64)
    text_until = models.DateField()
    state = models.CharField(max_length=16, default=DocumentState.VALID.value)
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField()

    @property
    def folder(self) -> Case:
        """The case it was issued in."""
        found = self.closing.case if self.closing is not None else self.case
        if found is None:
            raise TypeError("a document is about a closing or about a case")
        return found

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["closing", "kind"],
                condition=Q(state=DocumentState.VALID.value),
                name="one_valid_document_of_each_kind",
            ),
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(state=DocumentState.VALID.value),
                name="one_valid_document_of_a_whole_case",
            ),
            models.CheckConstraint(
                condition=Q(closing__isnull=False, case=None) | Q(closing=None, case__isnull=False),
                name="a_document_is_about_one_thing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["text_until"], condition=~Q(jws=""), name="documents_with_their_text"
            )
        ]

    @property
    def has_text(self) -> bool:
        """Say whether its text is still kept."""
        return self.jws != ""

    def is_of(self, token: str) -> bool:
        """Say whether a signed text is this document's, whether or not that is still kept."""
        same = self.sha256 == hashlib.sha256(token.encode()).hexdigest()
        return same and self.jws in {"", token}


class RestrictionCheck(models.Model):
    """A person's look before the data of a line restricted by grade is erased, and until when it waits.

    Ended without an answer, nobody gave one in time.
    """

    closing = models.OneToOneField(
        Closing, primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    operator = models.CharField(max_length=32)
    grade = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()
    until = models.DateTimeField()
    answer = models.CharField(max_length=16, blank=True)
    reference = models.CharField(max_length=32, blank=True)
    answered_by = models.ForeignKey(
        StaffUser, null=True, on_delete=models.PROTECT, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(answer="", answered_by=None)
                | (~Q(answer="") & Q(answered_by__isnull=False, ended_at__isnull=False)),
                name="an_answer_is_somebody_s",
            )
        ]


class DocumentChange(models.Model):
    """What somebody asked to become of a document, and what another person said to it."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    change = models.CharField(max_length=16, choices=[(c.value, c.value) for c in Change])
    reason = models.CharField(max_length=24)
    corrections = models.JSONField(default=dict)
    asked_by = models.ForeignKey(StaffUser, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(StaffUser, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(decided_at=None),
                name="one_undecided_change_of_a_document",
            ),
            models.CheckConstraint(
                condition=Q(agreed=False)
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("asked_by"))),
                name="two_people_change_a_document",
            ),
        ]

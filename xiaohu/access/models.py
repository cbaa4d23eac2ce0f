"""Accounts, sessions, codes and counters; subscribers and staff share nothing."""

import uuid
from collections.abc import Iterable
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.refusals import Refusal


class StaffManager(BaseUserManager["StaffUser"]):
    """Finds staff by their user name."""


class StaffUser(AbstractBaseUser):
    """An officer or reviewer of the operator; no e-mail, no phone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=64, unique=True)
    display_name = models.CharField(max_length=64)
    operator = models.CharField(max_length=32)
    roles = ArrayField(models.CharField(max_length=16), default=list)
    is_active = models.BooleanField(default=True)

    objects: ClassVar[StaffManager] = StaffManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def acts_as(self, kind: ActorKind) -> bool:
        """Say whether this person has a role."""
        return kind.value in self.roles

    def actor(self, kind: ActorKind) -> Actor:
        """Return this person acting in a role."""
        return Actor(kind=kind, id=str(self.id))

    def acting(self, kinds: Iterable[ActorKind], otherwise: type[Refusal]) -> Actor:
        """Return this person acting in the first of some roles they have.

        Raises:
            otherwise: they have none of them.
        """
        for kind in kinds:
            if self.acts_as(kind):
                return self.actor(kind)
        raise otherwise


class SubscriberAccount(models.Model):
    """A sign-in account of a holder; the user name is known by its blind index alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    holder_id = models.UUIDField(db_index=True)
    username_index = models.BinaryField(null=True)
    password = models.CharField(max_length=128, blank=True)
    recovered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["username_index", "operator"], name="one_account_of_each_user_name"
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True)
                | (models.Q(username_index__isnull=True) & models.Q(password="")),
                name="a_closed_account_cannot_sign_in",
            ),
        ]


class SubscriberSession(models.Model):
    """A browser that proved an account, a line or a case; the cookie holds the only copy of the token.

    One that ended with its line or account proves nothing any more; `ended_by` tells by which case.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    token_hash = models.BinaryField(unique=True)
    method = models.CharField(max_length=16)
    account = models.ForeignKey(
        SubscriberAccount, null=True, on_delete=models.CASCADE, related_name="+"
    )
    line_id = models.UUIDField(null=True, db_index=True)
    case_id = models.UUIDField(null=True, db_index=True)
    ended_by = models.UUIDField(null=True, db_index=True)
    created_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(account__isnull=False)
                | models.Q(line_id__isnull=False)
                | models.Q(case_id__isnull=False)
                | models.Q(ended_by__isnull=False),
                name="a_session_proves_something",
            )
        ]


class OneTimeCode(models.Model):
    """A code sent to somebody; kept as a MAC, with its text sealed only until it is used."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    purpose = models.CharField(max_length=32)
    subject = models.BinaryField(db_index=True)
    mac = models.BinaryField()
    box = models.BinaryField()
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(tries__lte=5), name="five_tries_for_each_code"
            )
        ]


class AppTicket(models.Model):
    """A ticket of the operator's app for one line; the address holds the only copy of its token."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operator = models.CharField(max_length=32)
    token_hash = models.BinaryField(unique=True)
    line_id = models.UUIDField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)


class Counter(models.Model):
    """How often something happened since its window began."""

    key = models.BinaryField(primary_key=True)
    count = models.PositiveIntegerField()
    resets_at = models.DateTimeField(db_index=True)

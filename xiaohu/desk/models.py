"""What the desk remembers of its officers' own ways; never anything of a subscriber."""

import uuid

from django.db import models

from xiaohu.access.models import StaffUser


class SavedView(models.Model):
    """A name an officer gave to filters of the queue; `query` holds codes and ids only."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    officer = models.ForeignKey(StaffUser, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["officer", "name"], name="one_saved_view_of_a_name")
        ]


class Presence(models.Model):
    """Who has a case open, since when, and when they last looked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case_id = models.UUIDField()
    officer = models.ForeignKey(StaffUser, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case_id", "officer"], name="present_once_at_a_case")
        ]


class Habit(models.Model):
    """How an officer likes to work: whether single keys do something."""

    officer = models.OneToOneField(
        StaffUser, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    single_keys = models.BooleanField(default=True)

"""What the operator said of a line when it was last asked: status, dates and amounts only."""

from django.db import models


class CheckRun(models.Model):
    """The facts of one closing's line, as gathered for the checks."""

    closing_id = models.UUIDField(primary_key=True)
    facts = models.JSONField()
    gathered_at = models.DateTimeField()

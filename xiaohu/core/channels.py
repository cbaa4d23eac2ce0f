"""By which door a request came in."""

from enum import StrEnum


class CaseChannel(StrEnum):
    """The person's own pages, an officer who typed for somebody, or the operator itself."""

    PORTAL = "portal"
    DESK = "desk"
    OPERATOR = "operator"

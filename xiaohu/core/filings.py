"""Outbound filings (外呼报备): a registered use of a line. A filing exempts from nothing."""

from enum import StrEnum


class FilingStatus(StrEnum):
    """Whether a filing still stands."""

    ACTIVE = "active"
    ENDED = "ended"


class Purpose(StrEnum):
    """What a line may be used for, as the operator approved it; codes only, never free text."""

    CUSTOMER_SERVICE = "customer_service"
    AFTER_SALES = "after_sales"
    APPOINTMENT = "appointment"
    NOTIFICATION = "notification"
    SURVEY = "survey"
    CONSENTED_MARKETING = "consented_marketing"  # to those who agreed to be called
    DEBT_REMINDER = "debt_reminder"

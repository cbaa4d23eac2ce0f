from django.apps import AppConfig


class SettlementConfig(AppConfig):
    """Final bills, the ledger and refunds."""

    name = "xiaohu.settlement"
    label = "settlement"

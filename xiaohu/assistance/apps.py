from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    """Call-backs, complaints, remarks and incidents."""

    name = "xiaohu.assistance"
    label = "assistance"

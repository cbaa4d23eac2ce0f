from django.apps import AppConfig


class ClosuresConfig(AppConfig):
    """The case: its verbs, the steps of a closing, the documents issued."""

    name = "xiaohu.closures"
    label = "closures"

from django.apps import AppConfig


class HelpConfig(AppConfig):
    """The pages of the help centre."""

    name = "xiaohu.help"
    label = "help"

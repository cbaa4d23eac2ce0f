from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Joins the rooms once all of them are loaded."""

    name = "xiaohu.config"
    label = "config"

    def ready(self) -> None:
        """Register what rooms offer each other."""
        from xiaohu.config.registration import register

        register()

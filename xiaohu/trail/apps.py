from django.apps import AppConfig


class TrailConfig(AppConfig):
    """Events and the tree over them."""

    name = "xiaohu.trail"
    label = "trail"

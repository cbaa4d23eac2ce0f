from django.apps import AppConfig


class ErasureConfig(AppConfig):
    """Erasing what a closing ends, with a receipt."""

    name = "xiaohu.erasure"
    label = "erasure"

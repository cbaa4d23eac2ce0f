from django.apps import AppConfig


class ProofingConfig(AppConfig):
    """Proofs of who somebody is."""

    name = "xiaohu.proofing"
    label = "proofing"

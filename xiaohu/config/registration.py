"""Where rooms learn of each other: which of them take part in erasure."""

from xiaohu.access import personal_data as access
from xiaohu.erasure import engine
from xiaohu.registry import personal_data as registry


def register() -> None:
    """Let every room that holds something of a person forget it."""
    engine.register("sessions", access.forget_sessions)
    engine.register("indexes", registry.forget_indexes)
    engine.register("restrictions", registry.forget_restrictions)

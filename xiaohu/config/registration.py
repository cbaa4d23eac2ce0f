"""Where rooms learn of each other: who takes part in erasure, whom a case concerns, who hears callbacks."""

from xiaohu.access import personal_data as access
from xiaohu.assistance import personal_data as assistance
from xiaohu.closures import late_charges
from xiaohu.closures import parties as closures
from xiaohu.erasure import engine
from xiaohu.exports import personal_data as exports
from xiaohu.gateways import callbacks
from xiaohu.notices import parties, reports
from xiaohu.registry import personal_data as registry


def register() -> None:
    """Join the rooms."""
    engine.register("sessions", access.forget_sessions)
    engine.register("indexes", registry.forget_indexes)
    parties.register(closures)
    callbacks.register(late_charges.SOURCE, late_charges.hear, late_charges.miss)
    callbacks.register(reports.SOURCE, reports.take)
    engine.register("copies", exports.forget_copies)
    engine.register("asked", assistance.forget_asked)
    engine.register("restrictions", registry.forget_restrictions)

"""Where rooms learn of each other: who takes part in erasure, needs a key, hears callbacks, whom a case concerns."""

from xiaohu.access import personal_data as access
from xiaohu.access.models import SubscriberAccount
from xiaohu.assistance import personal_data as assistance
from xiaohu.assistance.models import CallBack, Complaint, Remark
from xiaohu.closures import late_charges, noting
from xiaohu.closures import parties as closures
from xiaohu.closures.models import Case, CaseNote
from xiaohu.core.retention import UnitKind
from xiaohu.erasure import engine
from xiaohu.erasure.models import OutsideErasure
from xiaohu.exports import held
from xiaohu.exports import personal_data as exports
from xiaohu.exports.models import Export, Part, Piece
from xiaohu.gateways import callbacks
from xiaohu.notices import parties, reports
from xiaohu.proofing import personal_data as proofing
from xiaohu.proofing.models import Paper
from xiaohu.registry import personal_data as registry
from xiaohu.registry.models import Holder, Line
from xiaohu.vault import in_use


def register() -> None:
    """Join the rooms."""
    engine.register("sessions", access.forget_sessions, access.count_sessions)
    engine.register("indexes", registry.forget_indexes, registry.count_indexes)
    parties.register(closures)
    callbacks.register(late_charges.SOURCE, late_charges.hear, late_charges.miss)
    callbacks.register(reports.SOURCE, reports.take)
    engine.register("copies", exports.forget_copies, exports.count_copies)
    engine.register("asked", assistance.forget_asked, assistance.count_asked)
    engine.register("restrictions", registry.forget_restrictions, registry.count_restrictions)
    _tell_what_needs_keys()


def _tell_what_needs_keys() -> None:
    """Name every table that seals under a unit of a kind, or is what the unit is named by."""
    in_use.register(UnitKind.HOLDER, (Holder, "pk"))
    in_use.register(UnitKind.LINE, (Line, "pk"))
    in_use.register(UnitKind.ACCOUNT, (SubscriberAccount, "pk"))
    # Papers shown in a sitting are there before their case is.
    in_use.register(UnitKind.CASE, (Case, "pk"), (Paper, "case_id"), (CaseNote, "case_id"))
    in_use.register(UnitKind.ASSISTANCE, (CallBack, "pk"), (Complaint, "pk"), (Remark, "pk"))
    in_use.register(UnitKind.OUTSIDE, (OutsideErasure, "pk"))
    in_use.register(UnitKind.COPY, (Export, "pk"), (Part, "export_id"), (Piece, "export_id"))
    held.register("accounts", lambda whom: access.tell(whom.line_id, whom.holder_id))
    held.register("proofing", lambda whom: proofing.tell(whom.case_id))
    held.register("asked", lambda whom: assistance.tell(whom.case_id))
    held.register("notes", lambda whom: noting.tell(whom.case_id))

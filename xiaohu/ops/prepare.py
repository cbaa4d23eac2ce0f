"""Everything between an empty database and a service that can be used. Harmless to repeat."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from xiaohu.core.actors import Actor, ActorKind
from xiaohu.core.calendar import day_of
from xiaohu.erasure import outside
from xiaohu.erasure.stores.file import StoresRefused
from xiaohu.ops import restored
from xiaohu.ops.keyring import require_whole
from xiaohu.ops.reachable import require_databases, require_known_faults
from xiaohu.ops.sentences import CannotStart
from xiaohu.queue import clock
from xiaohu.registry import calendars, policies
from xiaohu.trail import keys
from xiaohu.ui import catalogue

COMMAND_LINE = Actor(ActorKind.ADMIN, "command line")


def prepare() -> None:
    """Bring both databases and the static files up to date; seed the calendar; make the keys."""
    require_databases()
    _require_stores()
    if settings.XIAOHU.faults:
        require_known_faults(settings.XIAOHU.faults)
    for database in ("keystore", "default"):
        call_command("migrate", database=database, verbosity=0, interactive=False)
    require_whole()
    restored.forget_if_restored(now=clock.now())
    catalogue.compile_all()
    _collect_static()
    keys.private_key(keys.DOCUMENTS)
    keys.private_key(keys.CHECKPOINTS)
    calendars.seed(today=day_of(clock.now()))


def _require_stores() -> None:
    """Stop a start on a list of the operator's own systems that cannot be used.

    Raises:
        CannotStart: it cannot be read, or says something that cannot be.
    """
    try:
        outside.listed()
    except StoresRefused as refused:
        field, why = refused.params["field"], refused.params["why"]
        raise CannotStart(
            f"XIAOHU_STORES_FILE：{field} 有误（{why}），请用 xiaohu stores check 查看。",
            f"XIAOHU_STORES_FILE: {field} is wrong ({why}); xiaohu stores check tells more.",
        ) from None


def publish_shipped(name: str, *, now: datetime) -> None:
    """Publish a profile that comes with the service, where it is not in force already.

    Where an earlier release shipped the same version with other rules, those stay in force.
    """
    with suppress(policies.VersionTaken):
        policies.publish(
            operator=settings.XIAOHU.operator,
            toml=policies.shipped(name),
            actor=COMMAND_LINE,
            now=now,
        )


def require_signed_off() -> None:
    """Stop a start for real people on rules nobody at the operator has confirmed.

    Where nothing was published yet the service starts, so that something can be.

    Raises:
        CannotStart: the rules in force are an example, and no setting allows examples.
    """
    if settings.XIAOHU.allow_examples:
        return
    try:
        policies.require_signed_off(policies.current(settings.XIAOHU.operator))
    except policies.NoPolicy:
        return
    except policies.NotSignedOff as refused:
        rules = f"{refused.params['key']}@{refused.params['version']}"
        raise CannotStart(
            f"现行规则 {rules} 是未经企业签字确认的示例；请发布带 [sign_off] 的规则，"
            "或为演练设置 XIAOHU_ALLOW_EXAMPLES=1。",
            f"The rules in force ({rules}) are an example nobody at the operator has signed off."
            " Publish a profile with [sign_off], or set XIAOHU_ALLOW_EXAMPLES=1 for a rehearsal.",
        ) from None


def _collect_static() -> None:
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    call_command("collectstatic", verbosity=0, interactive=False, clear=False)

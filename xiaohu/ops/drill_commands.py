"""`xiaohu drill`: the restore drill, told as a table."""

import json
from typing import Annotated

import typer

from xiaohu.ops.talking import FAILED, OK, PARTLY, fail, out, say, spoken

PEOPLE = 40


def drill(
    people: Annotated[
        int, typer.Option(min=2, max=2000, help="How many invented people; half are erased.")
    ] = PEOPLE,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    lang: Annotated[str | None, typer.Option(help="zh or en.")] = None,
) -> None:
    """Rehearse a restore in a folder of its own: whoever was erased after the backup stays erased.

    Nothing of this installation is touched. Exit 0: all went as it must; 6: something did not.
    """

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.ops import drill as drilling
        from xiaohu.ops.scratch import DrillFailed

        def tell(step: drilling.Step) -> None:
            if as_json:
                out(json.dumps(step.as_json()))
                return
            words = gettext(f"cli.drill.{step.name}").format(**step.seen)
            out(f"{'✓' if step.well else '✗'} {step.seconds:6.1f} s  {words}")

        say(gettext("cli.drill.begins").format(n=people))
        try:
            well = drilling.run(people=people, tell=tell)
        except DrillFailed as failed:
            fail(gettext("cli.drill.failed").format(why=failed), FAILED)
        out(gettext("cli.drill.well" if well else "cli.drill.not_well"))
        return OK if well else PARTLY

    spoken(do, lang)

"""`xiaohu keys`: epochs of keys, the erasure journal, and whether an escrow would open everything."""

import json
from pathlib import Path
from typing import Annotated

import typer

from xiaohu.ops.talking import FAILED, NOT_FOUND, OK, PARTLY, fail, out, spoken

keys_app = typer.Typer(
    no_args_is_help=True, help="Keys of sealed data: epochs, erasure journal, escrow."
)
Lang = Annotated[str | None, typer.Option(help="zh or en.")]


@keys_app.command("status")
def status(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False, lang: Lang = None
) -> None:
    """Show the current epoch, its copies, and the journal; exit 6 where something is amiss."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.ops import keyring

        seen = keyring.look()
        if as_json:
            out(json.dumps(seen.as_json()))
        else:
            said = {**seen.as_json(), "since": seen.since.date().isoformat()}
            for line in gettext("cli.keys.status").format(**said).splitlines():
                out(line)
        return OK if seen.is_well else PARTLY

    spoken(do, lang)


@keys_app.command("roll")
def roll(lang: Lang = None) -> None:
    """Begin a new epoch now: every unit key is wrapped anew, and older backups of keys open nothing."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.vault import epochs

        out(gettext("cli.keys.rolled").format(epoch=epochs.roll()))
        return OK

    spoken(do, lang)


@keys_app.command("replay")
def replay(lang: Lang = None) -> None:
    """Destroy again what the erasure journal names; needed once after a keystore was restored."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.vault import keys

        out(gettext("cli.keys.replayed").format(n=keys.replay()))
        return OK

    spoken(do, lang)


@keys_app.command("check")
def check(
    folder: Annotated[Path, typer.Argument(help="A copy of the keys folder, as put in escrow.")],
    lang: Lang = None,
) -> None:
    """Try the keys of a folder on every unit key; exit 1 and the reason where they would not do."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.vault import escrow

        if not folder.is_dir():
            fail(gettext("cli.keys.no_folder").format(folder=folder), NOT_FOUND)
        try:
            opened = escrow.opens(folder)
        except escrow.EscrowRefused as refused:
            fail(gettext(f"cli.keys.escrow.{refused.lack}").format(what=refused.what), FAILED)
        out(gettext("cli.keys.opens").format(epochs=opened.epochs, n=opened.keys))
        return OK

    spoken(do, lang)

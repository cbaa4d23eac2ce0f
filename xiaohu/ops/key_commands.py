"""`xiaohu keys`: epochs of keys, the erasure journal, and whether an escrow would open everything."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from xiaohu.ops.talking import FAILED, NOT_FOUND, OK, PARTLY, fail, out, spoken

if TYPE_CHECKING:
    from xiaohu.ops.keyring import Keyring

keys_app = typer.Typer(
    no_args_is_help=True, help="Keys of sealed data: epochs, erasure journal, escrow."
)
Lang = Annotated[str | None, typer.Option(help="zh or en.")]


def _do(do: Callable[[], int], lang: str | None) -> NoReturn:
    """Do something with keys, whether the service runs or not; what is wrong with them is one sentence."""

    def with_clusters() -> int:
        from xiaohu.ops import keyring, own_clusters

        with own_clusters.running(), keyring.told():
            return do()

    spoken(with_clusters, lang)


@keys_app.command("status")
def status(
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False, lang: Lang = None
) -> None:
    """Show the current epoch, its copies, and the journal; exit 6 where something is amiss."""

    def do() -> int:
        from xiaohu.ops import keyring

        seen = keyring.look()
        if as_json:
            out(json.dumps(seen.as_json()))
        else:
            for line in _lines(seen):
                out(line)
        return OK if seen.is_well else PARTLY

    _do(do, lang)


def _lines(seen: "Keyring") -> Iterator[str]:
    from django.utils.translation import gettext

    said = {**seen.as_json(), "since": seen.since.date().isoformat()}
    yield from gettext("cli.keys.status").format(**said).splitlines()
    for place in seen.broken:
        yield gettext("cli.keys.broken").format(place=place)
    if seen.left:
        yield gettext("cli.keys.left").format(n=seen.left)
    if seen.cut is not None:
        yield gettext("audit.wrong.journal").format(where=seen.cut)


@keys_app.command("roll")
def roll(lang: Lang = None) -> None:
    """Begin a new epoch now: every unit key is wrapped anew, and older backups of keys open nothing."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.ops import keyring
        from xiaohu.vault import epochs

        keyring.require_whole()
        out(gettext("cli.keys.rolled").format(epoch=epochs.roll()))
        return OK

    _do(do, lang)


@keys_app.command("rotate-root")
def rotate_root(lang: Lang = None) -> None:
    """Change the root key in keys/root.key and begin a new epoch; go on where it was stopped."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.ops import keyring
        from xiaohu.vault import epochs

        keyring.require_whole()
        epochs.change_root()
        out(gettext("cli.keys.root_changed").format(epoch=epochs.roll()))
        return OK

    _do(do, lang)


@keys_app.command("replay")
def replay(
    from_receipts: Annotated[
        bool,
        typer.Option(
            "--from-receipts",
            help="Both copies of the journal are lost: make it anew from erasure receipts.",
        ),
    ] = False,
    lang: Lang = None,
) -> None:
    """Destroy again what the erasure journal names, and forget what came back; needed after a restore."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.ops import rebuilding, restored
        from xiaohu.queue import clock
        from xiaohu.vault import keys

        if from_receipts:
            named, gone = rebuilding.make_anew(now=clock.now())
            out(gettext("cli.keys.made_anew").format(named=named, n=gone))
        else:
            out(gettext("cli.keys.replayed").format(n=keys.replay()))
        out(gettext("cli.keys.forgotten").format(n=restored.forget_erased(now=clock.now())))
        return OK

    _do(do, lang)


@keys_app.command("mend")
def mend(lang: Lang = None) -> None:
    """Write a key file or journal that is gone or damaged anew from its other copy."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.vault import epochs, journal

        mended = [*epochs.mend(), *journal.mend()]
        for place in mended:
            out(gettext("cli.keys.mended").format(place=place))
        if not mended:
            out(gettext("cli.keys.nothing_to_mend"))
        return OK

    _do(do, lang)


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

    _do(do, lang)

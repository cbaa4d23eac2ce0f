"""`xiaohu cert`: verify a document, show one, and correct one by two people; the signing keys."""

import json
from pathlib import Path
from typing import Annotated

import typer

from xiaohu.core.corrections import Change, ChangeReason
from xiaohu.ops.talking import OK, USAGE, Operator, fail, meant, out, person, say, spoken

cert_app = typer.Typer(no_args_is_help=True, help="Certificates and statements.")
Number = Annotated[str, typer.Argument(help="Number of the document, like C7K3-M9QX-4T2P.")]
By = Annotated[str, typer.Option("--by", help="Account of whoever does it; proves who they are.")]
Lang = Annotated[str | None, typer.Option(help="zh or en.")]
Reason = Annotated[ChangeReason, typer.Option(help="Why.")]


@cert_app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="A PDF of ours, or its .jws text.")],
    key: Annotated[
        Path | None, typer.Option(help="Public keys; default: those in the data folder.")
    ] = None,
    lang: Annotated[str, typer.Option(help="zh or en.")] = "zh",
) -> None:
    """Verify a certificate or statement, without network or database."""

    def do() -> int:
        from xiaohu.ops.verifying import verify_file

        return verify_file(file, key=key, say=say, out=out)

    spoken(do, lang)


@cert_app.command("show")
def show(
    number: Number,
    operator: Operator = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    lang: Lang = None,
) -> None:
    """Show what a document says, whether it counts, and what was asked to become of it."""

    def do() -> int:
        from xiaohu.ops import correcting

        return correcting.show(number, operator=meant(operator), as_json=as_json, out=out)

    spoken(do, lang)


@cert_app.command("bundle")
def bundle(
    number: Number,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-o", help="Where to write; default: NUMBER-bundle.json."),
    ] = None,
    operator: Operator = None,
    lang: Lang = None,
) -> None:
    """Write a document with all that proves it offline: event, place in the log, checkpoint."""

    def do() -> int:
        from xiaohu.ops import correcting

        return correcting.write_bundle(number, file=file, operator=meant(operator), out=out)

    spoken(do, lang)


@cert_app.command("revoke")
def revoke(
    number: Number, by: By, reason: Reason, operator: Operator = None, lang: Lang = None
) -> None:
    """Ask that a document no longer count; another person agrees."""
    _ask(number, Change.REVOKE, reason, [], by, operator, lang)


@cert_app.command("replace")
def replace(
    number: Number,
    by: By,
    reason: Reason,
    facts: Annotated[
        list[str] | None, typer.Option("--set", help="A fact that changes: product=…")
    ] = None,
    operator: Operator = None,
    lang: Lang = None,
) -> None:
    """Ask that another document take the place of one; another person agrees."""
    _ask(number, Change.REPLACE, reason, facts or [], by, operator, lang)


@cert_app.command("agree")
def agree(number: Number, by: By, operator: Operator = None, lang: Lang = None) -> None:
    """Carry out what another person asked for, and tell the holder."""

    def do() -> int:
        from xiaohu.ops import correcting

        return correcting.agree(number, by=person(by, operator), out=out)

    spoken(do, lang)


@cert_app.command("drop")
def drop(number: Number, by: By, operator: Operator = None, lang: Lang = None) -> None:
    """Leave a document as it is."""

    def do() -> int:
        from xiaohu.ops import correcting

        return correcting.drop(number, by=person(by, operator), out=out)

    spoken(do, lang)


@cert_app.command("keys")
def keys(
    renew: Annotated[
        bool, typer.Option("--renew", help="Sign with a new key; needs --confirm.")
    ] = False,
    confirm: Annotated[str, typer.Option(help="Id of the key that is to sign no more.")] = "",
    file: Annotated[
        Path | None, typer.Option("--file", "-o", help="Write the file of keys to publish.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    operator: Operator = None,
    lang: Lang = None,
) -> None:
    """List every key that signs or signed documents; or sign with a new one from now on."""

    def do() -> int:
        from xiaohu.ops import correcting

        if renew:
            return correcting.renew_key(confirm, operator=meant(operator), say=say, out=out)
        if file is not None:
            return correcting.write_keys(file, out=out)
        listed = correcting.listed_keys()
        if as_json:
            out(json.dumps(listed, ensure_ascii=False))
        else:
            for one in listed:
                out(f"{one['id']}  {one['algorithm']}  {one['since']}  {one['until'] or '–'}")
        return OK

    spoken(do, lang)


def _ask(
    number: str,
    change: Change,
    reason: ChangeReason,
    facts: list[str],
    by: str,
    operator: str | None,
    lang: str | None,
) -> None:
    corrections = dict(fact.partition("=")[::2] for fact in facts)
    if any("=" not in fact for fact in facts):
        fail("请写成 --set product=名称 · Write --set product=NAME", USAGE)

    def do() -> int:
        from xiaohu.ops import correcting

        proved = person(by, operator)
        return correcting.ask(
            number, change, reason=reason, corrections=corrections, by=proved, out=out
        )

    spoken(do, lang)

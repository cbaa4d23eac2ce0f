"""How commands talk: results to stdout, talk to stderr, a sentence and a code for every error."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from xiaohu.config.options import load
from xiaohu.ops.sentences import MARK, CannotStart

if TYPE_CHECKING:
    from xiaohu.access.models import StaffUser

OK, FAILED, USAGE, NOT_FOUND, REFUSED, PARTLY = 0, 1, 2, 3, 5, 6
Operator = Annotated[str | None, typer.Option(help="Key of the operator; default: the one served.")]


def meant(operator: str | None) -> str:
    """Return the operator a command is for: the one named, else the one served."""
    return operator or load().operator


def say(line: str = "") -> None:
    """Talk to the person at the terminal."""
    sys.stderr.write(f"{line}\n")


def out(line: str) -> None:
    """Give a result."""
    sys.stdout.write(f"{line}\n")


def fail(line: str, code: int = FAILED) -> NoReturn:
    """End with a sentence and an exit code."""
    say(f"{MARK}{line}")
    raise typer.Exit(code)


def django() -> None:
    """Load the rooms; only commands that need them pay for it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiaohu.config.settings")
    import django as framework

    framework.setup()


def spoken(do: Callable[[], int], language: str | None = None) -> NoReturn:
    """Do something in the reader's language; a refusal becomes its sentence."""
    django()
    from django.db import OperationalError
    from django.utils import translation

    from xiaohu.core.refusals import Refusal
    from xiaohu.ui.refusals import sentence

    with translation.override(_language(language)):
        try:
            code = do()
        except Refusal as refused:
            said = sentence(refused)
            fail(f"{said.what}（{said.code}）\n  {said.next}", REFUSED)
        except OperationalError:
            raise _unreachable() from None
    raise typer.Exit(code)


def _unreachable() -> CannotStart:
    from xiaohu.ops.reachable import require_databases, unreachable

    try:
        require_databases()
    except CannotStart as which:
        return which
    return unreachable("default")


def _language(given: str | None) -> str:
    if given not in {None, "zh", "en"}:
        fail("--lang 只能是 zh 或 en · --lang is zh or en", USAGE)
    tongue = given or os.environ.get("LC_ALL") or os.environ.get("LANG") or "zh"
    return "en" if tongue.startswith("en") else "zh-hans"


def person(name: str, operator: str | None) -> "StaffUser":
    """Ask somebody for password and authenticator code, as the desk does."""
    from xiaohu.access import staff
    from xiaohu.queue import clock

    password = typer.prompt("Password", hide_input=True, err=True)
    code = typer.prompt("Authenticator code", err=True)
    return staff.prove(
        operator=meant(operator), name=name, password=password, code=code, now=clock.now()
    )


def text_of(file: Path) -> str:
    """Return what stands in a file, or end with a sentence."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{file}: {error}", NOT_FOUND)

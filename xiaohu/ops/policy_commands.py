"""`xiaohu policy`: check, compare, test and publish an operator's rules, and read those published."""

import json
from pathlib import Path
from typing import Annotated

import typer

from xiaohu.config.options import load
from xiaohu.core.profile import Profile
from xiaohu.ops.talking import (
    FAILED,
    OK,
    PARTLY,
    REFUSED,
    Operator,
    meant,
    out,
    say,
    spoken,
    text_of,
)

policy_app = typer.Typer(no_args_is_help=True, help="An operator's rules.")
File = Annotated[Path, typer.Argument(help="A profile, TOML; its test cases in it or beside it.")]
Lang = Annotated[str | None, typer.Option(help="zh or en.")]


@policy_app.command("check")
def check(file: File, lang: Lang = None) -> None:
    """Say whether a profile is lawful, and everything that is wrong with it."""
    toml = profile_text(file)

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.registry import policies
        from xiaohu.ui.refusals import sentence

        found = policies.problems(toml)
        for refused in found:
            said = sentence(refused)
            out(f"✗ {said.what}\n  {said.next}")
        if found:
            say(gettext("cli.policy.problems").format(count=len(found)))
            return REFUSED
        out(gettext("cli.policy.lawful").format(file=file))
        return OK

    spoken(do, lang)


@policy_app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help="A file, or a published version.")],
    after: Annotated[str, typer.Argument(help="A file, or a published version.")],
    operator: Operator = None,
    lang: Lang = None,
) -> None:
    """Say what changes for a subscriber from one profile to another."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.ui import rules

        changes = rules.differences(_meant(before, operator), _meant(after, operator))
        for change in changes:
            out(f"· {change}")
        if not changes:
            out(gettext("policies.no_change"))
        return PARTLY if changes else OK

    spoken(do, lang)


@policy_app.command("test")
def run_cases(file: File, lang: Lang = None) -> None:
    """Run the test cases of a profile: facts in, and the blockers, choices and dates expected."""
    toml = profile_text(file)

    def do() -> int:
        from xiaohu.core import profile_cases
        from xiaohu.registry import policies
        from xiaohu.ui.refusals import sentence

        draft = policies.read(toml)
        calendar = policies.calendar_of(draft)
        for case in draft.cases:
            different = profile_cases.run(draft.profile, case, calendar)
            out(f"{'✗' if different else '✓'} {case.name}")
            for one in different:
                out(f"    {one.what}: {one.expected or '–'} → {one.got or '–'}")
        found = policies.untested(draft)
        for refused in found:
            said = sentence(refused)
            say(f"{said.what}\n  {said.next}")
        return FAILED if found else OK

    spoken(do, lang)


@policy_app.command("publish")
def publish(file: File, operator: Operator = None, lang: Lang = None) -> None:
    """Put an operator's rules in force; unlawful or untested ones are refused."""
    toml = profile_text(file)

    def do() -> int:
        from xiaohu.ops.prepare import COMMAND_LINE
        from xiaohu.queue import clock
        from xiaohu.registry import policies

        options = load()
        if not (options.demo or options.allow_examples):
            policies.require_signed_off(policies.read(toml).profile)
        key = meant(operator)
        made = policies.publish(operator=key, toml=toml, actor=COMMAND_LINE, now=clock.now())
        out(f"{key} {made.version} sha256:{made.sha256}")
        return OK

    spoken(do, lang)


@policy_app.command("list")
def list_versions(operator: Operator = None, lang: Lang = None) -> None:
    """List the published versions of an operator, newest first."""

    def do() -> int:
        from xiaohu.registry import policies
        from xiaohu.ui.templatetags.words import moment

        for made in policies.versions(meant(operator)):
            rules = policies.profile(made.pk)
            row = (made.version, rules.key, moment(made.published_at), made.sha256[:12])
            out("  ".join(row))
        return OK

    spoken(do, lang)


@policy_app.command("show")
def show(
    version: Annotated[str | None, typer.Argument(help="Default: the version in force.")] = None,
    operator: Operator = None,
    as_json: Annotated[bool, typer.Option("--json", help="The published document.")] = False,
    lang: Lang = None,
) -> None:
    """Read one published version, rule by rule."""

    def do() -> int:
        from django.utils.translation import gettext

        from xiaohu.registry import policies
        from xiaohu.ui import rules

        key = meant(operator)
        made = policies.version(key, version) if version else policies.in_force(key)
        if as_json:
            out(json.dumps(made.document, ensure_ascii=False))
            return OK
        for section in rules.sections(policies.profile(made.pk)):
            out(gettext(f"policies.section.{section.name}"))
            for sentence in section.sentences:
                out(f"  · {sentence}")
        return OK

    spoken(do, lang)


def profile_text(file: Path) -> str:
    """Return a profile with the test cases that stand in a file beside it."""
    beside = file.with_suffix(".tests.toml")
    texts = [text_of(file), *([text_of(beside)] if beside.is_file() else [])]
    return "\n".join(texts)


def _meant(name: str, operator: str | None) -> Profile:
    from xiaohu.registry import policies

    if Path(name).is_file():
        return policies.read(profile_text(Path(name))).profile
    return policies.profile(policies.version(meant(operator), name).pk)

"""`xiaohu help`: what readers of the help centre missed, and how its articles did."""

import typer

from xiaohu.ops.talking import OK, Operator, meant, out, spoken

help_app = typer.Typer(
    no_args_is_help=True, help="What readers of the help centre said and missed."
)


@help_app.command("searches")
def searches(operator: Operator = None) -> None:
    """Print the words that found nothing: how often, language, words."""

    def do() -> int:
        from xiaohu.assistance import feedback

        for row in feedback.unanswered(meant(operator)):
            out(f"{row.count}\t{row.language}\t{row.words or '—'}")
        return OK

    spoken(do)


@help_app.command("ratings")
def ratings(operator: Operator = None) -> None:
    """Print how often each article helped and failed."""

    def do() -> int:
        from xiaohu.assistance import feedback

        for row in feedback.ratings(meant(operator)):
            out(f"{row.helped}\t{row.failed}\t{row.language}\t{row.slug}")
        return OK

    spoken(do)


@help_app.command("remarks")
def remarks(operator: Operator = None) -> None:
    """Print what readers added, newest first."""

    def do() -> int:
        from xiaohu.assistance import feedback

        for said in feedback.remarks(meant(operator)):
            words = " ".join(said.words.split())
            out(f"{said.said_at:%Y-%m-%d}\t{said.language}\t{said.slug}\t{words}")
        return OK

    spoken(do)

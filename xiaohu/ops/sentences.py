"""What stops a start, said in one sentence with a way out, in both languages."""

FAILED, USAGE = 1, 2
MARK = "错误 Error: "


class CannotStart(Exception):
    """The service cannot start; the message is one sentence for the person at the terminal.

    `code` is how the command ends.
    """

    def __init__(self, chinese: str, english: str, *, code: int = FAILED) -> None:
        super().__init__(f"{chinese} · {english}")
        self.code = code


def said_by(child_output: str, otherwise: CannotStart) -> CannotStart:
    """Return the sentence a child of ours ended with, or another: its traceback is for the log."""
    for line in reversed(child_output.splitlines()):
        if line.startswith(MARK):
            chinese, _, english = line.removeprefix(MARK).partition(" · ")
            return CannotStart(chinese, english)
    return otherwise

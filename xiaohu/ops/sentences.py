"""What stops a start, said in one sentence with a way out."""

ERROR = "错误 Error: "


class CannotStart(Exception):
    """The service cannot start; the message is one sentence for the person at the terminal."""

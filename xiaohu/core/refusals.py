"""An expected "no": a code and parameters that are safe to show.

The page, the API and the command line turn the code into a sentence in the reader's
language; the text never carries personal data because it never carries free text.
"""

from typing import ClassVar


class Refusal(Exception):
    """Base of every refusal; subclasses live beside the rule that raises them."""

    code: ClassVar[str] = "REFUSED"

    def __init__(self, **params: str | int) -> None:
        super().__init__(self.code)
        self.params = params


class ChangedSince(Refusal):
    """Whoever confirms has seen something else than what stands now."""

    code = "CHANGED_SINCE"

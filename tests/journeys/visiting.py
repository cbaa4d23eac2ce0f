"""What a journey needs of whoever walks it, be it through the running service or a staged world."""

from typing import Protocol

from playwright.sync_api import Page


class House(Protocol):
    """Where messages arrive."""

    def messages(self, to: str) -> list[str]:
        """Return what was sent to an address, newest first."""

    def code_sent_to(self, to: str, *, after: int = 0) -> str:
        """Return the newest code, once more messages than `after` have arrived."""


class Visit(Protocol):
    """Somebody at a browser."""

    @property
    def page(self) -> Page:
        """The page they look at."""

    @property
    def language(self) -> str:
        """The language they read."""

    @property
    def service(self) -> House:
        """Whose pages they visit."""

    def go(self, path: str, shot: str = "", /) -> None:
        """Open a page."""

    def press(self, name: str, shot: str = "", /) -> None:
        """Press a button or follow a link by its words."""

    def type(self, label: str, value: str) -> None:
        """Type into a field by its label."""

    def choose(self, name: str) -> None:
        """Choose an option by the start of its words."""

    def tick(self, place: int = 0) -> None:
        """Tick a box."""

    def look(self, shot: str = "", /) -> None:
        """Judge the page as it is."""

"""Scenes: a state of a screen, and how it comes about."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.screens.stage import Stage

Arrange = Callable[[Stage], str]


@dataclass(frozen=True, slots=True)
class Scene:
    """One state of one screen.

    `route` is the name of the route it shows; `press` is a button or link pressed after opening,
    by the key of its words, for states that only an answer brings about.
    """

    name: str
    route: str
    arrange: Arrange
    status: int
    press: str


ALL: dict[str, Scene] = {}


def scene(
    name: str, route: str, *, status: int = 200, press: str = ""
) -> Callable[[Arrange], Arrange]:
    """Register a function that arranges a scene and returns the path to open."""

    def register(arrange: Arrange) -> Arrange:
        if name in ALL:
            raise ValueError(f"two scenes are called {name}")
        ALL[name] = Scene(name, route, arrange, status, press)
        return arrange

    return register

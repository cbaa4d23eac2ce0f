"""Scenes: a state of a screen, and how it comes about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.screens.stage import Stage

Arrange = Callable[[Stage], str]


@dataclass(frozen=True, slots=True)
class Scene:
    """One state of one screen.

    `route` is the name of the route it shows; `press` is a button or link pressed after opening,
    by the key of its words, for states that only an answer brings about; `typed` is typed into
    fields by their names before.
    """

    name: str
    route: str
    arrange: Arrange
    status: int
    press: str
    typed: Mapping[str, str] = field(default_factory=dict)


ALL: dict[str, Scene] = {}


def scene(
    name: str,
    route: str,
    *,
    status: int = 200,
    press: str = "",
    typed: Mapping[str, str] | None = None,
) -> Callable[[Arrange], Arrange]:
    """Register a function that arranges a scene and returns the path to open."""

    def register(arrange: Arrange) -> Arrange:
        if name in ALL:
            raise ValueError(f"two scenes are called {name}")
        ALL[name] = Scene(name, route, arrange, status, press, typed or {})
        return arrange

    return register

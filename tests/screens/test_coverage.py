"""Every route that can be opened has a scene, or a reason why not."""

import pytest
from django.urls import URLResolver, get_resolver

from tests.screens.scenes import ALL
from tests.screens.test_scenes import SHORT

# What is no page: files, answers to machines, and what only a form sends.
NO_PAGE = {
    "ui:language": "a form sends it",
    "help:rate": "a form sends it",
    "help:feed": "answers machines",
    "ui:size": "a form sends it",
    "ui:stay": "a script sends it",
    "portal:give_ticket": "answers the app's backend",
    "portal:operator": "leads to the home page",
    "ui:brand": "a style sheet",
    "portal:track": "leads to another page",
    "portal:stop": "a form sends it",
    "portal:rules": "a form sends it",
    "portal:withdraw_consent": "a form sends it",
    "portal:sign_out": "a form sends it",
    "portal:export_zip": "a file",
    "portal:receipt": "a PDF",
    "portal:pdf": "a PDF",
    "portal:send_link": "a form sends it",
    "portal:again": "a form sends it",
    "portal:public_key": "a file",
    "portal:keys_file": "a file",
    "portal:bundle": "a file",
    "portal:verify_bundle": "a file",
    "portal:offline": "a file",
    "portal:offline_py": "a file",
    "portal:result_pdf": "a PDF",
    "desk:sign_out": "a form sends it",
    "desk:paper": "a picture",
    "desk:form": "a PDF",
}
ROOMS = ("portal", "help", "desk", "ui")


def routes(resolver: URLResolver, prefix: str = "") -> list[str]:
    """Return the name of every route below a resolver."""
    found: list[str] = []
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            space = f"{pattern.namespace}:" if pattern.namespace else prefix
            found += routes(pattern, space)
        elif pattern.name:
            found.append(f"{prefix}{pattern.name}")
    return found


def unseen(names: list[str], scenes: set[str]) -> list[str]:
    """Return the routes of the entrances nobody looks at."""
    entrances = [name for name in names if name.partition(":")[0] in ROOMS]
    return sorted(set(entrances) - scenes - set(NO_PAGE))


def test_every_route_has_a_scene() -> None:
    assert SHORT
    missing = unseen(routes(get_resolver()), {scene.route for scene in ALL.values()})
    assert missing == [], f"no scene shows {missing}"


def test_no_scene_is_of_a_route_that_is_gone() -> None:
    known = {*routes(get_resolver()), ""}
    assert sorted({scene.route for scene in ALL.values()} - known) == []


@pytest.mark.parametrize("name", ["portal:brand_new"])
def test_a_new_route_without_a_scene_is_named(name: str) -> None:
    assert unseen([name, "portal:home"], {"portal:home"}) == [name]

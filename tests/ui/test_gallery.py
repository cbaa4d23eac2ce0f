"""The gallery shows every class of the style sheet, and the docs name every component."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

import xiaohu.ui
from tests.stories import OPERATOR
from xiaohu.core.actors import Actor, ActorKind
from xiaohu.queue import clock
from xiaohu.registry import policies
from xiaohu.ui.gallery import SECTIONS

STYLE = Path(str(xiaohu.ui.__file__)).parent / "static" / "ui" / "components.css"
DOCS = Path(__file__).parents[2] / "docs" / "components.md"
# Classes of the whole page rather than of a part: how large it is written, and the warning of
# those who are signed in.
OF_THE_PAGE = {"large", "elder", "dialog"}


def classes(style: str) -> set[str]:
    """Return the classes a style sheet speaks of."""
    return set(re.findall(r"\.([a-z][a-z-]+)(?![a-z0-9(-])", re.sub(r"/\*.*?\*/", "", style)))


def shown(gallery: str) -> set[str]:
    """Return the classes a page uses."""
    return {name for listed in re.findall(r'class="([^"]*)"', gallery) for name in listed.split()}


pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "keystore"])


@pytest.fixture
def gallery(pages: None, client: Client) -> str:
    """Open the gallery."""
    admin = Actor(ActorKind.ADMIN, "test")
    rules = policies.shipped("generic-cn")
    policies.publish(operator=OPERATOR, toml=rules, actor=admin, now=clock.now())
    return client.get("/gallery").content.decode()


def test_every_class_of_the_style_sheet_is_shown(gallery: str) -> None:
    assert classes(STYLE.read_text(encoding="utf-8")) - shown(gallery) - OF_THE_PAGE == set()


def test_a_class_nobody_shows_is_noticed() -> None:
    assert classes(".box { } .brand-new:hover { color: red; }") == {"box", "brand-new"}


def test_the_docs_speak_of_every_class() -> None:
    named = set(re.findall(r"`\.([a-z-]+)`", DOCS.read_text(encoding="utf-8")))
    assert classes(STYLE.read_text(encoding="utf-8")) - named == set()


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_can_be_reached(gallery: str, section: str) -> None:
    assert f'id="{section}"' in gallery
    assert f'href="#{section}"' in gallery


def test_only_the_demo_has_it(
    gallery: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "XIAOHU", settings.XIAOHU.model_copy(update={"demo": False}))
    assert client.get("/gallery").status_code == 404

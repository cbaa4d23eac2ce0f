"""S24: language, size, contrast and reading aloud, on one page or by one press, remembered and harmless."""

import pytest
from django.test import Client

from tests.portal.browser import page, switch, words
from tests.stories import World

pytestmark = pytest.mark.django_db(databases=["default", "keystore"])

CHOSEN = {
    "language": "en",
    "size": "elder",
    "contrast": "standard",
    "aloud": "off",
    "next": "/verify",
}


def test_all_choices_apply_at_once_and_are_remembered(world: World) -> None:
    client = Client()
    answer = client.post("/settings/display", CHOSEN, follow=True)
    assert '<html lang="en" class="elder">' in page(answer)
    assert "Saved." in words(answer)
    assert 'href="/verify"' in page(answer)
    assert '<html lang="en" class="elder">' in page(client.get("/verify"))


def test_strong_contrast_is_remembered_beside_the_size(world: World) -> None:
    client = Client()
    answer = client.post("/settings/display", {**CHOSEN, "contrast": "high"}, follow=True)
    assert 'class="elder contrast"' in page(answer)
    switch(client, "size", "standard", back="/")
    assert 'class="standard contrast"' in page(client.get("/verify"))


def test_one_press_makes_every_page_large_and_another_undoes_it(world: World) -> None:
    client = Client()
    assert switch(client, "size", "elder", back="/verify")["Location"] == "/verify"
    assert 'class="elder"' in page(client.get("/desk/sign-in"))
    switch(client, "size", "standard", back="/")
    assert 'class="standard"' in page(client.get("/verify"))


def test_the_switches_send_the_form_of_a_page_along(world: World) -> None:
    client = Client()
    for path, form in (("/sign-in", "answers"), ("/settings/display", "answers"), ("/", "switch")):
        shown = page(client.get(path))
        assert shown.count(f'<button class="link-button" form="{form}" formmethod="post"') == 2
        assert shown.count(f'id="{form}"') == 1


def test_one_press_leaves_the_other_choices_alone(world: World) -> None:
    client = Client()
    client.post("/settings/display", CHOSEN)
    switch(client, "size", "large", back="/")
    assert client.cookies["xh_display"].value == "large.silent"


@pytest.mark.parametrize("wrong", [{"size": "huge"}, {"language": "xx"}, {"aloud": ""}])
def test_what_is_not_offered_is_refused_in_place(world: World, wrong: dict[str, str]) -> None:
    answer = Client().post("/settings/display", {**CHOSEN, "language": "zh-hans", **wrong})
    assert answer.status_code == 422
    assert "请选择列出的一项" in words(answer)
    assert "xh_display" not in answer.cookies


@pytest.mark.parametrize("broken", ["", "huge.aloud", "%00", "elder.aloud.more\n"])
def test_a_broken_cookie_is_only_forgotten(world: World, broken: str) -> None:
    client = Client()
    client.cookies["xh_display"] = broken
    assert client.get("/verify").status_code == 200


def test_the_choice_leads_nowhere_else(world: World) -> None:
    answer = switch(Client(), "size", "elder", back="https://evil.example/")
    assert answer["Location"] == "/"

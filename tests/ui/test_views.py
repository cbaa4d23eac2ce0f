"""Where a page may lead back to: a path of our own, whatever was asked for."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from django.http import HttpResponseRedirect

from xiaohu.ui.paths import safe_path

HERE = "https://close.example/sign-in"
OWN = ("/", "/case/1?page=2#top", "/desk/", "/@somebody", "/https://evil.example", "/销户")
ELSEWHERE = (
    "",
    "case",
    "?next=/",
    "https://evil.example/",
    "HTTPS:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "\t//evil.example",
    "\x00//evil.example",
    "//evil.example\\@close.example",
    "//[",
)
ODD = ("/\t//evil.example", "/\r\n//evil.example", "/..//evil.example", "/\x00/evil.example")


def led(path: str) -> str:
    """Return the host a browser goes to when we send it to a path."""
    location = HttpResponseRedirect(path)["Location"]
    # A browser drops these characters and takes a backslash for a slash.
    read = re.sub(r"[\t\r\n]", "", location).strip("\x00 ").replace("\\", "/")
    return urlsplit(urljoin(HERE, read)).netloc


@pytest.mark.parametrize("path", OWN)
def test_a_path_of_our_own_is_kept(path: str) -> None:
    assert safe_path(path) == path
    assert led(path) == "close.example"


@pytest.mark.parametrize("given", ELSEWHERE)
def test_anything_else_leads_where_we_say(given: str) -> None:
    assert safe_path(given) == "/"
    assert safe_path(given, "/scope") == "/scope"


@pytest.mark.parametrize("given", [*ELSEWHERE, *ODD])
def test_no_browser_is_led_elsewhere(given: str) -> None:
    assert led(safe_path(given)) == "close.example"

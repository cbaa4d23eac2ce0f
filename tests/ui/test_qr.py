"""QR codes inside our own pages: drawn as SVG, with nothing the page policy refuses."""

import re

import pytest
from django.template import Context, Template
from django.utils.safestring import SafeString

from xiaohu.ui.qr import svg

ADDRESS = "https://close.example/verify/C7K3-M9QX-4T2P"
STROKE = re.compile(r'<path stroke="#000" d="(?P<drawn>[Mmhv0-9 .-]+)"/>')


def test_goes_into_a_page_as_it_is() -> None:
    drawn = svg(ADDRESS)
    assert isinstance(drawn, SafeString)
    assert Template("{{ qr }}").render(Context({"qr": drawn})) == drawn
    assert drawn.startswith("<svg ")
    assert drawn.rstrip().endswith("</svg>")


@pytest.mark.parametrize("refused", ["<?xml", "style", "<script", "href", "onload", "width="])
def test_holds_nothing_the_page_policy_refuses(refused: str) -> None:
    assert refused not in svg(ADDRESS)


def test_is_one_line_drawn_in_a_square_that_the_style_sheet_sizes() -> None:
    drawn = svg(ADDRESS)
    side = re.search(r'viewBox="0 0 (\d+) (\d+)" class="qr"', drawn)
    assert side is not None
    assert side[1] == side[2]
    assert len(STROKE.findall(drawn)) == 1


def test_two_addresses_never_look_alike() -> None:
    assert svg(ADDRESS) == svg(ADDRESS)
    assert svg(ADDRESS) != svg(ADDRESS.replace("C7K3", "C7K4"))


@pytest.mark.parametrize("text", ['"/><script>alert(1)</script>', "核验编号", ADDRESS * 20])
def test_draws_any_text_and_writes_none_of_it(text: str) -> None:
    drawn = svg(text)
    assert STROKE.search(drawn) is not None
    assert text[:8] not in drawn

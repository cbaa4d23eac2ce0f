"""The code on our papers: a phone reads it, whatever the number is."""

import pypdfium2
import pytest
import zxingcpp

from xiaohu.closures import papers
from xiaohu.core.references import certificate_number

NUMBERS = [certificate_number(random=bytes([n * 11] * 7 + [n])) for n in range(12)]


def page(number: str) -> dict[str, object]:
    return {
        "lang": "zh",
        "title": "销户证明",
        "number": number,
        "issuer": "示例通信",
        "lead": "",
        "scan": "",
        "sections": [{"title": "", "rows": [("编号", number)]}],
        "notes": [],
        "footer": "",
    }


@pytest.mark.parametrize("number", NUMBERS)
def test_every_code_is_read_from_the_page(number: str) -> None:
    address = f"https://closing.example.com/verify/{number}"
    printed = papers.compiled(page(number), qr=address, token="a.b.c")
    seen = pypdfium2.PdfDocument(printed)[0].render(scale=1.5).to_pil()
    assert [code.text for code in zxingcpp.read_barcodes(seen)] == [address]

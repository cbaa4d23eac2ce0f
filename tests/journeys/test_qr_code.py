"""The QR code of a certificate, read from the screen as a phone would, leads to a page that says it is valid."""

import io
from urllib.parse import urlsplit

import pytest
import zxingcpp
from PIL import Image

from tests.journeys.people import Subscriber
from tests.journeys.walking import walker
from tests.screens.stage import Stage
from tests.screens.windows import Windows
from tests.stories import document_of
from xiaohu.closures.models import DocumentKind

pytestmark = [pytest.mark.browser, pytest.mark.django_db(databases=["default", "keystore"])]


def test_whoever_scans_it_is_told_that_it_is_valid(stage: Stage, windows: Windows) -> None:
    case = stage.world.close()
    certificate = document_of(case, DocumentKind.CERTIFICATE)
    assert certificate is not None
    phone = walker(stage, windows)
    phone.come_back(case)
    phone.go(f"/case/{case.pk}/certificate")
    seen = Image.open(io.BytesIO(phone.page.locator("svg.qr").screenshot(scale="device")))
    read = zxingcpp.read_barcodes(seen)
    assert len(read) == 1
    scanned = urlsplit(read[0].text)
    assert scanned.path == f"/verify/{certificate.number}"
    phone.page.context.clear_cookies()
    phone.go(scanned.path)
    words = Subscriber(phone).words.get("verify.valid")
    assert words is not None
    issuer = "示例通信"
    assert phone.says(str(words.string).format(issuer=issuer))

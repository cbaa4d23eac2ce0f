"""Pages drawn without collecting static files first."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import override_settings

from tests.portal.conftest import STATIC


@pytest.fixture
def pages(db: None) -> Iterator[None]:
    """Let templates name static files as they are."""
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": STATIC}):
        yield

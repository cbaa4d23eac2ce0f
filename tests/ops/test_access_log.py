"""One request is one line of the access log, whatever its path holds."""

import logging
import logging.config
from pathlib import Path

import pytest

from xiaohu.ops import web


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/case/1", "/case/1"),
        ("/销户", "/销户"),
        ("/a\nGET /forged 200", "/a%0AGET /forged 200"),
        ("/a\r\x00\x1b[2J\u2028b", "/a%0D%00%1B[2J%E2%80%A8b"),
        ("/\udcff", "/%ED%B3%BF"),
    ],
)
def test_what_does_not_print_is_escaped(tmp_path: Path, path: str, written: str) -> None:
    file = tmp_path / "access.log"
    kept = logging.getLogger("granian.access").handlers[:]
    logging.config.dictConfig(web._logging(file))
    logger = logging.getLogger("granian.access")
    try:
        logger.info("%s %s", "GET", path)
    finally:
        for handler in logger.handlers:
            handler.close()
        logger.handlers = kept
    assert file.read_bytes() == f"GET {written}\n".encode()

"""What a slow phone feels: how soon the main thing of a page is there, and whether anything jumps.

Conditions: 1.6 Mbit/s, 150 ms, a processor four times slower than this one (Chrome's own emulation).
"""

import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from wsgiref.simple_server import WSGIServer

from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test import Client
from django.test.testcases import QuietWSGIRequestHandler
from django.test.utils import override_settings
from playwright.sync_api import Browser, Page

from tests import chromium
from tests.bench.pages import holder, officer
from tests.bench.rows import Row
from tests.bench.world import BenchWorld

VISITS = 5
LARGEST_MS, NEXT_MS = 1200, 1500
BYTES_A_SECOND = 1.6e6 / 8
_WATCH = """window.__largest = 0; window.__moved = 0;
new PerformanceObserver(l => { for (const e of l.getEntries()) window.__largest = e.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
new PerformanceObserver(l => { for (const e of l.getEntries()) window.__moved += e.value; })
    .observe({ type: 'layout-shift', buffered: true });"""


def measure(world: BenchWorld) -> list[Row]:
    """Return a row for each screen, and one for the step after 继续."""
    case = world.world.ready(world.take(1)[0])
    here, desk = holder(case), officer("browsing")
    screens = (
        ("home", Client(), "/"),
        ("checks", here, f"/case/{case.pk}/checks"),
        ("review", here, f"/case/{case.pk}/check"),
        ("desk_queue", desk, "/desk/queue?view=all"),
    )
    hosts = override_settings(ALLOWED_HOSTS=["127.0.0.1"])
    with hosts, _served() as url, chromium.started() as browser:
        rows = [_screen(browser, url, *screen) for screen in screens]
        return [*rows, _step(browser, url, here, f"/case/{case.pk}/checks")]


def _screen(browser: Browser, url: str, name: str, who: Client, path: str) -> Row:
    largest, moved = [], []
    for _ in range(VISITS):
        with _slow(browser, url, who) as page:
            page.goto(url + path)
            page.wait_for_timeout(300)
            largest.append(float(page.evaluate("window.__largest")))
            moved.append(float(page.evaluate("window.__moved")))
    note = f"largest paint, {LARGEST_MS} is the budget; moved {max(moved):.3f}, 0.02 is"
    return Row(f"browse_{name}", round(statistics.median(largest)), None, None, "ms", note)


def _step(browser: Browser, url: str, who: Client, path: str) -> Row:
    """Measure from pressing to the next page's largest paint, with the common files at hand."""
    took = []
    for _ in range(VISITS):
        with _slow(browser, url, who) as page:
            page.goto(url + path)
            page.locator(".actions a.button").first.click()
            page.wait_for_load_state("load")
            page.wait_for_timeout(300)
            took.append(float(page.evaluate("window.__largest")))
    note = f"from 继续 to the next page, {NEXT_MS} is the budget"
    return Row("browse_next_step", round(statistics.median(took)), None, None, "ms", note)


@contextmanager
def _slow(browser: Browser, url: str, who: Client) -> Iterator[Page]:
    """Open a fresh phone on a slow line for somebody."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    for cookie in who.cookies.values():
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
    context.add_init_script(_WATCH)
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 150,
            "downloadThroughput": BYTES_A_SECOND,
            "uploadThroughput": BYTES_A_SECOND,
        },
    )
    tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    try:
        yield page
    finally:
        context.close()


@contextmanager
def _served() -> Iterator[str]:
    server: WSGIServer = ThreadedWSGIServer(
        ("127.0.0.1", 0), QuietWSGIRequestHandler, allow_reuse_address=False
    )
    server.set_app(WSGIHandler())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        connections.close_all()

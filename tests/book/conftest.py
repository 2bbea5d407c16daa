"""The built site, served on this machine alone, and a browser to look at it."""

import functools
import http.server
import threading
from importlib.util import find_spec

import pytest
from web_site import CHROMIUM, FLAGS, SITE

# These tests import the book's extension. Without its packages, as after `make install-test`, the
# rest of the suite is collected all the same.
collect_ignore = [] if find_spec("sphinx") else ["test_pages.py"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="session")
def site():
    assert (SITE / "index.html").exists(), "the book is not built: run `make book live`"
    return SITE


@pytest.fixture(scope="session")
def address(site):
    handler = functools.partial(Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """A page without a cache, that keeps what goes wrong on it and what it asks for."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.faults, page.requests = [], []
    page.on("pageerror", lambda error: page.faults.append(str(error)[:300]))
    page.on("console", lambda m: m.type == "error" and page.faults.append(m.text[:300]))
    page.on("request", lambda request: page.requests.append(request.url))
    yield page
    context.close()

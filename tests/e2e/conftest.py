"""A real server and a real browser: fixtures `server` and `page`.

Chromium is Debian's. Where it is missing the browser tests are skipped and the summary says so
in one line; with CI=true they fail instead.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.serving import Server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--headless=new", "--disable-gpu", "--disable-background-networking"]
HOW_TO_GET_IT = "Install it (Debian: apt-get install chromium) and run make test again."

PATIENCE = 40_000
"""Milliseconds: tests run side by side, on machines that others use, too."""

expect.set_options(timeout=PATIENCE)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave browser tests out where there is no browser, except in CI."""
    missing = not CHROMIUM and os.environ.get("CI") != "true"
    if missing and item.get_closest_marker("browser"):
        pytest.skip(f"Browser tests are left out: there is no chromium. {HOW_TO_GET_IT}")


@pytest.fixture
def server(start_server: Callable[[], Server]) -> Server:
    """A running server with an empty workspace."""
    return start_server()


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server for tests that only look."""
    home = tmp_path_factory.mktemp("shared") / "home"
    home.mkdir()
    running = Server(home).start()
    yield running
    running.stop()


@pytest.fixture
def start_server(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """Start servers that are stopped at the end of the test."""
    running: list[Server] = []

    def start() -> Server:
        home = tmp_path / f"server-{len(running)}" / "home"
        home.mkdir(parents=True)
        running.append(Server(home).start())
        return running[-1]

    yield start
    for each in running:
        each.stop()


# Not for the whole session: Playwright's event loop would be in the way of other tests' loops.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a module."""
    if not CHROMIUM:
        pytest.fail(f"There is no chromium. {HOW_TO_GET_IT}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh tab at 1440 × 900 without cookies."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()

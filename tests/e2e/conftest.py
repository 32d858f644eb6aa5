"""A real server and a real browser: fixtures `server` and `page`.

Chromium is Debian's. Where it is missing the browser tests are left out and the summary says so
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

expect.set_options(timeout=20_000)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave browser tests out where there is no browser, except in CI."""
    if CHROMIUM or os.environ.get("CI") == "true":
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    if left_out:
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
        config.stash[_LEFT_OUT] = len(left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was left out."""
    if count := terminalreporter.config.stash.get(_LEFT_OUT, 0):
        terminalreporter.write_line(
            f"{count} browser tests were left out: there is no chromium. {HOW_TO_GET_IT}"
        )


_LEFT_OUT = pytest.StashKey[int]()


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
    yield context.new_page()
    context.close()

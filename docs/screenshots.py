"""Takes the README's pictures from the running app: python -m docs.screenshots [--every FOLDER].

A fresh workspace runs the demo; then every page is opened. `--every FOLDER` writes each page in
both themes at 1440 and 420 pixels instead, to be judged by eye.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, expect, sync_playwright

from core.config import ROOT
from tests.e2e.conftest import CHROMIUM, FLAGS
from tests.serving import Server

PICTURES = ROOT / "docs" / "pictures"
MINUTE = 60_000
Theme = Literal["light", "dark"]


@dataclass(frozen=True, slots=True)
class View:
    """One page in one theme and size."""

    page: str
    theme: Theme = "light"
    width: int = 1440
    height: int = 1000

    @property
    def name(self) -> str:
        """The file's name."""
        wide = "" if self.width == 1440 else f"-{self.width}"
        return f"{self.page or 'overview'}-{self.theme}{wide}.png"


README_VIEWS = (
    View(""),
    View("data"),
    View("training"),
    View("evaluation", "dark"),
    View("explanation"),
    View("scoring"),
)
PAGES = (
    *("", "data", "training", "tuning", "evaluation"),
    *("explanation", "models", "scoring", "decisions"),
)


def main() -> None:
    """Run the demo in a fresh workspace and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=Path, metavar="FOLDER", help="all pages, themes and widths")
    folder = parser.parse_args().every
    views = tuple(every_view()) if folder else README_VIEWS
    target = folder or PICTURES
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        server = Server(Path(home) / "home").start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            run_id = run_demo(browser, server.url)
            for view in views:
                query = f"?run={run_id}" if view.page == "training" else ""
                address = f"{server.url}/{view.page}{query}"
                take(browser, address, view, target / view.name)
        finally:
            browser.close()
            server.stop()


def every_view() -> Iterator[View]:
    """Yield every page, tall enough to hold all of it, in both themes and two widths."""
    for page in PAGES:
        for theme in ("light", "dark"):
            yield View(page, theme, 1440, 2400)
            yield View(page, theme, 420, 4200)


def run_demo(browser: Browser, url: str) -> str:
    """Fill the workspace the way a visitor does, explain its model and return the run's id."""
    with tab(browser, View("")) as page:
        page.goto(url)
        page.get_by_role("button", name="Run the demo").click()
        expect(page.get_by_role("button", name="Close")).to_be_visible(timeout=3 * MINUTE)
        page.goto(url)
        to_run = page.locator("a[href*='run=run_']").first.get_attribute("href") or ""
        page.goto(f"{url}/explanation")
        page.get_by_role("button", name="Explain the model").click()
        expect(page.locator(".st-key-explanation-missing")).to_have_count(0, timeout=MINUTE)
        expect(page.locator(".st-key-explanation-progress")).to_have_count(0, timeout=5 * MINUTE)
    return to_run.partition("run=")[2]


def take(browser: Browser, address: str, view: View, path: Path) -> None:
    """Take one picture once the page stands still."""
    with tab(browser, view) as page:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=MINUTE)
        expect(
            page.locator("[data-testid=stApp][data-test-script-state=notRunning]")
        ).to_be_visible(timeout=MINUTE)
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0, timeout=MINUTE)
        page.wait_for_timeout(1500)  # charts and fonts settle after the script has ended
        page.screenshot(path=path)


@contextmanager
def tab(browser: Browser, view: View) -> Iterator[Page]:
    """Yield a fresh tab in a view's theme and size."""
    context = browser.new_context(
        viewport={"width": view.width, "height": view.height}, color_scheme=view.theme
    )
    yield context.new_page()
    context.close()


if __name__ == "__main__":
    main()

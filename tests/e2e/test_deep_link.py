"""The first request to a fresh server may be any address."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.serving import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", autouse=True)
def deep_link(shared_server: Server, browser: Browser) -> Iterator[Page]:
    """A tab that was opened by a deep link before anything else was asked of the server."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{shared_server.url}/evaluation")
    yield page
    context.close()


def test_a_deep_link_is_the_first_request(deep_link: Page) -> None:
    """It opens the page inside the shell: navigation, title, and no other page's content."""
    page = deep_link
    expect(page.get_by_role("heading", name="Evaluation", level=1)).to_be_visible()
    links = page.get_by_test_id("stSidebarNavLink")
    expect(links).to_have_text(
        [re.compile(name) for name in ("Overview", "Data", "Training", "Tuning", "Evaluation")]
        + [re.compile(name) for name in ("Explanation", "Models", "Scoring", "Decisions")]
    )
    expect(page).to_have_title(re.compile("Lendlens"))
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_every_page_opens_by_its_address_without_keras(shared_server: Server, page: Page) -> None:
    """Empty pages say what to do next, and the serving process never loads JAX."""
    for name in ("overview", "data", "training", "evaluation", "explanation", "models"):
        _opens(page, shared_server, name)
    for name in ("scoring", "decisions"):
        _opens(page, shared_server, name)
    with open(f"/proc/{shared_server.pid}/maps", encoding="utf-8") as maps:
        assert "jaxlib" not in maps.read()


def test_nothing_is_asked_of_another_machine(shared_server: Server, page: Page) -> None:
    """Pages work without internet: no font, icon, map or script comes from elsewhere."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for address in ("/", "/data", "/evaluation", "/api/docs"):
        page.goto(f"{shared_server.url}{address}")
        page.wait_for_load_state("networkidle")
    ours = (shared_server.url, shared_server.url.replace("http", "ws"), "data:", "blob:")
    assert [url for url in asked if not url.startswith(ours)] == []


def test_the_openapi_page_draws_every_address(shared_server: Server, page: Page) -> None:
    """The bundled Swagger UI can draw our document."""
    page.goto(f"{shared_server.url}/api")
    expect(page.locator(".opblock-summary-path")).to_have_count(5)
    expect(page.get_by_text("Unable to render this definition")).to_have_count(0)


def _opens(page: Page, server: Server, name: str) -> None:
    page.goto(f"{server.url}/{name}" if name != "overview" else server.url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text("Something went wrong")).to_have_count(0)

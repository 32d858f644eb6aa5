"""A file that takes seconds to read: its progress is seen, and nothing is lost by a refresh."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.data.made import Plan, write
from tests.serving import Server

pytestmark = pytest.mark.browser


def test_a_large_file_is_read_and_looked_through_whatever_the_browser_does(
    server: Server, page: Page, tmp_path: Path
) -> None:
    """Refreshed while it is read and while it is looked through; usable meanwhile."""
    write(Plan(85_000), tmp_path / "made.csv")
    page.goto(f"{server.url}/data?source=new")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(tmp_path / "made.csv")
    expect(page.get_by_test_id("stProgress")).to_contain_text("Reading made.csv")
    page.reload()
    expect(page.get_by_text("85,000", exact=True).first).to_be_visible()
    page.get_by_role("tab", name="Columns").click()
    expect(page.get_by_role("combobox", name="Value that means bad")).to_be_visible()
    page.reload()
    expect(page.get_by_text("nothing stops training")).to_be_visible()
    expect(page.get_by_role("combobox", name="Value that means bad")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)

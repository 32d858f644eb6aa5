"""A page that watches a job comes to the job's end, whatever happens on the way."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.config import Settings
from core.jobs.demo_story import start_demo
from core.store.workspace import Workspace
from tests.serving import Server

pytestmark = pytest.mark.browser
LOST_FOR_S = 1.5


@pytest.fixture
def store(server: Server) -> Iterator[Workspace]:
    """The workspace of the server."""
    store = Workspace.open(Settings.from_environment({"LENDLENS_HOME": str(server.home)}))
    yield store
    store.close()


class Line:
    """What the server sends to a page, with a switch that loses it for a while.

    Whole runs are lost, as in life: a page that gets the end of one without its beginning is white.
    """

    def __init__(self, page: Page) -> None:
        self.cut = False
        self.first_lost: float | None = None
        page.route_web_socket("**/_stcore/stream**", self._connect)

    def _connect(self, browser: WebSocketRoute) -> None:
        def forward(message: str | bytes) -> None:
            if self.cut and self._mended(message):
                self.cut = False
            if self.cut:
                self.first_lost = self.first_lost or time.monotonic()
            else:
                browser.send(message)

        server = browser.connect_to_server()
        server.on_message(forward)
        browser.on_message(server.send)

    def _mended(self, message: str | bytes) -> bool:
        """Return whether a run begins and enough has been lost: a page redrawn since."""
        if self.first_lost is None or time.monotonic() < self.first_lost + LOST_FOR_S:
            return False
        assert isinstance(message, bytes)
        return bool(ForwardMsg.FromString(message).WhichOneof("type") == "new_session")


def test_the_end_of_a_demo_is_seen_though_it_was_lost_once(
    server: Server, store: Workspace, page: Page
) -> None:
    """When the redrawn page does not arrive, the page that still watches asks for it again."""
    job = start_demo(store)
    assert store.registry.claim("test", 1)
    line = Line(page)
    page.goto(f"{server.url}/?demo={job.id}")
    expect(page.get_by_test_id("stButton").get_by_role("button", name="Stop")).to_be_visible()
    line.cut = True
    store.registry.finish(job.id, "done")
    expect(page.get_by_role("button", name="Close")).to_be_visible()
    assert line.first_lost
    assert not line.cut

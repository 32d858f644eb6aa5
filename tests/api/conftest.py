"""REST without a socket: requests go straight to the app."""

from collections.abc import Callable
from typing import Any

import anyio
import httpx
import pytest
from starlette.types import ASGIApp

from api.failures import Calm
from api.later import Later
from api.short_way import ShortWay
from core.decision.registration import register
from core.decision.scoring import Scorer
from core.store.tables import Run
from core.store.workspace import Workspace
from tests.core.decision.conftest import POLICY

Ask = Callable[..., httpx.Response]

APPLICANT = {"Age": 31, "Income": 129, "Amount": 1000, "Home": "rent"}


@pytest.fixture
def ask(workspace: Workspace) -> Ask:
    """Send one request: `ask("POST", "/v1/predict", json={...})`."""
    return asking(workspace)


def asking(workspace: Workspace) -> Ask:
    """Return what sends requests to the REST service of a workspace."""
    return asking_app(served(workspace))


def asking_app(app: ASGIApp) -> Ask:
    """Return what sends requests to any app."""

    def ask(method: str, path: str, **options: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            # raise_app_exceptions: an error that escapes the app fails the test
            transport = httpx.ASGITransport(app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as it:
                return await it.request(method, path, **options)

        return anyio.run(send)

    return ask


def served(workspace: Workspace) -> ShortWay:
    """Return the REST service of a workspace with its short way, at no path of its own."""
    service = Later(lambda: workspace)
    return ShortWay(Calm(service), service, mounted_at="")


@pytest.fixture
def champion(workspace: Workspace, hand_made: Run) -> Scorer:
    """The scorer of a published model whose weights were set by hand."""
    model = register(workspace, hand_made.id, "Loans", POLICY)
    workspace.registry.publish(model.id, "tester")
    return Scorer.load(workspace, model.id)

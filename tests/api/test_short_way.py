"""api.short_way: what answers before the framework answers exactly as the framework would."""

import json
from typing import Any

import anyio
import httpx
import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from api.later import Later, routes_of, short_way_to
from api.short_way import ShortWay
from core.decision.scoring import Scorer
from core.store.workspace import Workspace
from tests.api.conftest import APPLICANT, served

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def api(workspace: Workspace, champion: Scorer) -> ShortWay:
    """The service with a champion."""
    return served(workspace)


def post(app: ASGIApp, path: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    """Send one request to an ASGI app."""

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.post(path, content=body, headers=headers)

    return anyio.run(send)


@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (200, {"applicant": APPLICANT}),
        (200, {"applicant": APPLICANT, "reasons": False}),
        (200, {"applicants": [APPLICANT, {}], "reasons": False}),
        (404, {"applicant": APPLICANT, "model": "mod_none"}),
        (422, {"applicant": {"Age": "old", "Zip": 1}}),
        (422, {"applicant": APPLICANT, "reasons": "yes"}),
        (422, {"strange": 1}),
        (422, []),
    ],
)
def test_the_framework_would_answer_the_same(api: ShortWay, status: int, sent: Any) -> None:
    """Status, headers and every byte of the body."""
    body = json.dumps(sent).encode()
    short, long = (post(app, "/v1/predict", body, JSON) for app in (api, api.service))
    assert short.status_code == status
    assert (long.status_code, long.headers, long.content) == (status, short.headers, short.content)


@pytest.mark.parametrize(
    ("status", "body", "headers"),
    [
        (400, b"{", JSON),
        (413, b" " * 2_000_001, JSON),
        (415, b"{}", {"Content-Type": "text/plain"}),
    ],
)
def test_the_framework_would_refuse_the_same(
    api: ShortWay, status: int, body: bytes, headers: dict[str, str]
) -> None:
    """Bodies that cannot be read as well."""
    short, long = (post(app, "/v1/predict", body, headers) for app in (api, api.service))
    assert short.status_code == status
    assert (long.status_code, long.headers, long.content) == (status, short.headers, short.content)


@pytest.mark.parametrize(
    ("path", "is_short"),
    [("/api/v1/predict", True), ("/api/v1/predict/", False), ("/api/v1/explain", False)],
)
def test_only_scores_take_it(workspace: Workspace, path: str, is_short: bool) -> None:
    """In front of the pages, the mounted address is found, and no other is mistaken for it."""
    service = Later(lambda: workspace)
    pages = Starlette(routes=routes_of(service))
    long_way: list[str] = []

    async def routing(scope: Scope, receive: Receive, send: Send) -> None:
        long_way.append(scope["path"])
        await pages(scope, receive, send)

    short_way = short_way_to(service)
    post(short_way.cls(routing, *short_way.args, **short_way.kwargs), path, b"{}", JSON)
    assert long_way == ([] if is_short else [path])

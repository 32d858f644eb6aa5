"""The REST service beside the pages, loaded once somebody asks it or nobody waits for a page.

FastAPI, pandas and what they bring take most of a second, which the first page does not need.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from anyio import to_thread
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from api import failures
from api.short_way import ShortWay
from core.store.workspace import Workspace

if TYPE_CHECKING:
    from fastapi import FastAPI

MOUNTED_AT = "/api"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Later:
    """The service as an ASGI app, made when it is first asked for; threads may share it."""

    def __init__(
        self, workspace: Callable[[], Workspace], workers: Callable[[], int] = lambda: 0
    ) -> None:
        """Take what `api.app.create_service` takes."""
        self._workspace, self._workers = workspace, workers
        self._made: FastAPI | None = None
        self._lock = threading.Lock()

    def load(self) -> "FastAPI":
        """Return the service, made at the first call."""
        from api.app import create_service

        with self._lock:
            if self._made is None:
                self._made = create_service(self._workspace, self._workers)
        return self._made

    async def ready(self) -> "FastAPI":
        """Return the service without holding up the event loop."""
        if self._made is None:
            return await to_thread.run_sync(self.load)
        return self._made

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the service answer."""
        service = await self.ready()
        await service(scope, receive, send)


def routes_of(service: Later) -> list[BaseRoute]:
    """Return what the app beside the pages serves: the REST service, and a way to its page."""

    async def to_docs(request: Request) -> Response:
        if request.method in ("GET", "HEAD"):
            return RedirectResponse(f"{MOUNTED_AT}/docs")
        return failures.failure(405, failures.WORDS[405], headers={"Allow": "GET"})

    return [
        Route(MOUNTED_AT, to_docs, methods=METHODS),
        Mount(MOUNTED_AT, app=failures.Calm(service)),
    ]


def short_way_to(service: Later) -> Middleware:
    """Return what answers requests for a score before any routing."""
    return Middleware(ShortWay, service=service, mounted_at=MOUNTED_AT)

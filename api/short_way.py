"""The short way of a request for a score: past the framework, whose routing costs more than it."""

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api import failures

if TYPE_CHECKING:
    from api.later import Later

PREDICT = "/v1/predict"


class ShortWay:
    """ASGI middleware that answers a request for a score itself and passes everything else on.

    The service behind it knows the same address with the same function: it documents it, answers
    other methods, and would give the same answers to the byte.
    """

    def __init__(self, app: ASGIApp, service: "Later", mounted_at: str) -> None:
        """Wrap the app that has the service mounted at a path such as '/api'."""
        self.app = app
        self.service = service
        self.address = mounted_at + PREDICT

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        if not self._asks_for_a_score(scope):
            await self.app(scope, receive, send)
            return
        scope["app"] = await self.service.ready()
        from api import routes  # loaded with the service

        try:
            answer = await routes.predict(Request(scope, receive))
        except Exception as error:
            answer = failures.answer_to(error)
        await answer(scope, receive, send)

    def _asks_for_a_score(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] != "POST":
            return False
        return bool(scope["path"] == self.address)

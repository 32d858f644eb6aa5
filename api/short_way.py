"""The short way of a request for a score: past the framework, whose routing costs more than it."""

from fastapi import FastAPI
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api import failures, routes

PREDICT = "/v1/predict"


class ShortWay:
    """ASGI app that answers `POST /v1/predict` itself and passes everything else on.

    The framework knows the same address with the same function: it documents it, answers other
    methods, and would give the same answers to the byte.
    """

    def __init__(self, service: FastAPI) -> None:
        self.service = service
        self._everything_else: ASGIApp = failures.Calm(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        if not _asks_for_a_score(scope):
            await self._everything_else(scope, receive, send)
            return
        scope["app"] = self.service
        try:
            answer = await routes.predict(Request(scope, receive))
        except Exception as error:
            answer = failures.answer_to(error)
        await answer(scope, receive, send)


def _asks_for_a_score(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    return bool(scope["path"] == scope.get("root_path", "") + PREDICT)

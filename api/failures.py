"""What callers are told when something cannot be done: always JSON, never a traceback."""

import json
import logging
import secrets
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import (
    FieldProblem,
    InputError,
    IntegrityError,
    InUseError,
    LendlensError,
    NotFoundError,
)

if TYPE_CHECKING:
    from fastapi import FastAPI

logger = logging.getLogger("lendlens.api")

MOST_PROBLEMS = 100
"""More are counted in the message, not listed: 2 MB of wrong fields would be answered with 60."""

WORDS = {
    404: "There is nothing at this address. The addresses are listed at /api/docs.",
    405: "This address does not take that method. See /api/docs.",
}


# Made once: `json.dumps` would make one for every answer.
_COMPACT = json.JSONEncoder(allow_nan=False, separators=(",", ":"))

_KINDS: dict[type, str] = {list: "a list", dict: "an object"}


class BadRequest(Exception):
    """A request that cannot be read; `status` is the 4xx it is answered with."""

    def __init__(self, status: int, message: str, problems: tuple[FieldProblem, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.problems = problems


class Answer(Response):
    """JSON in ASCII: text that is no valid Unicode can be echoed without failing."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return compact JSON; a NaN in it would be our own error."""
        return _COMPACT.encode(content).encode()


def failure(
    status: int,
    message: str,
    problems: tuple[FieldProblem, ...] = (),
    headers: dict[str, str] | None = None,
) -> Answer:
    """Return the one shape every failure has."""
    told = [
        {
            "field": problem.field,
            "received": printable(problem.received),
            "expected": problem.expected,
            "row": problem.row,
        }
        for problem in problems[:MOST_PROBLEMS]
    ]
    return Answer({"error": {"message": message, "problems": told}}, status, headers)


def printable(value: Any, most: int = 80) -> Any:
    """Return a value as JSON can hold it, cut where it would fill the answer."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float) and abs(value) < 1e15:
        return value
    text = value if isinstance(value, str) else _KINDS.get(type(value), "")
    if isinstance(value, int | float):
        text = str(float(value)) if isinstance(value, float) else "a very large whole number"
    return text if len(text) <= most else f"{text[:most]}…"


def install(api: "FastAPI") -> None:
    """Make the app answer in that shape whatever happens."""

    async def handle(_request: Request, error: Exception) -> Response:
        return answer_to(error)

    for kind in (BadRequest, LendlensError, HTTPException, Exception):
        api.add_exception_handler(kind, handle)


def answer_to(error: Exception) -> Answer:
    """Return what the caller is told about an error; one that nobody expected is logged."""
    if isinstance(error, BadRequest):
        return failure(error.status, str(error), error.problems)
    if isinstance(error, InputError):
        return failure(422, _counted(len(error.problems)), tuple(error.problems))
    if isinstance(error, LendlensError):
        return failure(_status(error), str(error))
    if isinstance(error, HTTPException):
        message = WORDS.get(error.status_code, str(error.detail))
        return failure(error.status_code, message, headers=dict(error.headers or {}))
    return _unexpected(error)


def _unexpected(error: Exception) -> Answer:
    error_id = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    place = " > ".join(f"{Path(f.filename).name}:{f.lineno}" for f in frames)
    # Without the message: it may quote an applicant's values.
    logger.error("error %s: %s at %s", error_id, type(error).__name__, place)
    return failure(500, f"Something went wrong on our side. The log knows it as {error_id}.")


def _counted(problems: int) -> str:
    if problems == 1:
        return "One value cannot be used."
    rest = f" The first {MOST_PROBLEMS} are listed." if problems > MOST_PROBLEMS else ""
    return f"{problems:,} values cannot be used.{rest}"


def _status(error: LendlensError) -> int:
    if isinstance(error, NotFoundError):
        return 404
    if isinstance(error, InUseError | IntegrityError):
        return 409
    return 422


class Calm:
    """Stops an error that was already answered and logged, so no traceback reaches the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception:
            if not started:
                raise

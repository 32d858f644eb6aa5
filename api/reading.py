"""Reads a JSON body that anyone may have sent."""

import asyncio
import json
from collections import Counter
from typing import Any

from starlette.requests import ClientDisconnect, Request

from api.failures import BadRequest, printable
from core.errors import FieldProblem

MOST_BYTES = 2_000_000
MOST_APPLICANTS = 1_000
MOST_SECONDS = 30

Applicant = dict[str, Any]


async def read_json(request: Request, known: tuple[str, ...]) -> dict[str, Any]:
    """Return the object in the body.

    Args:
        request: Its body may be sent in chunks; no more than 2 MB of it are read.
        known: The members it may have.

    Raises:
        BadRequest: 413 too large, 415 not JSON, 400 not readable, 422 not such an object.
    """
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise BadRequest(
            415, f"Send Content-Type: application/json; received {_told(kind or None)}."
        )
    if encoding := request.headers.get("content-encoding", ""):
        raise BadRequest(415, f"Send the body uncompressed; received {_told(encoding)}.")
    data = _parse(await _body(request))
    if not isinstance(data, dict):
        raise BadRequest(422, f"Send a JSON object with {_either(known)}; received {_told(data)}.")
    if strange := [name for name in data if name not in known]:
        problems = tuple(FieldProblem(name, data[name], _either(known)) for name in strange[:20])
        raise BadRequest(422, "The object has members that are not known.", problems)
    return data


def one(data: dict[str, Any]) -> Applicant:
    """Return the applicant.

    Raises:
        BadRequest: There is none, or it is no object.
    """
    return _applicant(data.get("applicant"), "applicant", 0)


def one_or_many(data: dict[str, Any]) -> tuple[list[Applicant], bool]:
    """Return the applicants, and whether a list was sent.

    Raises:
        BadRequest: Neither or both of `applicant` and `applicants`, or too many.
    """
    if ("applicant" in data) == ("applicants" in data):
        raise BadRequest(422, "Send either applicant (an object) or applicants (a list).")
    if "applicant" in data:
        return [_applicant(data["applicant"], "applicant", 0)], False
    many = data["applicants"]
    if not isinstance(many, list) or not 1 <= len(many) <= MOST_APPLICANTS:
        received = f"{len(many)} applicants" if isinstance(many, list) else many
        problem = FieldProblem("applicants", received, f"a list of 1 to {MOST_APPLICANTS:,}")
        raise BadRequest(422, "The list of applicants cannot be used.", (problem,))
    return [_applicant(each, "applicants", row) for row, each in enumerate(many)], True


def text(data: dict[str, Any], name: str) -> str | None:
    """Return an optional member that should be text."""
    value = data.get(name)
    if value is not None and not isinstance(value, str):
        raise _unusable(name, value, "a text")
    return value


def switch(data: dict[str, Any], name: str, default: bool) -> bool:
    """Return an optional member that should be true or false."""
    value = data.get(name, default)
    if not isinstance(value, bool):
        raise _unusable(name, value, "true or false")
    return value


async def _body(request: Request) -> bytes:
    told = request.headers.get("content-length", "0")
    if told.isdecimal() and int(told[:20]) > MOST_BYTES:
        raise _too_large()
    body = bytearray()
    try:
        async with asyncio.timeout(MOST_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise _too_large()
    except TimeoutError as error:
        raise BadRequest(408, f"The body did not arrive within {MOST_SECONDS} s.") from error
    except ClientDisconnect as error:
        raise BadRequest(400, "The body did not arrive.") from error
    return bytes(body)


def _parse(body: bytes) -> Any:
    try:
        return _DECODER.decode(body.decode(json.detect_encoding(body), "surrogatepass"))
    except RecursionError as error:
        raise BadRequest(400, "The JSON is nested too deeply.") from error
    except json.JSONDecodeError as error:
        where = f"{error.msg.removesuffix(' at')} at line {error.lineno}, column {error.colno}"
        raise BadRequest(400, f"The body is not JSON: {where}.") from error
    except UnicodeDecodeError as error:
        raise _unreadable(f"it is not {error.encoding.upper()}") from error
    except ValueError as error:
        raise _unreadable("a number has thousands of digits") from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise BadRequest(422, f"The member {printable(twice)!r} is given more than once.")
    return found


# Made once: `json.loads` would make one for every body.
_DECODER = json.JSONDecoder(object_pairs_hook=_object)


def _applicant(value: Any, name: str, row: int) -> Applicant:
    if not isinstance(value, dict):
        raise _unusable(name, value, "an object with one value a field", row)
    return value


def _unusable(name: str, value: Any, expected: str, row: int = 0) -> BadRequest:
    problem = FieldProblem(name, value, expected, row)
    return BadRequest(422, f"{name} cannot be used.", (problem,))


def _either(known: tuple[str, ...]) -> str:
    return "the members " + ", ".join(known)


def _told(received: Any) -> str:
    """Return what was received as part of a sentence."""
    if received is None:
        return "nothing"
    shown = printable(received)
    return repr(shown) if isinstance(received, str) else str(shown).lower()


def _unreadable(why: str) -> BadRequest:
    return BadRequest(400, f"The body is not JSON that can be read: {why}.")


def _too_large() -> BadRequest:
    return BadRequest(413, f"The body is larger than {MOST_BYTES // 1_000_000} MB.")

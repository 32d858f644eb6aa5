"""Bodies that anyone may send: always a 4xx in JSON, never a 500, never a traceback."""

import json
import logging
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.decision.scoring import Scorer
from tests.api.conftest import APPLICANT, Ask

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        (b"", 400, "not JSON: Expecting value at line 1, column 1"),
        (b"{", 400, "not JSON"),
        (b"applicant=1", 400, "not JSON"),
        (b'{"a', 400, "not JSON: Unterminated string starting at line 1, column 2."),
        (b"\xff\xfe\xfa", 400, "not JSON"),
        (b"[" * 100_000, 400, "nested too deeply"),
        (b'{"applicant":' * 20_000, 400, "nested too deeply"),
        (b'{"applicant": {"Age": ' + b"9" * 5000 + b"}}", 400, "not JSON that can be read"),
        (b'{"applicant": {"Age": 1, "Age": 2}}', 422, "'Age' is given more than once"),
        (b"null", 422, "Send a JSON object"),
        (b"[{}]", 422, "model, reasons; received a list."),
        (b'"x"', 422, "model, reasons; received 'x'."),
        (b"7", 422, "model, reasons; received 7."),
        (b"true", 422, "model, reasons; received true."),
        (b'{"applicant": {"Home": "\xe9"}}', 400, "not JSON that can be read: it is not UTF-8"),
    ],
)
def test_an_unreadable_body_is_explained(
    ask: Ask, champion: Scorer, body: bytes, status: int, message: str
) -> None:
    """What is wrong with the text is told, with its place where there is one."""
    answer = ask("POST", "/v1/predict", content=body, headers=JSON)
    assert answer.status_code == status
    assert message in answer.json()["error"]["message"]


def test_a_large_body_is_refused(ask: Ask, champion: Scorer) -> None:
    """More than 2 MB is not read, let alone parsed."""
    answer = ask("POST", "/v1/predict", content=b" " * 2_000_001, headers=JSON)
    assert answer.status_code == 413
    assert answer.json()["error"]["message"] == "The body is larger than 2 MB."


def test_a_large_body_in_chunks_is_refused(ask: Ask, champion: Scorer) -> None:
    """The limit holds without Content-Length, and reading stops when it is passed."""
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 100_000
            yield b" " * 100_000

    answer = ask("POST", "/v1/predict", content=chunks(), headers=JSON)
    assert answer.status_code == 413
    assert sent < 3_000_000


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": ""},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_only_plain_json_is_read(ask: Ask, champion: Scorer, headers: dict[str, str]) -> None:
    """A foreign web page can send text/plain without asking; it is not read as JSON."""
    body = json.dumps({"applicant": APPLICANT}).encode()
    answer = ask("POST", "/v1/predict", content=body, headers=headers)
    assert answer.status_code == 415
    received = headers["Content-Type"] or "nothing"
    encoding = headers.get("Content-Encoding")
    assert f"received {encoding or received}." in answer.json()["error"]["message"].replace("'", "")


def test_no_other_origin_may_read_the_answer(ask: Ask, champion: Scorer) -> None:
    """There is no CORS header, and a preflight is not granted."""
    origin = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    preflight = ask("OPTIONS", "/v1/predict", headers=origin)
    answer = ask("POST", "/v1/predict", json={"applicant": APPLICANT}, headers=origin)
    assert preflight.status_code == 405
    for response in (preflight, answer):
        assert "access-control-allow-origin" not in response.headers


def test_an_unexpected_error_shows_an_id_and_logs_no_value(
    ask: Ask, champion: Scorer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The caller gets an id; the log holds it with type and place, without the message."""

    def broken(*_: object) -> None:
        raise RuntimeError("the value was 4711")

    monkeypatch.setattr(Scorer, "assess", broken)
    logging.getLogger("lendlens").propagate = True
    answer = ask("POST", "/v1/predict", json={"applicant": APPLICANT})
    (record,) = caplog.records
    error_id = record.getMessage().split()[1].rstrip(":")
    assert answer.status_code == 500
    assert error_id in answer.json()["error"]["message"]
    assert "RuntimeError at" in record.getMessage()
    assert "4711" not in answer.text + caplog.text


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
FIELDS = st.dictionaries(st.sampled_from([*APPLICANT, "x", "\ud800"]), ANYTHING, max_size=6)


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # the model is never changed
)
@given(
    path=st.sampled_from(["/v1/predict", "/v1/explain", "/v1/recourse"]),
    data=ANYTHING
    | st.fixed_dictionaries({"applicant": FIELDS}, optional={"reasons": ANYTHING})
    | st.fixed_dictionaries({"applicants": st.lists(FIELDS, max_size=3)})
    | st.fixed_dictionaries({"applicant": FIELDS, "model": ANYTHING}),
)
def test_nothing_sent_breaks_it(ask: Ask, champion: Scorer, path: str, data: object) -> None:
    """Whatever JSON is sent, the answer is an assessment or a 4xx in the one shape."""
    answer = ask("POST", path, content=json.dumps(data), headers=JSON)
    if answer.status_code == 200:
        return
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]["message"]


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=st.binary(max_size=200))
def test_no_bytes_break_it(ask: Ask, champion: Scorer, body: bytes) -> None:
    """Bytes that are no JSON are answered in JSON."""
    answer = ask("POST", "/v1/predict", content=body, headers=JSON)
    assert 400 <= answer.status_code < 500
    assert answer.json()["error"]["message"]

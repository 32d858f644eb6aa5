"""REST beside a Flask route that calls `keras.Model.predict` for every request.

Both serve the same network, each in a process of its own, asked one after the other by the same
load generator. Flask runs under waitress, a production server; its route prepares and encodes the
applicant with our recipe and encoder.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.contract import Options, inputs
from benchmarks.load import Plan, measure
from benchmarks.running import ask_json, running_app, running_peer, wait_until_warm
from benchmarks.seeding import publish_champion
from tests.serving import free_port

CONNECTIONS = 8
RATE = 200.0


def run(options: Options) -> dict[str, Any]:
    """Return requests per second and latencies of both, and their ratios."""
    seconds = 3.0 if options.quick else 15.0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        model = publish_champion(home, options)
        with running_app(home) as address:
            wait_until_warm(home)
            applicant = typical_applicant(address)
            url = f"{address}/api/v1/predict"
            scored = _measure(url, {"applicant": applicant, "reasons": False}, seconds)
            explained = _measure(url, {"applicant": applicant}, seconds)
        port = str(free_port())
        peer = f"http://127.0.0.1:{port}"
        arguments = (str(home), model.id, port)
        with running_peer("benchmarks.flask_route", *arguments, ready=f"{peer}/health"):
            flask = _measure(f"{peer}/predict", {"applicant": applicant}, seconds)
    return inputs(options) | {
        "connections": CONNECTIONS,
        "open_loop_rate_per_s": RATE,
        "lendlens": scored,
        "lendlens_with_reasons": explained,
        "flask_keras_predict": flask,
        "ratios": {
            "requests_per_s_over_flask": _ratio(scored, flask),
            "requests_per_s_with_reasons_over_flask": _ratio(explained, flask),
        },
    }


def typical_applicant(address: str) -> dict[str, Any]:
    """Return an applicant with the typical value of every field."""
    schema = ask_json(f"{address}/api/v1/models/champion/schema")
    return {field["name"]: field["typical"] for field in schema["fields"]}


def _measure(url: str, body: dict[str, Any], seconds: float) -> dict[str, Any]:
    text = json.dumps(body)
    measure(Plan(url, text, CONNECTIONS, 1.0))  # warm
    return {
        "closed_loop": measure(Plan(url, text, CONNECTIONS, seconds)),
        "open_loop": measure(Plan(url, text, CONNECTIONS, seconds, RATE)),
    }


def _ratio(ours: dict[str, Any], theirs: dict[str, Any]) -> float:
    ours_rate, their_rate = (x["closed_loop"]["requests_per_s"] for x in (ours, theirs))
    return round(ours_rate / their_rate, 1)

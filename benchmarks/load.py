"""Keep-alive HTTP load from a process of its own: python -m benchmarks.load, a plan on stdin.

The plan is JSON: url, body, connections, seconds, rate; rate 0 means as fast as possible. At a
fixed rate a request's time counts from when it was due, not from when a free connection sent it,
so a server that stalls is not flattered. Requests that were due but not sent when the time was up
are counted, not sent.

The load shares the machine's cores with the server it measures, so it does as little as it can: it
sends the same prepared bytes each time and reads no more of an answer than its status and length.
"""

import json
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from core.config import ROOT


@dataclass(frozen=True, slots=True)
class Plan:
    """What to send: `rate` requests a second in all (0 = closed loop), over so many connections."""

    url: str
    body: str
    connections: int
    seconds: float
    rate: float = 0.0


def measure(plan: Plan) -> dict[str, float]:
    """Run the plan in a fresh process.

    Returns:
        requests_per_s, p50_ms, p95_ms, p99_ms, n, errors (answers other than 200) and unsent.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        cwd=ROOT,
        input=json.dumps(asdict(plan)),
        capture_output=True,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def send_all(plan: Plan) -> dict[str, float]:
    """Send what the plan says from this process."""
    start = time.perf_counter() + 0.05
    times: list[list[float]] = [[] for _ in range(plan.connections)]
    errors = [0] * plan.connections
    unsent = [0] * plan.connections

    def connection(index: int) -> None:
        with _Connection(plan) as server:
            for due in _schedule(plan, index, start):
                if time.perf_counter() > start + plan.seconds:
                    unsent[index] += 1
                    continue
                time.sleep(max(0.0, due - time.perf_counter()))
                sent = due if plan.rate else time.perf_counter()
                errors[index] += server.ask() != 200
                times[index].append(time.perf_counter() - sent)

    with ThreadPoolExecutor(plan.connections) as threads:
        list(threads.map(connection, range(plan.connections)))
    wall = time.perf_counter() - start
    return _figures(np.concatenate(times), wall) | {"errors": sum(errors), "unsent": sum(unsent)}


class _Connection:
    """A keep-alive connection that sends one request again and again."""

    def __init__(self, plan: Plan) -> None:
        parts, body = urlsplit(plan.url), plan.body.encode()
        self._socket = socket.create_connection((parts.hostname, parts.port or 80), timeout=30)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept-Encoding: identity\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self._request = head.encode() + body

    def __enter__(self) -> "_Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()
        self._socket.close()

    def ask(self) -> int:
        """Send the request, read the answer and return its status.

        Raises:
            ConnectionError: The server hung up, or does not say how long its answer is.
        """
        self._socket.sendall(self._request)
        status = self._answers.readline()
        length = -1
        while (line := self._answers.readline()).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if length < 0 or len(self._answers.read(length)) < length:
            raise ConnectionError(f"The answer broke off after {status!r}.")
        return int(status.split()[1])


def _schedule(plan: Plan, index: int, start: float) -> Any:
    """Yield when this connection's requests are due."""
    if not plan.rate:
        while time.perf_counter() < start + plan.seconds:
            yield start
        return
    gap = plan.connections / plan.rate
    for k in range(int(plan.seconds / gap)):
        yield start + (k + index / plan.connections) * gap


def _figures(seconds: np.ndarray, wall: float) -> dict[str, float]:
    p50, p95, p99 = np.quantile(seconds, [0.5, 0.95, 0.99]) * 1000
    return {
        "requests_per_s": round(len(seconds) / wall, 1),
        "p50_ms": round(p50, 2),
        "p95_ms": round(p95, 2),
        "p99_ms": round(p99, 2),
        "n": len(seconds),
    }


if __name__ == "__main__":
    print(json.dumps(send_all(Plan(**json.load(sys.stdin)))))

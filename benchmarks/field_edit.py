"""A field that is changed on the scoring page, in Chromium: how long until the answer is new."""

import re
import statistics
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

from benchmarks.pages import CHROMIUM, chromium, show
from benchmarks.running import running_app, wait_until_warm

WATCH = """() => {
  Object.assign(window, {first: {}, seen: {}, sent: null});
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...data) {
    window.sent ??= performance.now();
    return send.apply(this, data);
  };
  const words = name => [...document.querySelectorAll(`.st-key-${name}`)]
    .map(each => each.innerText).join();
  const look = () => {
    for (const name of ['scoring-answer', 'scoring-why']) {
      const now = words(name);
      if (window.sent && window.seen[name] !== undefined && now !== window.seen[name])
        window.first[name] ??= performance.now() - window.sent;
      window.seen[name] = now;
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
"""Notes when score and reasons are first seen to be others after a message to the server."""


def field_edits(
    home: Path, label: str, values: tuple[float, float], row: int, rounds: int
) -> dict[str, Any]:
    """Return milliseconds from the message to the server until score and reasons are new.

    Streamlit waits a moment after a key before it sends; that is left out.

    Args:
        home: A workspace with a champion.
        label: How the name of the number field begins.
        values: What is typed there, in turn; score and reasons should be others for each.
        row: Of the loan file, from which the form starts.
        rounds: Changes that are measured; two before them warm.
    """
    if not Path(CHROMIUM).exists():
        return {"left_out": {"field_edit": "there is no Chromium"}}
    with running_app(home) as address, chromium() as page:
        wait_until_warm(home)
        page.add_init_script(f"({WATCH})()")
        show(page, f"{address}/scoring?row={row}", "Scoring")
        field = page.get_by_role("spinbutton", name=re.compile(f"^{re.escape(label)}")).first
        noted = [_edit(page, field, values[k % 2]) for k in range(rounds + 2)][2:]
    told = {
        name: [each[key] for each in noted if key in each]
        for name, key in (("score", "scoring-answer"), ("reasons", "scoring-why"))
    }
    return {"field": label, "values": list(values), "row": row} | {
        name: _figures(each) for name, each in told.items()
    }


def _edit(page: Page, field: Locator, value: float) -> dict[str, float]:
    field.fill(f"{value:g}")
    page.evaluate("window.first = {}; window.sent = null")
    field.press("Enter")
    page.wait_for_timeout(1500)
    found: dict[str, float] = page.evaluate("window.first")
    return found


def _figures(times: list[float]) -> dict[str, Any]:
    if not times:
        return {"n": 0}
    return {
        "n": len(times),
        "p50_ms": round(statistics.median(times)),
        "most_ms": round(max(times)),
    }

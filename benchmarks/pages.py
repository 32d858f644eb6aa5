"""How long a person waits in Chromium: first page after a start, page changes, widget reruns.

The peer is the floor: a Streamlit app of two pages with a title and a slider, with our server
settings, in the same browser on the same machine.

A widget is timed from its message to the server until words or marks first change
(`widget_answer`) and until the page stands still (`widget_rerun`); Streamlit waits a moment after
a key before it sends, which is left out. The cut-off moves in the browser and sends nothing until
it rests, so it is timed from the key itself: until its board first changes, until the board stands
still, and until the server has heard, the address is written and the whole page stands still
(`widget_settled`, with a quarter of a second of rest before the message). The floor's slider has
`widget_wait_ms`, from the key to its message, beside its times; the ratios leave that out, in the
floor's favour. All times end when the page's content has changed, before it is painted.
"""

import re
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Page, sync_playwright

from benchmarks.contract import Options, inputs
from benchmarks.running import running_app, running_peer, wait_until_warm
from benchmarks.seeding import publish_champion
from tests.serving import free_port
from ui.links import ENTRIES

CHROMIUM = "/usr/bin/chromium"
BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLOOR = Path(__file__).parent / "floor_app.py"

WATCH = """() => {
  window.forget = () => {
    window.pressed = window.sent = window.answered = window.changed = null;
    window.moving = window.moved = null;
  };
  window.forget();
  addEventListener('keydown', () => { window.pressed ??= performance.now(); }, true);
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...data) {
    window.sent ??= performance.now();
    return send.apply(this, data);
  };
  const content = record => record.type !== 'attributes';
  const differs = record => content(record)
    || record.target.getAttribute(record.attributeName) !== record.oldValue;
  const onBoard = ({target}) => target.closest?.('.cut-off-part') && target.role !== 'status';
  new MutationObserver(records => {
    if (records.some(differs)) window.changed = performance.now();
    if (records.some(each => differs(each) && onBoard(each))) {
      window.moving ??= performance.now();
      window.moved = performance.now();
    }
    if (window.sent !== null && records.some(content)) window.answered ??= performance.now();
  }).observe(document, {subtree: true, childList: true, attributes: true,
                        attributeOldValue: true, characterData: true});
}"""
"""Notes when a key goes down, when a message goes to the server, when words or marks first change
after it, and when anything changes last; of the cut-off's board, when it changes first and last.
An attribute that is set to the value it has is no change, nor are words only screen readers get.
"""

STANDS_STILL = """async () => {
  const {pressed} = window, begin = performance.now();
  const onBoard = () => window.moving !== null;
  const heard = () => (onBoard() ? window.sent : window.answered) !== null;
  while (!heard() || performance.now() - window.changed < 400) {
    if (performance.now() - begin > 10000) throw new Error('Nothing came of it in 10 s.');
    await new Promise(requestAnimationFrame);
  }
  return onBoard() ? {
    widget_answer_p50_ms: window.moving - pressed,
    widget_rerun_p50_ms: window.moved - pressed,
    widget_settled_p50_ms: window.changed - pressed,
  } : {
    widget_answer_p50_ms: window.answered - window.sent,
    widget_rerun_p50_ms: window.changed - window.sent,
  };
}"""
"""Milliseconds from the message until words or marks change, and all stands still.

On the cut-off's board they count from the key, which the browser answers: until the board changes,
until it stands still, and until the whole page does, once the server has heard of it.
"""

CHANGE_PAGE = """async (title) => {
  const link = [...document.querySelectorAll('[data-testid=stSidebarNavLink]')]
    .find(a => a.innerText.trim().endsWith(title));
  const begin = performance.now();
  link.click();
  const there = () => document.querySelector('h1')?.innerText === title
    && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning';
  while (!there()) await new Promise(requestAnimationFrame);
  return performance.now() - begin;
}"""
"""Milliseconds from a click in the sidebar until the new page stands still."""


def run(options: Options) -> dict[str, Any]:
    """Return medians over rounds in milliseconds, and their ratios to the floor."""
    rounds = 5 if options.quick else 20
    with tempfile.TemporaryDirectory() as folder, chromium() as page:
        home = Path(folder) / "home"
        publish_champion(home, options)
        begin = time.perf_counter()
        with running_app(home) as address:
            show(page, address, "Overview")
            first_page = time.perf_counter() - begin
            wait_until_warm(home)
            ours = _measure(page, [entry.title for entry in ENTRIES.values()], rounds)
            ours |= _widgets(page, address, rounds)
        with _floor() as address:
            show(page, address, "One")
            floor = _measure(page, ["One", "Two"], rounds)
            show(page, address, "One")
            page.get_by_role("slider").focus()
            floor |= _rerun(page, rounds, FLOOR_SLIDER)
            floor["widget_wait_ms"] = round(page.evaluate("window.sent - window.pressed"), 1)
    return inputs(options) | {
        "rounds": rounds,
        "lendlens": {"start_to_first_page_s": round(first_page, 2), **ours},
        "floor": floor,
        "ratios": {
            f"{name}_over_floor": round(ours[f"{name}_p50_ms"] / floor[f"{name}_p50_ms"], 2)
            for name in ("page_change", "widget_answer", "widget_rerun")
        },
    }


@contextmanager
def chromium() -> Iterator[Page]:
    """Yield a page of a headless Chromium that notes messages and changes."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=BROWSER_FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(f"({WATCH})()")
        yield page
        browser.close()


def show(page: Page, address: str, title: str) -> None:
    """Open an address and wait until the page of that title stands still."""
    page.goto(address)
    page.get_by_role("heading", name=title, level=1).wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def _measure(page: Page, titles: list[str], rounds: int) -> dict[str, Any]:
    """Visit every page in turn, once to warm and then so many rounds."""
    for title in titles[1:]:
        page.evaluate(CHANGE_PAGE, title)
    times = {title: [] for title in titles}
    for _ in range(rounds):
        for title in titles:
            times[title].append(page.evaluate(CHANGE_PAGE, title))
    medians = {title: round(statistics.median(each), 1) for title, each in times.items()}
    return {
        "page_change_ms": medians,
        "page_change_p50_ms": round(statistics.median(chain(*times.values())), 1),
        "page_change_slowest_ms": max(medians.values()),
    }


@dataclass(frozen=True, slots=True)
class Widget:
    """Something a person changes by keys, there and back again.

    Attributes:
        page: Title of its page.
        role: Its role in the accessibility tree.
        label: How its name begins.
        there: Keys that change it.
        back: Keys that change it back.
        query: Of the page's address.
    """

    page: str
    role: Literal["slider", "combobox", "spinbutton"]
    label: str
    there: Sequence[str]
    back: Sequence[str]
    query: str = ""

    def reach(self, page: Page, address: str) -> None:
        """Open the page and put the focus on the widget, on nothing else."""
        show(page, f"{address}/{self.page.lower()}{self.query}", self.page)
        page.get_by_role(self.role, name=re.compile(f"^{re.escape(self.label)}")).first.focus()


WIDGETS = {
    "cut_off": Widget("Evaluation", "slider", "Decline from", ["ArrowLeft"], ["ArrowRight"]),
    "cleaning_step": Widget(
        "Data", "combobox", "What to do", [*"Drop", "Enter"], [*"Read", "Enter"], "?view=Cleaning"
    ),
    "income": Widget(
        "Scoring", "spinbutton", "Income", ["ArrowUp", "Enter"], ["ArrowDown", "Enter"]
    ),
}
"""A slider that moves figures, a list that changes a form, a number that changes a score."""

FLOOR_SLIDER = Widget("One", "slider", "", ["ArrowLeft"], ["ArrowRight"])


def _rerun(page: Page, rounds: int, widget: Widget) -> dict[str, float]:
    """Change the widget in focus so many times and return medians; the first time warms."""
    noted = []
    for k in range(rounds + 1):
        page.evaluate("window.forget()")
        for key in widget.back if k % 2 else widget.there:
            page.keyboard.press(key)
        noted.append(page.evaluate(STANDS_STILL))
    return {
        name: round(statistics.median(each[name] for each in noted[1:]), 1) for name in noted[0]
    }


def _widgets(page: Page, address: str, rounds: int) -> dict[str, Any]:
    """Return the medians of every widget; the cut-off's stand for the page beside the floor."""
    measured = {}
    for name, widget in WIDGETS.items():
        widget.reach(page, address)
        measured[name] = _rerun(page, rounds, widget)
    return measured["cut_off"] | {"widgets": measured}


@contextmanager
def _floor() -> Iterator[str]:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    arguments = ("run", str(FLOOR), f"--server.port={port}")
    with running_peer("streamlit", *arguments, ready=f"{address}/_stcore/host-config"):
        yield address

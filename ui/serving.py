"""Starting and stopping the process that serves pages and REST."""

import argparse
import asyncio
import gc
import importlib
import inspect
import logging
import logging.handlers
import pkgutil
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn.config
from streamlit.starlette import App
from threadpoolctl import threadpool_limits

import ui
from core.config import Settings
from ui import session
from ui.components.page import log_unexpected
from ui.loopback import LoopbackOnly, is_loopback, listening, refusal

if TYPE_CHECKING:
    from core.jobs.launcher import Launcher

__all__ = ["LoopbackOnly", "lifespan", "main", "workers"]

NOBODY_COMES_S = 2.0
"""A visitor who follows the printed address at once has the first page within this time."""

DRAWING_S = 0.5
"""The browser is still busy for so long when the server has sent the first page."""

FIRST = (
    "numpy",
    "PIL.ImageFile",
    "ui.sidebar",
    "ui.theme",
    "ui.overview_content",
    "ui.overview_demo",
)
"""What the first page needs; Streamlit loads NumPy for any icon."""

QUIET = {"logger.hideWelcomeMessage": True}  # we print the address ourselves, once it answers


def main(app: App) -> None:
    """Serve from the command line until stopped."""
    parser = argparse.ArgumentParser(description="Start Lendlens and print its address.")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", default=8501, type=int)
    asked = parser.parse_args()
    if not is_loopback(asked.host):
        sys.exit(refusal(asked.host))
    host = "127.0.0.1" if asked.host == "localhost" else asked.host
    _require_free(host, asked.port)
    uvicorn.config.LOGGING_CONFIG["loggers"]["uvicorn"]["level"] = "WARNING"
    app.state["announce"] = f"Lendlens is ready at http://{asked.host}:{asked.port}"
    with suppress(KeyboardInterrupt):  # Ctrl-C is how a person stops it
        app.run(config={"server.address": host, "server.port": asked.port, **QUIET})


@asynccontextmanager
async def lifespan(app: App, prepare: Callable[[], object]) -> AsyncIterator[None]:
    """Open the workspace, start the workers, and put both away at the end.

    Args:
        app: The app that begins to answer.
        prepare: Loads what answers beside the pages; called once the first page is shown.
    """
    workspace = session.workspace()
    _log_to(workspace.settings)
    _send_at_once()
    launcher = session.launcher()
    stopping = threading.Event()
    settling = threading.Thread(target=_settle, args=(prepare, launcher, stopping), name="settling")
    settling.start()
    if announcement := app.state.get("announce"):
        print(announcement, flush=True)  # noqa: T201 the one line a person waits for
    try:
        yield
    finally:
        stopping.set()
        session.first_page.set()
        await asyncio.to_thread(settling.join)
        await asyncio.to_thread(launcher.stop)
        session.close()


def _settle(prepare: Callable[[], object], launcher: "Launcher", stopping: threading.Event) -> None:
    """Load what all pages and REST need, then start the workers, once the first page is shown.

    Each takes seconds of one core, which the server and a browser that loads its scripts need.
    """
    _load(_for_the_first_page)
    session.first_page.wait(NOBODY_COMES_S)
    if stopping.wait(DRAWING_S):
        return
    _load(prepare)
    _load(_for_all_pages)
    # One applicant's matrices are small: waking a second thread for them costs several times more
    # than it saves, and takes the core that another request needs.
    threadpool_limits(1, user_api="blas")
    gc.collect()
    gc.freeze()  # what was imported stays: later collections need not look at it
    gc.enable()
    if not stopping.is_set():
        launcher.start()


def _for_the_first_page() -> None:
    """Do what would hold up the first page, while the browser loads its scripts."""
    for name in FIRST:
        importlib.import_module(name)
    inspect.stack()  # Streamlit asks for it once; it looks at every module, and remembers them
    registry = session.workspace().registry
    registry.champion(), registry.counts(), registry.jobs(active=True)


def _for_all_pages() -> None:
    for module in pkgutil.walk_packages(ui.__path__, "ui."):
        if module.name != "ui.shell":  # a script: importing it would run it
            importlib.import_module(module.name)


def _load(what: Callable[[], object]) -> None:
    try:
        what()
    except Exception as error:  # whoever needs it will be told; workers are needed anyway
        log_unexpected(error)


def workers() -> int:
    """Return how many worker processes live."""
    return len(session.launcher().pids)


def _require_free(host: str, port: int) -> None:
    """Say in words that a port is taken, before anything is loaded."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            sys.exit(
                f"Port {port} on {host} cannot be used ({error}). Another program may be using it, "
                "perhaps a Lendlens that is already running. Choose another one: make app PORT=8502"
            )


def _send_at_once() -> None:
    """Answer keep-alive clients without delay.

    `streamlit run` makes its socket so that asyncio leaves Nagle's algorithm on, which costs
    44 ms a request; accepted connections inherit the option from the listening socket.
    """
    for each in listening():
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _log_to(settings: Settings) -> None:
    """Write our own log lines to the screen and to `logs/lendlens.log`."""
    ours = logging.getLogger("lendlens")
    if ours.handlers:
        return
    file = Path(settings.home) / "logs" / "lendlens.log"
    for handler in (
        logging.StreamHandler(),
        logging.handlers.RotatingFileHandler(file, maxBytes=1_000_000, backupCount=3),
    ):
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    ours.propagate = False
    # Streamlit would log the whole traceback, whose message may quote an applicant's values.
    logging.getLogger("streamlit.error_util").addFilter(lambda record: record.exc_info is None)

"""What every page of this process shares: the workspace on disk and the job launcher.

    from ui.session import workspace

    runs = workspace().registry.runs()

Nothing here belongs to one visitor. What a visitor looks at is in the URL (`ui.links`), what
was made is in the store.
"""

import os
import threading
from functools import cache
from typing import TYPE_CHECKING

from core.config import VARIABLES, Settings
from core.store.workspace import Workspace

if TYPE_CHECKING:
    from core.jobs.launcher import Launcher

first_page = threading.Event()
"""Set once a page has been sent to a browser; until then nothing else should take its time."""


def workspace() -> Workspace:
    """Return the workspace of this process, opened on first use.

    The settings are its key, so a test that points `LENDLENS_HOME` elsewhere gets its own.
    """
    return _workspace(_settings())


def launcher() -> "Launcher":
    """Return the launcher of this process; `ui.serving` starts and stops it."""
    return _launcher(_settings())


def close() -> None:
    """Close the workspace and forget it; the next call opens it anew."""
    workspace().close()
    _workspace.cache_clear()
    _launcher.cache_clear()


def _settings() -> Settings:
    """Return the settings; read anew only when a variable has changed, as REST asks each time."""
    return _settings_of(frozenset((name, os.environ.get(name)) for name in VARIABLES))


@cache
def _settings_of(_environment: frozenset[tuple[str, str | None]]) -> Settings:
    return Settings.from_environment()


@cache
def _workspace(settings: Settings) -> Workspace:
    return Workspace.open(settings)


@cache
def _launcher(settings: Settings) -> "Launcher":
    from core.jobs.launcher import Launcher

    return Launcher(settings)

"""A workspace on disk for the tests of jobs, and what must be ended afterwards."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import Settings
from core.store.workspace import Workspace


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty folder with two workers at most."""
    return Settings.from_environment({"LENDLENS_HOME": str(tmp_path), "LENDLENS_WORKERS": "2"})


@pytest.fixture
def store(settings: Settings) -> Iterator[Workspace]:
    """An opened, empty workspace."""
    workspace = Workspace.open(settings)
    yield workspace
    workspace.close()

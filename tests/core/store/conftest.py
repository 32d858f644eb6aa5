"""A workspace on disk for the tests of the store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import Settings
from core.store.registry import Registry
from core.store.workspace import Workspace


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of an empty folder."""
    return Settings.from_environment({"LENDLENS_HOME": str(tmp_path)})


@pytest.fixture
def store(settings: Settings) -> Iterator[Workspace]:
    """An opened, empty workspace."""
    workspace = Workspace.open(settings)
    yield workspace
    workspace.close()


@pytest.fixture
def registry(store: Workspace) -> Registry:
    """Its records."""
    return store.registry

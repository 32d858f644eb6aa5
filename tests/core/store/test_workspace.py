"""core.store.workspace: opening and what survives it."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import ConfigError, InUseError, NotFoundError
from core.store.workspace import Workspace, explanation_parts
from tests.core.store.filling import a_model, a_source


def test_open_creates_what_is_missing(settings):
    """An empty folder becomes a workspace."""
    workspace = Workspace.open(replace(settings, home=settings.home / "new" / "home"))
    assert (settings.home / "new" / "home" / "logs").is_dir()
    assert workspace.registry.counts()["sources"] == 0
    workspace.close()


def test_everything_survives_reopening(settings, store):
    """Records and files are there for the next process."""
    source = a_source(store.registry)
    store.artifacts.write(f"sources/{source.id}", {"frame.parquet": b"x"})
    store.close()
    again = Workspace.open(settings)
    assert again.registry.source(source.id) == source
    assert again.artifacts.read(f"sources/{source.id}", "frame.parquet") == b"x"
    again.close()


def test_opening_again_is_quick(settings, store):
    """A database that is up to date opens within a tenth of a second."""
    started = time.perf_counter()
    Workspace.open(settings).close()
    assert time.perf_counter() - started < 0.1


def test_home_that_cannot_be_written(settings, tmp_path):
    """The message names the variable and the folder."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"LENDLENS_HOME is '.*file', which cannot be written"):
        Workspace.open(replace(settings, home=Path(tmp_path / "file")))


def test_delete_model_drops_its_files(store):
    """Its own folder and those of its explanations go with the record."""
    model = a_model(store.registry)
    explanation = store.registry.add_explanation(model.id, "job_2", "near the cut-off", 10, 20, "d")
    figure = store.registry.add_figure(model.id, "job_2", "interactions", "all", 10, 20, "d")
    made = [f"explanations/{each.id}" for each in (explanation, figure)]
    folders = [f"models/{model.id}", *made]
    for folder in folders:
        store.artifacts.write(folder, {"a": b"1"})
    store.delete_model(model.id)
    assert not any(store.artifacts.exists(folder) for folder in folders)
    with pytest.raises(NotFoundError, match="There is no model 'mod_"):
        store.registry.model(model.id)
    assert store.registry.figures(model.id) == []


def test_delete_model_drops_unfinished_explanations(store):
    """Chunks that could have been continued go too, and whoever makes more of them is stopped."""
    gone, kept = a_model(store.registry), a_model(store.registry)
    for model in (gone, kept):
        store.artifacts.write(f"{explanation_parts(model.id)}/ref_1/00000-50", {"a": b"1"})
    jobs = [store.registry.submit("explain", "E", {"model_id": m.id}) for m in (gone, kept)]
    store.delete_model(gone.id)
    assert not store.artifacts.exists(f"{explanation_parts(gone.id)}/ref_1/00000-50")
    assert store.artifacts.exists(f"{explanation_parts(kept.id)}/ref_1/00000-50")
    assert [store.registry.job(job.id).status for job in jobs] == ["stopped", "queued"]


def test_delete_model_in_use_keeps_its_files(store):
    """The champion and its files stay."""
    model = a_model(store.registry)
    store.artifacts.write(f"models/{model.id}", {"a": b"1"})
    store.registry.publish(model.id, "local")
    with pytest.raises(InUseError, match="Loans version 1 is kept: it is or was the champion"):
        store.delete_model(model.id)
    assert store.artifacts.exists(f"models/{model.id}")

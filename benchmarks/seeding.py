"""A workspace with a champion, made the way the app makes it, for benchmarks that need one."""

import os
from pathlib import Path

from benchmarks.contract import Options
from core.config import Settings
from core.data.catalog import add_sample, add_source, save_data_set, source_frame
from core.data.cleaning import Recipe
from core.data.schema import Schema
from core.data.splitting import SplitSettings
from core.jobs.train_request import start_run
from core.jobs.worker import KINDS, prepare_environment, work_once
from core.model.settings import PRESETS
from core.store.tables import ModelVersion
from core.store.workspace import Workspace


def publish_champion(home: Path, options: Options) -> ModelVersion:
    """Train the recommended network on the asked file in this process and publish it.

    Raises:
        RuntimeError: The training failed; the message is its own.
    """
    settings = Settings.from_environment({**os.environ, "LENDLENS_HOME": str(home)})
    prepare_environment(settings)
    workspace = Workspace.open(settings)
    try:
        data_set_id = data_set_of(workspace, options)
        recommended = PRESETS["recommended"].settings
        run = start_run(workspace, data_set_id, "recommended", recommended, SplitSettings())
        work_once(workspace, "benchmark", KINDS)
        job = workspace.registry.job(run.job_id)
        if job.status != "done":
            raise RuntimeError(job.error or job.output)
        model = next(m for m in workspace.registry.models() if m.run_id == run.id)
        workspace.registry.publish(model.id, settings.user)
        return model
    finally:
        workspace.close()


def data_set_of(workspace: Workspace, options: Options) -> str:
    """Save the asked file as a data set and return its id."""
    if options.data is None:
        source = add_sample(workspace, "credit_data")
        schema = Schema.from_json(source.draft["schema"])
        recipe = Recipe.from_json(source.draft["recipe"])
    else:
        source = add_source(workspace, options.data.name, options.raw)
        schema = options.mark_outcome(source_frame(workspace, source.id)[1])
        recipe = Recipe()
    return save_data_set(workspace, source.id, source.name, schema, recipe).id

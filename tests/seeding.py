"""The workspace that tests start from: one data set, one short training, one champion."""

from core.data.catalog import add_sample, save_data_set
from core.data.cleaning import Recipe
from core.data.schema import Schema
from core.data.splitting import SplitSettings
from core.jobs.progress import JobContext
from core.jobs.train import run as train
from core.jobs.train_request import start_run
from core.model.settings import NetworkSettings
from core.store.tables import Run
from core.store.workspace import Workspace

QUICK = NetworkSettings(layers=(8,), epochs=3, patience=0, batch_size=256, learning_rate=5e-3)


def seed(workspace: Workspace) -> None:
    """Fill an empty workspace with everything up to a published model."""
    source = add_sample(workspace, "credit_data")
    draft = source.draft
    data_set = save_data_set(
        workspace,
        source.id,
        "Bank credit",
        Schema.from_json(draft["schema"]),
        Recipe.from_json(draft["recipe"]),
    )
    run = trained(workspace, data_set.id)
    (model,) = (each for each in workspace.registry.models() if each.run_id == run.id)
    workspace.registry.publish(model.id, "seed")


def trained(
    workspace: Workspace,
    data_set_id: str,
    settings: NetworkSettings = QUICK,
    split: SplitSettings | None = None,
) -> Run:
    """Train in this process, the way a worker does, and return the finished run."""
    asked = start_run(workspace, data_set_id, "custom", settings, split or SplitSettings())
    registry = workspace.registry
    job = registry.claim("test", 0)
    assert job is not None
    assert job.payload == {"run_id": asked.id}
    registry.finish(job.id, "done", result=train(JobContext(workspace, job)))
    return registry.run(asked.id)

"""Asks for a training. Pages call this; the training itself is core.jobs.train, in a worker."""

from core.data.splitting import SplitSettings
from core.model.settings import PRESETS, NetworkSettings
from core.store.base import new_id
from core.store.tables import DataSet, Run
from core.store.workspace import Workspace

NETWORK_TRAINED = 0.75
"""Share of the job that is done when the network is trained; stopping means nothing after it."""

SIDE_BY_SIDE = 2
MOST_ROWS_SIDE_BY_SIDE = 20_000


def folds_at_once(rows: int) -> int:
    """Return how many folds of a cross-validation learn side by side.

    Beyond 20,000 rows a fold keeps both cores busy, and two would need twice the memory.
    """
    return SIDE_BY_SIDE if rows <= MOST_ROWS_SIDE_BY_SIDE else 1


def start_run(
    workspace: Workspace,
    data_set_id: str,
    preset: str,
    settings: NetworkSettings,
    split: SplitSettings,
    name: str = "",
) -> Run:
    """Store a run and put its job at the end of the queue.

    Args:
        workspace: Where the run is kept.
        data_set_id: The data set version to train on.
        preset: A key of core.model.settings.PRESETS.
        settings: What the network is trained with.
        split: How rows are divided.
        name: Shown to users; without one, data set, preset and a number.

    Raises:
        NotFoundError: There is no such data set.
    """
    registry = workspace.registry
    data_set = registry.data_set(data_set_id)
    # The run is stored before the job: a worker may take the job the moment it is submitted.
    run = registry.add_run(
        data_set_id=data_set_id,
        job_id=new_id("job"),
        name=name or _name(workspace, data_set, preset),
        preset=preset,
        settings=settings.to_json(),
        split=split.to_json(),
    )
    registry.submit("train", f"Training on {data_set.name}", {"run_id": run.id}, id=run.job_id)
    return run


def _name(workspace: Workspace, data_set: DataSet, preset: str) -> str:
    number = len(workspace.registry.runs(data_set.id)) + 1
    return f"{data_set.name} · {PRESETS[preset].title.lower()} · run {number}"

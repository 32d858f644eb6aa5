"""Asks for a run like another one without some of its fields. The training itself is the usual."""

from collections.abc import Collection
from dataclasses import replace

from core.data.catalog import data_set_source, save_data_set
from core.data.cleaning import Recipe
from core.data.schema import Schema
from core.data.splitting import SplitSettings
from core.errors import SchemaError
from core.jobs.train_request import start_run
from core.model.settings import NetworkSettings
from core.store.tables import DataSet, Run
from core.store.workspace import Workspace

MOST_NAMED = 2
LONGEST_NAME = 200


def start_without(workspace: Workspace, run_id: str, fields: Collection[str]) -> Run:
    """Store a version of the run's data set without these features, and train on it alike.

    The rows stay, and with settings and split also who is tested on them, so that the two runs can
    be compared.

    Args:
        workspace: Where the run is.
        run_id: Whose settings and split are taken over.
        fields: Features to leave out.

    Raises:
        NotFoundError: There is no such run.
        SchemaError: A field is no feature of the run, or no feature would be left.
    """
    run = workspace.registry.run(run_id)
    data_set = workspace.registry.data_set(run.data_set_id)
    made = _save_without(workspace, data_set, frozenset(fields))
    settings = NetworkSettings.from_json(run.settings)
    monotone = {name: way for name, way in settings.monotone.items() if name not in fields}
    return start_run(
        workspace,
        made.id,
        run.preset,
        replace(settings, monotone=monotone),
        SplitSettings.from_json(run.split),
    )


def runs_with_less(workspace: Workspace, run: Run) -> list[tuple[Run, tuple[str, ...]]]:
    """Return the runs on the same file and split that do without some of its features, and which.

    The newest first.
    """
    registry = workspace.registry
    sets = {each.id: each for each in registry.data_sets()}
    own = sets[run.data_set_id]
    features = _features(own)
    found = []
    for other in registry.runs():
        data_set = sets.get(other.data_set_id)
        if data_set is None or data_set.source_id != own.source_id or other.split != run.split:
            continue
        if set(theirs := _features(data_set)) < set(features):
            found.append((other, tuple(name for name in features if name not in theirs)))
    return found


def _features(data_set: DataSet) -> list[str]:
    return [column.name for column in Schema.from_json(data_set.schema).features]


def _save_without(workspace: Workspace, data_set: DataSet, fields: frozenset[str]) -> DataSet:
    labels = {c.name: c.label for c in Schema.from_json(data_set.schema).features}
    if unknown := sorted(fields - set(labels)):
        raise SchemaError(f"{unknown[0]!r} is no feature of {data_set.name}.")
    if not fields or len(fields) == len(labels):
        raise SchemaError(
            f"{len(fields)} of {len(labels)} features are to be left out; it should be at least "
            "one, and not all."
        )
    _, schema, recipe = data_set_source(workspace, data_set.id)
    for name in fields & set(schema.names):
        schema = schema.change(name, role="ignore", why="Left out for a comparison")
    made = fields - set(schema.names)
    steps = tuple(step for step in recipe.active if not made & set(step.writes))
    name = f"{data_set.name} without {_named([labels[n] for n in labels if n in fields])}"
    return save_data_set(workspace, data_set.source_id, name[:LONGEST_NAME], schema, Recipe(steps))


def _named(labels: list[str]) -> str:
    if len(labels) > MOST_NAMED:
        return f"{len(labels)} fields"
    return " and ".join(labels)

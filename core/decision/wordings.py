"""The reason list of a model version: a file in its folder, so that its hash covers it.

Other words make another version, as other cut-offs do: records name the version, and what was
stated then can be found again.
"""

import json
from collections.abc import Callable, Mapping

from core.data.schema import Schema
from core.errors import ExplanationError, LendlensError, ModelError, NotFoundError
from core.explanation.reason_list import STANDARD, Case, ReasonList
from core.store.base import new_id
from core.store.tables import ModelVersion
from core.store.workspace import Workspace

FILE = "reason_list.json"


def read_wordings(read: Callable[[str], bytes]) -> ReasonList:
    """Return the stored list; the standard one where a version has none of its own.

    Args:
        read: Returns the bytes of a file by name, checked against the manifest.
    """
    try:
        return ReasonList.from_json(json.loads(read(FILE)))
    except NotFoundError:
        return STANDARD


def wordings_file(wordings: ReasonList) -> dict[str, bytes]:
    """Return the file that `read_wordings` reads; none for the standard list."""
    if not wordings.own:
        return {}
    return {FILE: json.dumps(wordings.to_json(), ensure_ascii=False, indent=1).encode()}


def change_wordings(workspace: Workspace, model_id: str, wordings: ReasonList) -> ModelVersion:
    """Return a new version of a model that differs in its reason list alone.

    Raises:
        NotFoundError: There is no such model.
        ModelError: The list is the one it already has.
        ExplanationError: A wording is for a field that can be no reason, or cannot be used.
    """
    model, folder = workspace.registry.model(model_id), f"models/{model_id}"
    workspace.artifacts.verify(folder, model.digest)
    names = workspace.artifacts.names(folder)
    files = {name: workspace.artifacts.read(folder, name) for name in names if name != FILE}
    wordings.require_fit(Schema.from_json(json.loads(files["schema.json"])))
    kept = wordings_of(workspace, model_id)
    if kept == wordings:
        raise ModelError(f"Version {model.version} already has these wordings.")
    return _keep(workspace, model, files | wordings_file(wordings))


def wordings_of(workspace: Workspace, model_id: str) -> ReasonList:
    """Return the reason list of a model version."""
    return read_wordings(lambda name: workspace.artifacts.read(f"models/{model_id}", name))


def inherited(workspace: Workspace, data_set_id: str, schema: Schema) -> ReasonList:
    """Return the list of the newest version on a data set, for the fields that it still fits."""
    registry = workspace.registry
    runs = {run.id for run in registry.runs(data_set_id)}
    for model in registry.models():
        if model.run_id in runs:
            try:
                own = wordings_of(workspace, model.id).own
            except LendlensError:  # a damaged version must not hold up a new one
                continue
            return ReasonList({name: own[name] for name in own if _fits(name, own, schema)})
    return STANDARD


def _fits(name: str, own: Mapping[str, Mapping[Case, str]], schema: Schema) -> bool:
    try:
        ReasonList({name: own[name]}).require_fit(schema)
    except ExplanationError:
        return False
    return True


def _keep(workspace: Workspace, model: ModelVersion, files: dict[str, bytes]) -> ModelVersion:
    model_id = new_id("mod")
    folder = f"models/{model_id}"
    run = workspace.registry.run(model.run_id)
    about = {"model_id": model_id, "name": model.name, "run_id": run.id, "run_digest": run.digest}
    digest = workspace.artifacts.write(folder, files, about)
    try:
        add = workspace.registry.add_model
        return add(model.run_id, model.name, model.policy, digest, model_id)
    except Exception:
        workspace.artifacts.delete(folder)
        raise

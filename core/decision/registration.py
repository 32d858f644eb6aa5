"""Makes a model version: a finished run's files and a policy in one folder that needs no other."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pandas as pd

from core.data.catalog import data_set_source
from core.data.schema import Schema
from core.decision.policy import Policy
from core.decision.wordings import inherited, wordings_file, wordings_of
from core.errors import ModelError, NotFoundError
from core.evaluation.report import Report, at_cut_off
from core.explanation.reason_list import ReasonList
from core.explanation.reference import KINDS, choose, to_files
from core.model.bundle import Bundle
from core.model.served import sigmoid
from core.store.base import new_id
from core.store.tables import ModelVersion
from core.store.workspace import Workspace

EVIDENCE = "evidence.json"
TRAINING_ONLY = ("predictions.parquet", "challengers/")
"""Files that stay with the run: nobody needs them to score, explain or judge a model version."""


def register(
    workspace: Workspace,
    run_id: str,
    name: str,
    policy: Policy,
    wordings: ReasonList | None = None,
) -> ModelVersion:
    """Copy a finished run into a new model version with this policy.

    Registering a run once more with other cut-offs makes another version; the first stays as
    it was, and so do the decisions made with it.

    Args:
        workspace: Where run and model are.
        run_id: A finished run.
        name: What the model is called; versions count under it.
        policy: Its cut-offs and points; its version is counted here.
        wordings: Its reason list; that of the newest version on the same data set if None.

    Raises:
        NotFoundError: There is no such run.
        ModelError: The run has not finished.
        IntegrityError: A file of the run is not what was written.
    """
    run = workspace.registry.run(run_id)
    if not run.digest:
        raise ModelError(f"Run {run_id} has not finished, so there is nothing to register yet.")
    policy = replace(policy, version=_next_version(workspace, run_id))
    source, model_id = f"runs/{run_id}", new_id("mod")
    workspace.artifacts.verify(source, run.digest)
    read = partial(workspace.artifacts.read, source)
    if wordings is None:
        schema = Schema.from_json(json.loads(read("schema.json")))
        wordings = inherited(workspace, run.data_set_id, schema)
    files = {
        **{file: read(file) for file in workspace.artifacts.names(source) if _serves(file)},
        **_references(workspace, run.data_set_id, policy, read),
        **_evidence(policy, read),
        **wordings_file(wordings),
        "policy.json": json.dumps(policy.to_json(), indent=1).encode(),
    }
    about = {"model_id": model_id, "name": name, "run_id": run_id, "run_digest": run.digest}
    folder = f"models/{model_id}"
    digest = workspace.artifacts.write(folder, files, about)
    try:
        return workspace.registry.add_model(run_id, name, policy.to_json(), digest, model_id)
    except Exception:
        workspace.artifacts.delete(folder)
        raise


def change_policy(workspace: Workspace, model_id: str, policy: Policy) -> ModelVersion:
    """Return a new version of a model that differs in its policy alone.

    Raises:
        NotFoundError: There is no such model.
        ModelError: The policy is the one it already has.
    """
    model = workspace.registry.model(model_id)
    fields = Bundle.from_files(partial(workspace.artifacts.read, f"models/{model_id}")).fields
    for rule in policy.rules:
        rule.require_field(fields)
    if Policy.from_json(model.policy).digest == policy.digest:
        raise ModelError(
            f"Version {model.version} already has these cut-offs. Change one to make a new version."
        )
    return register(workspace, model.run_id, model.name, policy, wordings_of(workspace, model_id))


def _serves(file: str) -> bool:
    return not file.startswith(TRAINING_ONLY)


def _references(
    workspace: Workspace, data_set_id: str, policy: Policy, read: Callable[[str], bytes]
) -> dict[str, bytes]:
    """Return the reference populations: who just passes depends on the cut-offs."""
    bundle = Bundle.from_files(read)
    frame, _, _ = data_set_source(workspace, data_set_id)
    predictions = pd.read_parquet(io.BytesIO(read("predictions.parquet")))
    trained_on = predictions.loc[predictions["part"] == "train", "row"]
    features = bundle.prepare(frame.loc[trained_on])
    pd_hat = sigmoid(bundle.log_odds(features))
    return to_files(choose(features, pd_hat, policy, kind) for kind in KINDS)


def _evidence(policy: Policy, read: Callable[[str], bytes]) -> dict[str, bytes]:
    """Return the run's evidence, its figures of decisions taken at this policy's cut-off."""
    try:
        report = Report.from_json(json.loads(read(EVIDENCE)))
    except NotFoundError:
        return {}
    if report.cut_off != policy.decline_from:
        predictions = pd.read_parquet(io.BytesIO(read("predictions.parquet")))
        report = at_cut_off(report, predictions, policy.decline_from)
    return {EVIDENCE: json.dumps(report.to_json(), indent=1).encode()}


def _next_version(workspace: Workspace, run_id: str) -> int:
    versions = [model.policy["version"] for model in workspace.registry.models(run_id)]
    return 1 + max(versions, default=0)

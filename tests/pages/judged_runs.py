"""Runs with predictions made up: the evaluation page judges them without a training."""

import io
import json

from core.decision.policy import Policy
from core.evaluation.report import evaluate
from core.store.base import new_id
from core.store.tables import Run
from core.store.workspace import Workspace
from tests.core.evaluation.runs import predictions

POLICY = Policy(approve_below=0.2, decline_from=0.3)


def add_run(workspace: Workspace, name: str = "First run") -> Run:
    """A run whose training has begun."""
    registry = workspace.registry
    source = registry.add_source(name, f"{name}.csv", 1, new_id("x"), 1500, {}, {})
    data_set = registry.add_data_set(source.id, name, 1500, 450, source.sha256, {}, [])
    job = registry.submit("train", f"Training on {name}", {})
    run = registry.add_run(data_set.id, job.id, name, "recommended", {}, {})
    registry.claim("test", 1)
    return run


def finish(workspace: Workspace, run: Run, frame=None, evidence: bool = True, checks=()) -> Run:
    """The run with stored predictions, a report and a model version."""
    frame = predictions() if frame is None else frame
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    files = {"predictions.parquet": buffer.getvalue()}
    if evidence:
        report = evaluate(frame, cut_off=POLICY.decline_from, replicates=50)
        files["evidence.json"] = json.dumps(report.to_json()).encode()
    if checks:
        files["checks.json"] = json.dumps([each.to_json() for each in checks]).encode()
    digest = workspace.artifacts.write(f"runs/{run.id}", files)
    workspace.registry.finish(run.job_id, "done")
    workspace.registry.add_model(run.id, run.name, POLICY.to_json(), digest)
    return workspace.registry.finish_run(run.id, {}, digest)

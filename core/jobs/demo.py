"""The demo: a bundled loan file goes all the way to a recorded decision while somebody watches."""

import io
import json
from typing import Any

import pandas as pd

from core.data.catalog import add_sample, data_set_source, save_data_set, source_frame
from core.data.cleaning import Recipe
from core.data.replay import preview
from core.data.samples import sample
from core.data.schema import Schema, outcome_vector
from core.data.splitting import SplitSettings
from core.decision.applicant import from_row
from core.decision.ledger import record
from core.decision.scoring import Scorer
from core.evaluation.report import Report, plain_summary
from core.formatting import count, counted, of, percent
from core.jobs import train
from core.jobs.demo_story import SAMPLE, Story
from core.jobs.progress import JobContext, Stopped
from core.model.settings import PRESETS, NetworkSettings
from core.store.tables import DataSet, DecisionRecord, ModelVersion, Run

RISKY = 0.85
"""The applicant who is riskier than this share of the unseen ones has reasons worth reading."""


def run(context: JobContext) -> dict[str, Any]:
    """Tell the story, chapter by chapter; what was told stays readable if it breaks off."""
    story = Story(context)
    data_set = _clean(story, _read(story))
    trained = _train(story, data_set)
    model = _registered(story, trained)
    _judge(story, trained)
    _publish(story, model)
    _decide(story, data_set, trained, model)
    return story.result


def _read(story: Story) -> str:
    story.begin("read", 0.0)
    source = add_sample(story.workspace, SAMPLE)
    frame, schema = source_frame(story.workspace, source.id)
    bads = int(outcome_vector(frame.dropna(subset=_outcome(schema)), schema).sum())
    story.tell(
        "read",
        f"Read {count(source.rows)} applications of a bank with {len(schema.columns)} columns; "
        f"{count(bads)} of them ({percent(bads / source.rows)}) turned bad, and from these known "
        "outcomes the model will learn.",
        source=source.id,
    )
    return source.id


def _outcome(schema: Schema) -> list[str]:
    return [column.name for column in schema.with_role("outcome")]


def _clean(story: Story, source_id: str) -> DataSet:
    story.begin("clean", 0.02)
    frame, schema = source_frame(story.workspace, source_id)
    recipe = sample(SAMPLE).recipe
    rows = _steps(recipe, frame, schema)
    name = sample(SAMPLE).title
    data_set = save_data_set(story.workspace, source_id, name, schema, recipe)
    cleaned = Schema.from_json(data_set.schema)
    story.tell(
        "clean",
        f"Applied {counted(len(rows), 'named step')}, mended "
        f"{counted(_mended(recipe, rows, schema), 'cell')}, added "
        f"{counted(len(cleaned.columns) - len(schema.columns), 'column')} and kept "
        f"{of(data_set.rows, len(frame))}, so that codes and blanks do not mislead the model."
        f"{_kept_out(cleaned)}",
        rows,
        source=source_id,
        dataset=data_set.id,
    )
    return data_set


def _steps(recipe: Recipe, frame: pd.DataFrame, schema: Schema) -> tuple[dict[str, Any], ...]:
    """Return what each step does, as a small table."""
    before, rows = Recipe(), []
    for step in recipe.steps:
        seen = preview(before, step, frame, schema)
        rows.append(
            {"step": step.title, "cells": seen.cells_touched, "rows_dropped": seen.rows_dropped}
        )
        before = before.then(step)
    return tuple(rows)


def _mended(recipe: Recipe, rows: tuple[dict[str, Any], ...], schema: Schema) -> int:
    """Return the cells changed in columns that the file has; new columns are no mending."""
    steps = zip(recipe.steps, rows, strict=True)
    return sum(row["cells"] for step, row in steps if set(step.writes) <= set(schema.names))


def _kept_out(schema: Schema) -> str:
    labels = [column.label for column in schema.with_role("protected")]
    if not labels:
        return ""
    return f" {_listed(labels)} {'stays' if len(labels) == 1 else 'stay'} out of the model."


def _train(story: Story, data_set: DataSet) -> Run:
    context = story.context
    number = len(context.workspace.registry.runs(data_set.id)) + 1
    run = context.workspace.registry.add_run(
        data_set_id=data_set.id,
        job_id=context.job.id,
        name=f"{data_set.name} · demo · run {number}",
        preset="recommended",
        settings=PRESETS["recommended"].settings.to_json(),
        split=SplitSettings().to_json(),
    )
    story.begin("train", 0.06, run=run.id)
    part = context.part({"run_id": run.id}, 0.06, 0.85)
    train.run(part)
    if part.stop_seen:
        raise Stopped
    return context.workspace.registry.run(run.id)


def _registered(story: Story, trained: Run) -> ModelVersion:
    """Return the model version that the training made, and tell what the network learnt from."""
    story.tell("train", _trained(trained), run=trained.id)
    return story.workspace.registry.models(trained.id)[0]


def _trained(run: Run) -> str:
    told, settings = run.summary, NetworkSettings.from_json(run.settings)
    learnt, judged = count(told["rows"]["train"]), count(told["rows"].get("validation", 0))
    kept = f"kept epoch {told['best_epoch']} of {told['epochs']}"
    why = "so that it learns the rule and not the cases"
    if settings.folds == 1:
        return (
            f"Trained on {learnt} applicants and {kept}, where the loss was lowest on {judged} "
            f"others held aside, {why}."
        )
    return (
        f"Trained a team of {settings.networks} networks on {learnt} applicants, a part of whom "
        f"each network never saw, and {kept}, where the loss on the unseen was lowest, {why}."
        + (" Then it learnt as long again, from all of them." if told["refit_epochs"] else "")
    )


def _judge(story: Story, trained: Run) -> None:
    story.begin("judge", 0.86, run=trained.id)
    evidence = story.workspace.artifacts.read(f"runs/{trained.id}", "evidence.json")
    report = Report.from_json(json.loads(evidence))
    auc = report.of("auc")
    against = plain_summary(report)[1]
    story.tell(
        "judge",
        f"Scored {count(report.n)} applicants it had never seen: a bad one ranks above a good one "
        f"in {100 * auc.value:.0f} of 100 cases ({100 * auc.low:.0f} to {100 * auc.high:.0f}), "
        f"where a coin toss manages 50. {against}",
        run=trained.id,
    )


def _publish(story: Story, model: ModelVersion) -> None:
    story.begin("publish", 0.92, model=model.id)
    registry, policy = story.workspace.registry, model.policy
    before = registry.champion()
    if before is None:
        registry.publish(model.id, story.workspace.settings.user, "Published by the demo")
        what = (
            f"Made {model.name} version {model.version} the champion, which scoring uses from now "
            "on, because there was none yet"
        )
    else:
        what = (
            f"Kept {model.name} version {model.version} beside the champion, {before.name} version "
            f"{before.version}, because only a person replaces a champion"
        )
    story.tell(
        "publish",
        f"{what}; it approves below a default probability of {percent(policy['approve_below'])} "
        f"and declines from {percent(policy['decline_from'])}.",
        model=model.id,
    )


def _decide(story: Story, data_set: DataSet, trained: Run, model: ModelVersion) -> None:
    story.begin("decide", 0.95, model=model.id)
    workspace = story.workspace
    scorer = Scorer.load(workspace, model.id)
    row = _risky_row(workspace.artifacts.read(f"runs/{trained.id}", "predictions.parquet"))
    frame, _, _ = data_set_source(workspace, data_set.id)
    inputs = from_row(scorer.bundle.fields, frame.loc[[row]].to_dict("records")[0])
    said = scorer.assess(inputs)
    reference = f"demo-row-{row}"
    user = workspace.settings.user
    written = record(workspace, scorer, said, inputs, user, "demo", reference)
    story.tell("decide", _decided(written, row), decision=written.id)


def _risky_row(written: bytes) -> int:
    predictions = pd.read_parquet(io.BytesIO(written), columns=["row", "part", "network"])
    unseen = predictions[predictions["part"] == "test"].sort_values(["network", "row"])
    return int(unseen["row"].iloc[int(RISKY * len(unseen))])


def _decided(written: DecisionRecord, row: int) -> str:
    labels = [reason["label"].lower() for reason in written.reasons[:2]]
    why = f", mainly because of {_listed(labels)}" if labels else ""
    return (
        f"Assessed the applicant of row {count(row)}, whom training never saw: "
        f"{written.decision} at a default probability of {percent(written.pd_hat)} "
        f"({written.points} points){why}; the record can be replayed to the same number."
    )


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))

"""Compares every pair of columns of a cleaned loan file in the background, and keeps the result."""

from typing import Any

from core.data.catalog import keep_relations, source_frame
from core.data.cleaning import Recipe
from core.data.relations import relate
from core.data.replay import replay
from core.data.schema import Schema
from core.jobs.progress import JobContext, Stopped
from core.store.tables import Job
from core.store.workspace import Workspace


def run(context: JobContext) -> dict[str, Any]:
    """Replay the recipe of a draft, compare its columns, and keep what was found.

    The payload holds source_id, schema, recipe and digest, which names this state of the draft.

    Raises:
        Stopped: Somebody asked for it.
        DataError: The recipe does not fit.
    """
    payload = context.job.payload

    def tell(done: float, message: str) -> None:
        if context.should_stop():
            raise Stopped
        context.report(0.1 + 0.9 * done, message, force=True)

    context.report(0, "Reading the file", force=True)
    frame, _ = source_frame(context.workspace, payload["source_id"])
    schema = Schema.from_json(payload["schema"])
    cleaned = replay(Recipe.from_json(payload["recipe"]), frame, schema)
    found = relate(cleaned.frame, cleaned.schema, tell)
    keep_relations(context.workspace, payload["digest"], found)
    return {"digest": payload["digest"], "rows": found.rows, "columns": found.columns}


def start_relating(
    workspace: Workspace, source_id: str, schema: Schema, recipe: Recipe, digest: str
) -> Job:
    """Put the comparison at the end of the queue, or return the one already under way.

    Args:
        workspace: Where the file is, and where the result will be.
        source_id: The file.
        schema: Its columns as the draft has them.
        recipe: The steps of the draft.
        digest: Names this state of the draft.
    """
    payload = {
        "source_id": source_id,
        "schema": schema.to_json(),
        "recipe": recipe.to_json(),
        "digest": digest,
    }
    title = f"Comparing columns of {workspace.registry.source(source_id).name}"
    return last_relating(workspace, digest, active=True) or workspace.registry.submit(
        "relate", title, payload
    )


def last_relating(workspace: Workspace, digest: str, *, active: bool = False) -> Job | None:
    """Return the newest job that compares this state of a draft, if there is one."""
    jobs = workspace.registry.jobs(active=active, kind="relate")
    return next((job for job in jobs if job.payload["digest"] == digest), None)

"""Asks for an explanation of many applicants. Pages call this; core.jobs.explain does the work."""

from core.explanation.reference import Kind
from core.store.tables import Job
from core.store.workspace import Workspace

ROWS = 1000
"""Enough for stable means and a picture without gaps; more can be asked for."""


def start_explanation(
    workspace: Workspace, model_id: str, compared_with: Kind = "near_cut_off", rows: int = ROWS
) -> Job:
    """Put an explanation of the model's test part at the end of the queue.

    Args:
        workspace: Where the model is, and where the result will be.
        model_id: Which model version.
        compared_with: The reference population.
        rows: Explain at most so many rows of the test part, drawn at random.

    Returns:
        The job; the one already under way where the same is being explained.

    Raises:
        NotFoundError: There is no such model version.
    """
    model = workspace.registry.model(model_id)
    running = active_explanation(workspace, model_id, compared_with)
    payload = {"model_id": model_id, "compared_with": compared_with, "rows": rows}
    return running or workspace.registry.submit("explain", f"Explaining {model.name}", payload)


def active_explanation(workspace: Workspace, model_id: str, compared_with: Kind) -> Job | None:
    """Return the queued or running job that explains this model against this population."""
    asked = {"model_id": model_id, "compared_with": compared_with}
    return next(
        (
            job
            for job in workspace.registry.jobs(active=True)
            if job.kind == "explain" and asked.items() <= job.payload.items()
        ),
        None,
    )

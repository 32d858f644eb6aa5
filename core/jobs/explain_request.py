"""Asks for an explanation of many applicants. Pages call this; core.jobs.explain does the work."""

from core.decision.scoring import Scorer
from core.explanation.loan_rows import LoanRows, cohort_of
from core.explanation.reference import Kind, Reference
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


def with_reference(scorer: Scorer, reference: Reference) -> Scorer:
    """Return a scorer that also compares with this population."""
    references = {**scorer.references, reference.kind: reference}
    return Scorer(scorer.model, scorer.bundle, scorer.policy, references)


def scorer_against(workspace: Workspace, model_id: str, compared_with: Kind) -> Scorer:
    """Return the scorer of a model version that knows this population, a cohort too.

    Raises:
        NotFoundError: There is no such model version or cohort.
        CohortError: The cohort holds too few applicants of the training part.
    """
    scorer = Scorer.load(workspace, model_id)
    cohort = cohort_of(workspace, compared_with)
    if cohort is None:
        return scorer
    rows = LoanRows.read(workspace, scorer.model.run_id)
    return with_reference(scorer, rows.reference(scorer.bundle, cohort))


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

"""The addresses: predict, explain, recourse, the champion's schema, health."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request

from api import shapes
from api.failures import Answer, BadRequest
from api.reading import Applicant, one, one_or_many, read_json, switch, text
from core.store.workspace import Workspace

if TYPE_CHECKING:
    from core.decision.assessment import Assessment
    from core.decision.scoring import Scorer

router = APIRouter(prefix="/v1", responses=shapes.FAILURES)
T = TypeVar("T")

IN_LINE = 20
"""So many applicants are scored on the event loop: it takes less than handing them to a thread."""

_explaining = CapacityLimiter(2)  # more at once would only take each other's cores
_listing = CapacityLimiter(1)  # a list takes seconds, for which nobody with one applicant waits


@router.post("/predict", openapi_extra=shapes.PREDICT)
async def predict(request: Request) -> Answer:
    """Score one applicant or a list of up to 1,000, with decision, points and reasons."""
    data = await read_json(request, ("applicant", "applicants", "model", "reasons"))
    applicants, is_list = one_or_many(data)
    reasons = switch(data, "reasons", True)
    scorer = _scorer(request, text(data, "model"))
    work = partial(_assess, scorer, applicants, reasons, is_list)
    is_long = len(applicants) > IN_LINE
    if reasons or is_long:
        return Answer(await _in_thread(work, _listing if is_long else _explaining))
    return Answer(work())


@router.post("/explain", openapi_extra=shapes.EXPLAIN)
async def explain(request: Request) -> Answer:
    """Say how much each field of one applicant adds to the log-odds of default."""
    data = await read_json(request, ("applicant", "model"))
    applicant = one(data)
    scorer = _scorer(request, text(data, "model"))
    assessment = await _in_thread(partial(scorer.assess, applicant))
    return Answer(shapes.explanation(assessment))


@router.post("/recourse", openapi_extra=shapes.RECOURSE)
async def recourse(request: Request) -> Answer:
    """Say what would lead to approval, over the fields that may change as kept with the model."""
    data = await read_json(request, ("applicant", "model"))
    applicant = one(data)
    scorer = _scorer(request, text(data, "model"))
    work = partial(_way_to_approval, _workspace(request), scorer, applicant)
    return Answer(await _in_thread(work))


@router.get("/models/champion/schema", openapi_extra=shapes.SCHEMA)
async def champion_schema(request: Request) -> Answer:
    """Describe the fields the champion asks for: kind, unit, range, categories."""
    scorer = _scorer(request, None)
    return Answer(
        {
            "model_id": scorer.model.id,
            "name": scorer.model.name,
            "version": scorer.model.version,
            "fields": [field.to_json() for field in scorer.bundle.fields],
        }
    )


@router.get("/health", openapi_extra=shapes.HEALTH)
async def health(request: Request) -> Answer:
    """Say whether the store answers, which model is in force and how many workers live."""
    try:
        champion = _workspace(request).registry.champion()
    except Exception:  # whatever it is: the store does not answer
        return Answer({"status": "failing", "store": "failing"}, 503)
    return Answer(
        {
            "status": "ok",
            "store": "ok",
            "champion": champion
            and {"id": champion.id, "name": champion.name, "version": champion.version},
            "workers": request.app.state.workers(),
        }
    )


def _assess(
    scorer: "Scorer", applicants: list[Applicant], reasons: bool, is_list: bool
) -> dict[str, Any]:
    if not is_list:
        return scorer.assess(applicants[0], reasons).to_json()
    said: list[Assessment] = scorer.assess_many(applicants, reasons)
    return {"assessments": [assessment.to_json() for assessment in said]}


def _way_to_approval(
    workspace: Workspace, scorer: "Scorer", applicant: Applicant
) -> dict[str, Any]:
    from core.decision.levers import levers_of
    from core.decision.way_to_approval import way_to_approval

    chosen = levers_of(workspace, scorer)
    values = scorer.read(applicant)
    now = scorer.assess(values, reasons=False)
    found = (
        None
        if now.decision == "approve"
        else way_to_approval(scorer, values, chosen.levers, chosen.beyond)
    )
    return shapes.recourse(now, found, chosen, scorer.policy.points)


def _scorer(request: Request, model_id: str | None) -> "Scorer":
    """Return the scorer of the model asked for, else of the champion."""
    from core.decision.scoring import Scorer  # not at start: it brings the whole model side

    workspace = _workspace(request)
    if model_id is None:
        model_id = workspace.registry.champion_id()
        if model_id is None:
            raise BadRequest(
                409,
                "No model is in force yet. Publish one on the Models page, or name one: "
                '"model": "mod_…".',
            )
    elif not (model_id.isascii() and model_id.isidentifier() and len(model_id) <= 64):
        raise BadRequest(404, "There is no such model. Names look like 'mod_1a2b3c'.")
    return Scorer.load(workspace, model_id)


def _workspace(request: Request) -> Workspace:
    found: Workspace = request.app.state.workspace()
    return found


async def _in_thread(work: Callable[[], T], limiter: CapacityLimiter = _explaining) -> T:
    return await to_thread.run_sync(work, limiter=limiter)

"""What is said about applicants near to one: hardly different ones, and earlier ones alike."""

import hashlib
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import pandas as pd

from core.decision.applicant import Value
from core.decision.assessment import Assessment
from core.decision.scoring import Scorer
from core.errors import ExplanationError, NotFoundError
from core.explanation import shapley
from core.explanation.attribution import Attribution
from core.explanation.peers import Known, Peers, peers
from core.explanation.stability import Stability, small_changes, stability
from core.store.base import to_json
from core.store.workspace import Workspace, explanation_parts

KEPT = "stability.json"


def stability_of(
    scorer: Scorer,
    said: Assessment,
    values: Mapping[str, Value],
    file: pd.DataFrame,
    on_done: Callable[[int, int], None] = lambda done, of: None,
) -> Stability:
    """Explain applicants hardly different from this one, each as it would be explained alone.

    Args:
        scorer: The model.
        said: What it says about the applicant, with reasons.
        values: The applicant's, by field.
        file: Rows of the loan file, which tell how large a small change is.
        on_done: Is told how many are done, and of how many; what it raises ends the work.
    """
    now, kind = _explained(said), said.method["reference"]["kind"]
    changes = small_changes(values, file)
    others = []
    # One after the other, so that explanations of those who wait for a page come in between.
    for done, change in enumerate(changes, start=1):
        other = scorer.assess(change, compared_with=kind)
        others.append((_explained(other), _fields(other)))
        on_done(done, len(changes))
    return stability(now, _fields(said), others)


def stability_question(scorer: Scorer, said: Assessment, values: Mapping[str, Value]) -> str:
    """Name what `stability_of` depends on: model, population, values, and how we explain."""
    asked = [scorer.model.digest, said.method["reference"]["id"], list(values.items()), _edition()]
    return hashlib.sha256(to_json(asked).encode()).hexdigest()[:32]


def keep_stability(workspace: Workspace, scorer: Scorer, question: str, found: Stability) -> None:
    """Keep what was worked out as long as the model is kept; the applicant's values are not in it.

    Raises:
        NotFoundError: The model was deleted meanwhile.
    """
    folder = _folder(scorer, question)
    workspace.artifacts.write(folder, {KEPT: to_json(found.to_json()).encode()})
    try:
        workspace.registry.model(scorer.model.id)
    except NotFoundError:
        workspace.artifacts.delete(folder)
        raise


def kept_stability(
    workspace: Workspace, scorer: Scorer, question: str, said: Assessment
) -> Stability | None:
    """Return what was kept of a question about this applicant; None if nothing was."""
    folder = _folder(scorer, question)
    if not workspace.artifacts.exists(folder):
        return None
    data = json.loads(workspace.artifacts.read(folder, KEPT))
    return Stability.from_json(data, _explained(said), _fields(said))


def peers_of(scorer: Scorer, values: Mapping[str, Value], known: Known) -> Peers:
    """Return the earlier applicants most like one whose values `Scorer.read` returned."""
    raw = pd.DataFrame([dict(values)])
    return peers(scorer.bundle, scorer.bundle.prepare(raw), known)


def _folder(scorer: Scorer, question: str) -> str:
    return f"{explanation_parts(scorer.model.id)}/stability/{question}"


@cache
def _edition() -> str:
    """Name the rules by which we explain: another edition works it out anew."""
    digest = hashlib.sha256()
    for path in sorted(Path(shapley.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _explained(said: Assessment) -> Attribution:
    if said.attribution is None:
        raise ExplanationError("Stability needs an assessment with reasons.")
    return said.attribution


def _fields(said: Assessment) -> tuple[str, ...]:
    return tuple(reason.field for reason in said.reasons)

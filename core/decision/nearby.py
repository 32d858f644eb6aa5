"""What is said about applicants near to one: hardly different ones, and earlier ones alike."""

from collections.abc import Callable, Mapping

import pandas as pd

from core.decision.applicant import Value
from core.decision.scoring import Assessment, Scorer
from core.explanation.peers import Known, Peers, peers
from core.explanation.stability import Stability, small_changes, stability


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
        on_done: Is told how many are done, and of how many.
    """
    if said.attribution is None:
        raise ValueError("Stability needs an assessment with reasons.")
    kind = said.method["reference"]["kind"]
    changes = small_changes(values, file)
    others = []
    for done, other in enumerate(scorer.assess_each(changes, kind), start=1):
        if other.attribution is not None:
            others.append((other.attribution, _fields(other)))
        on_done(done, len(changes))
    return stability(said.attribution, _fields(said), others)


def peers_of(scorer: Scorer, values: Mapping[str, Value], known: Known) -> Peers:
    """Return the earlier applicants most like one whose values `Scorer.read` returned."""
    raw = pd.DataFrame([dict(values)])
    return peers(scorer.bundle, scorer.bundle.prepare(raw), known)


def _fields(said: Assessment) -> tuple[str, ...]:
    return tuple(reason.field for reason in said.reasons)

"""Which fields may change on the way to approval: proposed, or kept for all who use the model."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from core.decision.scoring import Scorer
from core.explanation.levers import Lever, proposed_levers, require_usable
from core.store.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Levers:
    """Fields that may change.

    Attributes:
        levers: In the order of the form.
        beyond: Whether their bounds may lie outside of what was seen in training.
        user: Who chose them; "" for the proposal.
        at: When they were chosen; None for the proposal.
    """

    levers: tuple[Lever, ...]
    beyond: bool = False
    user: str = ""
    at: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Return plain data, without when and by whom."""
        return {"levers": [asdict(lever) for lever in self.levers], "beyond": self.beyond}


def levers_of(workspace: Workspace, scorer: Scorer) -> Levers:
    """Return what was kept for the model's run, else what its dictionary and names propose."""
    kept = workspace.registry.levers(scorer.model.run_id)
    if kept is None:
        return Levers(proposed_levers(scorer.bundle.fields))
    levers = tuple(Lever(**each) for each in kept.levers)
    return Levers(levers, kept.beyond, kept.user, kept.at)


def keep_levers(
    workspace: Workspace, scorer: Scorer, levers: Sequence[Lever], beyond: bool, user: str
) -> None:
    """Keep a choice for every model version of the run, and everyone who uses one.

    Raises:
        ExplanationError: A lever names no field of the form, or makes no sense.
    """
    require_usable(levers, scorer.bundle.fields)
    plain = Levers(tuple(levers), beyond).to_json()["levers"]
    workspace.registry.keep_levers(scorer.model.run_id, plain, beyond, user)


def propose_again(workspace: Workspace, scorer: Scorer) -> None:
    """Forget what was kept: the proposal holds again."""
    workspace.registry.forget_levers(scorer.model.run_id)

"""Whom an applicant is compared with: an explicit, stored choice (US Reg B, comment 9(b)(2)-5).

The choice matters: switching between applicants at the cut-off and all applicants changes the
four principal reasons of four in ten declined applicants. So a reference population is kept
with the model, has an id of its own, and says in a sentence who is in it.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd

from core.errors import ExplanationError
from core.explanation.cohort import LEAST_REFERENCE, Cohort, require_enough
from core.formatting import percent

Kind = str
"""One of KINDS, which every model version has, or a cohort; see `of_cohort`."""
KINDS: tuple[Kind, ...] = ("near_cut_off", "all", "approved")
NAMES: dict[Kind, str] = {
    "near_cut_off": "applicants who just pass",
    "all": "all applicants",
    "approved": "approved applicants",
}
"""How a sentence calls each population."""

COHORT = "cohort:"
"""Begins the kind of a population that is a cohort; its id follows."""

FRAME, FACTS = "references.parquet", "references.json"


class CutOffs(Protocol):
    """What is needed of a policy; see core.decision.policy."""

    @property
    def approve_below(self) -> float: ...  # noqa: D102


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Reference:
    """A reference population.

    Attributes:
        id: Hash of kind and rows: the same population has the same id everywhere.
        kind: How it was chosen.
        frame: (n, p) features; the index holds row ids of the frame it was chosen from.
        of: How many applicants it was chosen from.
        sentence: Who is in it.
        called: What a cohort's maker calls it; "" for the kinds every model version has.
    """

    id: str
    kind: Kind
    frame: pd.DataFrame
    of: int
    sentence: str
    called: str = ""

    @property
    def n(self) -> int:
        """Applicants in it."""
        return len(self.frame)

    @property
    def name(self) -> str:
        """How a sentence calls it, such as "applicants who just pass"."""
        return f"applicants of “{self.called}”" if self.called else NAMES[self.kind]

    def facts(self) -> dict[str, Any]:
        """Return what a decision record keeps: enough to find the population again."""
        return {
            "id": self.id,
            "kind": self.kind,
            "n": self.n,
            "of": self.of,
            "sentence": self.sentence,
        }


def choose(
    features: pd.DataFrame,
    pd_hat: np.ndarray,
    policy: CutOffs,
    kind: Kind = "near_cut_off",
    n: int = 100,
    seed: int = 0,
) -> Reference:
    """Return a reference population taken from applicants the model knows.

    near_cut_off are the n applicants with the highest PD that is still approved. Where nobody
    is approved, they are the n with the lowest PD, and the sentence says so.

    Args:
        features: (m, p) features of training applicants.
        pd_hat: (m,) their probabilities of default.
        policy: Its `approve_below` is the passing cut-off.
        kind: Who is compared with.
        n: Most applicants in it.
        seed: Draws the sample where more than n qualify.

    Raises:
        ExplanationError: There are no applicants, or no such kind.
    """
    if kind not in KINDS:
        known = ", ".join(KINDS)
        raise ExplanationError(f"There is no reference population {kind!r}; there are: {known}.")
    if features.empty:
        raise ExplanationError("A reference population needs at least one applicant.")
    passing = np.flatnonzero(pd_hat < policy.approve_below)
    rows, sentence = _pick(kind, pd_hat, passing, policy.approve_below, n, seed)
    frame = features.iloc[np.sort(rows)]
    return Reference(_hash(kind, frame), kind, frame, len(features), sentence)


def of_cohort(
    features: pd.DataFrame, of: int, cohort: Cohort, who: str, n: int = 100, seed: int = 0
) -> Reference:
    """Return applicants of a cohort, taken from those the model has learnt from.

    Args:
        features: (m, p) features of the training applicants in the cohort.
        of: How many training applicants there are.
        cohort: Which one.
        who: Its conditions in words.
        n: Most applicants in it.
        seed: Draws the sample where there are more.

    Raises:
        CohortError: There are too few.
    """
    require_enough(len(features), cohort, of, LEAST_REFERENCE)
    rows = _sample(np.arange(len(features)), n, seed)
    frame = features.iloc[np.sort(rows)]
    drawn = "all" if len(rows) == len(features) else f"{len(rows):,} drawn at random from the"
    sentence = (
        f"“{cohort.name}”: {drawn} {len(features):,} of {of:,} applicants of the training part "
        f"for whom {who}."
    )
    kind = f"{COHORT}{cohort.id}"
    return Reference(_hash(kind, frame), kind, frame, of, sentence, cohort.name)


def _pick(
    kind: Kind, pd_hat: np.ndarray, passing: np.ndarray, cut_off: float, n: int, seed: int
) -> tuple[np.ndarray, str]:
    total = len(pd_hat)
    if kind == "all":
        rows = _sample(np.arange(total), n, seed)
        return rows, f"{len(rows):,} applicants drawn at random from all {total:,}."
    if not len(passing):
        rows = np.argsort(pd_hat, kind="stable")[:n]
        return rows, (
            f"No applicant of {total:,} passes the cut-off of {percent(cut_off)}, so these are "
            f"the {len(rows):,} with the lowest probability of default."
        )
    if kind == "approved":
        rows = _sample(passing, n, seed)
        return rows, (
            f"{len(rows):,} applicants drawn at random from the {len(passing):,} of {total:,} "
            f"with a probability of default below {percent(cut_off)}."
        )
    rows = passing[np.argsort(-pd_hat[passing], kind="stable")[:n]]
    return rows, (
        f"The {len(rows):,} applicants of {total:,} who just pass: probability of default from "
        f"{percent(pd_hat[rows].min())} to just below the cut-off of {percent(cut_off)}."
    )


def _sample(rows: np.ndarray, n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).choice(rows, min(n, len(rows)), replace=False)


def _hash(kind: str, frame: pd.DataFrame) -> str:
    rows = pd.util.hash_pandas_object(frame, index=False).to_numpy()
    return hashlib.sha256(kind.encode() + rows.tobytes()).hexdigest()[:16]


def to_files(references: Iterable[Reference]) -> dict[str, bytes]:
    """Return the two files that `from_files` reads, to be stored with a model version."""
    chosen = list(references)
    # Kind and row id live in the index: a feature may have any name.
    frame = pd.concat({reference.kind: reference.frame for reference in chosen})
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    facts = json.dumps([reference.facts() for reference in chosen], indent=1)
    return {FRAME: buffer.getvalue(), FACTS: facts.encode()}


def from_files(read: Callable[[str], bytes]) -> dict[Kind, Reference]:
    """Return the stored populations by kind.

    Args:
        read: Returns the bytes of a file by name, checked against the manifest.
    """
    frame = pd.read_parquet(io.BytesIO(read(FRAME)))
    return {
        facts["kind"]: Reference(
            facts["id"], facts["kind"], frame.loc[facts["kind"]], facts["of"], facts["sentence"]
        )
        for facts in json.loads(read(FACTS))
    }

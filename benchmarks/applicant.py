"""What the pages say about one applicant: time of each answer, and how often recourse finds a way.

Applicants are rows of the file, drawn at random; those of recourse are not approved. Which fields
may change: once those that are proposed, and once all. DiCE (`dice-ml`) is asked the same where it
is installed.
"""

import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.applicant_peer import Dice, installed
from benchmarks.contract import Options, inputs
from benchmarks.field_edit import field_edits
from benchmarks.seeding import publish_champion
from core.config import Settings
from core.data.catalog import data_set_source
from core.data.schema import outcome_vector
from core.decision.applicant import Value, from_row
from core.decision.nearby import peers_of, stability_of
from core.decision.scoring import Scorer
from core.decision.way_to_approval import way_to_approval
from core.explanation.levers import Lever, proposed_levers
from core.explanation.peers import Known
from core.model.served import sigmoid
from core.store.workspace import Workspace

APPLICANTS, QUICK_APPLICANTS = 100, 10


def run(options: Options) -> dict[str, Any]:
    """Return times in seconds and success rates for the recommended network."""
    most = QUICK_APPLICANTS if options.quick else APPLICANTS
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        model = publish_champion(home, options)
        workspace = Workspace.open(Settings.from_environment({"LENDLENS_HOME": str(home)}))
        try:
            measured = _Measured(workspace, model.id, most)
            about = inputs(options) | {"fields": measured.fields, "lendlens": measured.all()}
            about |= measured.beside_dice()
        finally:
            workspace.close()
        label, values = measured.weightiest()
        edits = field_edits(home, label, values, measured.rows[0], 10 if options.quick else 40)
        return about | {"field_edit": edits}


class _Measured:
    """One model with its loan file, and what is asked of it."""

    def __init__(self, workspace: Workspace, model_id: str, most: int) -> None:
        self._scorer, self._most = Scorer.load(workspace, model_id), most
        run_ = workspace.registry.run(self._scorer.model.run_id)
        self._frame, self._schema, _ = data_set_source(workspace, run_.data_set_id)
        self.fields = len(self._scorer.bundle.fields)
        drawn = np.random.default_rng(0).permutation(len(self._frame))
        self.rows = self._frame.index[drawn].tolist()
        self._scorer.explainer()

    def all(self) -> dict[str, Any]:
        """Return every figure."""
        some = [self._applicant(row) for row in self.rows[: self._most]]
        known = self._known()
        return {
            "first_explanation": _times(lambda each: next(self._scorer.sharpen(each)), some),
            "sharp_explanation": _times(self._scorer.assess, some),
            "similar_applicants": _times(lambda each: peers_of(self._scorer, each, known), some)
            | {"among": len(known.bad)},
            "twenty_small_changes": _times(self._stability, some[: self._most // 10]),
            "recourse_proposed": self._recourse(proposed_levers(self._scorer.bundle.fields)),
            "recourse_all_fields": self._recourse(
                [Lever(field.name) for field in self._scorer.bundle.fields]
            ),
        }

    def _applicant(self, row: int) -> dict[str, Value]:
        return from_row(self._scorer.bundle.fields, self._frame.loc[[row]].to_dict("records")[0])

    def _known(self) -> Known:
        features = self._scorer.bundle.prepare(self._frame)
        pd_hat = sigmoid(self._scorer.bundle.log_odds(features))
        return Known.learn(features, outcome_vector(self._frame, self._schema) == 1, pd_hat)

    def _stability(self, values: dict[str, Value]) -> object:
        return stability_of(self._scorer, self._scorer.assess(values), values, self._frame)

    def weightiest(self) -> tuple[str, tuple[float, float]]:
        """Return the number whose range moves the first row's score most, and its ends."""
        first = self._applicant(self.rows[0])
        moves = {}
        for field in self._scorer.bundle.fields:
            if isinstance(field.low, float | int) and isinstance(field.high, float | int):
                ends = float(field.low), float(field.high)
                low, high = (self._log_odds(first | {field.name: end}) for end in ends)
                moves[field.label, ends] = abs(high - low)
        return max(moves, key=moves.__getitem__)

    def _log_odds(self, values: dict[str, Value]) -> float:
        return self._scorer.assess(values, reasons=False).log_odds

    def beside_dice(self) -> dict[str, Any]:
        """Return the same of DiCE over all fields, and how many times as long it takes."""
        if not installed():
            return {"left_out": {"dice": "not installed"}}
        dice = Dice(self._scorer, self._frame)
        levers = [Lever(field.name) for field in self._scorer.bundle.fields]
        names = [lever.name for lever in levers]
        theirs = self._searched(lambda values: dice.options(values, names))
        ours = self._recourse(levers)
        return {"dice": theirs, "ratios": _ratios(theirs, ours)}

    def _recourse(self, levers: Sequence[Lever]) -> dict[str, Any]:
        """Return times, and how many of those who are not approved get an option."""

        def search(values: dict[str, Value]) -> int:
            return len(way_to_approval(self._scorer, values, levers).options)

        return self._searched(search) | {"levers": len(levers)}

    def _searched(self, search: Callable[[dict[str, Value]], int]) -> dict[str, Any]:
        applicants = (self._applicant(row) for row in self.rows)
        not_approved = (each for each in applicants if self._decision(each) != "approve")
        refused = list(islice(not_approved, self._most))
        options: list[int] = []
        times = _times(lambda values: options.append(search(values)), refused)
        return times | {"found": sum(number > 0 for number in options), "of": len(refused)}

    def _decision(self, values: dict[str, Value]) -> str:
        return self._scorer.assess(values, reasons=False).decision


def _ratios(theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, float]:
    """Return how many times as long the peer takes; nothing where nobody was asked about."""
    if not ours["n"]:
        return {}
    return {"recourse_dice_over_lendlens": round(theirs["p50_s"] / ours["p50_s"], 1)}


def _times(answer: Callable[[Any], object], questions: Sequence[Any]) -> dict[str, Any]:
    """Return seconds for each question, one after the other."""
    seconds = []
    for question in questions:
        begin = time.perf_counter()
        answer(question)
        seconds.append(time.perf_counter() - begin)
    if not seconds:
        return {"n": 0}
    return {
        "n": len(seconds),
        "p50_s": round(statistics.median(seconds), 4),
        "p95_s": round(float(np.quantile(seconds, 0.95)), 4),
        "most_s": round(max(seconds), 4),
    }

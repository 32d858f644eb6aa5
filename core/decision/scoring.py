"""The one scorer: pages, REST, decision records and lists of applicants all ask it."""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from core.decision.applicant import Flag, Value, flag, read
from core.decision.assessment import Assessment
from core.decision.policy import Policy, probability, strictest
from core.decision.wordings import read_wordings
from core.errors import ExplanationError, FieldProblem, InputError
from core.explanation.attribution import Attribution
from core.explanation.reason_list import STANDARD, ReasonList
from core.explanation.reasons import reasons
from core.explanation.reference import Kind, Reference, from_files
from core.explanation.shapley import Explainer
from core.model.bundle import Bundle
from core.store.tables import ModelVersion
from core.store.workspace import Workspace

MODELS_IN_MEMORY = 8
SELECTION = (
    "Each field's Shapley share in the distance of the log-odds from the mean of the reference "
    "population; the largest shares that raise the risk are the reasons, at most four."
)


@dataclass(frozen=True, slots=True, eq=False)
class _ReadIn:
    """One applicant on the way to the network: fields, features, (width,) input."""

    values: dict[str, Value]
    features: Mapping[str, Any]
    encoded: np.ndarray


class Scorer:
    """A model version ready to score; it never changes, so threads may share it."""

    def __init__(
        self,
        model: ModelVersion,
        bundle: Bundle,
        policy: Policy,
        references: Mapping[Kind, Reference],
        wordings: ReasonList = STANDARD,
    ) -> None:
        """Take the parts; `load` reads them from the store."""
        self.model = model
        self.bundle = bundle
        self.policy = policy
        self.references = references
        self.wordings = wordings
        self._explainers: dict[Kind, Explainer] = {}
        self._preparing = threading.Lock()

    @classmethod
    def load(cls, workspace: Workspace, model_id: str) -> "Scorer":
        """Return the scorer of a model version, from memory when it was used before.

        Raises:
            NotFoundError: There is no such model version.
            IntegrityError: A file of it is not what was written.
        """
        return _LOADED.get((workspace.settings.database_url, model_id)) or _LOADED.put(
            (workspace.settings.database_url, model_id), cls._read(workspace, model_id)
        )

    @classmethod
    def _read(cls, workspace: Workspace, model_id: str) -> "Scorer":
        model = workspace.registry.model(model_id)
        folder = f"models/{model_id}"
        workspace.artifacts.verify(folder, model.digest)
        read_file = partial(workspace.artifacts.read, folder)
        policy = Policy.from_json(json.loads(read_file("policy.json")))
        wordings = read_wordings(read_file)
        return cls(model, Bundle.from_files(read_file), policy, from_files(read_file), wordings)

    def read(self, applicant: Mapping[str, Any]) -> dict[str, Value]:
        """Return one value per field; see `core.decision.applicant.read`."""
        return read(self.bundle.fields, applicant)

    def check(self, applicant: Mapping[str, Any]) -> tuple[Flag, ...]:
        """Return what is unusual about the values, without scoring.

        Raises:
            InputError: A field cannot be used.
        """
        return flag(self.bundle.fields, self.read(applicant))

    def assess(
        self,
        applicant: Mapping[str, Any],
        reasons: bool = True,
        row: int = 0,
        compared_with: Kind = "near_cut_off",
    ) -> Assessment:
        """Return PD, points and decision, and on request the reasons.

        Args:
            applicant: Field name to value, as the model's fields name them; blanks are allowed.
            reasons: Whether to explain as well, which takes longer.
            row: Position in a list, for messages.
            compared_with: The reference population of the reasons.

        Raises:
            InputError: A field cannot be used; every such field is named.
        """
        read_in = self._read_in(applicant, row)
        said = self._scored(read_in)
        if not reasons:
            return said
        attribution = self.explainer(compared_with).explain_encoded(read_in.encoded)
        return self._with_reasons(said, attribution, read_in, compared_with)

    def sharpen(
        self, applicant: Mapping[str, Any], compared_with: Kind = "near_cut_off"
    ) -> Iterator[Assessment]:
        """Yield assessments with reasons, each sharper; the last is what `assess` returns.

        Only the last may be recorded: earlier ones can name other reasons where shares are close.

        Raises:
            InputError: A field cannot be used; every such field is named.
        """
        read_in = self._read_in(applicant, 0)
        said = self._scored(read_in)
        for attribution in self.explainer(compared_with).sharpen(read_in.encoded):
            yield self._with_reasons(said, attribution, read_in, compared_with)

    def assess_many(
        self, applicants: Sequence[Mapping[str, Any]], reasons: bool = True
    ) -> list[Assessment]:
        """Return what `assess` says about each, bit for bit.

        Raises:
            InputError: Every unusable field of every applicant, with its row.
        """
        rows = self._read_all(applicants)
        if not reasons:
            return [self._scored(row) for row in rows]
        return list(self._explained(rows, "near_cut_off"))

    def assess_each(
        self, applicants: Sequence[Mapping[str, Any]], compared_with: Kind = "near_cut_off"
    ) -> Iterator[Assessment]:
        """Yield what `assess` says about each, as soon as it is known.

        Raises:
            InputError: Every unusable field of every applicant, with its row; before the first.
        """
        return self._explained(self._read_all(applicants), compared_with)

    def _read_all(self, applicants: Sequence[Mapping[str, Any]]) -> list[_ReadIn]:
        rows: list[_ReadIn] = []
        problems: list[FieldProblem] = []
        for row, applicant in enumerate(applicants):
            try:
                rows.append(self._read_in(applicant, row))
            except InputError as error:
                problems.extend(error.problems)
        if problems:
            raise InputError(problems)
        return rows

    def _explained(self, rows: Sequence[_ReadIn], compared_with: Kind) -> Iterator[Assessment]:
        attributions = self.explainer(compared_with).explain_all(row.encoded for row in rows)
        for row, attribution in zip(rows, attributions, strict=True):
            yield self._with_reasons(self._scored(row), attribution, row, compared_with)

    def _read_in(self, applicant: Mapping[str, Any], row: int) -> _ReadIn:
        values = read(self.bundle.fields, applicant, row)
        features = self.bundle.recipe.transform_row(values)
        return _ReadIn(values, features, self.bundle.encoder.encode_row(features))

    def _scored(self, row: _ReadIn) -> Assessment:
        log_odds = self.bundle.network.log_odds_row(row.encoded)
        default_probability = probability(log_odds)
        by_score = self.policy.decide(default_probability)
        rules = self.policy.rules_for(row.values)
        return Assessment(
            default_probability=default_probability,
            log_odds=log_odds,
            points=self.policy.points(log_odds),
            decision=strictest(by_score, *(rule.decision for rule in rules)),
            reasons=(),
            flags=flag(self.bundle.fields, row.values),
            model_id=self.model.id,
            rules=rules,
            by_score=by_score,
        )

    def explainer(self, compared_with: Kind = "near_cut_off") -> Explainer:
        """Return the explainer against a reference population; prepared on first use.

        Raises:
            ExplanationError: The model version has no such population.
        """
        if compared_with not in self.references:
            known = ", ".join(self.references)
            raise ExplanationError(
                f"There is no reference population {compared_with!r}; there are: {known}."
            )
        with self._preparing:
            if compared_with not in self._explainers:
                frame = self.references[compared_with].frame
                self._explainers[compared_with] = Explainer(self.bundle, frame)
            return self._explainers[compared_with]

    def _with_reasons(
        self,
        said: Assessment,
        attribution: Attribution,
        row: _ReadIn,
        compared_with: Kind,
    ) -> Assessment:
        reference, values = self.references[compared_with], row.values
        # What the recipe filled in is not the applicant's own value.
        told = {
            name: None if name in values and values[name] is None else row.features[name]
            for name in self.bundle.features
        }
        pdo = self.policy.scale.pdo
        schema, wordings = self.bundle.schema, self.wordings
        found = reasons(attribution, told, reference, schema, pdo=pdo, wordings=wordings)
        method = {
            "selection": SELECTION,
            "compared_with": f"{reference.n:,} {reference.name}",
            "reference": reference.facts(),
            "base_log_odds": attribution.base,
            "additivity_gap": attribution.gap,
            "coalitions": attribution.n_coalitions,
            "shapley": attribution.method,
            "longest_error_bar": 0.0 if attribution.bars is None else float(attribution.bars.max()),
            "precise": attribution.precise,
            "rules": [rule.to_json() for rule in said.rules],
            "wording": {
                "id": wordings.digest,
                "own": {r.field: wordings.own[r.field] for r in found if r.field in wordings.own},
            },
        }
        return replace(said, reasons=found, attribution=attribution, method=method, features=told)


class _Loaded:
    """The models used last. They are immutable, so nothing has to be refreshed."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._scorers: OrderedDict[tuple[str, str], Scorer] = OrderedDict()

    def get(self, key: tuple[str, str]) -> Scorer | None:
        with self._lock:
            if key in self._scorers:
                self._scorers.move_to_end(key)
            return self._scorers.get(key)

    def put(self, key: tuple[str, str], scorer: Scorer) -> Scorer:
        with self._lock:
            self._scorers[key] = scorer
            while len(self._scorers) > self._most:
                self._scorers.popitem(last=False)
            return scorer

    def forget(self, key: tuple[str, str]) -> None:
        with self._lock:
            self._scorers.pop(key, None)


_LOADED = _Loaded(MODELS_IN_MEMORY)


def forget(workspace: Workspace, model_id: str) -> None:
    """Drop a deleted model version from memory."""
    _LOADED.forget((workspace.settings.database_url, model_id))

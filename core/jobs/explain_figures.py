"""Finds out about a model what its rows do not tell: interactions, challengers, fields it needs.

Each figure is made once for a model and a reference population, from the first rows of the test
part in their random order, and is kept like an explanation set.
"""

import io
import json
from collections.abc import Callable
from functools import partial
from typing import Literal, Protocol, get_args

import pandas as pd

from core.decision.scoring import Scorer
from core.errors import ModelError, NotFoundError
from core.explanation import challengers as by_shap
from core.explanation import interactions as pairwise
from core.explanation.global_ import Explained
from core.explanation.needs import Needs, dealt_test_part, find_needs
from core.explanation.reference import Reference
from core.explanation.selection import groups
from core.jobs.progress import JobContext, Stopped
from core.model.challengers import KINDS, Challenger, read_challenger
from core.store.base import new_id

Figure = Literal["interactions", "challengers", "needs"]
FIGURES: tuple[Figure, ...] = get_args(Figure)


class _Found(Protocol):
    @property
    def rows(self) -> int: ...

    def to_files(self) -> dict[str, bytes]: ...


def missing_figures(made: list[tuple[str, str]], kind: str) -> list[Figure]:
    """Return the figures that are not among those (figure, reference) made so far.

    >>> missing_figures([("interactions", "all")], "all")
    ['challengers', 'needs']
    """
    return [figure for figure in FIGURES if (figure, kind) not in made]


class Figures:
    """The figures of one model against one reference population."""

    def __init__(
        self, context: JobContext, scorer: Scorer, reference: Reference, features: pd.DataFrame
    ) -> None:
        """Take the first rows of the test part as the model sees them."""
        self._context, self._scorer, self._reference = context, scorer, reference
        self._features = features

    def make(self, of: int) -> None:
        """Make and store what is missing; `of` is how many rows the test part has.

        Raises:
            Stopped: Between two applicants or challengers.
            NotFoundError: The model was deleted meanwhile.
        """
        workspace, model_id = self._context.workspace, self._scorer.model.id
        made = [(each.kind, each.reference) for each in workspace.registry.figures(model_id)]
        make: dict[Figure, Callable[[], _Found]] = {
            "interactions": self._interactions,
            "challengers": self._challengers,
        }
        if explained := self._explained():
            make["needs"] = lambda: self._needs(explained)
        for figure in missing_figures(made, self._reference.kind):
            if len(self._features) > 1 and figure in make:
                self._store(figure, make[figure](), of)

    def _interactions(self) -> _Found:
        rows = self._features.iloc[: pairwise.ROWS]
        return pairwise.interactions(
            self._scorer.bundle,
            rows,
            self._reference.frame,
            on_row=lambda done: self._tell(
                f"Working out which fields work together: {done:,} of {len(rows):,} applicants"
            ),
        )

    def _challengers(self) -> _Found:
        return by_shap.explain_challengers(
            self._fitted(),
            self._features.iloc[: by_shap.ROWS],
            self._reference.frame,
            before=lambda name: self._tell(f"Explaining the challengers: {name}"),
        )

    def _needs(self, explained: Explained) -> Needs:
        bundle, names = self._scorer.bundle, explained.names
        dealing, of = dealt_test_part(self._context.workspace, bundle, self._scorer.model.run_id)
        told = "Measuring what the ranking loses without each field"
        self._tell(told)
        return find_needs(
            dealing,
            of,
            names,
            groups(explained, bundle.schema),
            on_field=lambda done: self._tell(f"{told}: {done} of {len(names)}"),
        )

    def _explained(self) -> Explained | None:
        """Return the largest stored set against this population, if there is one."""
        workspace = self._context.workspace
        sets = workspace.registry.explanations(self._scorer.model.id)
        own = [one for one in sets if one.reference == self._reference.kind]
        if not own:
            return None
        folder = f"explanations/{max(own, key=lambda one: one.rows).id}"
        return Explained.from_files(partial(workspace.artifacts.read, folder))

    def _fitted(self) -> list[Challenger]:
        """Return the challengers of the model's run that can be read here."""
        artifacts, folder = self._context.workspace.artifacts, f"runs/{self._scorer.model.run_id}"
        read = partial(artifacts.read, folder)
        predicted = pd.read_parquet(io.BytesIO(read("predictions.parquet"))).columns
        fitted = []
        for key in (key for key in KINDS if key in predicted):
            try:
                fitted.append(read_challenger(key, read))
            except (ModelError, NotFoundError):  # its library, or its file, is not here
                continue
        return fitted

    def _tell(self, message: str) -> None:
        if self._context.should_stop():
            raise Stopped
        if self._context.due():
            self._context.report(1, message)

    def _store(self, kind: Figure, found: _Found, of: int) -> None:
        registry, artifacts = self._context.workspace.registry, self._context.workspace.artifacts
        id, model = new_id("fig"), self._scorer.model
        about = {"model_id": model.id, "model_digest": model.digest}
        meta = {**about, "reference": self._reference.facts(), "rows": found.rows, "of": of}
        files = {**found.to_files(), "meta.json": json.dumps(meta, indent=1).encode()}
        digest = artifacts.write(f"explanations/{id}", files, about)
        try:
            registry.add_figure(
                model_id=model.id,
                job_id=self._context.job.id,
                kind=kind,
                reference=self._reference.kind,
                rows=found.rows,
                of=of,
                digest=digest,
                id=id,
            )
        except NotFoundError:
            artifacts.delete(f"explanations/{id}")
            raise

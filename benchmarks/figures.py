"""What the explanation page says about a model as a whole: how long each figure takes to make.

Pairs of fields, the challengers' own SHAP and what the ranking needs are made by the functions that
the worker calls. The picture of 10,000 applicants rests on as many rows drawn with replacement from
those that were explained: its cost depends on their number alone. Chromium draws it where there
is one, beside the same picture with a dot for each applicant.
"""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from plotly.graph_objects import Figure

from benchmarks.contract import Options, inputs
from benchmarks.pages import CHROMIUM, chromium
from benchmarks.seeding import publish_champion
from core.charts.explanation import beeswarm as drawn
from core.config import Settings
from core.data.catalog import data_set_source
from core.decision.scoring import Scorer
from core.explanation import challengers as by_shap
from core.explanation import interactions as pairwise
from core.explanation.dots import beeswarm
from core.explanation.global_ import Explained, explain_rows, importance, in_random_order
from core.explanation.needs import dealt_test_part, find_needs
from core.explanation.selection import groups
from core.model.challengers import KINDS, read_challenger
from core.store.workspace import Workspace

FIELDS = 12
SWARM = 10_000
T = TypeVar("T")

DRAW = """async () => {
  const figure = document.querySelector('.js-plotly-plot');
  const begin = performance.now();
  await Plotly.newPlot(figure, figure.data, figure.layout);
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - begin;
}"""
"""Milliseconds until a figure is on screen, drawn a second time."""


def run(options: Options) -> dict[str, Any]:
    """Return seconds and sizes of each figure, for the recommended network."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        model = publish_champion(home, options)
        workspace = Workspace.open(Settings.from_environment({"LENDLENS_HOME": str(home)}))
        try:
            made = _Made(workspace, model.id, 100 if options.quick else 1000)
            return inputs(options) | made.all()
        finally:
            workspace.close()


class _Made:
    """The figures of one model against those who just pass."""

    def __init__(self, workspace: Workspace, model_id: str, rows: int) -> None:
        self._workspace, self._scorer = workspace, Scorer.load(workspace, model_id)
        self._run = workspace.registry.run(self._scorer.model.run_id)
        frame, _, _ = data_set_source(workspace, self._run.data_set_id)
        self._read = partial(workspace.artifacts.read, f"runs/{self._run.id}")
        told = pd.read_parquet(BytesIO(self._read("predictions.parquet")))
        self._predicted = list(told.columns)
        test = in_random_order(pd.Index(told.loc[told["part"] == "test", "row"]))
        self._features = self._scorer.bundle.prepare(frame.loc[test[:rows]])
        self._reference = self._scorer.references["near_cut_off"].frame

    def all(self) -> dict[str, Any]:
        explained, took = _timed(lambda: explain_rows(self._scorer.explainer(), self._features))
        return {
            "fields": len(explained.names),
            "reference_rows": len(self._reference),
            "explaining_rows": {"rows": len(explained), "seconds": took},
            "interactions": self._interactions(),
            "challengers": self._challengers(),
            "needs": self._needs(explained),
            "beeswarm": self._beeswarm(explained),
        }

    def _interactions(self) -> dict[str, Any]:
        rows = self._features.iloc[: pairwise.ROWS]
        found, took = _timed(
            lambda: pairwise.interactions(self._scorer.bundle, rows, self._reference)
        )
        clear = int((found.pairs["low"] > 0).sum())
        about = {"rows": found.rows, "pairs": len(found.pairs), "clear_of_chance": clear}
        return about | {"coalitions_per_pair_and_row": found.draws, "seconds": took}

    def _challengers(self) -> dict[str, Any]:
        keys = [key for key in KINDS if key in self._predicted]
        fitted = [read_challenger(key, self._read) for key in keys]
        rows = self._features.iloc[: by_shap.ROWS]
        found: dict[str, Any] = {"rows": len(rows)}
        for challenger in fitted:
            figures, took = _timed(
                partial(by_shap.explain_challengers, [challenger], rows, self._reference)
            )
            about = dict(figures.about).get(challenger.key, dict(figures.left_out))
            found[challenger.key] = {"seconds": took, **about}
        return found

    def _needs(self, explained: Explained) -> dict[str, Any]:
        bundle = self._scorer.bundle
        together = groups(explained, bundle.schema)

        def make() -> tuple[int, int]:
            dealing, of = dealt_test_part(self._workspace, bundle, self._run.id)
            found = find_needs(dealing, of, explained.names, together)
            return found.rows, int(found.falls["leave_out"].sum())

        (rows, proposed), took = _timed(make)
        return {"rows": rows, "groups": len(together), "proposed": proposed, "seconds": took}

    def _beeswarm(self, explained: Explained) -> dict[str, Any]:
        places = np.random.default_rng(0).integers(0, len(explained), SWARM)
        many = Explained(
            explained.values.iloc[places],
            explained.features.iloc[places],
            explained.scores.iloc[places],
            explained.base,
        )
        schema = self._scorer.bundle.schema
        top = importance(explained, schema).head(FIELDS)
        names, labels = list(top["field"]), list(top["label"])
        shared, took = _timed(lambda: beeswarm(many, schema, names))
        about = {"rows": SWARM, "drawn_from": len(explained), "dots": len(shared), "seconds": took}
        if not Path(CHROMIUM).exists():
            return about | {"left_out": {"drawing": "there is no Chromium"}}
        alone = beeswarm(many, schema, names, most=SWARM * FIELDS)
        ours, theirs = (_drawn_ms(drawn(dots, labels, "light")) for dots in (shared, alone))
        return about | {
            "drawn_ms": round(ours),
            "one_dot_each": {"dots": len(alone), "drawn_ms": round(theirs)},
            "ratios": {"one_dot_each_over_lendlens": round(theirs / ours, 1)},
        }


def _drawn_ms(figure: Figure) -> float:
    """Return how long Chromium takes to draw a figure once Plotly is loaded."""
    with tempfile.TemporaryDirectory() as folder, chromium() as page:
        path = Path(folder) / "figure.html"
        figure.write_html(path, include_plotlyjs=True)
        page.goto(path.as_uri(), timeout=120_000)
        page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=120_000)
        return float(page.evaluate(DRAW))


def _timed(make: Callable[[], T]) -> tuple[T, float]:
    begin = time.perf_counter()
    made = make()
    return made, round(time.perf_counter() - begin, 3)

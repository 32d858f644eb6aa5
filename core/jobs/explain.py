"""Explains the test part of a model, row by row, in chunks that survive whatever happens.

Rows are taken in a fixed random order and every chunk is stored when it is done. A stopped job
keeps what it has; one that was killed, or one that asks for more rows, continues from the chunks.
Of a long job there is a set to look at early, of the rows so far, and a larger one from time to
time: as the order is random, each is a sample of the test part.
"""

import io
import json
import time
from collections.abc import Generator
from contextlib import closing
from itertools import islice
from typing import Any

import pandas as pd

from core.data.catalog import data_set_source
from core.errors import ExplanationError, NotFoundError
from core.explanation.global_ import Explained, collect, in_chunks, in_random_order
from core.explanation.processes import explain_long, helpers_for
from core.explanation.reference import Kind
from core.formatting import of
from core.jobs.explain_figures import Figures
from core.jobs.explain_request import ROWS, scorer_against
from core.jobs.progress import JobContext, Stopped
from core.store.base import new_id
from core.store.tables import ModelVersion
from core.store.workspace import Workspace, explanation_parts

CHUNK = 50
FIGURE_ROWS = 1000
"""What concerns the model as a whole rests on so many rows at most."""
FIRST_SET, NEXT_SET = 250, 4
"""Rows of the first set of a longer job, and how many times as many the next one has."""


def run(context: JobContext) -> dict[str, Any]:
    """Explain rows of a model's test part and store them as an explanation set.

    Then work out what concerns the model as a whole, unless it is there; see
    core.jobs.explain_figures. The payload holds model_id, compared_with and rows; with rows 0, only
    what concerns the model as a whole is worked out.

    Returns:
        explanation_id, rows and of; when stopped, of the chunks done until then.

    Raises:
        Stopped: Before the first chunk was done.
        ExplanationError: The test part is empty.
    """
    return _Explanation(context).run()


class _Explanation:
    """One job: what it explains, and how far it is."""

    def __init__(self, context: JobContext) -> None:
        payload = context.job.payload
        self._context, self._workspace = context, context.workspace
        self._kind: Kind = payload.get("compared_with", "near_cut_off")
        self._scorer = scorer_against(self._workspace, payload["model_id"], self._kind)
        self._model = self._scorer.model
        self._reference = self._scorer.references[self._kind]
        self._test = in_random_order(_test_rows(self._workspace, self._model))
        self._rows = self._test[: payload.get("rows", ROWS)]

    def run(self) -> dict[str, Any]:
        if not len(self._test):
            raise ExplanationError("The test part holds no rows, so there is nothing to explain.")
        self._context.report(0, "Reading the test part", force=True)
        result = self._explain_rows() if len(self._rows) else {}
        if not self._context.should_stop():
            self._make_figures()
        return result

    def _explain_rows(self) -> dict[str, Any]:
        parts: list[Explained] = []
        enough = FIRST_SET
        try:
            with closing(self._explained(self._features(self._rows))) as explained:
                for part in explained:
                    parts.append(part)
                    done = sum(map(len, parts))
                    if enough <= done < len(self._rows):
                        self._context.put_result(self._store(parts))
                        enough = done * NEXT_SET
        except Stopped:
            if not parts:
                raise
            return self._store(parts)  # the worker knows that it was stopped
        result = self._store(parts)
        self._workspace.artifacts.delete(self._parts_folder)
        return result

    def _make_figures(self) -> None:
        """Work out what concerns the model as a whole, from the rows that were asked for."""
        rows = self._rows if len(self._rows) else self._test
        features = self._features(rows[:FIGURE_ROWS])
        try:
            Figures(self._context, self._scorer, self._reference, features).make(len(self._test))
        except Stopped:  # the rows are stored; the figures are made when they are next asked for
            return

    def _features(self, rows: pd.Index) -> pd.DataFrame:
        data_set_id = self._workspace.registry.run(self._model.run_id).data_set_id
        frame, _, _ = data_set_source(self._workspace, data_set_id)
        return self._scorer.bundle.prepare(frame.loc[rows])

    def _explained(self, features: pd.DataFrame) -> Generator[Explained]:
        """Yield the chunks, from the store where an earlier job left them."""
        explainer, pace = self._scorer.explainer(self._kind), _Pace(self._context, len(features))
        chunks = [
            (f"{self._parts_folder}/{number:05d}-{len(rows)}", rows)
            for number, rows in enumerate(in_chunks(features.index, CHUNK))
        ]
        kept = {folder for folder, _ in chunks if self._workspace.artifacts.exists(folder)}
        left = [rows for folder, rows in chunks if folder not in kept]
        encode = explainer.model.encoder.encode
        encoded = (row for rows in left for row in encode(features.loc[rows]))
        helpers = helpers_for(sum(map(len, left)))
        with closing(explain_long(explainer, encoded, helpers)) as attributions:
            for folder, rows in chunks:
                if folder in kept:
                    yield self._read(folder)
                    pace.skip(len(rows))
                    continue
                some = islice(attributions, len(rows))
                part = collect(some, features.loc[rows], explainer.base, pace.one_more)
                self._workspace.artifacts.write(folder, part.to_files())
                yield part

    @property
    def _parts_folder(self) -> str:
        return f"{explanation_parts(self._model.id)}/{self._reference.id}"

    def _read(self, folder: str) -> Explained:
        return Explained.from_files(lambda name: self._workspace.artifacts.read(folder, name))

    def _store(self, parts: list[Explained]) -> dict[str, Any]:
        explained = Explained.join(parts)
        id = new_id("exp")
        about = {"model_id": self._model.id, "model_digest": self._model.digest}
        meta = {**about, "reference": self._reference.facts(), "of": len(self._test)}
        files = {**explained.to_files(), "meta.json": json.dumps(meta, indent=1).encode()}
        digest = self._workspace.artifacts.write(f"explanations/{id}", files, about)
        try:
            self._workspace.registry.add_explanation(
                model_id=self._model.id,
                job_id=self._context.job.id,
                reference=self._kind,
                rows=len(explained),
                of=len(self._test),
                digest=digest,
                id=id,
            )
        except NotFoundError:  # somebody deleted the model meanwhile
            self._workspace.artifacts.delete(f"explanations/{id}")
            self._workspace.artifacts.delete(explanation_parts(self._model.id))
            raise
        return {"explanation_id": id, "rows": len(explained), "of": len(self._test)}


class _Pace:
    """Counts rows, tells who watches, and stops between two rows when asked to."""

    def __init__(self, context: JobContext, rows: int) -> None:
        self._context, self._rows = context, rows
        self._before = self._skipped = 0
        self._chunk = 0
        self._started = time.monotonic()

    def skip(self, rows: int) -> None:
        self._before += rows
        self._skipped += rows

    def one_more(self, done_in_chunk: int) -> None:
        if self._context.should_stop():
            raise Stopped
        # Chunks restart at 1: then the chunk before is complete.
        self._before += self._chunk if done_in_chunk == 1 else 0
        self._chunk = done_in_chunk
        if self._context.due():
            done = self._before + done_in_chunk
            worked = done - self._skipped
            pace = (time.monotonic() - self._started) / worked
            message = f"Explained {of(done, self._rows, 'applicants')}"
            self._context.report(done / self._rows, message, (self._rows - done) * pace)


def _test_rows(workspace: Workspace, model: ModelVersion) -> pd.Index:
    """Return the row ids of the test part, in file order."""
    raw = workspace.artifacts.read(f"runs/{model.run_id}", "predictions.parquet")
    predictions = pd.read_parquet(io.BytesIO(raw), columns=["row", "part"])
    rows = predictions.loc[predictions["part"] == "test", "row"]
    index: pd.Index = pd.Index(rows.to_numpy())
    return index

"""Applicants of the loan file a model was trained on, to start a form from."""

import io
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from core.data.catalog import data_set_source
from core.data.fields import Field
from core.data.schema import value_text
from core.decision.applicant import Value, from_row
from core.errors import NotFoundError
from core.store.tables import Run
from core.store.workspace import Workspace
from ui.session import workspace

PARTS = {"train": "training", "validation": "validation", "test": "test"}


@dataclass(frozen=True)
class LoanFile:
    """The source rows of a run's data set.

    Attributes:
        frame: Source rows; the index holds row ids.
        part: Row id to the part it was in; rows that recipe or split left out are absent.
        outcome: Row id to True where the loan turned out bad; empty without an outcome.
        test_rows: Row ids the network never saw, in order.
    """

    frame: pd.DataFrame
    part: dict[int, str]
    outcome: dict[int, bool]
    test_rows: list[int]

    def values(self, row: int, fields: tuple[Field, ...]) -> dict[str, Value]:
        """Return one applicant as the form asks for it.

        Raises:
            NotFoundError: There is no such row.
        """
        if row not in self.frame.index:
            last = int(self.frame.index.max())
            raise NotFoundError(f"There is no row {row:,}. The loan file has rows 0 to {last:,}.")
        return from_row(fields, self.frame.loc[[row]].to_dict("records")[0])

    def next_test_row(self, row: int | None) -> int:
        """Return the test row after this one; the first after the last."""
        later = (known for known in self.test_rows if row is None or known > row)
        return next(later, self.test_rows[0])

    def describe(self, row: int) -> str:
        """Say where a row comes from and how it turned out."""
        part = self.part.get(row)
        where = f"{PARTS[part]} part" if part else "left out by the recipe or the split"
        if row not in self.outcome:
            return f"Row {row:,} of the loan file, {where}."
        turned_out = "bad (defaulted)" if self.outcome[row] else "good (repaid)"
        return f"Row {row:,} of the loan file, {where}. In the data it turned out {turned_out}."


def loan_file(run: Run) -> LoanFile:
    """Return the rows behind a run, read once."""
    return _loan_file(workspace(), run.id, run.data_set_id)


@st.cache_resource(max_entries=4, show_spinner="Reading the loan file")
def _loan_file(_workspace: Workspace, run_id: str, data_set_id: str) -> LoanFile:
    frame, schema, _ = data_set_source(_workspace, data_set_id)
    raw = _workspace.artifacts.read(f"runs/{run_id}", "predictions.parquet")
    parts = pd.read_parquet(io.BytesIO(raw), columns=["row", "part"])
    part = dict(zip(parts["row"].tolist(), parts["part"].astype(str).tolist(), strict=True))
    outcome: dict[int, bool] = {}
    if schema.outcome is not None:
        known = frame[schema.outcome.name].dropna()
        bad = known.map(value_text) == schema.bad_value
        outcome = dict(zip(known.index.tolist(), bad.tolist(), strict=True))
    return LoanFile(frame, part, outcome, sorted(row for row in part if part[row] == "test"))

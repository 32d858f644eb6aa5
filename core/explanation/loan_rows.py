"""The loan file behind a run, with what each row was used for: where cohorts are found."""

import io
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.data.catalog import data_set_source
from core.data.schema import Schema
from core.explanation.cohort import Cohort
from core.explanation.reference import COHORT, Kind, Reference, of_cohort
from core.model.bundle import Bundle
from core.store.workspace import Workspace


@dataclass(frozen=True, eq=False)
class LoanRows:
    """Source rows of a run.

    Attributes:
        source_id: The loan file.
        frame: Its rows as they were read; the index holds row ids.
        schema: Its columns.
        trained_on: Row ids of the training part.
    """

    source_id: str
    frame: pd.DataFrame
    schema: Schema
    trained_on: pd.Index

    @classmethod
    def read(cls, workspace: Workspace, run_id: str) -> "LoanRows":
        """Return the rows behind a finished run.

        Raises:
            NotFoundError: There is no such run, or its rows are gone.
        """
        data_set_id = workspace.registry.run(run_id).data_set_id
        frame, schema, _ = data_set_source(workspace, data_set_id)
        raw = workspace.artifacts.read(f"runs/{run_id}", "predictions.parquet")
        parts = pd.read_parquet(io.BytesIO(raw), columns=["row", "part"])
        trained_on = pd.Index(parts.loc[parts["part"] == "train", "row"].unique())
        source_id = workspace.registry.data_set(data_set_id).source_id
        return cls(source_id, frame, schema, trained_on)

    def holds(self, cohort: Cohort, rows: pd.Index | np.ndarray) -> np.ndarray:
        """Return (n,) bool: which of these row ids are in a cohort."""
        return cohort.holds(self.frame.loc[rows])

    def reference(self, bundle: Bundle, cohort: Cohort) -> Reference:
        """Return a cohort as a reference population.

        Raises:
            CohortError: It holds too few applicants of the training part.
        """
        rows = self.trained_on[self.holds(cohort, self.trained_on)]
        features = bundle.prepare(self.frame.loc[rows])
        return of_cohort(features, len(self.trained_on), cohort, cohort.sentence(self.schema))


def cohort_of(workspace: Workspace, kind: Kind) -> Cohort | None:
    """Return the cohort that a reference population is; None if it is no cohort.

    Raises:
        NotFoundError: There is no such cohort.
    """
    if not kind.startswith(COHORT):
        return None
    return Cohort.saved(workspace.registry.cohort(kind.removeprefix(COHORT)))

"""Everything the workspace knows, in one object: records in, detached records out.

Each topic is a file of its own; missing records raise `NotFoundError` in words a user may read.
"""

from sqlalchemy import func, select

from core.store.cohort_records import CohortRecords
from core.store.data_records import DataRecords
from core.store.decision_records import DecisionRecords
from core.store.job_records import JobRecords
from core.store.model_records import ModelRecords
from core.store.recipe_records import RecipeRecords
from core.store.run_records import RunRecords
from core.store.study_records import StudyRecords
from core.store.tables import DataSet, DecisionRecord, ModelVersion, Run, Source

COUNTED = {
    "sources": Source,
    "data_sets": DataSet,
    "runs": Run,
    "models": ModelVersion,
    "decisions": DecisionRecord,
}


class Registry(
    DataRecords,
    RecipeRecords,
    JobRecords,
    RunRecords,
    StudyRecords,
    ModelRecords,
    CohortRecords,
    DecisionRecords,
):
    """Records of one database; safe to use from several threads and processes."""

    def counts(self) -> dict[str, int]:
        """Return how many of each there are, by table name."""
        columns = [
            select(func.count()).select_from(table).scalar_subquery().label(name)
            for name, table in COUNTED.items()
        ]
        with self._reading() as session:
            return dict(session.execute(select(*columns)).one()._mapping)

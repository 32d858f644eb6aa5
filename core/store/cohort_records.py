"""Cohorts: filters on a loan file, kept under a name."""

from typing import Any

from sqlalchemy import func, select

from core.errors import StoreError
from core.store.base import now
from core.store.records import Records, find
from core.store.tables import SavedCohort, Source


class CohortRecords(Records):
    """The part of the registry about cohorts: whether one is listed is all that ever changes."""

    def add_cohort(self, source_id: str, name: str, conditions: list[Any]) -> SavedCohort:
        """Keep a filter on the rows of a loan file under a name.

        Raises:
            NotFoundError: There is no such loan file.
            StoreError: The name is empty, or one of the file's cohorts in use has it.
        """
        name = " ".join(name.split())
        if not name:
            raise StoreError("Give the cohort a name.")
        with self._writing() as session:
            find(session, Source, source_id)
            same = _listed(source_id).where(func.lower(SavedCohort.name) == name.lower()).limit(1)
            if session.scalar(same) is not None:
                raise StoreError(f"There is already a cohort {name!r}. Choose another name.")
            cohort = SavedCohort(source_id=source_id, name=name, conditions=conditions)
            session.add(cohort)
        return cohort

    def cohort(self, id: str) -> SavedCohort:
        """Return one cohort, also one that was removed; NotFoundError if there is none."""
        return self._one(SavedCohort, id)

    def cohorts(self, source_id: str) -> list[SavedCohort]:
        """Return the cohorts of a loan file that were not removed, by name."""
        with self._reading() as session:
            return list(session.scalars(_listed(source_id).order_by(SavedCohort.name)))

    def remove_cohort(self, id: str) -> None:
        """Take a cohort out of the lists; what was made with it stays."""
        with self._writing() as session:
            find(session, SavedCohort, id).removed_at = now()

    def restore_cohort(self, id: str) -> None:
        """Put a removed cohort back."""
        with self._writing() as session:
            find(session, SavedCohort, id).removed_at = None


def _listed(source_id: str) -> Any:
    query = select(SavedCohort).where(SavedCohort.source_id == source_id)
    return query.where(SavedCohort.removed_at.is_(None))

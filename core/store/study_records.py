"""Searches for better settings, and the jobs of their trials."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.errors import StoreError
from core.store.records import Records, find, given
from core.store.tables import DataSet, Job, Study, StudyStatus


class StudyRecords(Records):
    """The part of the registry about studies. A study has one trial at a time."""

    def add_study(
        self,
        data_set_id: str,
        name: str,
        settings: dict[str, Any],
        split: dict[str, Any],
        space: list[Any],
        budget_s: float,
        id: str = "",
    ) -> Study:
        """Store a study; `next_trial` begins it."""
        with self._writing() as session:
            find(session, DataSet, data_set_id)
            fields = given(
                id,
                data_set_id=data_set_id,
                name=name,
                settings=settings,
                split=split,
                space=space,
                budget_s=budget_s,
            )
            study = Study(**fields)
            session.add(study)
        return study

    def study(self, id: str) -> Study:
        """Return one study; NotFoundError if there is none."""
        return self._one(Study, id)

    def studies(self, data_set_id: str | None = None, limit: int = 200) -> list[Study]:
        """Return studies, newest first; of one data set if given."""
        query = select(Study).order_by(Study.created_at.desc(), Study.id).limit(limit)
        if data_set_id is not None:
            query = query.where(Study.data_set_id == data_set_id)
        with self._reading() as session:
            return list(session.scalars(query))

    def next_trial(self, study_id: str) -> Job | None:
        """Put the next trial at the end of the queue; None if the study should not go on."""
        with self._writing() as session:
            study = _locked(session, study_id)
            return _submit(session, study) if study.status == "running" else None

    def resume_study(self, study_id: str, more_s: float = 0.0) -> Study:
        """Let a study that ended go on, with so many more seconds; one that runs is left alone.

        Raises:
            StoreError: It was stopped a moment ago and its last trial has not ended yet, or the
                budget is used.
        """
        with self._writing() as session:
            study = _locked(session, study_id)
            job = session.get(Job, study.job_id)
            if job is not None and job.active:
                if study.status == "running":
                    return study
                raise StoreError("The last trial is still stopping. Try again in a moment.")
            study.budget_s += more_s
            if study.used_s >= study.budget_s:
                raise StoreError("The budget is used. Add minutes to go on.")
            study.status = "running"
            _submit(session, study)
        return study

    def note_trial(
        self, study_id: str, seconds: float, trials: list[Any], importances: dict[str, Any]
    ) -> Study:
        """Store what a page shows of the trials so far, and add the time of the last one."""
        with self._writing() as session:
            study = _locked(session, study_id)
            study.used_s += seconds
            study.trials, study.importances = trials, importances
        return study

    def end_study(self, study_id: str, status: StudyStatus) -> Study:
        """Say how a study ended; only one that should run can end."""
        with self._writing() as session:
            study = _locked(session, study_id)
            if study.status == "running":
                study.status = status
        return study


def _locked(session: Session, study_id: str) -> Study:
    """Return a study that nobody else changes until this transaction ends."""
    session.scalar(select(Study.id).where(Study.id == study_id).with_for_update())
    return find(session, Study, study_id)


def _submit(session: Session, study: Study) -> Job:
    job = Job(kind="trial", title=f"Tuning {study.name}", payload={"study_id": study.id})
    session.add(job)
    study.job_id = job.id
    return job

"""Trainings and their epochs."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import delete, insert, select

from core.store.records import Records, find, given
from core.store.tables import DataSet, Epoch, Run, RunLevers


class RunRecords(Records):
    """The part of the registry about runs."""

    def add_run(
        self,
        data_set_id: str,
        job_id: str,
        name: str,
        preset: str,
        settings: dict[str, Any],
        split: dict[str, Any],
        id: str = "",
    ) -> Run:
        """Store a run before its job is submitted (make the job's id with `new_id`)."""
        with self._writing() as session:
            find(session, DataSet, data_set_id)
            fields = given(
                id,
                data_set_id=data_set_id,
                job_id=job_id,
                name=name,
                preset=preset,
                settings=settings,
                split=split,
            )
            run = Run(**fields)
            session.add(run)
        return run

    def run(self, id: str) -> Run:
        """Return one run; NotFoundError if there is none."""
        return self._one(Run, id)

    def runs(self, data_set_id: str | None = None, limit: int = 500) -> list[Run]:
        """Return runs, newest first; of one data set if given."""
        query = select(Run).order_by(Run.created_at.desc()).limit(limit)
        if data_set_id is not None:
            query = query.where(Run.data_set_id == data_set_id)
        with self._reading() as session:
            return list(session.scalars(query))

    def finish_run(self, run_id: str, summary: dict[str, Any], digest: str) -> Run:
        """Store what a run came to: its figures and the digest of its folder."""
        with self._writing() as session:
            run = find(session, Run, run_id)
            run.summary, run.digest = summary, digest
        return run

    def put_epochs(self, run_id: str, epochs: Iterable[Epoch]) -> None:
        """Add these epochs or overwrite those already there."""
        rows = [asdict(epoch) | {"run_id": run_id} for epoch in epochs]
        if not rows:
            return
        numbers = [row["epoch"] for row in rows]
        # Two statements in all: fast trainings put dozens of epochs at a time.
        with self._writing() as session:
            session.execute(delete(Epoch).where(Epoch.run_id == run_id, Epoch.epoch.in_(numbers)))
            session.execute(insert(Epoch), rows)

    def epochs(self, run_id: str) -> list[Epoch]:
        """Return the epochs of a run in order; the last may still be running."""
        query = select(Epoch).where(Epoch.run_id == run_id).order_by(Epoch.epoch)
        with self._reading() as session:
            return list(session.scalars(query))

    def keep_levers(self, run_id: str, levers: list[Any], beyond: bool, user: str) -> RunLevers:
        """Keep which fields may change on the way to approval, in place of what was kept before."""
        with self._writing() as session:
            find(session, Run, run_id)
            session.execute(delete(RunLevers).where(RunLevers.run_id == run_id))
            kept = RunLevers(run_id=run_id, levers=levers, beyond=beyond, user=user)
            session.add(kept)
        return kept

    def levers(self, run_id: str) -> RunLevers | None:
        """Return what was kept of a run, or None."""
        with self._reading() as session:
            return session.get(RunLevers, run_id)

    def forget_levers(self, run_id: str) -> None:
        """Return to the proposal; nothing happens if nothing was kept."""
        with self._writing() as session:
            session.execute(delete(RunLevers).where(RunLevers.run_id == run_id))

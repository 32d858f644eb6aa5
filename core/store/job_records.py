"""The queue of jobs: submitted by pages, claimed by workers, watched by both."""

from datetime import timedelta
from typing import Any

from sqlalchemy import CursorResult, select, update

from core.store.base import now
from core.store.records import Records, find, given
from core.store.tables import ACTIVE, Job, JobStatus


class JobRecords(Records):
    """The part of the registry about jobs."""

    def submit(self, kind: str, title: str, payload: dict[str, Any], id: str = "") -> Job:
        """Put a job at the end of the queue."""
        return self._add(Job(**given(id, kind=kind, title=title, payload=payload)))

    def job(self, id: str) -> Job:
        """Return one job; NotFoundError if there is none."""
        return self._one(Job, id)

    def jobs(self, active: bool = False, limit: int = 50, kind: str = "") -> list[Job]:
        """Return jobs, newest first; only those waiting or running if `active`."""
        query = select(Job).order_by(Job.created_at.desc(), Job.id.desc()).limit(limit)
        if active:
            query = query.where(Job.status.in_(ACTIVE))
        if kind:
            query = query.where(Job.kind == kind)
        with self._reading() as session:
            return list(session.scalars(query))

    def claim(self, worker: str, pid: int) -> Job | None:
        """Take the oldest waiting job, or None. Two workers never get the same one."""
        oldest = select(Job).where(Job.status == "queued").order_by(Job.created_at, Job.id).limit(1)
        with self._reading() as session:  # polling takes no write lock while nothing waits
            if session.scalar(oldest) is None:
                return None
        with self._writing() as session:
            job = session.scalar(oldest.with_for_update(skip_locked=True))
            if job is not None:
                job.status, job.worker, job.pid = "running", worker, pid
                job.started_at = job.heartbeat_at = now()
        return job

    def job_waits(self) -> bool:
        """Return whether any job waits for a worker."""
        with self._reading() as session:
            return session.scalar(select(Job.id).where(Job.status == "queued").limit(1)) is not None

    def requeue(self, job_id: str) -> bool:
        """Put a job back to its place in the queue; return whether it was running."""
        waiting = {"status": "queued", "worker": "", "pid": None}
        return self._change_running(job_id, **waiting, started_at=None, heartbeat_at=None)

    def beat(self, job_id: str) -> None:
        """Say that the worker of this job lives."""
        self._change_running(job_id, heartbeat_at=now())

    def report(self, job_id: str, done: float, message: str, eta_s: float | None = None) -> None:
        """Store progress (`done` in [0, 1]); ignored once the job has ended."""
        done = min(1.0, max(0.0, done))
        self._change_running(job_id, done=done, message=message, eta_s=eta_s, heartbeat_at=now())

    def put_result(self, job_id: str, result: dict[str, Any]) -> None:
        """Replace what the running job has produced so far, so that a page can show it live."""
        self._change_running(job_id, result=result, heartbeat_at=now())

    def request_stop(self, job_id: str) -> Job:
        """Ask a running job to stop at its next step; a waiting one stops at once."""
        with self._writing() as session:
            job = find(session, Job, job_id)
            if job.status == "queued":
                job.status, job.finished_at, job.message = (
                    "stopped",
                    now(),
                    "Stopped before it began",
                )
            if job.active:
                job.stop_requested = True
        return job

    def stop_requested(self, job_id: str) -> bool:
        """Return whether somebody asked this job to stop."""
        with self._reading() as session:
            return bool(session.scalar(select(Job.stop_requested).where(Job.id == job_id)))

    def finish(
        self,
        job_id: str,
        status: JobStatus,
        error: str = "",
        output: str = "",
        result: dict[str, Any] | None = None,
    ) -> Job:
        """End a job. The first ending counts; without `result` it keeps what it had so far."""
        with self._writing() as session:
            job = find(session, Job, job_id)
            if not job.active:
                return job
            job.status, job.error, job.output = status, error, output
            job.finished_at, job.eta_s = now(), None
            if status == "done":
                job.done = 1.0
            if status == "stopped":
                job.message = "What was done so far is kept."
            if result is not None:
                job.result = result
        return job

    def stale_jobs(self, older_than_s: float) -> list[Job]:
        """Return running jobs whose worker has not been heard of for so many seconds."""
        limit = now() - timedelta(seconds=older_than_s)
        query = select(Job).where(Job.status == "running", Job.heartbeat_at < limit)
        with self._reading() as session:
            return list(session.scalars(query))

    def jobs_of(self, worker: str) -> list[Job]:
        """Return the jobs this worker has claimed and not ended."""
        query = select(Job).where(Job.status == "running", Job.worker == worker)
        with self._reading() as session:
            return list(session.scalars(query))

    def _change_running(self, job_id: str, **changes: Any) -> bool:
        statement = update(Job).where(Job.id == job_id, Job.status == "running").values(**changes)
        with self._writing() as session:
            changed = session.execute(statement)
            return isinstance(changed, CursorResult) and changed.rowcount > 0

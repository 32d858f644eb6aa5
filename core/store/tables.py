"""The tables of the store. Rows are returned detached: plain dataclasses without a session."""

from datetime import datetime
from functools import partial
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from core.store.base import Base, UtcDateTime, new_id, now

JobStatus = Literal["queued", "running", "done", "failed", "stopped"]
StudyStatus = Literal["running", "done", "failed", "stopped"]
ACTIVE: tuple[JobStatus, ...] = ("queued", "running")

# SQLite numbers rows by itself only in a column whose type is exactly INTEGER.
_Seq = BigInteger().with_variant(Integer, "sqlite")


def _id(prefix: str) -> Any:
    return mapped_column(String(40), primary_key=True, default_factory=partial(new_id, prefix))


def _time() -> Any:
    return mapped_column(UtcDateTime, default_factory=now)


class Source(Base, kw_only=True):
    """A loan file as it was read; its rows are in `sources/<id>/frame.parquet`.

    `draft` holds the unsaved work on it (schema, recipe, history); {} if there is none.
    """

    __tablename__ = "sources"

    id: Mapped[str] = _id("src")
    name: Mapped[str] = mapped_column(String(200))
    filename: Mapped[str] = mapped_column(String(400))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    rows: Mapped[int]
    dialect: Mapped[dict[str, Any]]
    schema: Mapped[dict[str, Any]]
    draft: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    created_at: Mapped[datetime] = _time()


class DataSet(Base, kw_only=True):
    """A saved version of a cleaned source: `datasets/<id>/` holds its rows and recipe."""

    __tablename__ = "data_sets"
    __table_args__ = (UniqueConstraint("source_id", "sha256"),)

    id: Mapped[str] = _id("ds")
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"))
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    rows: Mapped[int]
    bads: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    schema: Mapped[dict[str, Any]]
    recipe: Mapped[list[Any]]
    created_at: Mapped[datetime] = _time()


class Job(Base, kw_only=True):
    """Work for a worker process. `done` is in [0, 1]; `output` is the last words of a failure."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_status_created_at", "status", "created_at"),)

    id: Mapped[str] = _id("job")
    kind: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    payload: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    status: Mapped[str] = mapped_column(String(20), default="queued")
    created_at: Mapped[datetime] = _time()
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    heartbeat_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)
    worker: Mapped[str] = mapped_column(String(80), default="")
    pid: Mapped[int | None] = mapped_column(default=None)
    done: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str] = mapped_column(Text, default="")
    eta_s: Mapped[float | None] = mapped_column(default=None)
    stop_requested: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str] = mapped_column(Text, default="")
    output: Mapped[str] = mapped_column(Text, default="")
    result: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)

    @property
    def active(self) -> bool:
        """Whether it still waits or runs."""
        return self.status in ACTIVE


class Run(Base, kw_only=True):
    """A training; `runs/<id>/` holds what it produced once `digest` is set."""

    __tablename__ = "runs"

    id: Mapped[str] = _id("run")
    data_set_id: Mapped[str] = mapped_column(ForeignKey("data_sets.id"), index=True)
    job_id: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(200))
    preset: Mapped[str] = mapped_column(String(40))
    settings: Mapped[dict[str, Any]]
    split: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    digest: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime] = _time()


class RunLevers(Base, kw_only=True):
    """What somebody chose of a run: fields that may change on the way to approval.

    See core.decision.levers. It holds for every model version made of the run.
    """

    __tablename__ = "run_levers"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    levers: Mapped[list[Any]]
    beyond: Mapped[bool]
    user: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = _time()


class Epoch(Base, kw_only=True):
    """One epoch of a run. The row of the running epoch is overwritten as it advances."""

    __tablename__ = "epochs"

    run_id: Mapped[str] = mapped_column(
        ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True, default=""
    )
    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    step: Mapped[int] = mapped_column(default=0)
    steps: Mapped[int] = mapped_column(default=0)
    loss: Mapped[float | None] = mapped_column(default=None)
    val_loss: Mapped[float | None] = mapped_column(default=None)
    auc: Mapped[float | None] = mapped_column(default=None)
    val_auc: Mapped[float | None] = mapped_column(default=None)
    seconds: Mapped[float] = mapped_column(default=0.0)
    member_losses: Mapped[list[Any]] = mapped_column(default_factory=list, server_default="[]")
    taught: Mapped[bool] = mapped_column(default=False, server_default=false())


class Study(Base, kw_only=True):
    """A search for better settings: trials, one job after the other, until the budget is used.

    Optuna keeps the trials themselves in tables of its own; `trials` and `importances` are what a
    page shows of them, written after each trial. `job_id` is the trial that waits, runs or was
    last. `status` is what is wanted; a study that should run and has no active job was broken off.
    """

    __tablename__ = "tuning_studies"  # `studies` is Optuna's

    id: Mapped[str] = _id("stu")
    data_set_id: Mapped[str] = mapped_column(ForeignKey("data_sets.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    settings: Mapped[dict[str, Any]]
    split: Mapped[dict[str, Any]]
    space: Mapped[list[Any]]
    budget_s: Mapped[float]
    used_s: Mapped[float] = mapped_column(default=0.0)
    status: Mapped[str] = mapped_column(String(20), default="running")
    job_id: Mapped[str] = mapped_column(String(40), default="")
    trials: Mapped[list[Any]] = mapped_column(default_factory=list)
    importances: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    created_at: Mapped[datetime] = _time()


class ModelVersion(Base, kw_only=True):
    """A run with a policy, ready to score; `models/<id>/` is self-contained."""

    __tablename__ = "models"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[str] = _id("mod")
    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    policy: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = _time()


class Publication(Base, kw_only=True):
    """A model became champion; the last one is in force. Append-only.

    `roll_back` marks a return to the champion before, which takes the newer one off the pile.
    """

    __tablename__ = "publications"

    seq: Mapped[int] = mapped_column(_Seq, primary_key=True, default=None)
    model_id: Mapped[str] = mapped_column(ForeignKey("models.id"))
    at: Mapped[datetime] = _time()
    user: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text, default="")
    roll_back: Mapped[bool] = mapped_column(default=False)


class ExplanationSet(Base, kw_only=True):
    """Attributions of many rows of one model, in `explanations/<id>/`."""

    __tablename__ = "explanations"

    id: Mapped[str] = _id("exp")
    model_id: Mapped[str] = mapped_column(ForeignKey("models.id"), index=True)
    job_id: Mapped[str] = mapped_column(String(40), index=True)
    reference: Mapped[str] = mapped_column(Text)
    rows: Mapped[int]
    of: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = _time()


class SavedCohort(Base, kw_only=True):
    """A filter on the rows of a loan file, kept under a name; see core.explanation.cohort.

    It is never changed, as figures and references were made with it: `removed_at` only takes it
    out of the lists.
    """

    __tablename__ = "cohorts"

    id: Mapped[str] = _id("coh")
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    conditions: Mapped[list[Any]]
    created_at: Mapped[datetime] = _time()
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class SavedRecipe(Base, kw_only=True):
    """Cleaning steps, kept under a name; `source_id` is the file they were made for."""

    __tablename__ = "recipes"

    id: Mapped[str] = _id("rec")
    source_id: Mapped[str] = mapped_column(ForeignKey("sources.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    steps: Mapped[list[Any]]
    created_at: Mapped[datetime] = _time()
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=None)


class ExplanationFigure(Base, kw_only=True):
    """Something found out about a model as a whole, in `explanations/<id>/`.

    `kind` says what: "interactions", "challengers" or "needs".
    """

    __tablename__ = "explanation_figures"

    id: Mapped[str] = _id("fig")
    model_id: Mapped[str] = mapped_column(ForeignKey("models.id"), index=True)
    job_id: Mapped[str] = mapped_column(String(40), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    reference: Mapped[str] = mapped_column(Text)
    rows: Mapped[int]
    of: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = _time()


class DecisionRecord(Base, kw_only=True):
    """One decision about one applicant. Append-only and hash-chained: see core.decision.ledger."""

    __tablename__ = "decisions"

    seq: Mapped[int] = mapped_column(_Seq, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(40), unique=True, default_factory=partial(new_id, "dec"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True, default_factory=now)
    user: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(80))
    applicant_ref: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str] = mapped_column(ForeignKey("models.id"), index=True)
    model_digest: Mapped[str] = mapped_column(String(64))
    policy: Mapped[dict[str, Any]]
    inputs: Mapped[dict[str, Any]]
    inputs_hash: Mapped[str] = mapped_column(String(64))
    pd_hat: Mapped[float]
    log_odds: Mapped[float]
    points: Mapped[int]
    decision: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[list[Any]]
    flags: Mapped[list[Any]]
    method: Mapped[dict[str, Any]]
    override: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    notice: Mapped[str] = mapped_column(Text, default="")
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

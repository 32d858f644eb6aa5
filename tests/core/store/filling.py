"""Small records for the tests of the store."""

from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from core.store.registry import Registry
from core.store.tables import DataSet, DecisionRecord, Job, ModelVersion, Run, Source, Study


def a_source(registry: Registry, name: str = "Loans", sha256: str = "aa") -> Source:
    """Return a stored loan file of three rows."""
    return registry.add_source(name, "loans.csv", 120, sha256, 3, {"delimiter": ","}, {})


def a_data_set(registry: Registry, name: str = "Loans", sha256: str = "bb") -> DataSet:
    """Return a stored data set of a new source."""
    return registry.add_data_set(a_source(registry).id, name, 3, 1, sha256, {}, [])


def a_run(registry: Registry) -> Run:
    """Return a stored run."""
    return registry.add_run(a_data_set(registry).id, "job_1", "First", "recommended", {}, {})


def a_study(registry: Registry, budget_s: float = 600.0) -> Study:
    """Return a stored study that has not begun."""
    return registry.add_study(a_data_set(registry).id, "Loans", {}, {}, [], budget_s)


def a_model(registry: Registry, name: str = "Loans") -> ModelVersion:
    """Return a stored model version."""
    return registry.add_model(a_run(registry).id, name, {"approve_below": 0.1}, "dd")


def a_decision(
    registry: Registry, model: ModelVersion, decision: str = "refer", **fields: Any
) -> DecisionRecord:
    """Append a decision made with this model."""

    def build(prev_hash: str, seq: int) -> DecisionRecord:
        values: dict[str, Any] = {
            "user": "local", "role": "officer", "applicant_ref": f"A-{seq}", "model_digest": "dd",
            "policy": {}, "inputs": {"Age": 30}, "inputs_hash": "ee", "pd_hat": 0.1 + 0.2,
            "log_odds": -1.0, "points": 541, "reasons": [], "flags": [], "method": {},
        }  # fmt: skip
        return DecisionRecord(
            **values | fields,
            seq=seq,
            model_id=model.id,
            decision=decision,
            prev_hash=prev_hash,
            hash=f"{seq:064}",
        )

    return registry.append_decision(build)


ALEMBIC_VERSION = (
    "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
    "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


def as_before_0003(connection: Connection, version: str = "0002") -> None:
    """Turn an empty database into one of before, with a job in it."""
    for change in (
        "ALTER TABLE epochs DROP COLUMN taught",
        "DROP TABLE recipes",
        "DROP TABLE run_levers",
        "DROP TABLE cohorts",
        "DROP TABLE explanation_figures",
        "DROP TABLE tuning_studies",
        "DROP TABLE lendlens_version",
        ALEMBIC_VERSION,
        f"INSERT INTO alembic_version VALUES ('{version}')",
    ):
        connection.execute(text(change))
    session = Session(connection)
    session.add(Job(kind="train", title="Training"))
    session.flush()

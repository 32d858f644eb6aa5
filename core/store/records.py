"""What every part of the registry does: open a session, find one record, count versions."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from core.errors import NotFoundError
from core.store.base import Base

Record = TypeVar("Record", bound=Base)

WORDS = {
    "sources": "loan file",
    "data_sets": "data set",
    "jobs": "job",
    "runs": "run",
    "models": "model",
    "explanations": "explanation",
    "decisions": "decision",
    "tuning_studies": "study",
    "cohorts": "cohort",
    "explanation_figures": "figure",
}


class Records:
    """Sessions on one engine. Records are returned detached and stay readable."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._write_engine = engine.execution_options(write=True)

    def close(self) -> None:
        """Close all connections; the object cannot be used afterwards."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with Session(self._engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        """Serialise with every other writer; commit at the end, roll back on an error."""
        with Session(self._write_engine, expire_on_commit=False) as session, session.begin():
            yield session

    def _add(self, record: Record) -> Record:
        with self._writing() as session:
            session.add(record)
        return record

    def _one(self, table: type[Record], key: str) -> Record:
        with self._reading() as session:
            return find(session, table, key)


def find(session: Session, table: type[Record], key: str) -> Record:
    """Return the record with this id.

    Raises:
        NotFoundError: There is none.
    """
    record = session.scalar(select(table).where(_id_of(table) == key))
    if record is None:
        word = WORDS[table.__tablename__]
        kept = word == "decision"  # no record is ever deleted
        hint = "Look it up in the list." if kept else "It may have been deleted."
        raise NotFoundError(f"There is no {word} {key!r}. {hint}")
    return record


def next_version(session: Session, table: Any, name: str) -> int:
    """Return 1 + the highest version stored under this name."""
    highest = session.scalar(select(func.max(table.version)).where(table.name == name))
    return (highest or 0) + 1


def given(prefix_default: str, **fields: Any) -> dict[str, Any]:
    """Return the fields, with the id only when one is given (else the table makes one)."""
    return fields | ({"id": prefix_default} if prefix_default else {})


def _id_of(table: Any) -> InstrumentedAttribute[str]:
    column: InstrumentedAttribute[str] = table.id
    return column

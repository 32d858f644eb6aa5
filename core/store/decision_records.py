"""The ledger's table: decisions are added one after the other and never changed."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, text

from core.errors import StoreError
from core.store.records import Records
from core.store.tables import DecisionRecord

GENESIS = "0" * 64
"""`prev_hash` of the first decision."""

# Any number will do, as long as nothing else in the database locks on it.
_LEDGER_LOCK = 4_217_001


class DecisionRecords(Records):
    """The part of the registry about decisions."""

    def append_decision(self, build: Callable[[str, int], DecisionRecord]) -> DecisionRecord:
        """Add what `build(prev_hash, seq)` returns; one at a time, over all processes."""
        last = select(DecisionRecord).order_by(DecisionRecord.seq.desc()).limit(1)
        with self._writing() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text(f"SELECT pg_advisory_xact_lock({_LEDGER_LOCK})"))
            before = session.scalar(last)
            prev_hash, seq = (before.hash, before.seq + 1) if before else (GENESIS, 1)
            record = build(prev_hash, seq)
            if (record.prev_hash, record.seq) != (prev_hash, seq):
                raise StoreError("A decision must follow the last one in the ledger.")
            session.add(record)
        return record

    def decision(self, id: str) -> DecisionRecord:
        """Return one decision; NotFoundError if there is none."""
        return self._one(DecisionRecord, id)

    def decisions(
        self,
        limit: int | None = 50,
        offset: int = 0,
        model_id: str | None = None,
        decision: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        text: str = "",
        oldest_first: bool = False,
    ) -> list[DecisionRecord]:
        """Return decisions, newest first, that pass every filter given.

        `decision` is what was done in the end, overrides included. `since` is included, `until`
        is not; `text` is looked for in the applicant's reference,
        the record's id and the user.
        """
        query = _filtered(select(DecisionRecord), model_id, decision, since, until, text)
        order = DecisionRecord.seq if oldest_first else DecisionRecord.seq.desc()
        with self._reading() as session:
            return list(session.scalars(query.order_by(order).limit(limit).offset(offset)))

    def num_decisions(
        self,
        model_id: str | None = None,
        decision: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        text: str = "",
    ) -> int:
        """Return how many decisions pass the same filters."""
        query = select(func.count()).select_from(DecisionRecord)
        with self._reading() as session:
            found = session.scalar(_filtered(query, model_id, decision, since, until, text))
        return found or 0


def _filtered(
    query: Select[Any],
    model_id: str | None,
    decision: str | None,
    since: datetime | None,
    until: datetime | None,
    text: str,
) -> Select[Any]:
    table = DecisionRecord
    if model_id:
        query = query.where(table.model_id == model_id)
    if decision:
        overridden = table.override["decision"].as_string()
        query = query.where(func.coalesce(overridden, table.decision) == decision)
    if since:
        query = query.where(table.at >= since)
    if until:
        query = query.where(table.at < until)
    if text:
        places = (table.applicant_ref, table.id, table.user)
        query = query.where(or_(*(place.icontains(text, autoescape=True) for place in places)))
    return query

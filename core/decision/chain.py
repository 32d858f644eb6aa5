"""The hash chain that makes a changed, removed or inserted decision visible."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from core.store.base import to_json
from core.store.decision_records import GENESIS
from core.store.tables import DecisionRecord


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """What a walk along the whole ledger found.

    Attributes:
        records: How many records were looked at.
        broken_seq: Place of the first record that is not what was written; None when all are.
        broken_id: Its id.
        why: What is wrong with it, in words.
    """

    records: int
    broken_seq: int | None = None
    broken_id: str = ""
    why: str = ""

    @property
    def whole(self) -> bool:
        """Whether every record is as it was written."""
        return self.broken_seq is None


def canonical(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, NaN as null.

    >>> canonical({"b": 1, "a": float("nan")})
    '{"a":null,"b":1}'
    """
    try:
        return _CANONICAL.encode(value)
    except (ValueError, TypeError):  # NaN, or NumPy's numbers
        return _CANONICAL.encode(json.loads(to_json(value)))


_CANONICAL = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
)


def digest(text: str) -> str:
    """Return the sha256 of a text in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def content(record: DecisionRecord) -> dict[str, Any]:
    """Return everything a record's hash covers as plain data; the hash itself is left out."""
    return {name: getattr(record, name) for name in _COVERED} | {"at": record.at.isoformat()}


_COVERED = tuple(field.name for field in fields(DecisionRecord) if field.name != "hash")


def seal(record: Mapping[str, Any]) -> str:
    """Return the hash of a record's content, which names the hash before it."""
    return digest(canonical(record))


def walk(records: Iterable[DecisionRecord], first: int = 1, before: str = GENESIS) -> ChainCheck:
    """Recompute every hash and name the first record that does not fit.

    Records cut off at the end cannot be seen from the chain alone: compare the last hash with an
    export kept elsewhere.

    Args:
        records: In the order of their `seq`, without gaps.
        first: The `seq` the first of them should have.
        before: The hash of the record before it, which is trusted.
    """
    place = first - 1
    for place, record in enumerate(records, start=first):
        if why := _fault(record, place, before):
            return ChainCheck(place - first + 1, record.seq, record.id, why)
        before = record.hash
    return ChainCheck(place - first + 1)


def _fault(record: DecisionRecord, place: int, before: str) -> str:
    if record.seq != place:
        return f"Record {place} is missing: the next one found is record {record.seq}."
    if record.prev_hash != before:
        return "It does not name the record before it: one was changed, removed or inserted."
    if record.inputs_hash != digest(canonical(record.inputs)):
        return "Its input values are not those that were decided on."
    if record.hash != seal(content(record)):
        return "Its content is not what was written."
    return ""

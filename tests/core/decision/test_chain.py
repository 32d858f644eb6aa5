from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from core.decision.chain import canonical, content, digest, seal, walk
from core.store.decision_records import GENESIS
from core.store.tables import DecisionRecord

AT = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)


def ledger(length: int) -> list[DecisionRecord]:
    """Return well-formed records, each naming the one before."""
    records: list[DecisionRecord] = []
    for seq in range(1, length + 1):
        inputs = {"Age": 20.0 + seq, "Home": None}
        record = DecisionRecord(
            seq=seq,
            id=f"dec_{seq}",
            at=AT,
            user="local",
            role="loan officer",
            applicant_ref=f"A-{seq}",
            model_id="mod_1",
            model_digest="0",
            policy={"approve_below": 0.2},
            inputs=inputs,
            inputs_hash=digest(canonical(inputs)),
            pd_hat=0.1,
            log_odds=-2.197,
            points=550,
            decision="approve",
            reasons=[],
            flags=[],
            method={},
            prev_hash=records[-1].hash if records else GENESIS,
            hash="",
        )
        record.hash = seal(content(record))
        records.append(record)
    return records


@pytest.mark.parametrize("length", [0, 1, 5])
def test_an_untouched_ledger_is_whole(length: int) -> None:
    """Every record that was written is found as it was written."""
    check = walk(ledger(length))
    assert (check.whole, check.records) == (True, length)


def test_the_hash_is_the_sha256_of_readable_json() -> None:
    """Whoever has an export can recompute a hash with any JSON library."""
    (record,) = ledger(1)
    text = canonical(content(record))
    assert text.startswith('{"applicant_ref":"A-1","at":"2026-03-05T12:00:00+00:00","decision"')
    assert record.hash == digest(text)


def change(name: str, value: object) -> Callable[[list[DecisionRecord]], object]:
    """Return a change to the third record."""
    return lambda records: setattr(records[2], name, value)


def forge(records: list[DecisionRecord]) -> None:
    """Change the third record and give it a hash that fits."""
    records[2].points = 700
    records[2].hash = seal(content(records[2]))


@pytest.mark.parametrize(
    ("tamper", "broken", "why"),
    [
        (change("points", 700), 3, "content is not what was written"),
        (change("decision", "decline"), 3, "content is not what was written"),
        (change("notice", "changed"), 3, "content is not what was written"),
        (change("override", {"decision": "decline"}), 3, "content is not what was written"),
        (change("at", AT.replace(year=2027)), 3, "content is not what was written"),
        (change("inputs", {"Age": 99.0}), 3, "input values are not those"),
        (change("prev_hash", GENESIS), 3, "does not name the record before"),
        (forge, 4, "does not name the record before"),
        (lambda records: records.pop(1), 3, "Record 2 is missing"),
        (lambda records: records.pop(0), 2, "Record 1 is missing"),
        (lambda records: records.insert(2, records[1]), 2, "Record 3 is missing"),
    ],
)
def test_the_first_broken_record_is_named(
    tamper: Callable[[list[DecisionRecord]], object], broken: int, why: str
) -> None:
    """A changed, removed, repeated or re-hashed record breaks the chain where it stands."""
    records = ledger(5)
    tamper(records)
    check = walk(records)
    assert (check.whole, check.broken_seq) == (False, broken)
    assert why in check.why

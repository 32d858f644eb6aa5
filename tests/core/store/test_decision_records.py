"""core.store.decision_records: the ledger only grows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError as Refused

from core.errors import StoreError
from core.store.decision_records import GENESIS
from core.store.workspace import Workspace
from tests.core.store.filling import a_decision, a_model


@pytest.fixture
def model(registry):
    """Return a model to decide with."""
    return a_model(registry)


def test_records_follow_each_other(registry, model):
    """Each record carries the hash of the one before; the first one carries zeros."""
    first, second = a_decision(registry, model), a_decision(registry, model)
    assert (first.seq, first.prev_hash) == (1, GENESIS)
    assert (second.seq, second.prev_hash) == (2, first.hash)
    assert registry.decision(second.id) == second


def test_numbers_come_back_to_the_last_bit(registry, model):
    """A replayed score can be compared with the stored one."""
    record = a_decision(registry, model, inputs={"Income": 0.1 + 0.2})
    stored = registry.decision(record.id)
    assert stored.pd_hat == 0.1 + 0.2
    assert stored.inputs == {"Income": 0.1 + 0.2}


def test_processes_append_one_after_the_other(settings, registry, model):
    """Appending from several connections at once loses nothing and breaks no link."""
    others = [Workspace.open(settings) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda i: a_decision(others[i % 3].registry, model), range(24)))
    records = registry.decisions(limit=None, oldest_first=True)
    assert [record.seq for record in records] == list(range(1, 25))
    links = pairwise(records)
    assert all(after.prev_hash == before.hash for before, after in links)
    for other in others:
        other.close()


def test_record_that_does_not_follow_is_refused(registry, model):
    """A record built for another place in the chain is not stored."""
    first = a_decision(registry, model)
    with pytest.raises(StoreError, match="must follow the last one"):
        registry.append_decision(lambda prev_hash, seq: first)
    assert registry.num_decisions() == 1


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {table} SET user = 'eve'",
        "DELETE FROM {table}",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
    ],
)
@pytest.mark.parametrize("table", ["decisions", "publications"])
def test_nothing_can_be_changed(registry, model, table, change):
    """The database itself refuses to change or delete what was recorded."""
    a_decision(registry, model)
    registry.publish(model.id, "ann")
    with pytest.raises(Refused, match=f"{table} are append-only"), registry._writing() as session:
        session.execute(text(change.format(table=table)))
    assert registry.decisions()[0].user == "local"
    assert registry.publications()[0].user == "ann"


@pytest.mark.parametrize(
    ("filters", "seqs"),
    [
        ({}, [4, 3, 2, 1]),
        ({"limit": 2}, [4, 3]),
        ({"limit": 2, "offset": 1}, [3, 2]),
        ({"decision": "decline"}, [3]),
        ({"since": datetime(2026, 3, 1, tzinfo=UTC)}, [4, 3]),
        ({"until": datetime(2026, 3, 1, tzinfo=UTC)}, [2, 1]),
        ({"text": "a-2"}, [2]),
        ({"text": "100%"}, []),
        ({"text": "LOCAL", "decision": "approve"}, [1]),
        ({"model_id": "mod_other"}, []),
        ({"oldest_first": True}, [1, 2, 3, 4]),
    ],
)
def test_filters(registry, model, filters, seqs):
    """Filters are combined; text is found in any case, and % is only a sign."""
    for month, decision in enumerate(["approve", "refer", "decline", "refer"], start=1):
        a_decision(registry, model, decision, at=datetime(2026, month, 1, tzinfo=UTC))
    assert [record.seq for record in registry.decisions(**filters)] == seqs
    for key in ("limit", "offset", "oldest_first"):
        filters.pop(key, None)
    assert registry.num_decisions(**filters) == len(registry.decisions(**filters))

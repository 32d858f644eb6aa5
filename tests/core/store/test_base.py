"""core.store.base: times and JSON."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from sqlalchemy.dialects.sqlite import dialect

from core.store.base import UtcDateTime, new_id, to_json


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": float("nan")}, '{"a": null}'),
        ([1.5, float("inf"), (2, float("-inf"))], "[1.5, null, [2, null]]"),
        ({"n": np.int64(3), "x": np.float64("nan"), "v": np.array([1, 2])}, None),
        ("Zürich", '"Zürich"'),
        (0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_to_json(value, text):
    """NaN is stored as missing, NumPy as plain numbers, floats to the last bit."""
    assert to_json(value) == (text or '{"n": 3, "x": null, "v": [1, 2]}')


def test_to_json_refuses_objects():
    """What is not data is refused, not turned into text."""
    with pytest.raises(TypeError, match="object cannot be stored as JSON"):
        to_json({"a": object()})


def test_times_are_kept_in_utc():
    """A time of another zone is stored in UTC and comes back aware."""
    column, zone = UtcDateTime(), timezone(timedelta(hours=2))
    stored = column.process_bind_param(datetime(2026, 1, 1, 12, tzinfo=zone), dialect())
    assert stored == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert column.process_result_value(datetime(2026, 1, 1, 10), dialect()) == stored
    assert column.process_result_value(None, dialect()) is None


def test_times_without_zone_are_refused():
    """A naive time would mean something else on every machine."""
    with pytest.raises(ValueError, match="needs a zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), dialect())


def test_ids_differ():
    """Ids say what they name and do not repeat."""
    ids = {new_id("run") for _ in range(1000)}
    assert len(ids) == 1000
    assert all(id.startswith("run_") and len(id) == 16 for id in ids)

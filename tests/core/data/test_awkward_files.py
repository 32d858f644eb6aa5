"""Every file in `tests/awkward_files` is read as `expected.json` says, or refused in its words."""

import json
import re

import pandas as pd
import pytest

from core.config import ROOT
from core.data.guards import check
from core.data.reading import Dialect, detect, read_table
from core.data.roles import typed
from core.errors import ReadError

FOLDER = ROOT / "tests" / "awkward_files"
EXPECTED = json.loads((FOLDER / "expected.json").read_text("utf-8"))


def test_the_folder_and_the_table_name_the_same_files():
    """At least sixty, none forgotten."""
    files = {path.name for path in FOLDER.iterdir()} - {"expected.json", "README.md"}
    assert files == set(EXPECTED)
    assert len(files) >= 60


@pytest.mark.parametrize("name", EXPECTED)
def test_an_awkward_file_is_read_as_expected(name):
    """Values, notes, roles and findings; or the message."""
    expected = EXPECTED[name]
    raw = (FOLDER / name).read_bytes()
    if "error" in expected:
        with pytest.raises(ReadError) as caught:
            read_table(raw, most_bytes=5_000_000)
        assert re.search(expected["error"], str(caught.value)), str(caught.value)
        return
    dialect = None
    if expected.get("skip"):
        dialect = Dialect.from_json(detect(raw).to_json() | {"skip_broken": True})
    table = read_table(raw, dialect, most_bytes=5_000_000)
    frame = table.frame
    for column, values in expected.get("columns", {}).items():
        assert [None if pd.isna(value) else value for value in frame[column]] == values
    for column, days in expected.get("dates", {}).items():
        assert frame[column].tolist() == [pd.Timestamp(day) for day in days]
    for column in expected.get("text", []):
        assert str(frame[column].dtype) == "str"
    for column, value in expected.get("first", {}).items():
        assert frame[column].iloc[0] == value
    for column, value in expected.get("last", {}).items():
        assert frame[column].iloc[-1] == value
    for key, value in expected.get("dialect", {}).items():
        assert getattr(table.dialect, key) == value
    assert [row.line for row in table.broken] == expected.get("broken", [])
    said = " ".join(table.notes)
    assert all(note in said for note in expected.get("notes", [])), said
    assert table.notes == () or "notes" in expected or "broken" in expected, said
    _check_roles(table, expected)


def _check_roles(table, expected):
    rows, schema = typed(table.frame, table.how)
    for column, role in expected.get("roles", {}).items():
        assert schema[column].role == role, schema[column]
    for column, kind in expected.get("kinds", {}).items():
        assert schema[column].kind == kind
    found = {f"{finding.code}:{finding.column}" for finding in check(rows, schema)}
    assert set(expected.get("findings", [])) <= found

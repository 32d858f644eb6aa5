"""What was seen of a file: kept as it is, and made again by other rules."""

import json

import pandas as pd
import pytest

from core.data import catalog, survey
from core.data.reading import read_table
from core.data.roles import typed
from core.data.survey import Survey, look_through

ROWS = [
    f"{n % 40 + 20},{n * 10 if n % 7 else -999},2024-0{n % 9 + 1}-01,"
    f"{'own' if n % 3 else ''},{'bad' if n % 4 == 0 else 'good'}"
    for n in range(300)
]


@pytest.fixture
def seen():
    """A file with dates, gaps, codes and words."""
    raw = "\n".join(["age,income,day,home,status", *ROWS, *ROWS[:3]]).encode()
    return look_through(*typed(read_table(raw).frame))


def test_it_comes_back_as_it_was(seen):
    """Profiles with their bins, findings with the steps that mend them."""
    again = Survey.from_json(json.loads(json.dumps(seen.to_json())))
    assert again.findings == seen.findings
    assert any(found.fix for found in again.findings)
    assert len(again.profiles) == len(seen.profiles)
    for before, after in zip(seen.profiles, again.profiles, strict=True):
        pd.testing.assert_frame_equal(before.bins, after.bins)
        assert before.name == after.name
        assert before.information == after.information


def test_it_is_kept_under_the_state_of_the_draft(workspace, seen):
    """Another state has none."""
    catalog.keep_survey(workspace, "digest-1", seen)
    assert catalog.survey(workspace, "digest-1").findings == seen.findings
    assert catalog.survey(workspace, "digest-2") is None


def test_other_rules_look_anew(workspace, seen, monkeypatch):
    """What an earlier edition of the checks found is not shown as today's."""
    catalog.keep_survey(workspace, "digest-1", seen)
    monkeypatch.setattr(catalog, "edition", lambda: "another")
    assert catalog.survey(workspace, "digest-1") is None
    assert len(survey.edition()) == 12

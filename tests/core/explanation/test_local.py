"""One applicant's path from the reference population to the score."""

from dataclasses import replace

import numpy as np
import pytest

from core.data.schema import Column, Schema
from core.explanation.attribution import Attribution
from core.explanation.local import path

SCHEMA = Schema(tuple(Column(f"f{i}", "number", "feature", label=f"F{i}") for i in range(5)))
VALUES = np.array([0.1, -0.5, 1.0, 0.2, -0.3])
SAID = Attribution(tuple(SCHEMA.names), VALUES, -1.0, -0.5, 0.0, None, "exact", 4, 16)
APPLICANT = {"f0": 1.0, "f1": 2.0, "f2": 3.0, "f3": None, "f4": 5.0}


def test_the_path_leads_from_base_to_score():
    """Steps join, the largest first, and PDs belong to the log-odds reached."""
    steps = path(SAID, APPLICANT, SCHEMA)
    assert list(steps["label"]) == ["F2", "F1", "F4", "F3", "F0"]
    assert steps["start"].iloc[0] == -1.0
    assert steps["end"].iloc[-1] == pytest.approx(-0.5)
    assert steps["start"].tolist()[1:] == pytest.approx(steps["end"].tolist()[:-1])
    assert steps["pd_end"].iloc[0] == pytest.approx(0.5)
    assert steps["value"].tolist() == ["3", "2", "5", "not given", "1"]


def test_small_steps_are_one():
    """What has no step of its own is summed at the end."""
    steps = path(SAID, APPLICANT, SCHEMA, most=3)
    assert steps["label"].iloc[-1] == "2 other fields"
    assert steps["log_odds"].iloc[-1] == pytest.approx(0.3)
    assert steps["end"].iloc[-1] == pytest.approx(-0.5)


def test_a_single_small_step_keeps_its_name():
    """One other field takes no less room than its name."""
    assert path(SAID, APPLICANT, SCHEMA, most=4)["label"].iloc[-1] == "F0"


def test_error_bars_go_with_their_steps():
    """The rest has at most the sum of its fields' bars; an exact value has none."""
    bars = np.array([0.01, 0.02, 0.03, 0.04, 0.05])
    steps = path(replace(SAID, bars=bars, method="sampled"), APPLICANT, SCHEMA, most=3)
    assert steps["error_bar"].tolist() == pytest.approx([0.03, 0.02, 0.05, 0.05])
    assert path(SAID, APPLICANT, SCHEMA)["error_bar"].tolist() == [0.0] * 5

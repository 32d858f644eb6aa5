"""Small changes: how large they are, and what stays the same."""

import numpy as np
import pandas as pd

from core.explanation.attribution import Attribution
from core.explanation.stability import RANKS, small_changes, stability

FILE = pd.DataFrame(
    {
        "income": np.arange(1000.0),
        "arrears": [0.0] * 950 + [7.0] * 50,
        "home": ["rent"] * 1000,
        "blank": [np.nan] * 1000,
    }
)
VALUES = {"income": 500.0, "arrears": 0.0, "home": "rent", "blank": None}


def attribution(*values):
    """Return these shares."""
    shares = np.array(values)
    return Attribution(tuple("abc"), shares, 0.0, sum(values), 0.0, None, "exact", 4, 8)


def test_numbers_move_by_a_few_ranks():
    """Up and down, by at most a share of all ranks."""
    moved = [change["income"] for change in small_changes(VALUES, FILE)]
    assert len(set(moved)) > 10
    assert min(moved) < 500 < max(moved)
    assert all(abs(each - 500) <= RANKS * 1000 + 1 for each in moved)


def test_what_many_share_stays():
    """So do categories and blanks."""
    for change in small_changes(VALUES, FILE):
        assert (change["arrears"], change["home"], change["blank"]) == (0.0, "rent", None)


def test_the_same_question_has_the_same_answer():
    """Draws are fixed."""
    assert small_changes(VALUES, FILE) == small_changes(VALUES, FILE)


def test_a_value_at_the_end_moves_inwards():
    """No value beyond what was seen comes out of it; one beyond moves as the last one does."""
    moved = [change["income"] for change in small_changes(VALUES | {"income": 999.0}, FILE)]
    assert max(moved) == 999
    assert min(moved) < 999
    beyond = [change["income"] for change in small_changes(VALUES | {"income": 2000.0}, FILE)]
    assert 2000 - 1000 * RANKS - 2 < min(beyond) < max(beyond) == 2000


def test_what_stays_is_counted():
    """In any order, by the first two."""
    found = stability(
        attribution(3, 2, 1),
        ("a", "b", "c"),
        [
            (attribution(2, 3, 1), ("b", "a", "c")),
            (attribution(3, 1, 2), ("a", "c", "b")),
        ],
    )
    assert (found.same(1), found.same(2), found.same(3)) == (1, 1, 2)
    assert found.sentence == "The first two reasons stay the same in 1 of 2 small changes."


def test_ranges_hold_the_present_value():
    """The weightiest field first."""
    found = stability(attribution(1, -3, 0), ("a",), [(attribution(2, -2, 0), ("a",))])
    frame = found.frame()
    assert frame["field"].tolist() == ["b", "a", "c"]
    assert frame[["low", "now", "high"]].to_numpy().tolist() == [[-3, -3, -2], [1, 1, 2], [0, 0, 0]]
    assert found.widest == ("b", -3, -2)
    assert found.sentence == "The reason stays the same in 1 of 1 small changes."


def test_no_reason_is_an_answer_too():
    """Somebody whom nothing speaks against."""
    found = stability(attribution(-1, 0, 0), (), [(attribution(-1, 0, 0), ())])
    assert found.sentence == "There is no reason, and none in 1 of 1 small changes either."

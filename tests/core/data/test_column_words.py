"""Texts that are plainly words, told from those that have to be read."""

import pyarrow as pa
import pytest

from core.data import column_words
from core.data.column_words import are_words
from core.data.reading import read_table


@pytest.mark.parametrize(
    "odd", ["7", "5 Mar 2024", "B2", "own ", " own", "\tx", "own\u00a0", "١", "-inf", "Infinity"]
)
def test_one_cell_that_may_be_more_than_a_word_is_enough_to_read_them_all(odd):
    """Numbers and dates have a digit or are infinite; blanks at the ends are trimmed."""
    words = ["own", None, "home improvement", "self-employed"]
    assert are_words(pa.array(words, pa.large_string()))
    assert not are_words(pa.array([*words, odd, None], pa.large_string()))


def test_the_cell_may_be_anywhere(monkeypatch):
    """In any part, and in a slice of a longer array."""
    monkeypatch.setattr(column_words, "_AT_ONCE", 3)
    cells = pa.array(["1", *["own", None] * 20, "x ", *["rent"] * 20], pa.large_string())
    assert not are_words(cells.slice(1))
    assert are_words(cells.slice(1, 40))
    assert are_words(cells.slice(42))


@pytest.mark.parametrize("cells", [[], [None], [None, None], ["", ""]])
def test_columns_without_a_letter_are_told_apart(cells):
    """Where nothing is known there are no words; texts may still be empty."""
    assert are_words(pa.array(cells, pa.large_string())) is ("" in cells)


@pytest.mark.parametrize("last", ["x", "-INF", "12", "Infinity "])
def test_words_stay_text_whatever_follows(last):
    """Four different words, and one cell of another kind."""
    rows = ["own,1", "rent,2", "lodging,3", "parents,4", f"{last},5"]
    frame = read_table("\n".join(["a,b", *rows]).encode()).frame
    assert frame["a"].tolist() == ["own", "rent", "lodging", "parents", last.strip()]

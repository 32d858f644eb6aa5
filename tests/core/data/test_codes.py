"""The texts of a column as codes: right, kept while the column lives, and forgotten with it."""

import gc

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.data import codes
from core.data.codes import coded, remember
from core.data.reading import read_table

WORDS = st.lists(st.sampled_from(["a", "b", "ä", "", None]), max_size=30)


@given(WORDS)
def test_codes_and_values_give_the_column_back(words):
    """In order of appearance, with the rows of each value."""
    series = pd.Series(words, dtype="str")
    found = coded(series)
    again = pd.array([*found.values, None], dtype="str").take(found.codes)
    assert pd.Series(again, dtype="str").equals(series)
    assert list(found.values) == list(series.dropna().unique())
    assert found.known == series.count()
    assert [series.eq(value).sum() for value in found.values] == found.counts.tolist()


def test_missing_values_get_a_code_behind_all_others():
    """So that codes can be counted."""
    assert coded(pd.Series(["x", None, "y"], dtype="str")).codes.tolist() == [0, 2, 1]


def test_frames_that_share_a_column_share_its_codes():
    """A column that is added or read again from the frame is not counted anew."""
    frame = pd.DataFrame({"word": pd.Series(["x", "y", "x"], dtype="str")})
    assert coded(frame["word"]) is coded(frame.assign(more=1.0)["word"])
    assert coded(frame["word"]) is not coded(frame["word"].iloc[:2])


def test_a_changed_column_is_counted_anew():
    """What was found of the values before does not stay."""
    frame = pd.DataFrame({"word": pd.Series(["x", "y"], dtype="str")})
    assert list(coded(frame["word"]).values) == ["x", "y"]
    frame.loc[0, "word"] = "z"
    assert list(coded(frame["word"]).values) == ["z", "y"]


def test_codes_are_forgotten_with_their_column():
    """Nothing is kept of a file that nobody looks at."""
    series = pd.Series(["x", "y"], dtype="str")
    coded(series)
    key = id(series.array.__arrow_array__())
    assert key in codes._KNOWN
    del series
    gc.collect()
    assert key not in codes._KNOWN


def test_texts_that_all_differ_are_their_own_values():
    """A million identifiers are in memory once, and still forgotten with their column."""
    series = pd.Series([f"A-{n:07}" for n in range(1_000)], dtype="str")
    found, texts = coded(series), series.array.__arrow_array__()
    assert list(found.values) == list(series)
    letters = (
        each.chunk(0).buffers()[-1].address for each in (texts, found.values.array._pa_array)
    )
    assert len(set(letters)) == 1
    key = id(texts)
    del series, texts, found
    gc.collect()
    assert key not in codes._KNOWN


def test_codes_with_a_value_that_does_not_occur_are_not_kept():
    """The word of a totals row, for one, is gone with the row."""
    series = pd.Series(["x", "x"], dtype="str")
    remember(series, np.array([0, 0]), pd.Index(["x", "total"]))
    assert list(coded(series).values) == ["x"]


def test_words_that_differ_by_blanks_alone_are_one():
    """Counted once, whatever the file has around them."""
    frame = read_table(("n,home\n" + "1,own\n2,own \n3,rent\n" * 2).encode()).frame
    assert list(coded(frame["home"]).values) == ["own", "rent"]
    assert coded(frame["home"]).codes.tolist() == [0, 0, 1] * 2


def test_columns_of_a_file_are_as_if_they_were_counted():
    """What reading found of a column is what counting would find."""
    rows = [f"{n},{'own' if n % 3 else 'rent '},{'' if n % 5 else 'x'}" for n in range(200)]
    frame = read_table("\n".join(["id,home,word", *rows, "1,Total,x"]).encode()).frame
    for name in ("home", "word"):
        found, counted = coded(frame[name]), coded(frame[name].astype(object))
        assert found.codes.tolist() == counted.codes.tolist()
        assert list(found.values) == list(counted.values)

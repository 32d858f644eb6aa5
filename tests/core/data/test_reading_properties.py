"""Whatever pandas writes in a supported dialect is read back as it was."""

import io

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.dialect import Dialect, detect
from core.data.reading import read_table

SOME = {"max_examples": 150, "deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
FLOATS = st.floats(-1e12, 1e12, allow_subnormal=False)
WHOLE = st.integers(-(10**9), 10**9).map(float)
DAYS = st.datetimes(pd.Timestamp("1900-01-01"), pd.Timestamp("2100-01-01")).map(
    lambda day: day.replace(microsecond=0)
)
# Texts that nothing else is written as; delimiters, quotes and line ends inside are the point.
TEXT = st.text("abcxyzäßé,;|\t\"' \n.-", max_size=12).map(lambda text: f"w{text}w")
PLAIN = st.sampled_from(["rent", "owner", "with parents", "Müller", "x-1"])


def frames(texts):
    """Frames of one to four columns and an outcome, 2 to 12 rows, with gaps."""

    @st.composite
    def draw(choose):
        rows = choose(st.integers(2, 12))
        kinds = choose(st.lists(st.sampled_from("nwtd"), min_size=1, max_size=4))
        data = {f"{kind}_{i}": _column(choose, kind, rows, texts) for i, kind in enumerate(kinds)}
        return pd.DataFrame(data | {"bad": np.resize([0.0, 1.0], rows)})

    return draw()


def _column(choose, kind, rows, texts):
    values = {"n": FLOATS, "w": WHOLE, "t": texts, "d": DAYS}[kind]
    drawn = choose(st.lists(values, min_size=rows, max_size=rows))
    gaps = choose(st.lists(st.booleans(), min_size=rows, max_size=rows))
    gaps[0] = False  # a column without any value has no type
    cells = [None if gap else value for value, gap in zip(drawn, gaps, strict=True)]
    dtype = {"t": "str", "d": "datetime64[us]"}.get(kind, "float64")
    return pd.Series(cells, dtype=dtype)


def written(frame, dialect):
    """The frame as pandas writes it."""
    text = frame.to_csv(
        sep=dialect.delimiter, decimal=dialect.decimal, quotechar=dialect.quote, index=False
    )
    return text.encode(dialect.encoding, errors="strict")


DIALECTS = st.builds(
    Dialect,
    delimiter=st.sampled_from([";", "\t", "|"]),
    decimal=st.sampled_from([".", ","]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "gb18030"]),
    quote=st.sampled_from(['"', "'"]),
) | st.builds(Dialect, encoding=st.sampled_from(["utf-8", "latin-1"]))


@settings(**SOME)
@given(frames(TEXT), DIALECTS)
def test_any_frame_in_any_dialect_comes_back_equal(frame, dialect):
    """Values, gaps and types, whatever stands inside the texts."""
    read = read_table(written(frame, dialect), dialect)
    pd.testing.assert_frame_equal(read.frame, frame)
    assert read.broken == ()


@settings(**SOME)
@given(frames(PLAIN), DIALECTS)
def test_the_dialect_of_plain_frames_is_found(frame, dialect):
    """So nobody has to choose it."""
    if dialect.encoding in ("cp1252", "latin-1", "gb18030"):
        dialect = Dialect(dialect.delimiter, dialect.decimal, "utf-8")
    raw = written(frame, dialect)
    assert detect(raw).delimiter == dialect.delimiter
    pd.testing.assert_frame_equal(read_table(raw).frame, frame)


@settings(max_examples=40, deadline=None)
@given(frames(TEXT))
def test_parquet_comes_back_equal(frame):
    """No text is judged there."""
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    pd.testing.assert_frame_equal(read_table(buffer.getvalue()).frame, frame)

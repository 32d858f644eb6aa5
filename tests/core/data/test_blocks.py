"""A file in blocks: wherever they end, it is read as if it were one."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.config import ROOT
from core.data import arrow_text
from core.data.blocks import blocks
from core.data.material import Material
from core.data.reading import BrokenRowsError, Table, read_table
from core.errors import ReadError
from tests.core.data.test_reading_properties import DIALECTS, SOME, TEXT, frames, written

AWKWARD = sorted((ROOT / "tests" / "awkward_files").glob("*.[ct]sv"))
CELLS = (
    "1", "0.5", "", "w", "2024-03-05", "2024-03-05 10:00", "2024-03-05 10:00:00.5", "9999-12-31",
    "10:30", "1e400", "9007199254740993",
)  # fmt: skip
CELL = st.sampled_from([*CELLS, "-2", "007", "NA", " w ", '"q"', '"x\ny"', '"', '5"', '"open'])


def told(raw, dialect=None):
    """What reading gives, or says."""
    try:
        return read_table(raw, dialect, most_bytes=5_000_000)
    except ReadError as error:
        return str(error).split(" in position ")[0]  # counted from the start of a block


def assert_same(one, other):
    """The same frame and notes, or the same words."""
    if isinstance(one, Table) and isinstance(other, Table):
        pd.testing.assert_frame_equal(one.frame, other.frame)
        assert (one.notes, one.how, one.broken) == (other.notes, other.how, other.broken)
    else:
        assert one == other


def in_blocks(raw, size, dialect=None):
    """What reading gives in blocks of this size."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrow_text, "_BLOCK", size)
        return told(raw, dialect)


@pytest.mark.parametrize("size", [1, 50])
@pytest.mark.parametrize("path", AWKWARD, ids=lambda path: path.name)
def test_awkward_files_are_read_the_same_in_small_blocks(path, size):
    """Values, types, notes and broken rows."""
    assert_same(in_blocks(path.read_bytes(), size), told(path.read_bytes()))


@pytest.mark.parametrize("first", CELLS)
def test_cells_of_two_kinds_are_read_the_same_in_one_block_and_in_two(first):
    """All values of a column decide what it holds."""
    for second in CELLS:
        raw = f"a,b\n{first},1\n{second},2\n".encode()
        assert_same(in_blocks(raw, 1), told(raw))


@pytest.mark.parametrize("late", CELLS)
@pytest.mark.parametrize("early", ["1", "0.5", "1e400"])
def test_a_cell_of_another_kind_far_down_is_read_the_same(early, late):
    """Though numbers are what is likely by then."""
    raw = "\n".join(["a,b", *[f"{early},1"] * 20, f"{late},2", *[f"{early},3"] * 20]).encode()
    assert_same(in_blocks(raw, 1), told(raw))


@settings(**SOME)
@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=12), st.integers(1, 60), st.booleans())
def test_any_cells_are_read_the_same_in_small_blocks(rows, size, ended):
    """Numbers, dates and words in one column; quotes that span blocks or are never closed."""
    raw = "\n".join(["a,b", "1,2", *map(",".join, rows)] + [""] * ended).encode()
    assert_same(in_blocks(raw, size), told(raw))


@settings(**SOME)
@given(frames(TEXT), DIALECTS, st.integers(1, 200))
def test_any_frame_comes_back_equal_from_small_blocks(frame, dialect, size):
    """Also where cells span lines, and in encodings of two bytes."""
    pd.testing.assert_frame_equal(in_blocks(written(frame, dialect), size, dialect).frame, frame)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252", "gb18030"])
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_blocks_are_whole_lines_and_hold_all(encoding, size):
    """In UTF-8, whatever the file is written in."""
    text = "name,bad\n" + "Zoë €,1\r\n" * 20 + "end,0"
    text = text.replace("ë €", "文") if encoding == "gb18030" else text
    found = list(blocks(Material(text.encode(encoding)), encoding, size))
    assert b"".join(block.text[: block.end] for block in found).decode().lstrip("\ufeff") == text
    assert all(block.text[: block.end].endswith(b"\n") for block in found[:-1])
    assert sum(block.lines for block in found) == 22
    assert found[-1].done == len(text.encode(encoding))


def test_a_block_ends_where_quotes_are_closed():
    """If cells may span lines."""
    raw = b'1,"a\nb"\n2,"c\nd"\n'
    found = [block.text[: block.end] for block in blocks(Material(raw), "utf-8", 11, b'"')]
    assert found == [b'1,"a\nb"\n', b'2,"c\nd"\n']


def test_reading_says_how_far_it_is(tmp_path: Path, monkeypatch):
    """In bytes of the file, up to all of them."""
    monkeypatch.setattr(arrow_text, "_BLOCK", 1_000)
    raw = ("a,b\n" + "1,2\n" * 1_000).encode()
    (tmp_path / "loans.csv").write_bytes(raw)
    said: list[tuple[int, int]] = []
    read_table(tmp_path / "loans.csv", tell=lambda *told: said.append(told))
    assert said[-1] == (len(raw), len(raw))
    assert [done for done, _ in said] == sorted(done for done, _ in said)
    assert len(said) > 2


def test_a_broken_row_is_found_in_any_block():
    """With its line in the file."""
    raw = ("a,b\n" + "1,2\n" * 500 + "1,2,3\n" + "1,2\n" * 500).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrow_text, "_BLOCK", 100)
        with pytest.raises(BrokenRowsError, match="Line 502 has 3 cells"):
            read_table(raw)

"""The benchmark of ingestion: every step is measured, and peers beside it."""

import pytest

from benchmarks.ingest import _growth, _ratios
from benchmarks.ingest_process import main
from core.data.made import Plan, write


@pytest.mark.parametrize("reader", ["lendlens", "pandas", "pandas_arrow", "pyarrow"])
def test_a_reader_is_timed_and_weighed(reader, tmp_path):
    """Seconds, processor time, and the peak of its process."""
    write(Plan(500), tmp_path / "made.csv")
    found = main(tmp_path / "made.csv", reader, 1)
    assert found["seconds"] > 0
    assert found["peak_mb"] > 10
    assert found["before_mb"] > 10


def test_every_step_is_timed(tmp_path):
    """From preview to check; the total is their sum."""
    write(Plan(500), tmp_path / "made.csv")
    found = main(tmp_path / "made.csv", "steps", 1)
    steps = ("preview_s", "read_s", "types_and_roles_s", "profile_and_check_s")
    assert found["total_s"] == pytest.approx(sum(found[step] for step in steps))
    assert (found["rows"], found["columns"]) == (500, 25)


def test_a_wide_frame_is_looked_through_and_compared(tmp_path):
    """All columns but the outcome, twice."""
    write(Plan(500), tmp_path / "made.csv")
    found = main(tmp_path / "made.csv", "wide", 1)
    assert (found["rows"], found["columns"]) == (500, 49)
    assert found["profile_and_check_s"] > 0
    assert found["pairs_s"] > 0


def test_growth_is_one_where_time_follows_rows():
    """Ten times the rows in ten times the seconds."""
    sizes = [
        {
            "rows": n,
            "readers": {"lendlens": {"seconds": n / 100}},
            "steps": {"total_s": n / 50, "processor_s": n / 40},
        }
        for n in (10, 100)
    ]
    expected = {"rows": 100, "reading": 1.0, "all_steps": 1.0, "all_steps_processor": 1.0}
    assert _growth(sizes) == [expected]


def test_ratios_are_to_the_fastest_peer_that_worked():
    """One that failed does not count, nor does the memory of libraries."""
    own = {"seconds": 3.0, "processor_s": 3.0, "peak_mb": 400.0, "before_mb": 100.0}
    steps = {"peak_mb": 520.0, "before_mb": 120.0}
    peers = {"a": {"seconds": 2.0, "processor_s": 1.0}, "b": {"failed": "no"}}
    size = {"readers": {"lendlens": own, **peers}, "steps": steps, "file_mb": 100.0}
    assert _ratios(size) == {
        "reading_to_fastest_peer": 1.5,
        "reading_to_fastest_peer_processor": 3.0,
        "peak_memory_to_file": 3.0,
        "all_steps_peak_memory_to_file": 4.0,
    }

"""From the bytes of a loan file to a typed, profiled, checked data set, beside other readers.

Made files of growing length (`--rows` is the largest), or `--data`. Each reader runs in a process
of its own, so that peak memory is its own; seconds are the best of three there. Peers that are not
installed are named and left out.
"""

import json
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.contract import Options, machine, versions
from benchmarks.ingest_process import MOST_WIDE
from core.config import ROOT
from core.data.made import Plan, write

READERS = ("lendlens", "pandas", "pandas_arrow", "pyarrow", "polars", "duckdb")
_PACKAGE = {"pandas_arrow": "pandas", "lendlens": "core"}
_LABEL = {
    "lendlens": "Lendlens, typed and with notes",
    "pandas": "pandas read_csv",
    "pandas_arrow": 'pandas read_csv, dtype_backend="pyarrow"',
    "pyarrow": "pyarrow.csv",
    "polars": "polars read_csv",
    "duckdb": "DuckDB read_csv to Arrow",
}


def run(options: Options) -> dict[str, Any]:
    """Return seconds and peak memory of each step and each reader, by number of rows."""
    with tempfile.TemporaryDirectory() as folder:
        files = _files(options, Path(folder))
        sizes = [_measured(path, rows, quick=options.quick) for path, rows in files]
        enough = (path for path, rows in files if rows is None or rows >= MOST_WIDE)
        wide = _alone(next(enough, files[-1][0]), "wide", 1)
    largest = sizes[-1]
    return {
        "data": options.data.name if options.data else "made applicants, seed 0",
        "rows": largest["rows"],
        "seeds": [0],
        "versions": versions() | {"polars": _version("polars"), "duckdb": _version("duckdb")},
        "machine": machine(),
        "sizes": sizes,
        "wide": wide,
        "left_out": {name: "not installed" for name in READERS if not _installed(name)},
        "ratios": _ratios(largest),
        "growth": _growth(sizes),
    }


def _files(options: Options, folder: Path) -> list[tuple[Path, int | None]]:
    if options.data is not None:
        return [(options.data, None)]
    lengths = [n for n in (10_000, 100_000, 1_000_000, 10_000_000) if n < options.rows]
    files: list[tuple[Path, int | None]] = []
    for rows in [*lengths, options.rows]:
        path = folder / f"made_{rows}.csv"
        write(Plan(rows), path)
        files.append((path, rows))
    return files


def _measured(path: Path, rows: int | None, *, quick: bool) -> dict[str, Any]:
    repeats = 1 if quick else 3
    readers = {name: _alone(path, name, repeats) for name in READERS if _installed(name)}
    steps = _alone(path, "steps", 1)
    return {
        "rows": rows or steps["rows"],
        "columns": steps["columns"],
        "file_mb": path.stat().st_size / 1e6,
        "readers": readers,
        "steps": steps,
    }


def _alone(path: Path, what: str, repeats: int) -> dict[str, Any]:
    """Return what a fresh process measures."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ingest_process", str(path), what, str(repeats)],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1]}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"{path.name} {what}: {found}", file=sys.stderr, flush=True)
    return found


def _installed(name: str) -> bool:
    return find_spec(_PACKAGE.get(name, name)) is not None


def _version(name: str) -> str:
    if not _installed(name):
        return ""
    return str(__import__(name).__version__)


def _ratios(size: dict[str, Any]) -> dict[str, float]:
    own = size["readers"]["lendlens"]
    others = [each for name, each in size["readers"].items() if name != "lendlens"]
    others = [each for each in others if "seconds" in each]
    return {
        "reading_to_fastest_peer": own["seconds"] / min(each["seconds"] for each in others),
        "reading_to_fastest_peer_processor": own["processor_s"]
        / min(each["processor_s"] for each in others),
        "peak_memory_to_file": _beyond_libraries(own) / size["file_mb"],
        "all_steps_peak_memory_to_file": _beyond_libraries(size["steps"]) / size["file_mb"],
    }


def _beyond_libraries(measured: dict[str, float]) -> float:
    """Return how much more memory a process had at its peak than when its work began, in MB."""
    return measured["peak_mb"] - measured["before_mb"]


def _growth(sizes: list[dict[str, Any]]) -> list[dict[str, float]]:
    """Return how much longer each size takes than the one before, per row: 1 is linear."""
    return [
        {
            "rows": after["rows"],
            "reading": (after["readers"]["lendlens"]["seconds"] / after["rows"])
            / (before["readers"]["lendlens"]["seconds"] / before["rows"]),
            "all_steps": (after["steps"]["total_s"] / after["rows"])
            / (before["steps"]["total_s"] / before["rows"]),
            "all_steps_processor": (after["steps"]["processor_s"] / after["rows"])
            / (before["steps"]["processor_s"] / before["rows"]),
        }
        for before, after in pairwise(sizes)
    ]


def as_text(answer: dict[str, Any]) -> str:
    """Return the answer as tables."""
    lines = []
    for size in answer["sizes"]:
        lines.append(f"{size['rows']:,} rows, {size['columns']} columns, {size['file_mb']:.1f} MB")
        for name, each in size["readers"].items():
            told = each.get("failed") or (
                f"{each['seconds']:6.2f} s  processor {each['processor_s']:6.2f} s  "
                f"peak {each['peak_mb']:7.0f} MB"
            )
            lines.append(f"  {_LABEL[name]:42} {told}")
        steps = size["steps"]
        told = ", ".join(f"{key[:-2]} {steps[key]:.2f} s" for key in steps if key.endswith("_s"))
        lines.append(f"  {told}; peak {steps['peak_mb']:.0f} MB")
    wide = answer["wide"]
    lines.append(
        f"{wide['rows']:,} rows, {wide['columns']} columns: profile and check "
        f"{wide['profile_and_check_s']:.2f} s, every pair of columns {wide['pairs_s']:.2f} s"
    )
    return "\n".join(lines)

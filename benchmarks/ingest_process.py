"""One reader in a process of its own: `python -m benchmarks.ingest_process FILE WHAT REPEATS`."""

import json
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any


def main(path: Path, what: str, repeats: int) -> dict[str, Any]:
    """Return the best seconds of some readings and the peak memory of the process."""
    if what in _MEASURED:
        return _MEASURED[what](path)
    read = _READERS[what](path)
    before = _peak_mb()
    best = min((_timed(read) for _ in range(repeats)), key=lambda pair: pair[0])
    return {
        "seconds": best[0],
        "processor_s": best[1],
        "peak_mb": _peak_mb(),
        "before_mb": before,
    }


def _timed(work: Callable[[], Any]) -> tuple[float, float]:
    started, used = time.perf_counter(), time.process_time()
    result = work()
    seconds = time.perf_counter() - started, time.process_time() - used
    del result
    return seconds


def _peak_mb() -> float:
    status = Path("/proc/self/status")
    if status.exists():  # ru_maxrss also counts the process that started this one
        line = next(line for line in status.read_text().splitlines() if "VmHWM" in line)
        return int(line.split()[1]) * 1024 / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6


def _lendlens(path: Path) -> Callable[[], Any]:
    from core.data.reading import read_table

    return lambda: read_table(path)


def _pandas(path: Path) -> Callable[[], Any]:
    import pandas as pd

    return lambda: pd.read_csv(path)


def _pandas_arrow(path: Path) -> Callable[[], Any]:
    import pandas as pd

    return lambda: pd.read_csv(path, dtype_backend="pyarrow")


def _pyarrow(path: Path) -> Callable[[], Any]:
    from pyarrow import csv

    return lambda: csv.read_csv(path)


def _polars(path: Path) -> Callable[[], Any]:
    import polars

    return lambda: polars.read_csv(path)


def _duckdb(path: Path) -> Callable[[], Any]:
    import duckdb

    return lambda: duckdb.sql("SELECT * FROM read_csv(?)", params=[str(path)]).to_arrow_table()


_READERS: dict[str, Callable[[Path], Callable[[], Any]]] = {
    "lendlens": _lendlens,
    "pandas": _pandas,
    "pandas_arrow": _pandas_arrow,
    "pyarrow": _pyarrow,
    "polars": _polars,
    "duckdb": _duckdb,
}


def _steps(path: Path) -> dict[str, Any]:
    """Return seconds of each step from the file to a checked data set, and of keeping it."""
    from core.data.reading import preview, read_table
    from core.data.roles import typed
    from core.data.survey import look_through

    done: dict[str, float] = {}
    before = _peak_mb()

    def step(name: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        result = work()
        done[f"{name}_s"] = time.perf_counter() - started
        return result

    used = time.process_time()
    step("preview", lambda: preview(path))
    table = step("read", lambda: read_table(path))
    frame, schema = step("types_and_roles", lambda: typed(table.frame, table.how))
    step("profile_and_check", lambda: look_through(frame, schema))
    rows, columns = frame.shape
    return {
        **done,
        "total_s": sum(done.values()),
        "processor_s": time.process_time() - used,
        "peak_mb": _peak_mb(),
        "before_mb": before,
        "rows": rows,
        "columns": columns,
    }


def _wide(path: Path) -> dict[str, Any]:
    """Return seconds of looking through a frame of twice the columns, and of comparing them."""
    import pandas as pd

    from core.data.reading import read_table
    from core.data.relations import relate
    from core.data.roles import typed
    from core.data.schema import Schema
    from core.data.survey import look_through

    frame, schema = typed(read_table(path).frame.head(MOST_WIDE))
    again = [column for column in schema.columns if column.role != "outcome"]
    twins = {f"{column.name} again": frame[column.name].copy() for column in again}
    frame = pd.concat([frame, pd.DataFrame(twins)], axis=1)
    columns = [replace(column, name=f"{column.name} again") for column in again]
    schema = Schema((*schema.columns, *columns), schema.bad_value)
    looking = _timed(lambda: look_through(frame, schema))
    comparing = _timed(lambda: relate(frame, schema))
    return {
        "rows": len(frame),
        "columns": len(frame.columns),
        "profile_and_check_s": looking[0],
        "profile_and_check_processor_s": looking[1],
        "pairs_s": comparing[0],
        "pairs_processor_s": comparing[1],
    }


MOST_WIDE = 300_000
_MEASURED = {"steps": _steps, "wide": _wide}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))))

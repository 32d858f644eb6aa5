"""What every benchmark shares: the file it runs on, and what its answer says about the run."""

import gzip
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from core.data.reading import read_table
from core.data.roles import typed
from core.data.samples import sample
from core.data.schema import Schema
from core.errors import SchemaError

SAMPLE = "credit_data"
PACKAGES = ("streamlit", "keras", "jax", "numpy", "pandas", "pyarrow", "scikit-learn", "flask")


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked on the command line.

    Attributes:
        data: A CSV, also gzipped; the bundled sample if None.
        target: Its outcome column; as proposed if None.
        bad: The outcome value that means bad; as proposed if None.
        quick: Fewer repetitions, to see that it works.
        folds: Of the benchmark of quality.
        seeds: Draws of these folds.
        rows: Of the benchmark of ingestion: the longest made file.
        whole: Of the benchmark of explanations: long lists are explained to their end.
    """

    data: Path | None = None
    target: str | None = None
    bad: str | None = None
    quick: bool = False
    folds: int = 5
    seeds: int = 1
    rows: int = 1_000_000
    whole: bool = False

    @property
    def raw(self) -> bytes:
        """The bytes of the CSV."""
        if self.data is None:
            return sample(SAMPLE).read()
        if self.data.suffix == ".gz":
            return gzip.decompress(self.data.read_bytes())
        return self.data.read_bytes()

    def table(self) -> tuple[pd.DataFrame, Schema]:
        """Return the typed rows and their columns, the outcome marked as asked."""
        frame, schema = typed(read_table(self.raw).frame)
        return frame, self.mark_outcome(schema)

    def mark_outcome(self, schema: Schema) -> Schema:
        """Return the schema with the outcome column and bad value that were asked for.

        Raises:
            SchemaError: No outcome is asked for and none can be proposed, or there is no such
                column.
        """
        if self.target is not None:
            for column in schema.with_role("outcome"):
                schema = schema.change(column.name, role="feature")
            schema = schema.change(self.target, role="outcome")
        if schema.outcome is None:
            raise SchemaError("Say which column is the outcome: --target COLUMN --bad VALUE.")
        if self.bad is None:
            return schema
        return Schema(schema.columns, self.bad)


Benchmark = Callable[[Options], dict[str, Any]]


def inputs(options: Options, seeds: tuple[int, ...] = (0,)) -> dict[str, Any]:
    """Return what a figure means nothing without: data, seeds, versions, machine."""
    frame, schema = options.table()
    outcome = schema.outcome
    return {
        "data": options.data.name if options.data else f"{SAMPLE}.csv",
        "rows": len(frame),
        "columns": len(frame.columns),
        "target": outcome.name if outcome else None,
        "bad": schema.bad_value,
        "quick": options.quick,
        "seeds": list(seeds),
        "versions": versions(),
        "machine": machine(),
    }


def versions() -> dict[str, str]:
    """Return the versions of what shapes the figures."""
    return {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}


def machine() -> dict[str, Any]:
    """Return where the figures were measured, and how busy it was before."""
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }

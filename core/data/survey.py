"""What is seen when a frame is looked through: a profile of every column, and what is odd."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from core.data.by_column import by_column
from core.data.finding import Finding
from core.data.guards import check_rows, check_tally, checked, gravest_first
from core.data.profiling import ColumnProfile, profile_of
from core.data.schema import Column, Schema, find_bad_rows
from core.data.steps import step_from_json
from core.data.tally import tally


@dataclass(frozen=True, eq=False)
class Survey:
    """Profiles in schema order, and findings, the gravest first."""

    profiles: tuple[ColumnProfile, ...]
    findings: tuple[Finding, ...]

    def to_json(self) -> dict[str, Any]:
        """Return plain data that `from_json` reads back."""
        return {
            "profiles": [_profile_to_json(about) for about in self.profiles],
            "findings": [_finding_to_json(found) for found in self.findings],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Survey":
        """Return what `to_json` wrote."""
        profiles = (
            ColumnProfile(**{**about, "bins": pd.DataFrame(about["bins"])})
            for about in data["profiles"]
        )
        return cls(tuple(profiles), tuple(map(_finding_from_json, data["findings"])))


def look_through(frame: pd.DataFrame, schema: Schema) -> Survey:
    """Return profiles and findings of a frame in the form of its schema; all rows count.

    Each column is counted once for both.
    """
    bad_rows = find_bad_rows(frame, schema)
    looked_at = {column.name for column in checked(frame, schema)}

    def of_column(column: Column) -> tuple[ColumnProfile, list[Finding]]:
        found = tally(frame[column.name], bad_rows)
        findings = check_tally(found, column) if column.name in looked_at else []
        return profile_of(found, column), findings

    columns = [column for column in schema.columns if column.name in frame]
    seen = by_column(of_column, columns, len(frame))
    findings = (found for _, found in seen)
    return Survey(
        tuple(about for about, _ in seen), gravest_first(check_rows(frame, schema), *findings)
    )


@cache
def edition() -> str:
    """Name the rules by which frames are looked through: another edition looks anew."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _profile_to_json(about: ColumnProfile) -> dict[str, Any]:
    parts = {field.name: getattr(about, field.name) for field in fields(about)}
    return parts | {"bins": about.bins.to_dict("list")}


def _finding_to_json(found: Finding) -> dict[str, Any]:
    return asdict(found) | {"fix": found.fix.to_json() if found.fix else None}


def _finding_from_json(data: Mapping[str, Any]) -> Finding:
    return Finding(**{**data, "fix": step_from_json(data["fix"]) if data["fix"] else None})

"""How much the ranking of applicants needs each field: worked out once for a model, and kept."""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from core.data.catalog import data_set_source
from core.explanation.selection import LITTLE, Dealing, Drop
from core.model.bundle import Bundle
from core.store.workspace import Workspace

ROWS = 6000
"""Of the test part, at most: drawn at random where it has more."""


@dataclass(frozen=True, eq=False)
class Needs:
    """Falls in AUC on rows the network never saw.

    Attributes:
        falls: One row a field: field; drop, low and high (in AUC; see `Drop`); group (a letter, ""
            for a field of its own) and the fall of the whole group: group_drop, group_low and
            group_high (NaN without one); leave_out, whether it is proposed.
        proposed: Fall when all proposed fields are dealt anew together; None without any.
        auc: With all fields in place.
        rows: Test rows it rests on.
        of: Rows of the test part.
    """

    falls: pd.DataFrame
    proposed: Drop | None
    auc: float
    rows: int
    of: int

    def ranked(self, importance: pd.DataFrame) -> pd.DataFrame:
        """Return the fields, the least needed first, with label and share of all effects.

        Args:
            importance: As `core.explanation.global_.importance`.
        """
        told = importance[["field", "label", "share"]]
        frame = told.merge(self.falls, on="field")
        return frame.sort_values("drop", kind="stable", ignore_index=True)

    def to_files(self) -> dict[str, bytes]:
        """Return the files that `from_files` reads."""
        buffer = io.BytesIO()
        self.falls.to_parquet(buffer)
        proposed = None if self.proposed is None else asdict(self.proposed)
        facts = {"proposed": proposed, "auc": self.auc, "rows": self.rows, "of": self.of}
        return {"needs.parquet": buffer.getvalue(), "needs.json": json.dumps(facts).encode()}

    @classmethod
    def from_files(cls, read: Callable[[str], bytes]) -> "Needs":
        """Return what `to_files` wrote; `read` returns the bytes of a file by name."""
        facts = json.loads(read("needs.json"))
        proposed = facts.pop("proposed")
        falls = pd.read_parquet(io.BytesIO(read("needs.parquet")))
        return cls(falls, None if proposed is None else Drop(**proposed), **facts)


def find_needs(
    dealing: Dealing,
    of: int,
    names: Sequence[str],
    together: Sequence[Sequence[str]],
    on_field: Callable[[int], None] = lambda done: None,
) -> Needs:
    """Return how much the AUC falls without each field, and without each group of them.

    Args:
        dealing: Rows never seen.
        of: Rows of the test part.
        names: The fields.
        together: Fields that say much the same; see `core.explanation.selection.groups`.
        on_field: Is told how many fields are measured; what it raises ends the work.
    """
    shared = [list(group) for group in together if len(group) > 1]
    letters = [chr(65 + place % 26) for place in range(len(shared))]
    whole = {letter: dealing.drop(group) for letter, group in zip(letters, shared, strict=True)}
    of_field = {name: at for at, group in zip(letters, shared, strict=True) for name in group}
    lines = []
    for done, name in enumerate(names, start=1):
        group = of_field.get(name, "")
        lines.append(_line(name, dealing.drop([name]), group, whole.get(group, NOTHING)))
        on_field(done)
    falls = pd.DataFrame(lines)
    few = falls.loc[falls["leave_out"], "field"].tolist()
    return Needs(falls, dealing.drop(few) if few else None, dealing.auc, dealing.n, of)


NOTHING = Drop(np.nan, np.nan, np.nan)


def _line(name: str, drop: Drop, group: str, whole: Drop) -> dict[str, object]:
    return {
        "field": name,
        "drop": drop.value,
        "low": drop.low,
        "high": drop.high,
        "group": group,
        "group_drop": whole.value,
        "group_low": whole.low,
        "group_high": whole.high,
        "leave_out": drop.high < LITTLE and not whole.high >= LITTLE,
    }


def dealt_test_part(workspace: Workspace, bundle: Bundle, run_id: str) -> tuple[Dealing, int]:
    """Return the test part of a run ready to be dealt, and how many rows it has.

    Raises:
        NotFoundError: There is no such run, or its rows are gone.
        ExplanationError: All its rows have the same outcome.
    """
    raw = workspace.artifacts.read(f"runs/{run_id}", "predictions.parquet")
    told = pd.read_parquet(io.BytesIO(raw), columns=["row", "part", "y"])
    told = told[told["part"] == "test"].sort_values("row")
    drawn = np.arange(len(told))
    if len(told) > ROWS:
        drawn = np.sort(np.random.default_rng(0).choice(drawn, ROWS, replace=False))
    part = told.iloc[drawn]
    frame, _, _ = data_set_source(workspace, workspace.registry.run(run_id).data_set_id)
    features = bundle.prepare(frame.loc[part["row"]])
    return Dealing(bundle, features, part["y"].to_numpy()), len(told)

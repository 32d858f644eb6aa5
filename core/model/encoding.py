"""Raw columns to the network's input: one block of slots per column, so columns add up.

The first layer is linear in its input, and the input is the columns' blocks side by side. So
each column adds a vector of its own to the first layer, and an explanation can switch a column
on and off without encoding anything again.

A number becomes, in the piecewise encoding, one slot per quantile bin that fills from 0 to 1 as
the value crosses the bin (Gorishniy et al., "On Embeddings for Numerical Features", 2022), and a
flag for missing. Where the risk jumps inside a bin, a slot more fills between the two values on
either side of the jump: a small tree on that number alone finds such cuts, and only those that
chance hardly explains are kept, so the resolution follows the column and the number of rows.
Values beyond the training range count as the end of the range: a network that extrapolates on a
typing mistake is worse than one that does not. In the standard encoding a number is
(value - mean) / deviation and the flag. A category becomes one slot per known value, one for any
other and one for missing.

In the piecewise encoding, the slots of a column of many categories are filled less than wholly,
the less the fewer defaults its values have seen: what a network learns about a value grows with
its slot, so the noise of fifty sparse values does not drown the rest (as empirical Bayes shrinks
the means of many small groups).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from core.data.schema import Column
from core.errors import ModelError
from core.model.blocks import (
    CategoryBlock,
    NumberBlock,
    category,
    piecewise,
    standard,
    warning,
)
from core.model.cuts import LEAST_DEVIANCE
from core.model.settings import Numeric

ROWS_AT_ONCE = 512  # keeps the intermediate arrays in the processor's cache


@dataclass(frozen=True)
class Encoder:
    """A fitted encoding of feature columns.

    Slots are laid out numbers first, then categories, each in the order given to `fit`.

    Attributes:
        numbers: Blocks of the numeric columns.
        categories: Blocks of the category columns.
        names: The raw columns in the order given to `fit`.
        warnings: Sentences about columns that will teach the network little.
    """

    numbers: tuple[NumberBlock, ...]
    categories: tuple[CategoryBlock, ...]
    names: list[str]
    warnings: tuple[str, ...] = ()
    _slices: dict[str, slice] = field(init=False, repr=False, compare=False)
    _plan: "_NumberPlan" = field(init=False, repr=False, compare=False)
    _codes: list["_Slots"] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay out the slots."""
        slices, start = {}, 0
        for block in self._blocks:
            slices[block.name] = slice(start, start + block.size)
            start += block.size
        object.__setattr__(self, "_slices", slices)
        object.__setattr__(self, "_plan", _NumberPlan.of(self.numbers))
        object.__setattr__(self, "_codes", [self._code(block) for block in self.categories])

    def _code(self, block: CategoryBlock) -> "_Slots":
        start = self._slices[block.name].start
        *known, other, missing = ((start + i, h) for i, h in enumerate(block.heights))
        return block.name, dict(zip(block.categories, known, strict=True)), other, missing

    @classmethod
    def fit(
        cls,
        frame: pd.DataFrame,
        columns: Sequence[Column],
        numeric: Numeric = "piecewise",
        bins: int = 16,
        cuts: int = 0,
        y: np.ndarray | None = None,
        least: float = LEAST_DEVIANCE,
    ) -> "Encoder":
        """Learn bins, means and categories from training rows.

        Args:
            frame: Training rows only.
            columns: Feature columns of kind number or category.
            numeric: How numbers are encoded.
            bins: Most quantile bins per number; one with few distinct values gets fewer.
            cuts: Most cuts per number where the risk jumps; 0 needs no outcomes.
            y: (n,) outcomes of the rows, for the cuts and for columns of many categories.
            least: What a cut must take off the deviance, above 0.

        Raises:
            ModelError: There is no column, one is of another kind, or one holds a single value.
        """
        _require_usable(frame, columns)
        numbers = [c.name for c in columns if c.kind == "number"]
        categories = [c.name for c in columns if c.kind == "category"]
        spread = 0.0 if y is None or numeric == "standard" else float(np.var(y))
        return cls(
            tuple(
                standard(name, frame[name])
                if numeric == "standard"
                else piecewise(name, frame[name], bins, cuts, y, least)
                for name in numbers
            ),
            tuple(category(name, frame[name], spread) for name in categories),
            [column.name for column in columns],
            tuple(text for name in categories if (text := warning(frame[name]))),
        )

    @property
    def _blocks(self) -> tuple[NumberBlock | CategoryBlock, ...]:
        return (*self.numbers, *self.categories)

    @property
    def width(self) -> int:
        """Slots in all."""
        return sum(block.size for block in self._blocks)

    def block(self, name: str) -> slice:
        """Return the slots of one raw column."""
        return self._slices[name]

    def encode(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n, width) float32, C-ordered. `frame` holds at least the columns `names`."""
        out = np.zeros((len(frame), self.width), np.float32)
        if self.numbers:
            values = np.column_stack(
                [frame[block.name].to_numpy(np.float64, na_value=np.nan) for block in self.numbers]
            )
            for start in range(0, len(frame), ROWS_AT_ONCE):
                rows = slice(start, start + ROWS_AT_ONCE)
                self._plan.write(values[rows], out[rows])
        rows_in_order = np.arange(len(frame))
        for block in self.categories:
            codes = _category_codes(frame[block.name], block)
            heights = np.array(block.heights, np.float32)
            out[rows_in_order, codes + self._slices[block.name].start] = heights[codes]
        return out

    def encode_row(self, values: Mapping[str, Any]) -> np.ndarray:
        """Return (width,) float32 for one applicant, the same bits as `encode` gives.

        Args:
            values: A number, text, None or NaN by column; a column left out is missing.
        """
        out = np.zeros(self.width, np.float32)
        if self.numbers:
            get = values.get
            row = np.array([get(block.name) for block in self.numbers], np.float64)
            self._plan.write(row[np.newaxis], out[np.newaxis])
        for name, slots, other, missing in self._codes:
            value = values.get(name)
            absent = value is None or value != value  # NaN differs from itself
            slot, height = missing if absent else slots.get(value, other)
            out[slot] = height
        return out

    def to_json(self) -> dict[str, Any]:
        """Return plain data; Python writes and reads floats exactly, so it is lossless."""
        return {
            "numbers": [
                {
                    "name": block.name,
                    "low": list(block.low),
                    "width": list(block.width),
                    "clip": list(block.clip),
                    # JSON has no infinity; only the piecewise encoding uses it.
                    "fill": None if np.isinf(block.fill) else block.fill,
                }
                for block in self.numbers
            ],
            "categories": [
                {
                    "name": block.name,
                    "categories": list(block.categories),
                    "heights": list(block.heights),
                }
                for block in self.categories
            ],
            "names": list(self.names),
            "warnings": list(self.warnings),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Encoder":
        """Return the encoder that `to_json` wrote."""
        numbers = tuple(
            NumberBlock(
                item["name"],
                tuple(item["low"]),
                tuple(item["width"]),
                (item["clip"][0], item["clip"][1]),
                -np.inf if item["fill"] is None else item["fill"],
            )
            for item in data["numbers"]
        )
        categories = tuple(
            CategoryBlock(
                item["name"],
                tuple(item["categories"]),
                # Models made before they had heights fill every slot wholly.
                tuple(item.get("heights", [1.0] * (len(item["categories"]) + 2))),
            )
            for item in data["categories"]
        )
        return cls(numbers, categories, list(data["names"]), tuple(data["warnings"]))


_Slots = tuple[str, dict[Any, tuple[int, float]], tuple[int, float], tuple[int, float]]
"""Of a category: its name, and slot and height of each known value, of other and of missing."""


@dataclass(frozen=True)
class _NumberPlan:
    """All numeric blocks as flat arrays, so that one expression encodes every column.

    A flag's slot is computed like any other and then overwritten: cheaper than leaving it out.
    """

    column: np.ndarray
    low: np.ndarray
    per_width: np.ndarray
    floor: np.ndarray
    ceiling: np.ndarray
    fill: np.ndarray
    flags: np.ndarray

    @classmethod
    def of(cls, blocks: Sequence[NumberBlock]) -> "_NumberPlan":
        sizes = [block.size for block in blocks]
        return cls(
            np.repeat(np.arange(len(blocks)), sizes),
            np.array([low for block in blocks for low in (*block.low, 0.0)]),
            1 / np.array([width for block in blocks for width in (*block.width, 1.0)]),
            np.repeat([block.clip[0] for block in blocks], sizes),
            np.repeat([block.clip[1] for block in blocks], sizes),
            np.array([block.fill for block in blocks]),
            np.cumsum(sizes, dtype=int) - 1,
        )

    def write(self, values: np.ndarray, out: np.ndarray) -> None:
        """Encode (m, p) numbers into the first slots of (m, width)."""
        missing = np.isnan(values)
        slots = np.where(missing, self.fill, values).take(self.column, axis=1)
        slots -= self.low
        slots *= self.per_width
        np.maximum(slots, self.floor, out=slots)
        np.minimum(slots, self.ceiling, out=slots)
        out[:, : len(self.column)] = slots
        out[:, self.flags] = missing


def _require_usable(frame: pd.DataFrame, columns: Sequence[Column]) -> None:
    if not columns:
        raise ModelError("No column is a feature. Mark at least one as a feature on the data page.")
    for column in columns:
        if column.kind not in ("number", "category"):
            raise ModelError(
                f"Column {column.name!r} is a {column.kind} and cannot be a feature. "
                "Derive a number from it in the recipe, or set its role to ignore."
            )
    constant = [c.name for c in columns if frame[c.name].nunique(dropna=False) < 2]
    if constant:
        listing = ", ".join(repr(name) for name in constant)
        raise ModelError(
            f"{len(frame):,} training rows hold a single value in {listing}. "
            "A model cannot learn from that: set the role to ignore on the data page."
        )


def _category_codes(values: pd.Series, block: CategoryBlock) -> np.ndarray:
    """Return (n,) positions within the block. Arrow looks a million texts up in 30 ms."""
    known = pa.array(block.categories, pa.large_string())
    codes = pc.index_in(pa.array(values.astype("str")), value_set=known)
    found = codes.fill_null(block.size - 2).to_numpy()
    return np.where(values.isna().to_numpy(), block.size - 1, found)

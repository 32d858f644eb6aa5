"""What boosted trees of all libraries share: their columns, their files, and how they are asked."""

import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from core.data.schema import Column
from core.errors import ModelError
from core.model.challengers_kind import Boosted, Lesson, Read

MOST_CATEGORIES = 1000


@dataclass(frozen=True, slots=True)
class TreeColumns:
    """Columns as these libraries want them: numbers as they are, then categories as codes.

    Attributes:
        numbers: Their names.
        categories: The values of each category, most frequent first: their place is their code,
            and any other value has the code that follows.
    """

    numbers: tuple[str, ...]
    categories: Mapping[str, tuple[str, ...]]

    @classmethod
    def fit(cls, frame: pd.DataFrame, columns: Sequence[Column]) -> Self:
        """Learn the categories."""
        numbers = tuple(column.name for column in columns if column.kind == "number")
        others = [column.name for column in columns if column.kind == "category"]
        return cls(numbers, {name: _most_frequent(frame[name]) for name in others})

    @property
    def coded(self) -> list[int]:
        """Positions of the categories."""
        return list(range(len(self.numbers), len(self.numbers) + len(self.categories)))

    def matrix(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n, columns) float64; what is missing is NaN."""
        numbers = [frame[name].to_numpy(np.float64, na_value=np.nan) for name in self.numbers]
        codes = [_codes(frame[name], known) for name, known in self.categories.items()]
        return np.column_stack([*numbers, *codes])


def _most_frequent(values: pd.Series) -> tuple[str, ...]:
    counts = values.value_counts()
    ordered = sorted(counts.index, key=lambda value: (-counts[value], value))
    return tuple(str(value) for value in ordered[:MOST_CATEGORIES])


def _codes(values: pd.Series, known: Sequence[str]) -> np.ndarray:
    codes = pd.Index(list(known), dtype="str").get_indexer(pd.Index(values)).astype(np.float64)
    codes[codes < 0] = len(known)
    codes[values.isna().to_numpy()] = np.nan
    return np.asarray(codes)


@dataclass(frozen=True)
class Library(Boosted):
    """Trees of one library.

    Attributes:
        columns: How frames become its input.
        model: The library's own.
    """

    columns: TreeColumns
    model: Any

    name: ClassVar[str]
    """What users see."""
    module: ClassVar[str]
    file: ClassVar[str]

    @classmethod
    def installed(cls) -> bool:
        """Return whether the library can be used here."""
        try:
            cls.imported()
        except ModelError:
            return False
        return True

    @classmethod
    def imported(cls) -> Any:
        """Return the library.

        Raises:
            ModelError: It is not installed, or cannot be loaded on this machine.
        """
        try:
            return import_module(cls.module)
        except (ImportError, OSError) as error:
            raise ModelError(
                f"{cls.name} is not installed here ({error}). Install the extra challengers: "
                "pip install lendlens[challengers]."
            ) from error

    @classmethod
    def stop_early(cls, lesson: Lesson) -> tuple[Self, int, float]:
        """See Boosted."""
        columns = TreeColumns.fit(lesson.frame, lesson.columns)
        inputs, learns = columns.matrix(lesson.frame), ~lesson.validates
        model, rounds, loss = cls._stopped(
            columns,
            (inputs[learns], lesson.y[learns]),
            (inputs[lesson.validates], lesson.y[lesson.validates]),
            lesson,
        )
        return cls(columns, model), max(1, rounds), loss

    @classmethod
    def grow(cls, lesson: Lesson, rounds: int) -> Self:
        """See Boosted."""
        columns = TreeColumns.fit(lesson.frame, lesson.columns)
        rows = columns.matrix(lesson.frame), lesson.y
        return cls(columns, cls._grown(columns, rows, rounds, lesson))

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return (n,) probabilities of default."""
        return np.asarray(self._probabilities(self.columns.matrix(frame)), np.float64)

    def rows_for_shap(self, frame: pd.DataFrame) -> Any:
        """Return the raw columns as SHAP's explainer of trees takes them."""
        return self.columns.matrix(frame)

    def to_files(self) -> dict[str, bytes]:
        """Return the columns and the library's own file."""
        columns = {"numbers": self.columns.numbers, "categories": self.columns.categories}
        return {
            "columns.json": json.dumps(columns).encode(),
            self.file: self._written().encode(),
        }

    @classmethod
    def from_files(cls, read: Read) -> Self:
        """Return what `to_files` wrote.

        Raises:
            ModelError: The library is not installed.
        """
        cls.imported()
        written = json.loads(read("columns.json"))
        categories = {name: tuple(known) for name, known in written["categories"].items()}
        columns = TreeColumns(tuple(written["numbers"]), categories)
        return cls(columns, cls._read(read(cls.file).decode()))

    @classmethod
    @abstractmethod
    def _stopped(
        cls, columns: TreeColumns, learnt: "Rows", watched: "Rows", lesson: Lesson
    ) -> tuple[Any, int, float]:
        """Return a model as `_grown` does, its best round from 1, and the watched log-loss."""

    @classmethod
    @abstractmethod
    def _grown(cls, columns: TreeColumns, rows: "Rows", rounds: int, lesson: Lesson) -> Any:
        """Return the library's model after so many rounds."""

    @abstractmethod
    def _probabilities(self, inputs: np.ndarray) -> np.ndarray:
        """Return (n,) probabilities of default."""

    @abstractmethod
    def _written(self) -> str:
        """Return the model in the library's own text or JSON."""

    @classmethod
    @abstractmethod
    def _read(cls, written: str) -> Any:
        """Return the model that `_written` wrote."""


Rows = tuple[np.ndarray, np.ndarray]
"""(n, columns) of TreeColumns and (n,) outcomes."""

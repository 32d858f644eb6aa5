"""Boosted trees of libraries that are used where they are installed.

Each knows missing numbers and categories by itself, and writes a file of its own in text or JSON.
"""

import json
import tempfile
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
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
        cls, columns: TreeColumns, learnt: "_Rows", watched: "_Rows", lesson: Lesson
    ) -> tuple[Any, int, float]:
        """Return a model as `_grown` does, its best round from 1, and the watched log-loss."""

    @classmethod
    @abstractmethod
    def _grown(cls, columns: TreeColumns, rows: "_Rows", rounds: int, lesson: Lesson) -> Any:
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


_Rows = tuple[np.ndarray, np.ndarray]
"""(n, columns) of TreeColumns and (n,) outcomes."""


class LightGBM(Library):
    """Trees that grow where the loss falls most."""

    name = "LightGBM"
    module = "lightgbm"
    file = "lightgbm.txt"

    @classmethod
    def _stopped(
        cls, columns: TreeColumns, learnt: _Rows, watched: _Rows, lesson: Lesson
    ) -> tuple[Any, int, float]:
        library = cls.imported()
        rows = cls._data(columns, learnt)
        model = library.train(
            cls._settings(lesson),
            rows,
            lesson.pace.most_rounds,
            valid_sets=[rows.create_valid(*watched)],
            callbacks=[library.early_stopping(lesson.pace.patience, verbose=False)],
        )
        return model, model.best_iteration, model.best_score["valid_0"]["binary_logloss"]

    @classmethod
    def _grown(cls, columns: TreeColumns, rows: _Rows, rounds: int, lesson: Lesson) -> Any:
        return cls.imported().train(cls._settings(lesson), cls._data(columns, rows), rounds)

    @classmethod
    def _data(cls, columns: TreeColumns, rows: _Rows) -> Any:
        return cls.imported().Dataset(*rows, categorical_feature=columns.coded)

    @staticmethod
    def _settings(lesson: Lesson) -> dict[str, Any]:
        return {
            "objective": "binary",
            "learning_rate": lesson.pace.learning_rate,
            "num_leaves": lesson.pace.leaves,
            "min_data_in_leaf": 20,
            "lambda_l2": 1.0,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "feature_fraction": 0.8,
            "num_threads": lesson.pace.threads_for(len(lesson.y)),
            "seed": lesson.seed,
            "verbosity": -1,
        }

    def _probabilities(self, inputs: np.ndarray) -> np.ndarray:
        return np.asarray(self.model.predict(inputs, num_threads=1))

    def _written(self) -> str:
        return str(self.model.model_to_string())

    @classmethod
    def _read(cls, written: str) -> Any:
        return cls.imported().Booster(model_str=written)


class XGBoost(Library):
    """Trees that grow level by level."""

    name = "XGBoost"
    module = "xgboost"
    file = "xgboost.json"

    @classmethod
    def _stopped(
        cls, columns: TreeColumns, learnt: _Rows, watched: _Rows, lesson: Lesson
    ) -> tuple[Any, int, float]:
        model = cls.imported().train(
            cls._settings(lesson),
            cls._data(columns, *learnt),
            lesson.pace.most_rounds,
            evals=[(cls._data(columns, *watched), "watched")],
            early_stopping_rounds=lesson.pace.patience,
            verbose_eval=False,
        )
        rounds = model.best_iteration + 1
        return model[:rounds], rounds, model.best_score

    @classmethod
    def _grown(cls, columns: TreeColumns, rows: _Rows, rounds: int, lesson: Lesson) -> Any:
        return cls.imported().train(cls._settings(lesson), cls._data(columns, *rows), rounds)

    @classmethod
    def _data(cls, columns: TreeColumns, inputs: np.ndarray, y: np.ndarray | None = None) -> Any:
        kinds = ["q"] * len(columns.numbers) + ["c"] * len(columns.categories)
        return cls.imported().DMatrix(
            inputs, y, feature_types=kinds, enable_categorical=True, nthread=1
        )

    @staticmethod
    def _settings(lesson: Lesson) -> dict[str, Any]:
        return {
            "objective": "binary:logistic",
            "eval_metric": "logloss",
            "tree_method": "hist",
            "learning_rate": lesson.pace.learning_rate,
            "max_depth": lesson.pace.leaves.bit_length(),
            "min_child_weight": 5,
            "subsample": 0.8,
            "colsample_bytree": 0.8,
            "nthread": lesson.pace.threads_for(len(lesson.y)),
            "seed": lesson.seed,
        }

    def _probabilities(self, inputs: np.ndarray) -> np.ndarray:
        return np.asarray(self.model.predict(self._data(self.columns, inputs)))

    def _written(self) -> str:
        return str(self.model.save_raw("json").decode())

    @classmethod
    def _read(cls, written: str) -> Any:
        return cls.imported().Booster({"nthread": 1}, model_file=bytearray(written.encode()))


class CatBoost(Library):
    """Symmetric trees; a category counts by the outcomes of applicants before."""

    name = "CatBoost"
    module = "catboost"
    file = "catboost.json"

    @classmethod
    def _stopped(
        cls, columns: TreeColumns, learnt: _Rows, watched: _Rows, lesson: Lesson
    ) -> tuple[Any, int, float]:
        model = cls.imported().train(
            cls._data(columns, *learnt),
            cls._settings(lesson) | {"iterations": lesson.pace.most_rounds},
            eval_set=cls._data(columns, *watched),
            early_stopping_rounds=lesson.pace.patience,
        )
        loss = model.get_best_score()["validation"]["Logloss"]
        return model, model.get_best_iteration() + 1, loss

    @classmethod
    def _grown(cls, columns: TreeColumns, rows: _Rows, rounds: int, lesson: Lesson) -> Any:
        settings = cls._settings(lesson) | {"iterations": rounds}
        return cls.imported().train(cls._data(columns, *rows), settings)

    @classmethod
    def _data(cls, columns: TreeColumns, inputs: np.ndarray, y: np.ndarray | None = None) -> Any:
        frame = pd.DataFrame(inputs)
        codes = {place: frame[place].fillna(-1).astype(np.int32) for place in columns.coded}
        return cls.imported().Pool(pd.DataFrame({**frame, **codes}), y, cat_features=columns.coded)

    def rows_for_shap(self, frame: pd.DataFrame) -> Any:
        """See Library; CatBoost takes no bare matrix where there are categories."""
        return self._data(self.columns, self.columns.matrix(frame))

    @staticmethod
    def _settings(lesson: Lesson) -> dict[str, Any]:
        return {
            "loss_function": "Logloss",
            "learning_rate": lesson.pace.learning_rate,
            "depth": lesson.pace.leaves.bit_length() + 1,  # symmetric trees tell less apart
            "thread_count": lesson.pace.threads_for(len(lesson.y)),
            "random_seed": lesson.seed,
            "allow_writing_files": False,
            "logging_level": "Silent",
        }

    def _probabilities(self, inputs: np.ndarray) -> np.ndarray:
        rows = self._data(self.columns, inputs)
        both = self.model.predict(rows, prediction_type="Probability", thread_count=1)
        return np.asarray(both[:, 1])

    def _written(self) -> str:
        with tempfile.TemporaryDirectory() as folder:  # it writes to paths only
            path = Path(folder) / "model.json"
            self.model.save_model(str(path), format="json")
            return path.read_text("utf-8")

    @classmethod
    def _read(cls, written: str) -> Any:
        model = cls.imported().CatBoost()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.json"
            path.write_text(written, "utf-8")
            model.load_model(str(path), format="json")
        return model

"""Boosted trees of libraries that are used where they are installed.

Each knows missing numbers and categories by itself, and writes a file of its own in text or JSON.
"""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from core.model.challengers_kind import Lesson
from core.model.challengers_library import Library, Rows, TreeColumns


class LightGBM(Library):
    """Trees that grow where the loss falls most."""

    name = "LightGBM"
    module = "lightgbm"
    file = "lightgbm.txt"

    @classmethod
    def _stopped(
        cls, columns: TreeColumns, learnt: Rows, watched: Rows, lesson: Lesson
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
    def _grown(cls, columns: TreeColumns, rows: Rows, rounds: int, lesson: Lesson) -> Any:
        return cls.imported().train(cls._settings(lesson), cls._data(columns, rows), rounds)

    @classmethod
    def _data(cls, columns: TreeColumns, rows: Rows) -> Any:
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
        cls, columns: TreeColumns, learnt: Rows, watched: Rows, lesson: Lesson
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
    def _grown(cls, columns: TreeColumns, rows: Rows, rounds: int, lesson: Lesson) -> Any:
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
        cls, columns: TreeColumns, learnt: Rows, watched: Rows, lesson: Lesson
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
    def _grown(cls, columns: TreeColumns, rows: Rows, rounds: int, lesson: Lesson) -> Any:
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

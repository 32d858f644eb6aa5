"""The network beside everything else: every model on the same folds, in its strongest fair form.

Runs on one file, or without --data on each bundled one. A model has a process of its own, one after
the other. Figures are means over the folds that judged; nothing is chosen by looking at these.
"""

import sys
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.contract import Options, inputs
from benchmarks.quality_data import WATCHED, LoanFile
from benchmarks.quality_models import (
    LEAVES,
    MODELS,
    NETWORKS,
    THOROUGH,
    TREES,
    label,
    missing_library,
)
from benchmarks.quality_process import Measured, measure_alone
from core.data.samples import SAMPLES
from core.errors import LendlensError
from core.evaluation.resampled import FIGURES, Resampled, summarise
from core.evaluation.words import TERMS

RANKED = ("auc", "log_loss")
LIBRARIES = ("lightgbm", "xgboost", "xgboost-cpu", "catboost")


def run(options: Options) -> dict[str, Any]:
    """Return figures, errors, seconds, memory and ranks of every model on every file."""
    if options.quick:
        options = replace(options, folds=min(options.folds, 2), seeds=1)
    with tempfile.TemporaryDirectory() as home:
        files = [_file(each, Path(home)) for each in _asked(options)]
    return {
        "data_sets": [each.to_json() for each in files],
        "mean_rank": _mean_ranks(files),
        "left_out": {key: "not installed" for key in MODELS if missing_library(key)},
        "ratios": {each.about["data"]: each.gaps() for each in files},
    }


def _asked(options: Options) -> Iterator[Options]:
    if options.data is not None:
        yield options
        return
    for sample in SAMPLES:
        yield replace(options, data=sample.path)


@dataclass(frozen=True)
class _File:
    """All models on one file.

    Attributes:
        about: The inputs of the benchmark.
        rows: One row per seed, fold and model; see quality_process.
        memory: Peak and, before the first model, megabytes by model.
        failed: Why a model has no figures.
    """

    about: dict[str, Any]
    rows: pd.DataFrame
    memory: dict[str, tuple[float, float]]
    failed: dict[str, str]

    @property
    def models(self) -> list[str]:
        return list(dict.fromkeys(self.rows["model"]))

    def means(self, figure: str) -> pd.Series:
        """Return the mean of a figure by model."""
        return self.rows.groupby("model", sort=False)[figure].mean()

    def best(self, figure: str, among: Iterable[str] = ()) -> str:
        """Return the model with the best mean."""
        means = self.means(figure)
        means = means[[key for key in among if key in means]] if among else means
        return str(means.idxmax() if _higher(figure) else means.idxmin())

    def ranks(self, figure: str) -> pd.DataFrame:
        """Return the rank of each model (columns) in each seed and fold, 1 = best."""
        wide = self.rows.pivot_table(index=["repeat", "fold"], columns="model", values=figure)
        return wide[self.models].rank(axis=1, ascending=not _higher(figure))

    def to_json(self) -> dict[str, Any]:
        return {
            **self.about,
            "best": {figure: self.best(figure) for figure in RANKED},
            "models": {key: self._model(key) for key in self.models},
            "failed": self.failed,
        }

    def _model(self, key: str) -> dict[str, Any]:
        own = self.rows[self.rows["model"] == key]
        peak, before = self.memory[key]
        return {
            "label": label(key),
            **{name: self._figure(key, name) for name in FIGURES},
            "mean_rank_over_folds": {
                figure: float(self.ranks(figure)[key].mean()) for figure in RANKED
            },
            "seconds_per_fold": float(own["seconds"].mean()),
            "peak_memory_mb": peak,
            "memory_before_mb": before,
            **({"stopped_early_only": self._stopped(own)} if key in TREES else {}),
        }

    def _figure(self, key: str, name: str) -> dict[str, Any]:
        values = self.rows.loc[self.rows["model"] == key, name]
        best = self.best(name)
        gaps = {(each.model, each.metric): each for each in self._summary(best)}
        return {
            "mean": float(values.mean()),
            "standard_error": float(values.std(ddof=1) / len(values) ** 0.5),
            "folds": values.tolist(),
            **({} if key == best else {"best_minus_this": _gap(gaps[key, name], best)}),
        }

    def _summary(self, subject: str) -> list[Resampled]:
        return summarise(self.rows, subject)

    @staticmethod
    def _stopped(own: pd.DataFrame) -> dict[str, float]:
        """Return means of the trees that were not grown again on the whole training fold."""
        stopped = pd.DataFrame(list(own["stopped"]))
        return {name: float(stopped[name].mean()) for name in FIGURES}

    def gaps(self) -> dict[str, Any]:
        """Return what the recommended network has ahead of the best other model, and the like."""
        found = {}
        for figure in RANKED:
            means = self.means(figure)
            for name, own, others in _PAIRS:
                if own in means and (known := [key for key in others if key in means]):
                    other = self.best(figure, known)
                    found[f"{figure}_{name}"] = {
                        "value": float(means[own] - means[other]),
                        "other": other,
                    }
        return found


_PAIRS = (
    ("recommended_minus_best_other", "recommended", [key for key in MODELS if key not in NETWORKS]),
    ("recommended_minus_best_trees", "recommended", list(TREES)),
    ("additive_minus_scorecard", "additive", ["scorecard"]),
)


def _gap(found: Resampled, best: str) -> dict[str, Any]:
    assert found.difference is not None
    gap = found.difference
    return {"best": best, "value": gap.value, "low": gap.low, "high": gap.high}


def _higher(figure: str) -> bool:
    return figure in TERMS and TERMS[figure].higher_is_better is True


def _file(options: Options, home: Path) -> _File:
    loans = LoanFile.read(options)
    about = inputs(options, tuple(range(options.seeds))) | loans.to_json() | _settings(options)
    del loans  # the models' processes read it themselves
    measured, failed = {}, {}
    for key in MODELS:
        if missing_library(key):
            continue
        try:
            measured[key] = measure_alone(options, key, home)
        except (LendlensError, BrokenProcessPool) as error:
            failed[key] = f"{type(error).__name__}: {error}"
        _say(about["data"], key, measured.get(key))
    if not measured:
        raise LendlensError(f"No model could be measured: {'; '.join(failed.values())}")
    rows = [row for each in measured.values() for row in each.rows]
    memory = {key: (each.peak_mb, each.data_mb) for key, each in measured.items()}
    return _File(about, pd.DataFrame(rows), memory, failed)


def _settings(options: Options) -> dict[str, Any]:
    return {
        "folds": options.folds,
        "trees": {
            "watched_share": 1 / WATCHED,
            "learning_rate": THOROUGH.learning_rate,
            "most_rounds": THOROUGH.most_rounds,
            "patience": THOROUGH.patience,
            "leaves_tried": list(LEAVES),
            "threads": THOROUGH.threads,
            "form": "grown again on the whole training fold to the best round",
        },
        "library_versions": {name: found for name in LIBRARIES if (found := _version(name))},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _say(data: str, key: str, measured: Measured | None) -> None:
    """Tell whoever waits what has been measured."""
    if measured is None:
        print(f"{data}: {label(key)} failed", file=sys.stderr, flush=True)
        return
    auc = pd.DataFrame(measured.rows)["auc"].mean()
    print(f"{data}: {label(key)}, AUC {auc:.4f}", file=sys.stderr, flush=True)


def _mean_ranks(files: list[_File]) -> dict[str, dict[str, float]]:
    """Return each model's mean rank over all folds, and over the means of the files."""
    found: dict[str, dict[str, float]] = {}
    for figure in RANKED:
        over_folds = pd.concat([each.ranks(figure) for each in files]).mean()
        means = pd.DataFrame([each.means(figure) for each in files])
        over_files = means.rank(axis=1, ascending=not _higher(figure)).mean()
        for key in over_folds.index:
            own = found.setdefault(str(key), {})
            own[f"{figure}_over_folds"] = float(over_folds[key])
            own[f"{figure}_over_data_sets"] = float(over_files[key])
    return found


def as_text(answer: dict[str, Any]) -> str:
    """Return the answer as tables."""
    parts = [_table(each) for each in answer["data_sets"]]
    ranks = pd.DataFrame(answer["mean_rank"]).T.rename(index=label)
    parts.append("Mean rank, 1 = best\n" + ranks.to_string(float_format="{:.2f}".format))
    if answer["left_out"]:
        parts.append(f"Not installed: {', '.join(label(key) for key in answer['left_out'])}.")
    return "\n\n".join(parts)


def _table(data: dict[str, Any]) -> str:
    best = data["best"]["auc"]
    lines = [_line(one, best) for one in data["models"].values()]
    used = f"{data['rows']:,} rows, {len(data['features'])} features"
    title = f"{data['data']}: {used}, {data['folds']} folds, {len(data['seeds'])} seed(s)"
    table = pd.DataFrame(lines).set_index("model").to_string()
    failed = [f"{label(key)} failed: {why}" for key, why in data["failed"].items()]
    return "\n".join([title, table, *failed])


def _line(one: dict[str, Any], best: str) -> dict[str, str]:
    gap = one["auc"].get("best_minus_this")
    return {
        "model": one["label"],
        "AUC": f"{one['auc']['mean']:.4f} ± {one['auc']['standard_error']:.4f}",
        f"behind {label(best)}": (
            f"{gap['value']:.4f} ({gap['low']:.4f} to {gap['high']:.4f})" if gap else ""
        ),
        "log-loss": f"{one['log_loss']['mean']:.4f} ± {one['log_loss']['standard_error']:.4f}",
        "Brier": f"{one['brier']['mean']:.4f}",
        "KS": f"{one['ks']['mean']:.4f}",
        "s a fold": f"{one['seconds_per_fold']:.1f}",
        "MB": f"{one['peak_memory_mb']:.0f}",
    }

"""What moves the challengers' risk, by SHAP's own explainers for trees and linear models.

They explain the same applicants against the same reference population as the network is explained,
in log-odds. Their inputs are slots of an encoding; what the slots of a field are given is added up.
LightGBM, XGBoost and CatBoost take the raw columns and split on categories themselves, for which
SHAP knows no population: these are explained along the ways that training rows took in the trees.
SHAP takes a second to load, so only workers call `explain_challengers`.
"""

import warnings
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.special import logit

from core.explanation.challenger_figures import ChallengerFigures
from core.explanation.global_ import mean_sizes
from core.model.challengers import Challenger
from core.model.challengers_boosted import CatBoost
from core.model.challengers_library import Library
from core.model.challengers_sklearn import Logistic, Trees
from core.model.encoding import Encoder
from core.model.scorecard import Scorecard

ROWS = 1000
Explained = Logistic | Scorecard | Trees | Library
"""What SHAP has an explainer for."""


def explain_challengers(
    challengers: Sequence[Challenger],
    features: pd.DataFrame,
    reference: pd.DataFrame,
    before: Callable[[str], None] = lambda name: None,
) -> ChallengerFigures:
    """Return what matters for each challenger.

    Args:
        challengers: Fitted, of one run.
        features: (n, p) of the applicants.
        reference: (r, p) of the reference population.
        before: Is told a challenger's name before it is explained; what it raises ends the work.
    """
    frames: list[pd.DataFrame] = []
    about: dict[str, dict[str, float | str]] = {}
    left_out: dict[str, str] = {}
    for challenger in challengers:
        before(challenger.name)
        if not isinstance(challenger.model, Explained):
            left_out[challenger.name] = "SHAP has no explainer for it"
            continue
        values, base = shap_values(challenger.model, features, reference)
        gap = np.abs(base + values.sum(axis=1) - logit(challenger.predict(features)))
        about[challenger.key] = _explainer(challenger.model) | {"gap": float(gap.max())}
        frames.append(_importance(values).assign(model=challenger.key, name=challenger.name))
    joined = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return ChallengerFigures(joined, about, left_out, len(features))


def _explainer(model: Explained) -> dict[str, float | str]:
    """Return which explainer of SHAP is used, and what it compares with."""
    explainer = "TreeExplainer" if isinstance(model, Trees | Library) else "LinearExplainer"
    own = isinstance(model, Library) and not _knows_population(model)
    return {"explainer": explainer, "compared_with": "training" if own else "population"}


def shap_values(
    model: Explained, features: pd.DataFrame, reference: pd.DataFrame
) -> tuple[pd.DataFrame, float]:
    """Return (n, p) SHAP values in log-odds by field, and what they begin at.

    That is the mean log-odds of the reference population; of the training rows where the model can
    only be explained along its own trees.
    """
    if isinstance(model, Library):
        return _of_library(model, features, reference)
    if isinstance(model, Trees):
        return _of_trees(model, features, reference)
    if isinstance(model, Scorecard):
        inputs, background = model.evidence(features), model.evidence(reference)
        weights = -np.array([column.weight for column in model.columns])
        owners = [column.name for column in model.columns]
        return _of_line(weights, model.intercept, inputs, background, owners, features.index)
    encoder, line = model.encoder, model.estimator
    owners = _owners(encoder)
    inputs, background = encoder.encode(features), encoder.encode(reference)
    return _of_line(
        line.coef_[0], float(line.intercept_[0]), inputs, background, owners, features.index
    )


def _of_line(
    weights: np.ndarray,
    intercept: float,
    inputs: np.ndarray,
    background: np.ndarray,
    owners: Sequence[str],
    index: pd.Index,
) -> tuple[pd.DataFrame, float]:
    import shap

    masker = shap.maskers.Independent(background, max_samples=len(background))
    explainer = shap.LinearExplainer((weights, intercept), masker)
    values = explainer.shap_values(inputs)
    return _by_field(values, owners, index), float(np.ravel(explainer.expected_value)[0])


def _of_trees(
    model: Trees, features: pd.DataFrame, reference: pd.DataFrame
) -> tuple[pd.DataFrame, float]:
    import shap

    inputs = model.inputs(model.encoder, features)
    explainer = shap.TreeExplainer(
        model.estimator,
        model.inputs(model.encoder, reference),
        feature_perturbation="interventional",
        model_output="raw",
    )
    values = explainer.shap_values(inputs, check_additivity=False)  # our own gap is shown
    numbers = [block.name for block in model.encoder.numbers]
    coded = [block.name for block in model.encoder.categories for _ in range(block.size)]
    found = _by_field(values, [*numbers, *coded], features.index)
    return found, float(np.ravel(explainer.expected_value)[0])


def _of_library(
    model: Library, features: pd.DataFrame, reference: pd.DataFrame
) -> tuple[pd.DataFrame, float]:
    import shap

    if _knows_population(model):
        explainer = shap.TreeExplainer(
            model.model, model.columns.matrix(reference), feature_perturbation="interventional"
        )
    else:
        explainer = shap.TreeExplainer(model.model, feature_perturbation="tree_path_dependent")
    with warnings.catch_warnings():
        # Of LightGBM's values SHAP says on every call that they are of one class.
        warnings.filterwarnings("ignore", "LightGBM binary classifier", UserWarning)
        rows = model.rows_for_shap(features)
        values = explainer.shap_values(rows, check_additivity=False)  # our own gap is shown
    names = [*model.columns.numbers, *model.columns.categories]
    base = float(np.ravel(explainer.expected_value)[-1])
    return _by_field(values, names, features.index), base


def _knows_population(model: Library) -> bool:
    """Return whether SHAP can compare with a population: nothing splits on categories."""
    return not model.columns.categories and not isinstance(model, CatBoost)


def _owners(encoder: Encoder) -> list[str]:
    """Return (width,) the field of each slot."""
    numbers = [block.name for block in encoder.numbers for _ in range(block.size)]
    return [*numbers, *(block.name for block in encoder.categories for _ in range(block.size))]


def _by_field(values: np.ndarray, owners: Sequence[str], index: pd.Index) -> pd.DataFrame:
    """Return (n, fields): the sum of what each field's slots are given."""
    names = list(dict.fromkeys(owners))
    member = np.array([[owner == name for name in names] for owner in owners], np.float64)
    return pd.DataFrame(np.asarray(values, np.float64) @ member, index, names)


def _importance(values: pd.DataFrame) -> pd.DataFrame:
    frame = mean_sizes(values)
    frame["share"] = frame["log_odds"] / max(frame["log_odds"].sum(), 1e-12)
    return frame.assign(rank=frame["log_odds"].rank(ascending=False, method="first").astype(int))

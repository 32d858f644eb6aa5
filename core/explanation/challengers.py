"""What moves the challengers' risk, by SHAP's own explainers for trees and linear models.

They explain the same applicants against the same reference population as the network is explained,
in log-odds. Their inputs are slots of an encoding; what the slots of a field are given is added up.
SHAP takes a second to load, so only workers call `explain_challengers`.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from scipy.special import logit

from core.explanation.challenger_figures import ChallengerFigures
from core.explanation.global_ import mean_sizes
from core.model.challengers import Challenger
from core.model.challengers_sklearn import Logistic, Trees
from core.model.encoding import Encoder
from core.model.scorecard import Scorecard

ROWS = 1000
SHAP = "TreeExplainer", "LinearExplainer"


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
        if not isinstance(challenger.model, Logistic | Scorecard | Trees):
            left_out[challenger.name] = "SHAP cannot compare it with a reference population"
            continue
        values, base = shap_values(challenger.model, features, reference)
        gap = np.abs(base + values.sum(axis=1) - logit(challenger.predict(features)))
        explainer = SHAP[0] if isinstance(challenger.model, Trees) else SHAP[1]
        about[challenger.key] = {"explainer": explainer, "gap": float(gap.max())}
        frames.append(_importance(values).assign(model=challenger.key, name=challenger.name))
    joined = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()
    return ChallengerFigures(joined, about, left_out, len(features))


def shap_values(
    model: Logistic | Scorecard | Trees, features: pd.DataFrame, reference: pd.DataFrame
) -> tuple[pd.DataFrame, float]:
    """Return (n, p) SHAP values in log-odds by field, and the mean log-odds of the reference."""
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

"""The PD if everyone had the same value: against scoring changed rows, row by row."""

import numpy as np
import pandas as pd
import pytest

from core.data.schema import Column
from core.explanation.partial_dependence import PartialDependence, finding, partial_dependence
from core.model.served import sigmoid


@pytest.mark.parametrize("name", ["n0", "n1", "c0"])
def test_it_is_the_mean_of_scored_rows(model, name):
    """At each value, rows that have it instead of their own are scored to the same mean."""
    found = partial_dependence(model, model.frame, model.schema[name], lines=5)
    for place, step in found.mean.iterrows():
        changed = model.frame.copy()
        changed[name] = pd.Series([step["value"]] * 60, dtype=model.frame[name].dtype)
        scored = sigmoid(model.log_odds(changed))
        assert step["pd"] == pytest.approx(scored.mean(), abs=1e-5)
        assert found.lines[place].to_numpy() == pytest.approx(scored[:5], abs=1e-5)
        spread = 1.96 * scored.std(ddof=1) / np.sqrt(60)
        assert step["high"] - step["pd"] == pytest.approx(spread, abs=1e-5)
    assert (len(found.lines), found.rows) == (5, 60)


def test_missing_is_a_value_of_its_own(model):
    """It is asked for where some applicants lack the field, and only there."""
    with_gaps = partial_dependence(model, model.frame, model.schema["n0"]).mean
    without = partial_dependence(model, model.frame, model.schema["n1"]).mean
    assert with_gaps["value"].isna().sum() == 1
    assert without["value"].notna().all()


def test_a_number_has_few_steps_within_the_range(model):
    """Quantiles cut off the outermost values: a few huge ones would leave the picture empty."""
    frame = model.frame.assign(n1=np.append(np.arange(59.0), 1e6))
    found = partial_dependence(model, frame, model.schema["n1"])
    assert len(found.mean) == 40
    assert 0 < found.mean["value"].iloc[0] < 1


@pytest.mark.parametrize(
    ("values", "pd_hat", "kind", "words"),
    [
        ([1.0, 2.0], [0.3, 0.1], "number", "With Income 1 k, the default probability would be 30"),
        (["rent", None], [0.1, 0.3], "category", "With Income not given, the default"),
        ([1.0, 2.0], [0.3, 0.301], "number", "Income alone hardly changes"),
    ],
)
def test_the_finding_names_both_ends(values, pd_hat, kind, words):
    """Or says that there is none."""
    mean = pd.DataFrame({"value": pd.Series(values, dtype="object"), "pd": pd_hat})
    column = Column("income", kind, "feature", label="Income", unit="k")
    assert finding(PartialDependence(mean, mean, 9), column).startswith(words)

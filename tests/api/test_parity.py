"""Page, REST and `core` say the same about the same applicant, to the last bit."""

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.decision.assessment import Assessment
from core.decision.scoring import Scorer
from core.formatting import percent
from core.store.workspace import Workspace
from tests.api.conftest import asking

Change = Callable[[AppTest], object]

CHANGES: dict[str, tuple[Change, str, object]] = {
    "income": (lambda at: _labelled(at.number_input, "Income").set_value(61.0), "Income", 61),
    "home": (lambda at: _labelled(at.selectbox, "Home").set_value("rent"), "Home", "rent"),
    "blank": (lambda at: _labelled(at.number_input, "Income").set_value(None), "Income", None),
    "odd": (lambda at: _labelled(at.number_input, "Amount").set_value(90_000), "Amount", 90_000),
}


@pytest.mark.parametrize(("change", "field", "value"), CHANGES.values(), ids=CHANGES)
def test_page_rest_and_core_agree_to_the_bit(
    seeded: Workspace,
    open_page: Callable[..., AppTest],
    change: Change,
    field: str,
    value: object,
) -> None:
    """Whatever is typed, all three give the same PD, points, decision, reasons and flags."""
    at = open_page("scoring")
    change(at)
    at.run()
    values, page = _shown(at)
    assert values[field] == value
    champion = seeded.registry.champion()
    assert champion is not None
    scorer = Scorer.load(seeded, champion.id)
    core = scorer.assess(values).to_json()
    rest = asking(seeded)("POST", "/v1/predict", json={"applicant": values}).json()
    assert page.to_json() == core
    assert rest == core
    assert percent(core["default_probability"]) in at.header[0].value
    assert f"{core['points']} points" in at.header[0].value


def test_a_list_and_one_by_one_agree_to_the_bit(seeded: Workspace) -> None:
    """A row gives the same bits alone, in a list, and in `core`'s own list."""
    champion = seeded.registry.champion()
    assert champion is not None
    scorer = Scorer.load(seeded, champion.id)
    typical = {field.name: field.typical for field in scorer.bundle.fields}
    many = [{**typical, "Income": 40.0 + 3 * n, "Amount": 300 + 70 * n} for n in range(30)]
    ask = asking(seeded)
    listed = ask("POST", "/v1/predict", json={"applicants": many}).json()["assessments"]
    assert listed == [said.to_json() for said in scorer.assess_many(many)]
    assert listed[::7] == [
        ask("POST", "/v1/predict", json={"applicant": one}).json() for one in many[::7]
    ]


def test_the_explanation_is_the_one_the_page_draws(
    seeded: Workspace, open_page: Callable[..., AppTest]
) -> None:
    """/v1/explain gives the shares of the page's waterfall."""
    values, page = _shown(open_page("scoring"))
    told = asking(seeded)("POST", "/v1/explain", json={"applicant": values}).json()
    assert page.attribution is not None
    shares = dict(zip(page.attribution.names, page.attribution.values.tolist(), strict=True))
    assert {share["field"]: share["log_odds"] for share in told["attributions"]} == shares
    assert told["gap"] == page.attribution.gap


def _shown(at: AppTest) -> tuple[dict[str, Any], Assessment]:
    """Return the values in the form and the assessment that the page draws."""
    assert not at.exception
    assert not at.error
    (_, values), assessment = at.session_state["scoring-explained"]
    return dict(values), assessment


def _labelled(widgets: Any, start: str) -> Any:
    return next(widget for widget in widgets if widget.label.startswith(start))

"""POST /v1/explain: attributions that add up, as steps in probability."""

import pytest

from core.decision.policy import probability
from core.decision.scoring import Scorer
from tests.api.conftest import APPLICANT, Ask


def test_the_shares_add_up_to_the_score(ask: Ask, champion: Scorer) -> None:
    """Base plus shares is the log-odds, and the gap says by how much it is not."""
    told = ask("POST", "/v1/explain", json={"applicant": APPLICANT}).json()
    total = told["base"] + sum(share["log_odds"] for share in told["attributions"])
    assert total == pytest.approx(told["log_odds"], abs=1e-9)
    assert abs(told["gap"]) < 1e-9


def test_the_steps_lead_from_reference_to_applicant(ask: Ask, champion: Scorer) -> None:
    """Each step begins where the one before ended; the largest comes first."""
    told = ask("POST", "/v1/explain", json={"applicant": APPLICANT}).json()
    steps = told["attributions"]
    assert steps[0]["pd_before"] == probability(told["base"])
    assert [step["pd_before"] for step in steps[1:]] == [step["pd_after"] for step in steps[:-1]]
    assert steps[-1]["pd_after"] == pytest.approx(told["default_probability"], abs=1e-9)
    sizes = [abs(step["log_odds"]) for step in steps]
    assert sizes == sorted(sizes, reverse=True)


def test_every_feature_of_the_applicant_has_a_share(ask: Ask, champion: Scorer) -> None:
    """Shares are of the applicant's own fields, never of one-hot columns."""
    told = ask("POST", "/v1/explain", json={"applicant": APPLICANT}).json()
    assert {share["field"] for share in told["attributions"]} == set(champion.bundle.encoder.names)


def test_the_reference_is_named(ask: Ask, champion: Scorer) -> None:
    """Whom the applicant is compared with is part of the answer."""
    told = ask("POST", "/v1/explain", json={"applicant": APPLICANT}).json()
    assert told["reference"] == champion.assess(APPLICANT).method


@pytest.mark.parametrize("path", ["/v1/explain", "/v1/recourse"])
def test_only_what_is_taken_is_asked_for(ask: Ask, champion: Scorer, path: str) -> None:
    """Without an applicant nobody is sent to a list that is not taken here."""
    answer = ask("POST", path, json={})
    assert answer.status_code == 422
    (problem,) = answer.json()["error"]["problems"]
    assert (problem["field"], problem["received"]) == ("applicant", None)
    assert "applicants" not in answer.text


def test_a_list_is_not_explained(ask: Ask, champion: Scorer) -> None:
    """One applicant at a time: an explanation is for a person to read."""
    answer = ask("POST", "/v1/explain", json={"applicants": [APPLICANT]})
    assert answer.status_code == 422
    assert answer.json()["error"]["problems"][0]["expected"] == "the members applicant, model"

"""POST /v1/predict: what callers get, and what they are told when it cannot be given."""

import math
from typing import Any

import pytest

from core.decision.scoring import Scorer
from core.store.workspace import Workspace
from tests.api.conftest import APPLICANT, Ask


def test_one_applicant_gets_what_core_says(ask: Ask, champion: Scorer) -> None:
    """The answer is the assessment of `core`, to the last bit."""
    answer = ask("POST", "/v1/predict", json={"applicant": APPLICANT})
    assert answer.status_code == 200
    assert answer.json() == champion.assess(APPLICANT).to_json()


def test_a_list_is_answered_in_its_order(ask: Ask, champion: Scorer) -> None:
    """Each answer of a list equals the answer given alone."""
    many = [{**APPLICANT, "Amount": amount} for amount in (300, 2900, 1500)]
    answers = ask("POST", "/v1/predict", json={"applicants": many}).json()["assessments"]
    assert answers == [champion.assess(one).to_json() for one in many]


def test_reasons_can_be_left_out(ask: Ask, champion: Scorer) -> None:
    """`reasons: false` gives the same score without the explanation."""
    answer = ask("POST", "/v1/predict", json={"applicant": APPLICANT, "reasons": False}).json()
    assert answer["reasons"] == []
    assert answer["log_odds"] == champion.assess(APPLICANT).log_odds


def test_a_model_can_be_named(ask: Ask, champion: Scorer) -> None:
    """`model` asks for a version other than the one in force."""
    data = {"applicant": APPLICANT, "model": champion.model.id}
    assert ask("POST", "/v1/predict", json=data).json()["model_id"] == champion.model.id


def test_no_champion_says_what_to_do(ask: Ask) -> None:
    """Without a published model the caller is told to publish one."""
    answer = ask("POST", "/v1/predict", json={"applicant": APPLICANT})
    assert answer.status_code == 409
    assert "Publish one on the Models page" in answer.json()["error"]["message"]


@pytest.mark.parametrize("model", ["mod_nope", "../../etc/passwd", "", "\ud800", "x" * 500])
def test_an_unknown_model_is_not_found(ask: Ask, champion: Scorer, model: str) -> None:
    """Whatever is sent as a model's name, it is looked up or refused, never opened as a path."""
    body = '{"applicant": {}, "model": ' + _ascii(model) + "}"
    answer = ask("POST", "/v1/predict", content=body, headers=_JSON)
    assert answer.status_code == 404
    assert "There is no" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("field", "sent", "received", "expected"),
    [
        ("Age", '"thirty"', "thirty", "a finite number in years or null"),
        ("Age", "NaN", "nan", "a finite number in years or null"),
        ("Age", "Infinity", "inf", "a finite number in years or null"),
        ("Age", "1e999", "inf", "a finite number in years or null"),
        ("Age", "true", True, "a finite number in years or null"),
        ("Age", "[1]", "[1]", "a finite number in years or null"),
        ("Home", "7", 7, "a text such as"),
        ("Shoe size", "42", 42, "one of the model's fields: Age, Income, Amount, Home"),
    ],
)
def test_an_unusable_value_is_named(
    ask: Ask, champion: Scorer, field: str, sent: str, received: Any, expected: str
) -> None:
    """Field, value received and what was expected are told, with status 422."""
    answer = ask(
        "POST", "/v1/predict", content=f'{{"applicant": {{"{field}": {sent}}}}}', headers=_JSON
    )
    assert answer.status_code == 422
    (problem,) = answer.json()["error"]["problems"]
    assert problem["field"] == field
    assert problem["received"] == received
    assert expected in problem["expected"]


def test_a_problem_names_the_row(ask: Ask, champion: Scorer) -> None:
    """In a list the position of the applicant is told."""
    many = [APPLICANT, {**APPLICANT, "Age": "old"}]
    answer = ask("POST", "/v1/predict", json={"applicants": many})
    assert [problem["row"] for problem in answer.json()["error"]["problems"]] == [1]


def test_a_thousand_problems_are_not_all_listed(ask: Ask, champion: Scorer) -> None:
    """The answer stays small however much is wrong; the count is in the message."""
    many = [{f"x{n}": 1 for n in range(5)}] * 1000
    error = ask("POST", "/v1/predict", json={"applicants": many}).json()["error"]
    assert error["message"] == "5,000 values cannot be used. The first 100 are listed."
    assert len(error["problems"]) == 100


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "Send a JSON object"),
        ({}, "Send either applicant"),
        ({"applicant": {}, "applicants": []}, "Send either applicant"),
        ({"applicant": 5}, "applicant cannot be used"),
        ({"applicant": [1]}, "applicant cannot be used"),
        ({"applicant": None}, "applicant cannot be used"),
        ({"applicants": []}, "list of applicants cannot be used"),
        ({"applicants": {}}, "list of applicants cannot be used"),
        ({"applicants": [{}] * 1001}, "list of applicants cannot be used"),
        ({"applicants": [{}, 7]}, "applicants cannot be used"),
        ({"applicant": {}, "reasons": "yes"}, "reasons cannot be used"),
        ({"applicant": {}, "model": 7}, "model cannot be used"),
        ({"applicant": {}, "modle": "mod_1"}, "members that are not known"),
    ],
)
def test_a_wrong_shape_is_explained(ask: Ask, champion: Scorer, data: Any, message: str) -> None:
    """The body's own members are checked before any applicant is."""
    answer = ask("POST", "/v1/predict", json=data)
    assert answer.status_code == 422
    assert message in answer.json()["error"]["message"]


def test_a_blank_applicant_is_scored_and_flagged(ask: Ask, champion: Scorer) -> None:
    """Nothing is required: what is not known is treated like the blanks in training."""
    answer = ask("POST", "/v1/predict", json={"applicant": {}}).json()
    assert 0 < answer["default_probability"] < 1
    assert {flag["kind"] for flag in answer["flags"]} == {"missing"}


def test_a_changed_model_file_is_refused(ask: Ask, champion: Scorer, workspace: Workspace) -> None:
    """A model whose files are not what was registered does not decide."""
    folder = workspace.settings.home / "artifacts" / "models" / champion.model.id
    from core.decision.scoring import forget

    forget(workspace, champion.model.id)
    (folder / "policy.json").write_text("{}", encoding="utf-8")
    answer = ask("POST", "/v1/predict", json={"applicant": APPLICANT})
    assert answer.status_code == 409
    assert "policy.json" in answer.json()["error"]["message"]


def test_numbers_survive_the_way(ask: Ask, champion: Scorer) -> None:
    """What is printed as JSON reads back as the same double."""
    answer = ask("POST", "/v1/predict", json={"applicant": APPLICANT}).json()
    pd_hat = answer["default_probability"]
    assert math.isclose(pd_hat, 1 / (1 + math.exp(-answer["log_odds"])), rel_tol=1e-12)


_JSON = {"Content-Type": "application/json"}


def _ascii(text: str) -> str:
    import json

    return json.dumps(text)

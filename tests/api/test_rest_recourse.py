"""POST /v1/recourse: what would lead to approval, with the fields that are kept with the model."""

from itertools import product

import pytest

from core.decision.levers import keep_levers
from core.decision.scoring import Scorer
from core.decision.way_to_approval import way_to_approval
from core.explanation.levers import Lever, proposed_levers
from core.store.workspace import Workspace
from tests.api.conftest import APPLICANT, Ask


@pytest.fixture
def declined(champion: Scorer) -> dict[str, object]:
    """An applicant who is not approved."""
    return next(
        applicant
        for income in (60, 80, 129)
        for home in ("rent", "parents", "owner")
        for applicant in [{**APPLICANT, "Income": income, "Amount": 2500, "Home": home}]
        if champion.assess(applicant, reasons=False).decision != "approve"
    )


def test_the_options_are_those_of_core(ask: Ask, champion: Scorer, declined: dict) -> None:
    """Over the proposed fields, each with what the applicant would then get."""
    told = ask("POST", "/v1/recourse", json={"applicant": declined}).json()
    levers = proposed_levers(champion.bundle.fields)
    found = way_to_approval(champion, champion.read(declined), levers)
    assert [lever["name"] for lever in told["levers"]] == ["Income", "Amount"]
    assert len(told["options"]) == len(found.options) > 0
    for option, own in zip(told["options"], found.options, strict=True):
        changed = {change["name"]: change["after"] for change in option["changes"]}
        said = champion.assess({**declined, **changed}, reasons=False)
        assert said.decision == "approve"
        assert (option["log_odds"], option["points"]) == (own.log_odds, said.points)
        assert option["default_probability"] == said.default_probability


def test_what_an_analyst_keeps_is_used(
    ask: Ask, champion: Scorer, declined: dict, workspace: Workspace
) -> None:
    """The next request knows it."""
    keep_levers(workspace, champion, (Lever("Amount", "down"),), beyond=False, user="ann")
    told = ask("POST", "/v1/recourse", json={"applicant": declined}).json()
    changed = {change["name"] for option in told["options"] for change in option["changes"]}
    assert changed <= {"Amount"}
    assert [lever["name"] for lever in told["levers"]] == ["Amount"]
    keep_levers(workspace, champion, (), beyond=False, user="ann")
    told = ask("POST", "/v1/recourse", json={"applicant": declined}).json()
    assert (told["options"], told["nearest"]) == ([], None)


def test_who_is_approved_needs_no_way(ask: Ask, champion: Scorer) -> None:
    """The decision says so, and nothing is searched."""
    values = product((60, 129, 400), (20, 45, 65), (100, 1000, 2500), ("rent", "owner", "parents"))
    applicants = ({"Income": i, "Age": a, "Amount": m, "Home": h} for i, a, m, h in values)
    applicant = next(
        each for each in applicants if champion.assess(each, reasons=False).decision == "approve"
    )
    told = ask("POST", "/v1/recourse", json={"applicant": applicant}).json()
    assert (told["decision"], told["options"]) == ("approve", [])


@pytest.mark.parametrize("path", ["/v1/predict", "/v1/explain", "/v1/recourse"])
def test_half_a_character_is_no_text(ask: Ask, champion: Scorer, path: str) -> None:
    """JSON can spell half of a surrogate pair, which no loan file holds: refused everywhere."""
    body = b'{"applicant": {"Income": 60, "Amount": 2500, "Home": "\\ud800"}}'
    answer = ask("POST", path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    (problem,) = answer.json()["error"]["problems"]
    assert (problem["field"], problem["received"]) == ("Home", "\ud800")


@pytest.mark.parametrize("beyond", [False, True])
@pytest.mark.parametrize(
    "lever",
    [
        Lever("Amount", "down", step=1e-300),
        Lever("Amount", "either", low=-1e15, high=1e15),
        Lever("Amount", "either", low=0.0, high=0.0),
        Lever("Amount", "either", cost=1e15),
        Lever("Home", "up", low=1.0, high=2.0, step=5.0),
    ],
    ids=str,
)
def test_odd_levers_are_searched(
    ask: Ask, declined: dict, champion: Scorer, workspace: Workspace, lever: Lever, beyond: bool
) -> None:
    """Whatever may be kept can be searched with."""
    keep_levers(workspace, champion, (lever,), beyond, user="ann")
    answer = ask("POST", "/v1/recourse", json={"applicant": declined})
    assert answer.status_code == 200
    assert [each["name"] for each in answer.json()["levers"]] == [lever.name]


def test_a_field_that_cannot_be_used_is_named(ask: Ask, champion: Scorer) -> None:
    """As everywhere."""
    answer = ask("POST", "/v1/recourse", json={"applicant": {**APPLICANT, "Income": "much"}})
    assert answer.status_code == 422
    assert answer.json()["error"]["problems"][0]["field"] == "Income"

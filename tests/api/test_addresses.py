"""The other addresses: schema, health, the OpenAPI page, and what is not there."""

import json
import re

import pytest
from starlette.applications import Starlette

from api.later import Later, routes_of
from core.decision.scoring import Scorer
from core.store.workspace import Workspace
from tests.api.conftest import Ask, asking, asking_app


def test_the_schema_lists_the_fields_of_the_champion(ask: Ask, champion: Scorer) -> None:
    """Whoever sends an applicant learns names, kinds, units and ranges."""
    told = ask("GET", "/v1/models/champion/schema").json()
    assert told["model_id"] == champion.model.id
    assert [field["name"] for field in told["fields"]] == ["Age", "Income", "Amount", "Home"]
    assert told["fields"][0]["unit"] == "years"


def test_the_schema_tells_what_the_dictionary_says(ask: Ask, champion: Scorer) -> None:
    """Meaning, what is allowed and whether it can be changed; what is not allowed is flagged."""
    age, _, amount, _ = ask("GET", "/v1/models/champion/schema").json()["fields"]
    assert amount["description"] == "Asked."
    assert amount["allowed"] == {"low": 0.0, "high": 1_000_000.0, "values": []}
    assert amount["changeable"] == "only down"
    assert (age["allowed"], age["changeable"]) == ({"low": None, "high": None, "values": []}, "")
    applicant = {"Age": 31, "Income": 129, "Amount": -5, "Home": "rent"}
    (flag,) = ask("POST", "/v1/predict", json={"applicant": applicant}).json()["flags"]
    assert (flag["field"], flag["kind"]) == ("Amount", "outside_allowed")
    assert "the data dictionary allows 0 to 1,000,000." in flag["message"]


def test_the_schema_needs_a_champion(ask: Ask) -> None:
    """Without one the caller is told what to do."""
    answer = ask("GET", "/v1/models/champion/schema")
    assert answer.status_code == 409
    assert "Publish one" in answer.json()["error"]["message"]


def test_health_names_the_champion(ask: Ask, champion: Scorer) -> None:
    """Store, champion and workers in one look."""
    assert ask("GET", "/v1/health").json() == {
        "status": "ok",
        "store": "ok",
        "champion": {"id": champion.model.id, "name": "Loans", "version": 1},
        "workers": 0,
    }


def test_health_fails_when_the_store_does(
    ask: Ask, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 lets whoever watches tell a dead store from a dead process."""

    def broken() -> None:
        raise OSError("disk full")

    monkeypatch.setattr(workspace.registry, "champion", broken)
    assert ask("GET", "/v1/health").status_code == 503


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/predict/", 404),
        ("GET", "/docs/../../app.py", 404),
        ("GET", "/docs/swagger-ui.css.map", 404),
        ("GET", "/v1/predict", 405),
        ("PUT", "/v1/explain", 405),
        ("GET", "/v1/recourse", 405),
        ("POST", "/v1/health", 405),
        ("DELETE", "/v1/models/champion/schema", 405),
    ],
)
def test_what_is_not_there_is_json(ask: Ask, method: str, path: str, status: int) -> None:
    """Unknown addresses and wrong methods get the one shape of every failure."""
    answer = ask(method, path)
    assert answer.status_code == status
    assert "/api/docs" in answer.json()["error"]["message"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_the_way_to_the_page_takes_no_other_method(workspace: Workspace, method: str) -> None:
    """In front of the service the shape of failures is the same."""
    pages = Starlette(routes=routes_of(Later(lambda: workspace)))
    answer = asking_app(pages)(method, "/api")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")
    assert "/api/docs" in answer.json()["error"]["message"]


def test_a_wrong_method_is_told_the_right_one(ask: Ask) -> None:
    """405 carries Allow, as HTTP asks."""
    assert ask("GET", "/v1/predict").headers["Allow"] == "POST"


def test_the_openapi_page_loads_nothing_from_elsewhere(ask: Ask) -> None:
    """The page works without internet: each file it names is ours, and only ours are allowed."""
    page = ask("GET", "/docs")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    files = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(files) == 4
    for file in files:
        assert ask("GET", f"/{file}").status_code == 200


def test_the_script_of_the_page_names_no_source_map(ask: Ask) -> None:
    """Developer tools would ask for a file that is not served."""
    for file in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert "sourceMappingURL" not in ask("GET", f"/docs/{file}").text


def test_the_examples_of_the_openapi_page_can_be_sent(seeded: Workspace) -> None:
    """With the champion that the demo and its bundled file lead to, each address answers."""
    ask = asking(seeded)
    for path, address in ask("GET", "/openapi.json").json()["paths"].items():
        if "post" in address:
            content = address["post"]["requestBody"]["content"]["application/json"]
            answer = ask("POST", path, json=content["schema"]["example"])
            assert answer.status_code == 200, (path, answer.text)


def test_the_openapi_document_is_one_the_page_can_draw(ask: Ask) -> None:
    """Swagger UI 4 draws OpenAPI 3.0, not 3.1: nothing of 3.1 may creep in."""
    document = ask("GET", "/openapi.json").json()
    assert document["openapi"].startswith("3.0.")
    assert '"null"' not in json.dumps(document)
    assert set(document["paths"]) == {
        "/v1/predict",
        "/v1/explain",
        "/v1/recourse",
        "/v1/models/champion/schema",
        "/v1/health",
    }

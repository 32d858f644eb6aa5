"""api.later: the service is made once, when it is first asked for."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from api import app
from api.later import Later
from core.store.workspace import Workspace
from tests.api.conftest import asking_app


def test_the_service_is_made_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests that come together share one service, and nothing is made before them."""
    made: list[object] = []
    create = app.create_service

    def create_service(*arguments: object) -> object:
        made.append(create(*arguments))  # type: ignore[arg-type]
        return made[-1]

    monkeypatch.setattr(app, "create_service", create_service)
    service = Later(lambda: workspace)
    assert made == []
    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(service.load) for _ in range(4)]
    assert [each.result() for each in asked] == made * 4


def test_the_first_request_is_answered_like_any_other(workspace: Workspace) -> None:
    """Whoever asks first has the service made, and gets its answer."""
    ask = asking_app(Later(lambda: workspace, lambda: 2))
    answers = [ask("GET", "/v1/health") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [answer.json()["workers"] for answer in answers] == [2, 2]

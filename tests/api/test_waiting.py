"""Requests that come at the same time: who waits for whom."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

import anyio
import httpx
import pytest

from api.routes import IN_LINE
from core.decision.assessment import Assessment
from core.decision.scoring import Scorer
from core.store.workspace import Workspace
from tests.api.conftest import APPLICANT, served


def test_one_applicant_does_not_wait_behind_lists(
    workspace: Workspace, champion: Scorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Long lists are explained one after the other, and leave room for single requests."""
    taken, go_on = threading.Semaphore(0), threading.Event()
    assess_many = Scorer.assess_many

    def held(
        self: Scorer, applicants: Sequence[Mapping[str, Any]], reasons: bool = True
    ) -> list[Assessment]:
        taken.release()
        assert go_on.wait(30)
        return assess_many(self, applicants, reasons)

    monkeypatch.setattr(Scorer, "assess_many", held)
    statuses: list[int] = []

    async def asks() -> None:
        transport = httpx.ASGITransport(served(workspace))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:

            async def post(sent: dict[str, Any]) -> None:
                answer = await client.post("/v1/predict", json=sent, timeout=None)
                statuses.append(answer.status_code)

            async with anyio.create_task_group() as group:
                for _ in range(2):
                    group.start_soon(post, {"applicants": [APPLICANT] * (IN_LINE + 1)})
                await anyio.to_thread.run_sync(taken.acquire)
                with anyio.fail_after(20):
                    for _ in range(3):
                        await post({"applicant": APPLICANT})
                assert statuses == [200] * 3
                go_on.set()

    try:
        anyio.run(asks)
    finally:
        go_on.set()
    assert statuses == [200] * 5

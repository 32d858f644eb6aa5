"""The REST service; `api.later` mounts it at `/api` beside the pages."""

from collections.abc import Callable

from fastapi import FastAPI

from api import docs, failures, routes
from core.store.workspace import Workspace

DESCRIPTION = """
The same scorer that the pages use: for the same applicant and model version the answer is the
same to the last bit.

Send `Content-Type: application/json`. A field that is left out or `null` counts as not known.
Values that cannot be used are answered with status 422 and a list of problems: field, value
received, what was expected, and the row in the list that was sent.
"""


def create_service(
    workspace: Callable[[], Workspace], workers: Callable[[], int] = lambda: 0
) -> FastAPI:
    """Return the REST service.

    Args:
        workspace: Called per request, so that the service can be built before the store is opened.
        workers: Returns how many worker processes live.
    """
    api = FastAPI(
        title="Lendlens",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    api.openapi_version = "3.0.3"  # the newest that the bundled Swagger UI 4 renders
    api.state.workspace = workspace
    api.state.workers = workers
    api.include_router(routes.router)
    api.include_router(docs.router)
    failures.install(api)
    return api

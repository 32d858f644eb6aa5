"""The OpenAPI page, drawn by Swagger UI from our own origin: it works without internet."""

from functools import cache

from fastapi import APIRouter, HTTPException
from starlette.responses import RedirectResponse, Response
from swagger_ui_bundle import swagger_ui_path

router = APIRouter(include_in_schema=False)

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Lendlens REST</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START = """
SwaggerUIBundle({url: "openapi.json", dom_id: "#page", deepLinking: true,
                 defaultModelsExpandDepth: -1, validatorUrl: null});
"""
TYPES = {"css": "text/css", "js": "text/javascript", "png": "image/png"}
FILES = ("swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png")

# Nothing may be loaded from elsewhere; Swagger UI sets styles on elements and inlines its icons.
ONLY_OURS = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'"
)


@router.get("/")
async def root() -> Response:
    """Lead to the page."""
    return RedirectResponse("docs")


@router.get("/docs")
async def page() -> Response:
    """Return the page."""
    return Response(PAGE, media_type="text/html", headers={"Content-Security-Policy": ONLY_OURS})


@router.get("/docs/{name}")
async def asset(name: str) -> Response:
    """Return a file of the page."""
    if name == "start.js":
        return Response(START, media_type=TYPES["js"])
    if name not in FILES:
        raise HTTPException(404)
    kind = TYPES[name.rsplit(".", 1)[1]]
    return Response(_file(name), media_type=kind, headers={"Cache-Control": "max-age=86400"})


@cache
def _file(name: str) -> bytes:
    """Return a file without the comment that names its source map, which is not served."""
    raw: bytes = (swagger_ui_path / name).read_bytes()
    if name.endswith(".png"):
        return raw
    lines = raw.split(b"\n")
    return b"\n".join(line for line in lines if b"sourceMappingURL=" not in line[:40])

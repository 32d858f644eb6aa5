"""All settings of a running Lendlens, read from the environment once, at the edge."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
VARIABLES = tuple(
    f"LENDLENS_{name}"
    for name in ("HOME", "DATABASE_URL", "ARTIFACTS", "MAX_UPLOAD_MB", "WORKERS", "USER")
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs between installations.

    Attributes:
        home: Folder for the database, artifacts, compile cache and logs.
        database_url: SQLAlchemy URL of the store.
        artifacts_url: A folder or fsspec URL for files.
        max_upload_mb: Largest loan file accepted, in megabytes (10^6 bytes).
        workers: Processes that train and explain; at least 1.
        user: Name written into decision records while there is no sign-in.
    """

    home: Path
    database_url: str
    artifacts_url: str
    max_upload_mb: int = 200
    workers: int = 1
    user: str = "local"

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> "Settings":
        """Read the `LENDLENS_*` variables; every one has a default.

        Raises:
            ConfigError: A number is not a positive whole number.
        """
        home = Path(environ.get("LENDLENS_HOME", ROOT / "var")).expanduser().resolve()
        return cls(
            home=home,
            database_url=environ.get("LENDLENS_DATABASE_URL", f"sqlite:///{home / 'lendlens.db'}"),
            artifacts_url=environ.get("LENDLENS_ARTIFACTS", str(home / "artifacts")),
            max_upload_mb=_positive(environ, "LENDLENS_MAX_UPLOAD_MB", 200),
            workers=_positive(environ, "LENDLENS_WORKERS", max(1, (os.cpu_count() or 2) // 2)),
            user=environ.get("LENDLENS_USER", "local"),
        )


def _positive(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise ConfigError(f"{name} should be a whole number of at least 1, but is {text!r}.")
    return int(text)

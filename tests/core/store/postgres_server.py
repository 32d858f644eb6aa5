"""A PostgreSQL server of the tests' own: made empty, reached by a socket file, thrown away."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine, text

DEBIAN = "/usr/lib/postgresql/*/bin/initdb"
NOBODY_MAY_BE_ROOT = "postgres"
"""The user the server runs as where the tests run as root, which PostgreSQL refuses."""


class PostgresServer:
    """A running server; every database it is asked for is new and empty."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._user = NOBODY_MAY_BE_ROOT if _is_root() else None
        # Not pytest's folder: its path may be longer than a socket's may be, and root's alone.
        self._folder = Path(tempfile.mkdtemp(prefix="lendlens-pg-"))
        self._numbers = count(1)

    @contextmanager
    def running(self) -> Iterator["PostgresServer"]:
        """Start it, and throw it away with all its databases at the end of the block."""
        try:
            self._start()
            try:
                yield self
            finally:
                self._pg_ctl("stop", "--mode=immediate")
        finally:
            shutil.rmtree(self._folder)

    def new_database(self) -> str:
        """Return the URL of an empty database."""
        name = f"lendlens_{next(self._numbers)}"
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return self._url(name)

    def _start(self) -> None:
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        options = ("--username=lendlens", "--auth=trust", "--encoding=UTF8", "--no-locale")
        self._run("initdb", f"--pgdata={self._folder / 'data'}", "--no-sync", *options)
        listen = f"-c listen_addresses= -c unix_socket_directories={self._folder} -c fsync=off"
        log = self._folder / "log"
        self._pg_ctl("start", "--wait", f"--log={log}", f"--options={listen}")

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://lendlens@/{database}?host={self._folder}"

    def _pg_ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", f"--pgdata={self._folder / 'data'}", *arguments)

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [self._binaries / name, *arguments],
            cwd=self._folder,
            user=self._user,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )


def binaries() -> Path | None:
    """Return the folder with PostgreSQL's programs, the newest where there are several."""
    if (found := shutil.which("initdb")) is not None:
        return Path(found).resolve().parent
    places = sorted(Path("/").glob(DEBIAN[1:]), key=lambda place: int(place.parts[-3]))
    return places[-1].parent if places else None


def what_is_missing() -> str | None:
    """Say why no server can be started here, or return None."""
    if find_spec("psycopg") is None:
        return "psycopg is not installed."
    if binaries() is None:
        return "PostgreSQL is not installed: there is no initdb."
    if _is_root() and not _has_user(NOBODY_MAY_BE_ROOT):
        return f"PostgreSQL does not run as root, and there is no user {NOBODY_MAY_BE_ROOT}."
    return None


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _has_user(name: str) -> bool:
    import pwd  # Unix only, as is a root

    return any(each.pw_name == name for each in pwd.getpwall())

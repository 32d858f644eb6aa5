"""Loan files and data sets in the workspace: files in, typed frames out."""

import hashlib
import io
import json
import secrets
from collections.abc import Callable
from pathlib import PurePath
from typing import Any

import pandas as pd

from core.data.casting import cast
from core.data.cleaning import Recipe
from core.data.guards import require_trainable
from core.data.reading import Dialect, Table, read_table
from core.data.relations import Relations
from core.data.roles import typed
from core.data.samples import Sample, sample
from core.data.schema import Schema, outcome_vector
from core.data.survey import Survey, edition
from core.errors import NotFoundError, ReadError
from core.store.tables import DataSet, Source
from core.store.workspace import Workspace

Tell = Callable[[float, str], None]

_FRAME = "frame.parquet"
_ORIGINAL = "original"
_RELATIONS = "relations.json"
_SURVEY = "survey.json"
BROKEN = "broken_rows.txt"


def add_source(
    workspace: Workspace,
    filename: str,
    raw: bytes | memoryview,
    dialect: Dialect | None = None,
    tell: Tell = lambda *_: None,
) -> Source:
    """Read a loan file and keep it: the bytes as they came, and the typed frame.

    The same bytes read in the same way are kept once. Rows that were skipped are kept beside it.
    `tell` is called with the share that is done, in [0, 1], and what is being done.

    Raises:
        BrokenRowsError: Rows do not fit the header, and are not to be skipped.
        ReadError: It is larger than allowed, or no table.
    """
    tell(0.0, "finding out how it is written")
    table = _read(workspace, filename, raw, dialect, tell)
    return _keep(workspace, filename, raw, table, tell=tell)


def add_sample(workspace: Workspace, key: str) -> Source:
    """Keep a bundled loan file, its columns described and its recipe as the draft.

    Raises:
        NotFoundError: There is no such sample.
    """
    chosen = sample(key)
    raw = chosen.read()
    return _keep(workspace, chosen.path.name, raw, read_table(raw), chosen)


def reread(workspace: Workspace, source_id: str, dialect: Dialect) -> Source:
    """Read a kept file in another way; the result is a source of its own.

    Raises:
        ReadError: It is no table in this dialect.
    """
    source = workspace.registry.source(source_id)
    return add_source(workspace, source.filename, original(workspace, source_id), dialect)


def original(workspace: Workspace, source_id: str) -> bytes:
    """Return the bytes of the file as it was uploaded."""
    return workspace.artifacts.read(f"sources/{source_id}", _ORIGINAL)


def broken_rows(workspace: Workspace, source_id: str) -> bytes:
    """Return the rows that were skipped, as they stand in the file, with their line numbers.

    Raises:
        NotFoundError: None was skipped.
    """
    return workspace.artifacts.read(f"sources/{source_id}", BROKEN)


def source_frame(workspace: Workspace, source_id: str) -> tuple[pd.DataFrame, Schema]:
    """Return a file as read, and the columns as they were proposed.

    Raises:
        NotFoundError: There is no such file.
        IntegrityError: It was changed on disk.
    """
    source = workspace.registry.source(source_id)
    frame = _frame(workspace, f"sources/{source_id}")
    return frame, Schema.from_json(source.schema)


def keep_relations(workspace: Workspace, digest: str, found: Relations) -> None:
    """Keep which columns of a draft belong together; `digest` names its state."""
    files = {_RELATIONS: _json(found.to_json())}
    workspace.artifacts.write(f"relations/{digest}", files)


def relations(workspace: Workspace, digest: str) -> Relations | None:
    """Return what was kept of this state of a draft, if it was compared."""
    folder = f"relations/{digest}"
    if not workspace.artifacts.exists(folder):
        return None
    return Relations.from_json(json.loads(workspace.artifacts.read(folder, _RELATIONS)))


def keep_survey(workspace: Workspace, digest: str, found: Survey) -> None:
    """Keep what was seen of a draft; `digest` names its state."""
    folder = f"surveys/{digest}-{edition()}"
    workspace.artifacts.write(folder, {_SURVEY: _json(found.to_json())})


def survey(workspace: Workspace, digest: str) -> Survey | None:
    """Return what was kept of this state of a draft, if it was looked through by today's rules."""
    folder = f"surveys/{digest}-{edition()}"
    if not workspace.artifacts.exists(folder):
        return None
    return Survey.from_json(json.loads(workspace.artifacts.read(folder, _SURVEY)))


def save_data_set(
    workspace: Workspace, source_id: str, name: str, schema: Schema, recipe: Recipe
) -> DataSet:
    """Replay the recipe and keep the result as a data set version.

    Args:
        workspace: Where to.
        source_id: The file.
        name: Versions of one name count up.
        schema: The source columns as the user set them.
        recipe: The steps.

    Raises:
        SchemaError: No model could be trained on the result.
        CleaningError: A step does not fit.
    """
    frame, _ = source_frame(workspace, source_id)
    fitted = recipe.fit(frame, schema)
    cleaned = fitted.apply(frame)
    require_trainable(cleaned, fitted.schema)
    files = {
        _FRAME: _parquet(cleaned),
        "recipe.json": _json(recipe.to_json()),
        "schema.json": _json(fitted.schema.to_json()),
        "source_schema.json": _json(schema.to_json()),
    }
    sha256 = _content_hash(cleaned, files)
    data_set_id = f"ds_{secrets.token_hex(5)}"
    if same := _same(workspace, source_id, sha256):
        return same
    workspace.artifacts.write(f"datasets/{data_set_id}", files, {"source": source_id})
    return workspace.registry.add_data_set(
        source_id=source_id,
        name=name.strip() or workspace.registry.source(source_id).name,
        rows=len(cleaned),
        bads=int(outcome_vector(cleaned, fitted.schema).sum()),
        sha256=sha256,
        schema=fitted.schema.to_json(),
        recipe=recipe.to_json(),
        id=data_set_id,
    )


def data_set_frame(workspace: Workspace, data_set_id: str) -> tuple[pd.DataFrame, Schema]:
    """Return the cleaned frame of a data set and its columns.

    Raises:
        NotFoundError: There is no such data set.
        IntegrityError: It was changed on disk.
    """
    data_set = workspace.registry.data_set(data_set_id)
    return _frame(workspace, f"datasets/{data_set_id}"), Schema.from_json(data_set.schema)


def data_set_source(workspace: Workspace, data_set_id: str) -> tuple[pd.DataFrame, Schema, Recipe]:
    """Return the source rows a data set was made from, typed, with its recipe.

    Use it wherever something is learnt: fit the recipe on training rows only.
    """
    data_set = workspace.registry.data_set(data_set_id)
    written = workspace.artifacts.read(f"datasets/{data_set_id}", "source_schema.json")
    schema = Schema.from_json(json.loads(written))
    frame, _ = source_frame(workspace, data_set.source_id)
    return cast(frame, schema), schema, Recipe.from_json(data_set.recipe)


def _read(
    workspace: Workspace,
    filename: str,
    raw: bytes | memoryview,
    dialect: Dialect | None,
    tell: Tell,
) -> Table:
    limit = workspace.settings.max_upload_mb
    if len(raw) > limit * 1_000_000:
        raise ReadError(
            f"{filename} has {len(raw) / 1e6:,.1f} MB; at most {limit:,} MB are accepted. "
            "Upload fewer rows or columns, or raise LENDLENS_MAX_UPLOAD_MB."
        )
    return read_table(
        raw,
        dialect,
        most_bytes=limit * 1_000_000,
        tell=lambda done, size: tell(done / size / 2, _how_far(done, size)),
    )


def _how_far(done: int, size: int) -> str:
    return f"{done / 1e6:,.0f} of {size / 1e6:,.0f} MB" if done < size else _TYPING


_TYPING = "telling what each column is"


def _keep(
    workspace: Workspace,
    filename: str,
    raw: bytes | memoryview,
    table: Table,
    described: Sample | None = None,
    tell: Tell = lambda *_: None,
) -> Source:
    sha256 = hashlib.sha256(raw).hexdigest()
    written = table.dialect.to_json() | {"notes": list(table.notes)}
    written |= {"sample": described.key} if described else {}
    written |= {"broken": len(table.broken)} if table.broken else {}
    if known := _known_source(workspace, sha256, written):
        return known
    tell(0.5, _TYPING)
    frame, schema = typed(table.frame, table.how)
    draft = {}
    if described:
        schema = described.describe(schema)
        frame = cast(frame, schema)
        draft = {"schema": schema.to_json(), "recipe": described.recipe.to_json()}
    source_id = f"src_{secrets.token_hex(5)}"
    tell(0.7, "keeping it")
    files = {_FRAME: _parquet(frame), _ORIGINAL: raw}
    if table.broken:
        files[BROKEN] = _broken(table)
    workspace.artifacts.write(f"sources/{source_id}", files, {"filename": filename})
    return workspace.registry.add_source(
        name=described.title if described else _title(filename),
        filename=filename,
        size=len(raw),
        sha256=sha256,
        rows=len(frame),
        dialect=written,
        schema=schema.to_json(),
        draft=draft,
        id=source_id,
    )


def _known_source(workspace: Workspace, sha256: str, dialect: dict[str, Any]) -> Source | None:
    for known in workspace.registry.sources():
        kept = workspace.artifacts.exists(f"sources/{known.id}")
        if known.sha256 == sha256 and known.dialect == dialect and kept:
            return known
    return None


def _same(workspace: Workspace, source_id: str, sha256: str) -> DataSet | None:
    for known in workspace.registry.data_sets(source_id):
        if known.sha256 == sha256 and workspace.artifacts.exists(f"datasets/{known.id}"):
            return known
    return None


def _content_hash(cleaned: pd.DataFrame, files: dict[str, bytes]) -> str:
    """Return a hash of values and descriptions; Parquet bytes may differ between versions."""
    digest = hashlib.sha256()
    digest.update(pd.util.hash_pandas_object(cleaned).to_numpy().tobytes())
    for file_name in sorted(files):
        if file_name != _FRAME:
            digest.update(files[file_name])
    return digest.hexdigest()


def _frame(workspace: Workspace, folder: str) -> pd.DataFrame:
    if not workspace.artifacts.exists(folder):
        raise NotFoundError(f"The rows of {folder} are not in this workspace. Upload them again.")
    return pd.read_parquet(io.BytesIO(workspace.artifacts.read(folder, _FRAME)))


def _parquet(frame: pd.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.to_parquet(buffer)
    return buffer.getvalue()


def _broken(table: Table) -> bytes:
    lines = [f"{row.line}\t{row.cells}\t{row.expected}\t{row.text}" for row in table.broken]
    return "\n".join(["line\tcells\texpected\trow as it stands", *lines, ""]).encode()


def _json(data: Any) -> bytes:
    return json.dumps(data, indent=1, ensure_ascii=False).encode()


def _title(filename: str) -> str:
    return PurePath(filename).stem.replace("_", " ").strip().capitalize() or "Loan file"

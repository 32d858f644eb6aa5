"""What is inside a loan file: text, or a table packed as gzip, zip, Parquet or Excel."""

import gzip
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import IO, Literal

import pyarrow as pa
from pyarrow import parquet

from core.data.material import Material
from core.data.parsing import MOST_COLUMNS
from core.errors import ReadError
from core.formatting import count

Kind = Literal["text", "excel", "parquet"]
_MOST_CELLS = 500_000_000
_PIECE = 1 << 20
# What the standard library raises over archives that are not what they say.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class Unpacked:
    """The table itself.

    Attributes:
        kind: What it is.
        material: Its bytes.
        notes: What was taken out of what.
    """

    kind: Kind
    material: Material
    notes: tuple[str, ...] = ()

    def arrow(self) -> pa.Table:
        """Return the table of a Parquet file.

        Raises:
            ReadError: It is damaged, too wide or too long.
        """
        try:
            with self.material.stream() as stream:
                file = parquet.ParquetFile(stream)
                _require_size(file.metadata)
                return file.read()
        except (pa.ArrowException, OSError) as error:
            raise ReadError(
                f"The Parquet file cannot be read: {error}. Write it again, or export a CSV."
            ) from error


@contextmanager
def unpacked(material: Material, most_bytes: int) -> Iterator[Unpacked]:
    """Yield what is inside; what has to be unpacked lies in a temporary file meanwhile.

    Raises:
        ReadError: It unpacks to more than `most_bytes`, holds no table or several, names a file
            outside the archive, or is encrypted or damaged.
    """
    start = material.head(4)
    with tempfile.TemporaryDirectory() as folder:
        inside = Path(folder) / "inside"
        if start[:2] == b"\x1f\x8b":
            _gunzip(material, inside, most_bytes)
            yield _inner(Material(inside, material.name.removesuffix(".gz")), ())
        elif start in (b"PK\x03\x04", b"PK\x05\x06"):  # the second is an empty one
            yield _of_zip(material, inside, most_bytes)
        elif start == b"PAR1":
            yield Unpacked("parquet", material)
        else:
            yield Unpacked("text", material)


def _inner(material: Material, notes: tuple[str, ...]) -> Unpacked:
    start = material.head(4)
    if start == b"PAR1":
        return Unpacked("parquet", material, notes)
    if start == b"PK\x03\x04" and _is_excel(material):
        return Unpacked("excel", material, notes)
    if start in (b"PK\x03\x04",) or start[:2] == b"\x1f\x8b":
        raise ReadError(
            "The archive holds another archive. Unpack it, and upload the table inside."
        )
    return Unpacked("text", material, notes)


def _gunzip(material: Material, inside: Path, most_bytes: int) -> None:
    try:
        with material.open() as file, gzip.open(file) as unzipped, inside.open("wb") as out:
            _copy(unzipped, out, most_bytes)
    except _DAMAGE as error:
        raise ReadError(
            f"The gzip archive is damaged: {error}. Pack the file again, or upload it unpacked."
        ) from error


def _of_zip(material: Material, inside: Path, most_bytes: int) -> Unpacked:
    try:
        with material.open() as file, zipfile.ZipFile(file) as archive:
            _require_safe(archive)
            if "[Content_Types].xml" in archive.namelist():
                _require_sum(archive, most_bytes)
                return Unpacked("excel", material)
            member = _only_table(archive)
            with archive.open(member) as packed, inside.open("wb") as out:
                _copy(packed, out, most_bytes)
    except _DAMAGE as error:
        encrypted = "encrypted" in str(error) or "password" in str(error)
        what = "encrypted" if encrypted else f"damaged or of a rare kind: {error}"
        raise ReadError(
            f"The zip archive is {what}. Unpack it, and upload the table inside."
        ) from error
    return _inner(Material(inside, member.filename), (f"Read from {member.filename!r}.",))


def _require_safe(archive: zipfile.ZipFile) -> None:
    for name in archive.namelist():
        path = PureWindowsPath(name)  # knows / and \, drives and absolute paths alike
        if path.is_absolute() or path.drive or path.root or ".." in path.parts:
            raise ReadError(
                f"The archive names a file outside itself ({name!r}), so nothing of it is read. "
                "Pack the table alone, and upload that."
            )


def _require_sum(archive: zipfile.ZipFile, most_bytes: int) -> None:
    if sum(member.file_size for member in archive.infolist()) > most_bytes:
        raise _too_large(most_bytes)


def _is_excel(material: Material) -> bool:
    try:
        with material.open() as file, zipfile.ZipFile(file) as archive:
            return "[Content_Types].xml" in archive.namelist()
    except _DAMAGE:
        return False


def _only_table(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    tables = [
        member
        for member in archive.infolist()
        if not member.is_dir()
        and not member.filename.startswith("__MACOSX/")
        and not member.filename.rsplit("/", 1)[-1].startswith(".")
    ]
    if len(tables) != 1:
        names = ", ".join(repr(member.filename) for member in tables[:3])
        more = " …" if len(tables) > 3 else ""
        raise ReadError(
            f"The archive holds {count(len(tables))} files{f' ({names}{more})' if tables else ''}; "
            "one table is expected. Pack it alone, and upload that."
        )
    return tables[0]


def _copy(packed: IO[bytes] | gzip.GzipFile, out: IO[bytes], most_bytes: int) -> None:
    """Copy until it ends or is too much; what an archive says of its size may be wrong."""
    written = 0
    while piece := packed.read(_PIECE):
        written += len(piece)
        if written > most_bytes:
            raise _too_large(most_bytes)
        out.write(piece)


def _too_large(most_bytes: int) -> ReadError:
    return ReadError(
        f"The file unpacks to more than {most_bytes / 1e6:,.0f} MB, which is the limit. "
        "Upload fewer rows or columns, or raise LENDLENS_MAX_UPLOAD_MB."
    )


def _require_size(about: parquet.FileMetaData) -> None:
    if about.num_columns > MOST_COLUMNS or about.num_rows * about.num_columns > _MOST_CELLS:
        raise ReadError(
            f"The file has {count(about.num_rows)} rows and {count(about.num_columns)} columns; at "
            f"most {count(MOST_COLUMNS)} columns and {count(_MOST_CELLS)} cells are read. "
            "Export the columns that matter."
        )

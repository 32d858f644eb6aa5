"""The bytes of a loan file, in memory or on disk, read piece by piece so that memory stays flat."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

BLOCK = 256 << 10
"""Fits the cache of a core; larger pieces cost a fresh page of memory each."""


@dataclass(frozen=True, slots=True)
class Material:
    """A file's bytes.

    Attributes:
        content: The bytes themselves, or the file that holds them.
        name: As uploaded; may be empty.
    """

    content: bytes | memoryview | Path
    name: str = ""

    @classmethod
    def of(cls, raw: "bytes | memoryview | Path | Material") -> "Material":
        """Return material as it is, and anything else wrapped."""
        return raw if isinstance(raw, Material) else cls(raw)

    @property
    def size(self) -> int:
        """Number of bytes."""
        if isinstance(self.content, Path):
            return self.content.stat().st_size
        return len(self.content)

    def head(self, size: int) -> bytes:
        """Return at most the first `size` bytes."""
        if isinstance(self.content, Path):
            with self.content.open("rb") as file:
                return file.read(size)
        return bytes(self.content[:size])

    def blocks(self, size: int = BLOCK) -> Iterator[bytes]:
        """Yield all bytes in pieces."""
        with self.open() as file:
            while block := file.read(size):
                yield block

    def open(self) -> BinaryIO:
        """Return a file to read from; close it afterwards."""
        if isinstance(self.content, Path):
            return self.content.open("rb")
        if isinstance(self.content, memoryview):
            reader: BinaryIO = pa.BufferReader(pa.py_buffer(self.content))  # nothing is copied
            return reader
        return io.BytesIO(self.content)

    def stream(self) -> pa.NativeFile:
        """Return a file for Arrow; bytes in memory are not copied."""
        if isinstance(self.content, Path):
            return pa.OSFile(str(self.content))
        return pa.BufferReader(pa.py_buffer(self.content))

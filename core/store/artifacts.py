"""Files of the workspace: written whole or not at all, and checked when read."""

import hashlib
import io
import json
import secrets
import zipfile
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath
from typing import Any

from fsspec.core import url_to_fs

from core.errors import IntegrityError, NotFoundError, StoreError

MANIFEST = "manifest.json"
LIBRARIES = ("numpy", "pandas", "pyarrow", "scikit-learn", "keras", "jax", "shap", "skops")


class Artifacts:
    """Folders of files under one root: a local folder or any fsspec URL.

    A folder is written under a temporary name and renamed; its manifest names every file with
    its sha256 and is written last, so a folder with a manifest is complete.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._fs, root = url_to_fs(url)
        self._root = root.rstrip("/")

    def write(
        self,
        folder: str,
        files: Mapping[str, bytes | memoryview],
        about: Mapping[str, Any] | None = None,
    ) -> str:
        """Write the files of a folder, replacing it as a whole; return its digest.

        The digest is the sha256 of the manifest, which covers every file: keep it in the record.
        """
        entries = {name: _entry(content) for name, content in sorted(files.items())}
        manifest = _manifest(entries, about or {})
        temporary = self._path(f".writing/{secrets.token_hex(8)}")
        self._fs.makedirs(temporary, exist_ok=True)
        try:
            for name, content in files.items():
                self._put(f"{temporary}/{_safe(name)}", content)
            self._put(f"{temporary}/{MANIFEST}", manifest)
            self._move_into_place(temporary, self._path(folder))
        finally:
            if self._fs.exists(temporary):
                self._fs.rm(temporary, recursive=True)
        return hashlib.sha256(manifest).hexdigest()

    def read(self, folder: str, name: str) -> bytes:
        """Return a file's bytes.

        Raises:
            NotFoundError: The folder does not exist, or never had a file of this name.
            IntegrityError: The file is missing or is not what was written.
        """
        files = self.manifest(folder)["files"]
        if name not in files:
            raise NotFoundError(f"There is no file {name!r} in {folder}.")
        return self._checked(folder, name, files[name]["sha256"])

    def exists(self, folder: str) -> bool:
        """Return whether the folder was written completely."""
        return bool(self._fs.exists(f"{self._path(folder)}/{MANIFEST}"))

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, sorted, without the manifest."""
        return sorted(self.manifest(folder)["files"])

    def manifest(self, folder: str) -> dict[str, Any]:
        """Return what was written: files with sha256 and size, `about`, library versions."""
        return self._parse(folder, self._manifest_bytes(folder))

    def verify(self, folder: str, digest: str) -> None:
        """Check every file of a folder against the digest kept in its record.

        Raises:
            NotFoundError: The folder does not exist.
            IntegrityError: A file was changed, added or removed since it was written.
        """
        content = self._manifest_bytes(folder)
        if hashlib.sha256(content).hexdigest() != digest:
            raise _changed(folder, MANIFEST, "is not the one that was recorded")
        files = self._parse(folder, content)["files"]
        for name, entry in files.items():
            self._checked(folder, name, entry["sha256"])
        if extra := sorted(self._present(folder) - {*files, MANIFEST}):
            raise _changed(folder, extra[0], "was added later")

    def delete(self, folder: str) -> None:
        """Delete a folder with all its files; nothing happens if it does not exist."""
        path = self._path(folder)
        if self._fs.exists(path):
            self._fs.rm(path, recursive=True)

    def zip(self, folder: str) -> bytes:
        """Return the checked files and the manifest as a zip; equal files give equal bytes."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in self.names(folder):
                archive.writestr(_zip_entry(name), self.read(folder, name))
            archive.writestr(_zip_entry(MANIFEST), self._manifest_bytes(folder))
        return buffer.getvalue()

    def _path(self, folder: str) -> str:
        return f"{self._root}/{_safe(folder)}"

    def _put(self, path: str, content: bytes | memoryview) -> None:
        self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        self._fs.pipe_file(path, content)

    def _move_into_place(self, temporary: str, path: str) -> None:
        """Put the new folder where the old one may be; the old one goes only when it can come."""
        self._fs.makedirs(path.rpartition("/")[0], exist_ok=True)
        aside = f"{temporary}.old"
        replaced = self._fs.exists(path)
        if replaced:
            self._fs.mv(path, aside, recursive=True)
        self._fs.mv(temporary, path, recursive=True)
        if replaced:
            self._fs.rm(aside, recursive=True)

    def _manifest_bytes(self, folder: str) -> bytes:
        try:
            return bytes(self._fs.cat_file(f"{self._path(folder)}/{MANIFEST}"))
        except (FileNotFoundError, NotADirectoryError) as error:
            raise NotFoundError(
                f"There are no files in {folder!r}. They may have been deleted, or "
                "LENDLENS_ARTIFACTS points somewhere else than when they were written."
            ) from error

    def _parse(self, folder: str, content: bytes) -> dict[str, Any]:
        try:
            manifest: dict[str, Any] = json.loads(content)
            manifest["files"]
        except (ValueError, KeyError, TypeError) as error:
            raise _changed(folder, MANIFEST, "cannot be read") from error
        return manifest

    def _checked(self, folder: str, name: str, sha256: str) -> bytes:
        try:
            content = bytes(self._fs.cat_file(f"{self._path(folder)}/{_safe(name)}"))
        except FileNotFoundError as error:
            raise _changed(folder, name, "is missing") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise _changed(folder, name, "is not the file that was written")
        return content

    def _present(self, folder: str) -> set[str]:
        path = self._path(folder)
        found = self._fs.find(path)
        root = self._fs._strip_protocol(path).rstrip("/") + "/"
        return {str(file).removeprefix(root) for file in found}


def _entry(content: bytes | memoryview) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}


def _manifest(entries: dict[str, Any], about: Mapping[str, Any]) -> bytes:
    manifest = {"files": entries, "about": dict(about), "libraries": libraries()}
    return json.dumps(manifest, indent=1, sort_keys=True, allow_nan=False).encode()


@cache
def libraries() -> dict[str, str]:
    """Return the installed versions of the packages that shape an artifact."""
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # an installation that only scores needs none of them
            continue
    return found


def _safe(name: str) -> str:
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or "\\" in name:
        raise StoreError(f"{name!r} cannot be a file of the workspace.")
    return str(path)


def _changed(folder: str, name: str, what: str) -> IntegrityError:
    return IntegrityError(
        f"The file {folder}/{name} {what}. Nothing in this folder is used until it is whole "
        "again: put the original back from a copy, or delete the entry and make it anew."
    )


def _zip_entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)  # dated 1980, so that equal content is equal bytes
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry

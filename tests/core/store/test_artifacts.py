"""core.store.artifacts: files are whole, named and checked."""

import io
import json
import zipfile
from pathlib import Path

import pytest

from core.errors import IntegrityError, NotFoundError, StoreError
from core.store.artifacts import MANIFEST, Artifacts

FILES = {"weights.npz": b"\x00\x01", "settings.json": b"{}"}


@pytest.fixture(params=["folder", "memory"])
def artifacts(request: pytest.FixtureRequest, tmp_path: Path) -> Artifacts:
    """Return artifacts in a folder and on another file system."""
    url = {"folder": str(tmp_path), "memory": f"memory://{tmp_path.name}"}[request.param]
    return Artifacts(url)


@pytest.fixture
def local(tmp_path: Path) -> Artifacts:
    """Return artifacts in a folder that the test can damage."""
    return Artifacts(str(tmp_path))


def test_read_returns_what_was_written(artifacts):
    """Bytes come back as they were, and the manifest says what they are about."""
    artifacts.write("runs/run_1", FILES, {"run": "run_1"})
    assert artifacts.names("runs/run_1") == ["settings.json", "weights.npz"]
    assert artifacts.read("runs/run_1", "weights.npz") == b"\x00\x01"
    manifest = artifacts.manifest("runs/run_1")
    assert manifest["about"] == {"run": "run_1"}
    assert manifest["files"]["weights.npz"]["size"] == 2
    assert "numpy" in manifest["libraries"]


def test_digest_follows_content(artifacts):
    """The same files give the same digest, another byte gives another one."""
    first = artifacts.write("a", FILES)
    assert artifacts.write("b", FILES) == first
    assert artifacts.write("c", FILES | {"settings.json": b"{ }"}) != first


def test_files_in_folders(artifacts):
    """A file may lie in a folder of its own, such as a challenger."""
    digest = artifacts.write("runs/r", {"challengers/logistic.skops": b"x"})
    artifacts.verify("runs/r", digest)
    assert artifacts.read("runs/r", "challengers/logistic.skops") == b"x"


def test_write_replaces_the_whole_folder(artifacts):
    """Nothing of an earlier write stays behind."""
    artifacts.write("a", FILES)
    digest = artifacts.write("a", {"other.json": b"[]"})
    assert artifacts.names("a") == ["other.json"]
    artifacts.verify("a", digest)


def test_failed_write_keeps_the_old_folder(local, tmp_path, monkeypatch):
    """A write that breaks off leaves the old files in use and no litter."""
    digest = local.write("a", FILES)

    def full(path: str, content: bytes) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(local, "_put", full)
    with pytest.raises(OSError, match="No space left"):
        local.write("a", {"weights.npz": b"new"})
    local.verify("a", digest)
    assert list((tmp_path / ".writing").iterdir()) == []


def test_nothing_is_visible_before_it_is_complete(local, tmp_path, monkeypatch):
    """A folder cut off before its manifest, as by kill -9, does not exist for readers."""
    (tmp_path / "runs/r").mkdir(parents=True)
    (tmp_path / "runs/r/weights.npz").write_bytes(b"half")
    assert not local.exists("runs/r")
    with pytest.raises(NotFoundError, match="There are no files in 'runs/r'"):
        local.read("runs/r", "weights.npz")


def change(folder: Path) -> None:
    """Change one byte."""
    (folder / "weights.npz").write_bytes(b"\x00\x02")


def remove(folder: Path) -> None:
    """Delete a file that the manifest lists."""
    (folder / "weights.npz").unlink()


def add(folder: Path) -> None:
    """Add a file that the manifest does not list."""
    (folder / "extra.json").write_text("{}")


def rewrite_manifest(folder: Path) -> None:
    """Delete a file and its line in the manifest."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    manifest["files"].pop("weights.npz")
    (folder / MANIFEST).write_text(json.dumps(manifest))
    (folder / "weights.npz").unlink()


def break_manifest(folder: Path) -> None:
    """Make the manifest unreadable."""
    (folder / MANIFEST).write_bytes(b"not JSON")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (change, "runs/r/weights.npz is not the file that was written"),
        (remove, "runs/r/weights.npz is missing"),
        (add, "runs/r/extra.json was added later"),
        (rewrite_manifest, "runs/r/manifest.json is not the one that was recorded"),
        (break_manifest, "runs/r/manifest.json is not the one that was recorded"),
    ],
)
def test_verify_names_the_damaged_file(local, tmp_path, damage, words):
    """Whatever was changed is named, with what to do about it."""
    digest = local.write("runs/r", FILES)
    damage(tmp_path / "runs/r")
    with pytest.raises(IntegrityError, match=words) as caught:
        local.verify("runs/r", digest)
    assert "put the original back from a copy" in str(caught.value)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (change, "weights.npz is not the file that was written"),
        (remove, "weights.npz is missing"),
        (break_manifest, "manifest.json cannot be read"),
    ],
)
def test_read_refuses_damage(local, tmp_path, damage, words):
    """A single file is checked too, without the digest of the folder."""
    local.write("runs/r", FILES)
    damage(tmp_path / "runs/r")
    with pytest.raises(IntegrityError, match=words):
        local.read("runs/r", "weights.npz")


def test_unknown_file_is_not_found(artifacts):
    """Asking for what was never written is not called damage."""
    artifacts.write("a", FILES)
    with pytest.raises(NotFoundError, match=r"no file 'model\.keras' in a"):
        artifacts.read("a", "model.keras")


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b", "", "a\\b"])
def test_paths_stay_inside(artifacts, name):
    """No name leads out of the workspace, for folders and for files."""
    with pytest.raises(StoreError, match="cannot be a file of the workspace"):
        artifacts.write(name, FILES)
    with pytest.raises(StoreError, match="cannot be a file of the workspace"):
        artifacts.write("a", {name: b""})


def test_delete(artifacts):
    """A deleted folder is gone; deleting it again is no error."""
    artifacts.write("a", FILES)
    artifacts.delete("a")
    artifacts.delete("a")
    assert not artifacts.exists("a")


def test_zip_holds_every_file_and_is_reproducible(artifacts):
    """A download holds the files and their manifest; equal files give equal bytes."""
    artifacts.write("a", FILES)
    artifacts.write("b", FILES)
    assert artifacts.zip("a") == artifacts.zip("b")
    with zipfile.ZipFile(io.BytesIO(artifacts.zip("a"))) as archive:
        assert set(archive.namelist()) == {*FILES, MANIFEST}
        assert archive.read("weights.npz") == b"\x00\x01"

"""Mutated files never end in anything but a table or one of our own errors."""

import subprocess
import sys

from core.config import ROOT


def test_mutated_files_are_read_or_refused(tmp_path):
    """Within five seconds and three gigabytes each; longer runs by hand, see the script."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz_reading", "300", "1"],
        cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False,
        env={"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::RuntimeWarning"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "'read'" in done.stdout

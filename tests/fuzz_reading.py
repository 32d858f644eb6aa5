"""Mutated loan files: `python -m tests.fuzz_reading ROUNDS SEED`.

Every awkward file is cut, doubled, overwritten and spliced at random. Each must be read, or refused
with one of our own errors, within five seconds and three gigabytes; anything else ends the run with
a traceback, and leaves the bytes in the current folder.
"""

import contextlib
import random
import resource
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from core.config import ROOT
from core.data.dialect import Dialect, detect
from core.data.guards import check
from core.data.reading import preview, read_table
from core.data.roles import typed
from core.errors import LendlensError

FOLDER = ROOT / "tests" / "awkward_files"
LONGEST_S = 5.0
MOST_BYTES = 3 << 30
PIECES = (b'"', b"'", b",", b";", b"\t", b"|", b"\n", b"\r", b"\x00", b"\xff\xfe", b"=",
          b"\xef\xbb\xbf", b"\xe9", b"1e999", b"-", b"9" * 400, b"PK\x03\x04")  # fmt: skip


def mutate(raw: bytes, rng: random.Random, others: list[bytes]) -> bytes:
    """Return the bytes after one to six random changes."""
    changed = bytearray(raw)
    for _ in range(rng.randint(1, 6)):
        start = rng.randrange(len(changed) + 1)
        end = min(len(changed), start + rng.randint(0, 40))
        match rng.randrange(6):
            case 0:
                del changed[start:end]
            case 1:
                changed[start:start] = changed[start:end] * rng.randint(1, 30)
            case 2:
                changed[start:start] = rng.choice(PIECES)
            case 3:
                changed[start:end] = rng.randbytes(end - start)
            case 4:
                del changed[start:]
            case 5:
                changed[start:start] = rng.choice(others)[: rng.randint(0, 300)]
    return bytes(changed)


def attempt(raw: bytes) -> str:
    """Read, type and check a file as an upload is; return how it ended."""
    with contextlib.suppress(LendlensError):
        preview(raw)
    try:
        table = read_table(raw, most_bytes=5_000_000)
        check(*typed(table.frame, table.how))
    except LendlensError as error:
        try:
            table = read_table(raw, _skipping(raw), most_bytes=5_000_000)
        except LendlensError:
            return type(error).__name__
        return "read without its broken rows"
    return "read"


def _skipping(raw: bytes) -> Dialect:
    return replace(detect(raw), skip_broken=True)


def main(rounds: int, seed: int) -> Counter[str]:
    """Try `rounds` files; return how often each ending was seen."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    rng = random.Random(seed)
    names = sorted(path for path in FOLDER.iterdir() if path.suffix not in (".json", ".md"))
    files = [path.read_bytes() for path in names]
    ends: Counter[str] = Counter()
    for _ in range(rounds):
        raw = mutate(rng.choice(files), rng, files)
        started = time.monotonic()
        try:
            ends[attempt(raw)] += 1
            seconds = time.monotonic() - started
            assert seconds < LONGEST_S, f"It took {seconds:.1f} s."
        except BaseException:
            Path("fuzz-failed.bin").write_bytes(raw)
            raise
    return ends


if __name__ == "__main__":
    sys.stdout.write(f"{dict(main(int(sys.argv[1]), int(sys.argv[2])))}\n")

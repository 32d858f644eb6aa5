"""The command line of the made applicants: `python -m core.data.samples --rows N OUT.csv`."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from core.data.made import Plan, write
from core.errors import LendlensError
from core.formatting import count


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file that is asked for; return 1 where that is not possible."""
    asked = _parser().parse_args(arguments)
    started = time.perf_counter()
    try:
        codes = not asked.no_codes
        plan = Plan(
            asked.rows, asked.seed, asked.leak, asked.missing, codes, asked.rules, asked.each
        )
        write(plan, asked.out, asked.truth, truth_column=asked.truth_column)
    except (LendlensError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    megabytes = asked.out.stat().st_size / 1e6
    seconds = time.perf_counter() - started
    sys.stdout.write(
        f"{asked.out}: {count(asked.rows)} made applicants, {megabytes:,.1f} MB, {seconds:.1f} s\n"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m core.data.samples",
        description="Make a loan file whose true probabilities of default are known.",
    )
    parser.add_argument("out", type=Path, metavar="OUT.csv", help="gzipped if it ends in .gz")
    parser.add_argument("--rows", type=int, default=10_000, help="applicants (default 10,000)")
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same file")
    parser.add_argument(
        "--leak", action="store_true", help="add a column that is known only after a default"
    )
    parser.add_argument(
        "--missing", type=float, default=1.0, help="multiplies missing values; 0 for none"
    )
    parser.add_argument(
        "--no-codes", action="store_true", help="leave unknown scores blank instead of -9 and -8"
    )
    parser.add_argument(
        "--rules", type=int, default=0, help="boxes of two or three fields where the risk jumps"
    )
    parser.add_argument(
        "--each", type=int, default=1, help="rows of each applicant, their sums slightly apart"
    )
    parser.add_argument("--truth", type=Path, help="second CSV: id and true probability")
    parser.add_argument(
        "--truth-column", action="store_true", help="keep the true probability in the file"
    )
    return parser

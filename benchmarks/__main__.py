"""`python -m benchmarks NAME [--data CSV --target COLUMN --bad VALUE] [--quick] --json`."""

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.contract import Benchmark, Options
from core.errors import LendlensError
from core.store.base import to_json

NAMES = (
    "pages",
    "training",
    "serving",
    "explanation",
    "figures",
    "applicant",
    "quality",
    "ingest",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one benchmark; its answer is one JSON object, the last line that is printed."""
    asked = _parser().parse_args(arguments)
    module = import_module(f"benchmarks.{asked.name}")
    benchmark: Benchmark = module.run
    try:
        answer = benchmark(
            Options(
                asked.data,
                asked.target,
                asked.bad,
                asked.quick,
                asked.folds,
                asked.seeds,
                asked.rows,
                asked.whole,
            )
        )
    except (LendlensError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    answer = {"benchmark": asked.name, **answer}
    if not asked.json:
        as_text = getattr(module, "as_text", _indented)
        print(as_text(answer))
    print(to_json(answer), flush=True)
    return 0


def _indented(answer: dict[str, Any]) -> str:
    return json.dumps(json.loads(to_json(answer)), indent=2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--data", type=Path, help="a CSV (also .gz); without it the bundled one")
    parser.add_argument("--target", help="its outcome column; proposed if not given")
    parser.add_argument("--bad", help="the outcome value that means bad; proposed if not given")
    parser.add_argument("--quick", action="store_true", help="fewer repetitions")
    parser.add_argument("--folds", type=int, default=5, help="of quality: folds that judge")
    parser.add_argument("--seeds", type=int, default=1, help="of quality: draws of the folds")
    parser.add_argument(
        "--rows", type=int, default=1_000_000, help="of ingest: the longest made file"
    )
    parser.add_argument(
        "--whole", action="store_true", help="of explanation: explain long lists to their end"
    )
    parser.add_argument("--json", action="store_true", help="print the answer as one line only")
    return parser


if __name__ == "__main__":
    sys.exit(main())

"""``python -m bench NAME [--rows N] [--data FILE]``: one JSON line a measure. NAME is a module of this folder with ``run(rows)``."""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path

PARTS = {
    "__init__",
    "__main__",
    "deviation_history",
    "deviation_oracle",
    "deviation_peers",
    "harness",
    "quota_peers",
    "quota_weights",
    "rule_peers",
    "similar_corpus",
    "time_machine",
}
NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in PARTS)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure one path beside its floor and its peers."
    )
    parser.add_argument("name", choices=NAMES)
    parser.add_argument(
        "--rows", type=int, default=None, help="how many rows (default: what the aim is stated for)"
    )
    parser.add_argument("--data", default="", help="a file to measure with, where the bench takes one")
    given = parser.parse_args()
    if given.data:
        if not Path(given.data).is_file():
            parser.error(f"--data {given.data} is no file; give one, or leave it out")
        os.environ["BENCH_DATA"] = given.data
    if given.rows is not None and given.rows < 1:
        parser.error(f"--rows is {given.rows}; give at least 1")
    module = import_module(f"bench.{given.name}")
    sys.exit(module.run(given.rows) if given.rows else module.run())


if __name__ == "__main__":
    main()

"""``python -m bench NAME [--rows N]``: one JSON line a measure. NAME is a module of this folder with ``run(rows)``."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

PARTS = {"__init__", "__main__", "harness", "rule_peers", "similar_corpus", "time_machine"}
NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in PARTS)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure one path beside its floor and its peers."
    )
    parser.add_argument("name", choices=NAMES)
    parser.add_argument(
        "--rows", type=int, default=None, help="how many rows (default: what the aim is stated for)"
    )
    given = parser.parse_args()
    if given.rows is not None and given.rows < 1:
        parser.error(f"--rows is {given.rows}; give at least 1")
    module = import_module(f"bench.{given.name}")
    sys.exit(module.run(given.rows) if given.rows else module.run())


if __name__ == "__main__":
    main()

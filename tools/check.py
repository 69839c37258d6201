"""Everything that can be checked without running the tests. All checks run; the names of those that failed come last.

check.py            all of them
check.py NAME...    only these
"""

from __future__ import annotations

import secrets
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import stack
from places import CHECKOUT, Refusal, explain, find_var

BIN = Path(sys.executable).parent
MANAGE = (sys.executable, "manage.py")
DJLINT = (BIN / "djlint", "templates", "--profile=django")
SCHEMA = "docs/openapi.yaml"


def checks(var: Path) -> dict[str, Sequence[str | Path]]:
    drawn = var / "openapi.yaml"
    return {
        "format": [BIN / "ruff", "format", "--check", "--output-format=concise", "--quiet", "."],
        "lint": [BIN / "ruff", "check", "--output-format=concise", "--quiet", "."],
        "types": [BIN / "mypy"],
        "imports": [BIN / "lint-imports"],
        "templates": [*DJLINT, "--lint"],
        "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
        "catalogues": [*MANAGE, "publish_catalogues", "--check"],
        "schema": [*MANAGE, "spectacular", "--validate", "--fail-on-warn", "--file", drawn],
        "schema-committed": ["diff", "-u", SCHEMA, drawn],
        "deployment": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    }


def fixes() -> list[Sequence[str | Path]]:
    return [
        [BIN / "ruff", "format", "."],
        [BIN / "ruff", "check", "--fix", "."],
    ]


def production() -> dict[str, str]:
    """The environment of the production shape, as far as settings can see it."""
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEBUG": "0",
        "DEMO": "0",
        "SECRET_KEY": secrets.token_urlsafe(60),
        "ALLOWED_HOSTS": "mingjing.example",
        "CSRF_TRUSTED_ORIGINS": "https://mingjing.example",
    }


def passes(name: str, command: Sequence[str | Path], environment: Mapping[str, str]) -> bool:
    begun = time.monotonic()
    ran = subprocess.run(
        [str(word) for word in command],
        cwd=CHECKOUT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    said = "ok" if ran.returncode == 0 else "FAILED"
    print(f"{name:<20}{said:<8}{time.monotonic() - begun:6.1f} s", flush=True)
    if ran.returncode:
        print(ran.stdout.rstrip(), flush=True)
    return ran.returncode == 0


def main(names: Sequence[str]) -> int:
    if list(names) == ["--fix"]:
        return max(subprocess.call([str(word) for word in command], cwd=CHECKOUT) for command in fixes())
    known = checks(find_var())
    if unknown := set(names) - set(known):
        raise Refusal(f"no check named {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    with stack.lease():
        environment = stack.environment_with_servers() | production()
        chosen = {name: command for name, command in known.items() if not names or name in names}
        failed = [name for name, command in chosen.items() if not passes(name, command, environment)]
    print(
        f"{len(failed)} of {len(chosen)} failed: {', '.join(failed)}"
        if failed
        else f"all {len(chosen)} passed"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        sys.exit(explain(refusal))

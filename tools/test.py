"""Run the tests beside real servers and a real browser; arguments go to pytest.

Installs Debian's chromium and Chinese fonts where it may. Where it may not and they are missing, it says what
to install and fails: a browser test that is skipped proves nothing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import stack
from places import CHECKOUT, Refusal, explain

EVERYTHING = ("-n", "auto", "--dist", "worksteal")  # one process a core
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts")


def missing_packages() -> list[str]:
    browser = any(shutil.which(name) for name in BROWSERS)
    fonts = any(next(folder.rglob("*CJK*"), None) for folder in FONT_FOLDERS if folder.is_dir())
    return ["chromium"] * (not browser) + ["fonts-noto-cjk"] * (not fonts)


def ways_to_become_root() -> list[str] | None:
    """The words before a command that needs root; None when there is no way."""
    if os.geteuid() == 0:
        return []
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], check=False, **quiet).returncode == 0:
        return ["sudo", "-n"]
    return None


def install(packages: list[str]) -> None:
    root = ways_to_become_root()
    if root is not None and shutil.which("apt-get"):
        print(f"== installing {' and '.join(packages)}", flush=True)
        apt = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
        subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL, check=False)
        subprocess.run(
            [*apt, "install", "--no-install-recommends", *packages], stdout=subprocess.DEVNULL, check=False
        )


def main(arguments: list[str]) -> int:
    if missing := missing_packages():
        install(missing)
    if missing := missing_packages():
        raise Refusal(f"The tests need a browser and Chinese fonts: apt-get install {' '.join(missing)}")
    with stack.lease():
        environment = stack.environment_with_servers()
        chosen = arguments or EVERYTHING
        return subprocess.call([sys.executable, "-m", "pytest", *chosen], cwd=CHECKOUT, env=environment)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        sys.exit(explain(refusal))

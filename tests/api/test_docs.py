"""The sample client in the documentation runs as printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from django.conf import settings

PRINTED = Path(settings.BASE_DIR) / "docs" / "api.md"


def test_the_sample_client_lists_what_is_due(live_server, calls, president, file_case, compute, tmp_path):
    overdue, later = file_case(), file_case(filed_on="2026-03-03", closed_on="2026-04-01")
    compute(overdue, later)
    client = tmp_path / "client.py"
    client.write_text(re.search(r"```python\n(.*?)```", PRINTED.read_text("utf-8"), re.DOTALL)[1], "utf-8")
    secret = calls(president, "cases:read")._credentials["HTTP_AUTHORIZATION"].split()[1]
    environment = {**os.environ, "MINGJING": f"{live_server.url}/api/v1", "TOKEN": secret, "PYTHONUTF8": "1"}
    ran = subprocess.run(
        [sys.executable, str(client)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    [line] = ran.stdout.splitlines()
    assert line.split("\t")[:3] == [overdue.number, "周法官", "2026-09-02"]

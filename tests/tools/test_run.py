"""``make run``: what it starts, and where the demo court's mail goes."""

from __future__ import annotations

import json
import os
import smtplib
import subprocess
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from time import monotonic, sleep

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"

ASK = """
import json, sys
sys.path.insert(0, {tools!r})
import run
from pathlib import Path
var = Path({var!r})
mail = run.mail_settings(var)
commands = run.commands(8000, var, mail.get("EMAIL_PORT", ""))
print(json.dumps([mail, {{name: [str(word) for word in words] for name, words in commands.items()}}]))
"""


@pytest.fixture
def plan(tmp_path):
    """``plan(EMAIL_HOST=…)``: the mail settings and the commands of its processes."""

    def ask(**more):
        plain = {name: value for name, value in os.environ.items() if not name.startswith("EMAIL_")}
        ran = subprocess.run(
            [sys.executable, "-c", ASK.format(tools=str(TOOLS), var=str(tmp_path))],
            env=plain | more, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return json.loads(ran.stdout)

    return ask


def test_mail_goes_to_a_folder_of_this_machine(plan, tmp_path):
    mail, commands = plan()
    assert mail["EMAIL_HOST"] == "127.0.0.1"
    assert commands["postbox"][-4:] == ["--port", mail["EMAIL_PORT"], "--folder", str(tmp_path / "mail")]


def test_a_mail_server_that_is_named_is_used_and_none_is_started(plan):
    mail, commands = plan(EMAIL_HOST="mail.example")
    assert mail == {} and "postbox" not in commands


def test_the_worker_takes_both_queues_and_the_watch_runs_beside_it(plan):
    _, commands = plan()
    assert list(commands) == ["postbox", "web", "worker", "beat", "watch"]
    assert commands["worker"][commands["worker"].index("-Q") + 1] == "default,slow"
    assert commands["watch"][1:] == ["manage.py", "watch"]


def test_the_mail_server_files_every_message_whole(plan, tmp_path):
    _, commands = plan()
    server = subprocess.Popen(commands["postbox"], cwd=TOOLS.parent)
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = (
        "期限提醒：20 件",
        "m@localhost",
        "../../x@demo.invalid",
    )
    message.set_content("清单见附件。")
    message.add_attachment(b"PK", maintype="application", subtype="zip", filename="临近审限清单.xlsx")
    try:
        with connected(int(commands["postbox"][3])) as line:
            line.send_message(message, to_addrs=["../../x@demo.invalid", "y@demo.invalid"])
        (filed,) = (tmp_path / "mail").glob("*.eml")
        read = message_from_bytes(filed.read_bytes(), policy=policy.default)
        assert read["Subject"] == "期限提醒：20 件"
        assert [part.get_filename() for part in read.iter_attachments()] == ["临近审限清单.xlsx"]
    finally:
        server.terminate()
    assert server.wait(10) == 0


def connected(port):
    end = monotonic() + 20
    while True:
        try:
            return smtplib.SMTP("127.0.0.1", port, timeout=5)
        except OSError:
            assert monotonic() < end
            sleep(0.1)

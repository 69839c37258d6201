"""A mail server that delivers to a folder: every message it takes becomes one .eml file. For this machine only.

postbox.py --port 8025 --folder var/mail
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST = 64 * 1024 * 1024


class Folder:
    """Files messages under when they came and whom they are for; a file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.number = itertools.count(1)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        to = re.sub(r"[^\w.@-]", "_", envelope.rcpt_tos[0])[:80]
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{next(self.number):05}-{to}"
        draft = self.folder / f"{name}.part"
        draft.write_bytes(envelope.original_content or b"")
        draft.rename(self.folder / f"{name}.eml")
        return f"250 filed as {name}.eml"


async def serve(port: int, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handler = Folder(folder)
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(
        lambda: SMTP(handler, enable_SMTPUTF8=True, data_size_limit=LARGEST, hostname="localhost"),
        "127.0.0.1",
        port,
    )
    async with server:
        await ended.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    asked = parser.parse_args(arguments)
    asyncio.run(serve(asked.port, asked.folder))


if __name__ == "__main__":
    main()

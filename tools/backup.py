"""Write the whole database into one file: backup.py FILE

Of the embedded server, or of the one DATABASE_OWNER_URL names. One consistent snapshot, taken while people work.
The file holds everything about every case: it is readable by its owner alone; keep it where such files are kept.
Uploaded files (MEDIA_ROOT) and the daily roots of the trail (ANCHOR_DIR) are folders: copy them beside it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from archives import call, owner_url, target_words
from places import Refusal, explain


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        raise Refusal("name the file to write: backup.py FILE")
    target = Path(arguments[0])
    if target.exists():
        raise Refusal(f"{target} exists; a backup never overwrites another: name a new file")
    if not target.parent.is_dir():
        raise Refusal(f"there is no folder {target.parent}; make it, or name a file in another one")
    draft = target.with_name(f"{target.name}.part")
    draft.touch(mode=0o600)
    try:
        # The extension belongs to the server's administrator, the restoring server has its own.
        call(
            "pg_dump",
            "--format=custom",
            "--exclude-extension=*",
            f"--file={draft}",
            words=target_words(owner_url()),
        )
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    print(f"{target}: {target.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        sys.exit(explain(refusal))

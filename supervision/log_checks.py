"""Every night: is every chain of the supervision log whole, and is everything there that was there last night?

A chain tells what was changed in it, not that its end was cut off. So one digest over all rows up to a day goes into the
audit trail, is sealed and leaves the database with it; the next night the same rows must give the same digest.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from audit import trail
from audit.models import Entry
from supervision.log import verify_all

SEAL = "supervision.seal_log"
SETTLED = timedelta(days=1)  # no transaction stays open that long: what is older is all there
ROOT = """
    SELECT encode(sha256(convert_to(coalesce(string_agg(digest, '' ORDER BY case_id, stream, sequence), ''), 'UTF8')), 'hex')
      FROM supervision_logentry WHERE at < %s
"""


class LogIsBroken(Exception):
    """The record of supervision is not what was written. Says how much is wrong, and of no case."""


@transaction.atomic
def check_log(at: datetime) -> int:
    """Walk every chain, hold the log against the seal of last time and seal it anew; how many chains there are."""
    total, broken = verify_all()
    if broken:
        raise LogIsBroken(f"{len(broken)} of {total} chains are broken; see manage.py verify_log")
    if problem := missing_since_the_seal():
        raise LogIsBroken(problem)
    until = at - SETTLED
    trail.record(SEAL, at=at, after={"until": until.isoformat(), "root": root_until(until)})
    return total


def missing_since_the_seal() -> str:
    """What is wrong with the rows that were there when the log was sealed last; empty when they are all there."""
    sealed = (
        Entry.objects.filter(act=SEAL, outcome="done").order_by("-pk").values_list("after", flat=True).first()
    )
    if sealed is None or root_until(datetime.fromisoformat(sealed["until"])) == sealed["root"]:
        return ""
    return f"rows written before {sealed['until']} are missing or were added since they were sealed"


def root_until(until: datetime) -> str:
    """One digest over all chains, of the rows before an instant."""
    with connection.cursor() as cursor:
        cursor.execute(ROOT, [until])
        return str(cursor.fetchone()[0])

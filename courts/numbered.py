"""Row numbers that tell nothing: a running number in an address would betray how many rows one may not see."""

from __future__ import annotations

from secrets import randbits

from django.db import models

#: The same in SQL, for rows a statement inserts.
RANDOM_ID = "('x' || left(md5(gen_random_uuid()::text), 13))::bit(52)::bigint"


def random_id() -> int:
    """52 random bits: exact in JSON, and no two alike among millions."""
    return randbits(52)


class Unnumbered(models.Model):
    id = models.BigIntegerField(primary_key=True, default=random_id, editable=False)

    class Meta:
        abstract = True

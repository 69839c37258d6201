"""The demo court's morning at whatever hour somebody looks (演示开场): swept for its day, its messages on their way.

A real court's messages wait for the hour of the digest and outside the quiet hours. A visitor who starts the demo at
night would see none; here the digests and lists of the demo's day are queued as at that hour and go out at once.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from alerts import digest, lists
from alerts.models import Delivery
from alerts.sweeps import courts_to_sweep, sweep_court
from audit import trail
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import FixedDay, User
from pipeline.demo.load import CannotSynthesize
from pipeline.demo.people import MAIL_DOMAIN


def begin_the_day(*, at: datetime) -> dict[str, int]:
    """Sweep every court of the demo, queue what the day brings and let it go now. Again the same day adds nothing."""
    if not (settings.DEBUG and settings.DEMO and FixedDay.objects.exists()):
        raise CannotSynthesize("there is no demo court here, or DEBUG and DEMO are not both switched on")
    addressed = give_addresses(at=at)
    day = today()
    courts = courts_to_sweep(day)
    for court in courts:
        sweep_court(court, day, at)
    hour = int(law_in_use().setting("digest_hour", day))
    morning = timezone.localtime(at).replace(hour=hour, minute=0, second=0, microsecond=0)
    queued = digest.queue_digests(at=morning, today=day) + lists.queue_lists(at=morning, today=day)
    hurried = Delivery.objects.filter(
        state="waiting", attempts=0, kind__in=("digest", "list"), next_at__gt=at
    )
    hurried.update(next_at=at)
    return {"addressed": addressed, "swept": len(courts), "queued": queued}


@transaction.atomic
def give_addresses(*, at: datetime) -> int:
    """Mail addresses for the demo's people who have none: those of a demo made before there were any."""
    people = User.objects.filter(is_demo=True, email="")
    given = people.update(email=Concat(F("username"), Value(f"@{MAIL_DOMAIN}")))
    if given:
        trail.record("pipeline.give_logins", at=at, because="演示邮箱", after={"people": given})
    return given

"""Cases in which nothing has happened for a while (无进展)."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from cases.marks import FOUR_CATEGORY
from cases.models import ProcedureEvent

# Written without a negation: the ORM would turn one on a joined row into a query of its own.
NOT_PAUSED = Q(statutory__state__in=("running", "no_limit", "unknown", "met")) | Q(statutory__state=None)


def quiet(days: int, today: date) -> Q:
    """Open, not paused, filed more than ``days`` ago, and no event of the procedure since.

    For cases joined with their statutory clock (``querying.with_statutory_clock``).
    """
    since = today - timedelta(days=days)
    happened = ProcedureEvent.objects.filter(case=OuterRef("pk"), on__gt=since, withdrawn_at=None)
    stirred = happened.exclude(node=FOUR_CATEGORY)  # supervision moves no case forward
    return Q(~Exists(stirred), NOT_PAUSED, closed_on=None, filed_on__lte=since)

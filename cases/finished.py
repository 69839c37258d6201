"""Cases that are probably finished though nobody recorded it (疑似已结未点)."""

from django.db.models import Exists, OuterRef

from cases.models import ProcedureEvent
from cases.nodes import FINISHING


def looks_finished(case: str) -> Exists:
    """Whether an event says so; ``case`` is the path from the rows asked for to the id of their case."""
    return Exists(ProcedureEvent.objects.filter(case=OuterRef(case), node__in=FINISHING, withdrawn_at=None))

"""What of the trail a person may not see: because of a secret flag (涉密标识), or of a deviation told to its judge alone.

Nothing here decides by itself who keeps a secret flag.

Readings of a case by those who keep its secret flag, made while it was secret, are under embargo until the flag is
verified or ended: whoever asks then is told. What was recorded about the flag itself stays with those who keep it.

What was recorded about a deviation (偏离提示) is for who did it, for the judge it was told, and from its disclosure on for
those who may know of it; never for others who see the case, and for nobody else where it ended unseen.
"""

from __future__ import annotations

from typing import Any

from django.db.models import (
    BooleanField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    When,
)
from django.db.models import Case as Switch
from django.db.models.functions import TruncDate

from audit.models import Entry
from audit.trail import READING
from cases.models import Case
from courts.models import Posting
from courts.roles import MAY, Permission
from deviation.models import Notice
from supervision.models import Flag
from supervision.models.flags import OPEN
from supervision.models.secrecy import kept_by, on_panel

__all__ = ["embargoed", "keeps", "kept_by", "on_panel", "shown_entries", "under_embargo"]

KEEPERS = [role for role, may in MAY.items() if Permission.SEE_SECRET_FLAGS in may]
#: Rooms that record acts about flags: what is secret there is so because of a flag, or because the case is sealed.
ABOUT_FLAGS = Q(act__startswith="supervision.") | Q(act__startswith="alerts.")


def keeps(user: Any, case: Case) -> bool:
    """Whether this person keeps the secret flags of the case, if there are any."""
    return Case.objects.filter(kept_by(user, ""), pk=case.pk).exists()


def shown_entries(entries: QuerySet[Entry], user: Any) -> QuerySet[Entry]:
    """Entries without what a secret flag hides from this person, and without what was told to another judge alone."""
    kept = Exists(Case.objects.filter(kept_by(user, ""), pk=OuterRef("case_id")))
    shown = entries.exclude((Q(ABOUT_FLAGS, secret=True) | embargoed()) & ~kept)
    return shown.exclude(private_to_others(user))


def private_to_others(user: Any) -> Q:
    """Acts about deviations that are not this person's to know: not their own, and of no notice they may see.

    Every secret act of the room that is about no such notice is hidden, whatever it is about; of the open ones those about
    a notice, and what was done about the alert of a contest.
    """
    about_notice = Q(about=Notice._meta.label_lower)
    known = Notice.objects.visible_to(user).filter(pk=OuterRef("about_id"))
    hidden = (
        Q(act__startswith="deviation.") & (Q(secret=True) | about_notice) & ~(about_notice & Q(Exists(known)))
    )
    return ~Q(actor_id=user.pk) & (hidden | of_contests(user))


def of_contests(user: Any) -> Q:
    """What was done about the alert of a contest (异议), in cases of which this person may see no notice."""
    seen = Notice.objects.visible_to(user).filter(case=OuterRef("case_id"))
    names_it = Q(after__clock__startswith="contest:") | Q(before__clock__startswith="contest:")
    of_alert = Switch(When(names_it, then=True), default=False, output_field=BooleanField())  # never unknown
    return Q(of_alert, ~Exists(seen), act__startswith="alerts.")


def embargoed() -> Q:
    """Readings by people who keep secret flags, made since one was proposed that is still open and secret."""
    flags = Flag.objects.filter(
        case=OuterRef("case_id"), secret=True, state__in=OPEN, proposed_at__lte=OuterRef("at")
    )
    day = TruncDate(
        ExpressionWrapper(OuterRef("at"), DateTimeField())
    )  # the day where the court is, not in Greenwich
    stray = Q(court__lower_courts=OuterRef("court_id"), court__lower_courts__recognised=False)
    posts = Posting.objects.filter(
        Q(ends_on=None) | Q(ends_on__gt=day),
        Q(court=OuterRef("court_id")) | stray,
        user=OuterRef("actor_id"),
        role__in=KEEPERS,
        starts_on__lte=day,
    )
    return Q(Exists(flags), Exists(posts), act=READING)


def under_embargo() -> frozenset[int]:
    """Ids of the entries no copy of the trail may show today."""
    return frozenset(Entry.objects.filter(embargoed()).values_list("pk", flat=True))

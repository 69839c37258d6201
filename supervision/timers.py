"""What happens to a flag nobody acts on (逾期): it goes one level up and counts as 应标未标. Nothing here ever confirms."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from audit import trail
from audit.models import Entry
from cases.models import Change
from courts.models import Posting
from courts.roles import Role
from supervision import log
from supervision.flag_moves import TRAIL, due_day
from supervision.lifecycle import ACTS, HIGHEST, TIMERS, State
from supervision.models import Flag, Step

SLICE = 1000
LEVELS = ("庭长", "分管副院长", "院长")


def expire(today: date, at: datetime) -> dict[str, int]:
    """Move on every flag whose day has passed, each once; how many ``expired``, ``rose`` or stayed ``overdue``.

    A slice is a transaction of its own: what one run leaves the next takes up.
    """
    counts = Counter(expire=0, rise=0, overdue=0)
    for timer in TIMERS:
        while moved := expire_slice(timer.act, today, at):
            counts[timer.act] += moved
    return dict(counts)


def run_out(act: str, today: date) -> QuerySet[Flag]:
    """The flags whose day passed before today and on which the act was not taken yet."""
    found = Flag.objects.filter(due_on__lt=today, state__in=ACTS[act].starts)
    if act == "rise":
        return found.filter(level__lt=HIGHEST)
    if act == "overdue":
        return found.exclude(Exists(Step.objects.filter(flag=OuterRef("pk"), act=act)))
    return found


@transaction.atomic
def expire_slice(act: str, today: date, at: datetime) -> int:
    wanted = run_out(act, today).order_by("pk")
    log.hold_cases(sorted(set(wanted.values_list("case", flat=True)[:SLICE])))
    held = wanted.select_for_update(of=("self",)).select_related("case", "rule", "version")
    flags = list(held[:SLICE])
    managed = divisions_with_vice_president(today)
    days = {
        court_id: due_day("escalated_days", court_id, today) for court_id in {flag.court_id for flag in flags}
    }
    for flag in flags:
        flag.before = flag.state
        pass_on(act, flag, days[flag.court_id], has_vice_president=flag.case.division_id in managed)
    save_alike(flags)
    tell_of(act, flags, at)
    return len(flags)


def save_alike(flags: Sequence[Flag]) -> None:
    """One statement for all that now stand alike: few levels, few days."""
    alike = defaultdict(list)
    for flag in flags:
        alike[flag.state, flag.level, flag.missed, flag.due_on].append(flag.pk)
    for (state, level, missed, due_on), ids in alike.items():
        Flag.objects.filter(pk__in=ids).update(state=state, level=level, missed=missed, due_on=due_on)


def divisions_with_vice_president(today: date) -> set[int]:
    posts = Posting.objects.held_on(today).filter(Q(role=Role.VICE_PRESIDENT), division__isnull=False)
    return set(posts.values_list("division", flat=True))


def pass_on(act: str, flag: Flag, due_on: date, *, has_vice_president: bool) -> None:
    """One level up, with days of its own: to the vice president in charge, or to the president where there is none."""
    if act == "overdue":
        return
    up = HIGHEST if act == "rise" or flag.secret or not has_vice_president else 1
    flag.state, flag.level, flag.missed, flag.due_on = str(State.EXPIRED), up, True, due_on


def said(act: str, flag: Flag) -> str:
    if act == "overdue":
        return "院长逾期未决定争议"
    return f"逾期未处理，转{LEVELS[flag.level]}，计为应标未标"


def tell_of(act: str, flags: Sequence[Flag], at: datetime) -> None:
    """The steps, the trail, the log and the outbox of what the system passed on."""
    Step.objects.bulk_create(
        Step(flag=flag, act=act, from_state=flag.before, to_state=flag.state, at=at, reason=said(act, flag)) for flag in flags
    )  # fmt: skip
    trail.record_many([entry_of(act, flag, at) for flag in flags])
    log.write_many(
        log.Line(
            case_id=flag.case_id,
            court_id=flag.court_id,
            act=TRAIL[act],
            at=at,
            secret=flag.secret,
            flag_code=flag.rule.code,
            basis=flag.version.basis,
            content=said(act, flag),
        )
        for flag in flags
    )
    Change.objects.bulk_create(Change(case_id=flag.case_id) for flag in flags)


def entry_of(act: str, flag: Flag, at: datetime) -> Entry:
    return Entry(
        act=TRAIL[act],
        at=at,
        actor=log.SYSTEM,
        about=flag._meta.label_lower,
        about_id=flag.pk,
        case_id=flag.case_id,
        court_id=flag.court_id,
        because=said(act, flag),
        before={"state": flag.before},
        after={"flag": flag.rule.code, "state": flag.state, "level": flag.level},
        secret=flag.secret or bool(flag.case.sealed),
    )

"""Leaders' own cases and subsidies at the demo court (演示院庭长办案、办案补贴): one of each settled, one of each to be looked at."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from courts.models import Court, User
from pipeline.demo.living import Past, person
from pipeline.demo.past_quota_people import POLITICS, PRESIDENT
from pipeline.demo.people import NEAREST
from quota.circulars import approve_circular, draft_circular, note_circular
from quota.circulars import version_of as circular_as_seen
from quota.duty_spans import Period, period_of, periods_over
from quota.models import DutyCircular, SubsidyPool
from quota.subsidies import answer_objection, approve_pool, object_to_share, prepare_pool
from quota.subsidies import version_of as pool_as_seen

HEAD, NOTING, OBJECTING = "cuiping_president", "cuiping_vice", "cuiping_judge"
NOTE = "下半年牵头涉企案件集中化解，另列席审判委员会讨论案件较多，未计入本表。"
OBJECTION = "本人参加合议的重大案件用时较长，请核对权重是否已计入合议庭成员的份额。"
ANSWER = "已核对：参加合议的案件按角色份额计入，明细见依据一栏；重大案件的浮动因素已计算，不作调整。"
POOL = Decimal("860000.00")
#: Who has not looked at the draft yet when the visitor comes.
NOT_YET = ("cuiping_president", "cuiping_vice", "cuiping_head")


def quarters(day: date) -> list[Period]:
    return [each for each in periods_over(day) if each.months == 3 and each.starts_on.month % 3 == 1]


def live_circulars(past: Past, place: int, fixed: date) -> None:
    """Last year's circular is published with a note; that of the last quarter waits for some to look."""
    if place == 6:
        draft(past, period_of(fixed.year - 1, 1, 12), past.day + timedelta(days=5))
    elif place in (7, 8):
        look(past, half=place - 7)
    elif place == 11:
        approve(past)
    elif place == 22:
        draft(past, quarters(fixed)[0], fixed + timedelta(days=5))
    elif place == 23:
        look(past, half=0, without=NOT_YET)


def draft(past: Past, period: Period, until: date) -> None:
    court = Court.objects.get(code=NEAREST)
    past.did(draft_circular, court=court, period=period, notes_until=until, by=person(POLITICS))


def look(past: Past, *, half: int, without: tuple[str, ...] = ()) -> None:
    """Those it names look at their figures, one half a day; one says something."""
    circular = DutyCircular.objects.filter(state="draft").order_by("pk").last()
    if circular is None:
        return
    named = User.objects.filter(duty_notes__circular=circular).exclude(username__in=without).order_by("pk")
    for user in list(named)[half::2]:
        note = NOTE if user.username == NOTING else ""
        past.did(note_circular, circular=circular, note=note, by=user)


def approve(past: Past) -> None:
    circular = DutyCircular.objects.filter(state="draft").order_by("pk").first()
    if circular:
        past.did(approve_circular, circular=circular, version=circular_as_seen(circular), by=person(HEAD))


def live_subsidies(past: Past, place: int, fixed: date) -> None:
    """The quarter before the last was paid after one objection; the last is being prepared."""
    recent = quarters(fixed)
    if place == 12:
        prepare(past, recent[1], POOL)
    elif place == 13:
        pool = SubsidyPool.objects.filter(state="draft").first()
        if pool:
            past.did(object_to_share, pool=pool, objection=OBJECTION, by=objecting(pool))
    elif place == 14:
        settle(past)
    elif place == 22:
        prepare(past, recent[0], POOL + 40_000)


def prepare(past: Past, period: Period, amount: Decimal) -> None:
    court = Court.objects.get(code=NEAREST)
    past.did(prepare_pool, court=court, period=period, amount=amount, by=person(POLITICS))


def objecting(pool: SubsidyPool) -> User:
    """The judge the manual speaks of, or another of those who are paid."""
    paid = User.objects.filter(subsidies__pool=pool).order_by("pk")
    return paid.filter(username=OBJECTING).first() or paid.last() or person(OBJECTING)


def settle(past: Past) -> None:
    pool = SubsidyPool.objects.filter(state="draft").first()
    if pool is None:
        return
    for share in pool.shares.exclude(objection=""):
        past.did(answer_objection, pool=pool, person=share.person_id, answer=ANSWER, by=person(POLITICS))
    # The court's own president is paid of it.
    past.did(approve_pool, pool=pool, version=pool_as_seen(pool), by=person(PRESIDENT))

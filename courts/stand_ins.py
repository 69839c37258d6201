"""Who looks after a person's cases while they are away (代办): sees them, is told of them, and writes nothing."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from audit import trail
from courts.clock import today
from courts.guard import refuse_if
from courts.models import StandIn, User
from courts.reach import courts_managed_by
from courts.roles import SPAN, Role, Span

ARRANGE, END = "courts.arrange_stand_in", "courts.end_stand_in"


@transaction.atomic
def arrange_stand_in(
    *, person: User, stand_in: User, starts_on: date, ends_on: date, reason: str, by: User, at: datetime
) -> StandIn:
    """Let somebody look after a person's cases for some days. Arranging the same twice is the same as once."""
    permit(ARRANGE, person=person, by=by)
    if by.pk == stand_in.pk:
        raise trail.Refused(
            "不能指定自己为他人的代办人，请由离岗人本人或其他负责人办理。", act=ARRANGE, by=by
        )
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    standing = StandIn.objects.filter(person=person, ended_at=None)
    wanted = {"stand_in": stand_in, "starts_on": starts_on, "ends_on": ends_on}
    if same := standing.filter(**wanted).first():
        return same
    refuse_if(what_is_wrong(person, stand_in, starts_on, ends_on, reason), ARRANGE, on=person, by=by)
    taken = standing.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).select_related("stand_in").first()
    refuse_if(already(taken), ARRANGE, on=person, by=by)
    arranged = StandIn.objects.create(person=person, reason=reason, created_at=at, **wanted)
    trail.record(ARRANGE, on=arranged, by=by, at=at, because=reason, after=as_recorded(arranged))
    return arranged


@transaction.atomic
def end_stand_in(*, stand_in: StandIn, by: User, at: datetime) -> StandIn:
    """End it now, before its last day: whoever may arrange it, and the stand-in. Ending it twice is the same as once."""
    if by.pk != stand_in.stand_in_id:
        permit(END, person=stand_in.person, by=by)
    if StandIn.objects.filter(pk=stand_in.pk, ended_at=None).update(ended_at=at):
        trail.record(END, on=stand_in, by=by, at=at, before=as_recorded(stand_in))
    stand_in.refresh_from_db()
    return stand_in


def permit(act: str, *, person: User, by: User) -> None:
    """For oneself, for the people of one's division as its head (庭长), or for those one manages (政治部)."""
    if by.pk == person.pk:
        return
    headed = {seat.division_id for seat in by.seats if seat.role == Role.DIVISION_HEAD and seat.division_id}
    is_head = any(seat.division_id in headed for seat in person.seats)
    if not is_head and not courts_of(person) & courts_managed_by(by):
        raise trail.Refused(
            "代办由离岗人本人、其部门负责人或本院政治部办理，请联系他们。", act=act, on=person, by=by
        )


def what_is_wrong(person: User, stand_in: User, starts_on: date, ends_on: date, reason: str) -> str:
    if person.pk == stand_in.pk:
        return "离岗人与代办人不能是同一人，请选择其他人员。"
    if not reason.strip():
        return "请填写离岗事由。"
    if ends_on < starts_on:
        return f"截止日 {ends_on} 早于起始日 {starts_on}，应不早于起始日。"
    if ends_on < today():
        return f"截止日 {ends_on} 已过，应不早于今天 {today()}。"
    if not stand_in.is_active or not courts_of(person) & courts_of(stand_in, working_on_cases=True):
        return f"{stand_in.name}目前不在{person.name}所在法院的办案或管理岗位，请选择本院办案或管理人员。"
    return ""


def already(taken: StandIn | None) -> str:
    if taken is None:
        return ""
    return f"{taken.starts_on} 至 {taken.ends_on} 已由{taken.stand_in.name}代办，请先终止或另选不重叠的日期。"


def courts_of(user: User, *, working_on_cases: bool = False) -> set[int]:
    """The courts where a post is held today; those alone where the post has to do with cases, if so asked."""
    return {
        seat.court_id for seat in user.seats if not working_on_cases or SPAN[Role(seat.role)] is not Span.NONE
    }


def as_recorded(arranged: StandIn) -> dict[str, str]:
    return {
        "person": arranged.person.name,
        "stand_in": arranged.stand_in.name,
        "starts_on": str(arranged.starts_on),
        "ends_on": str(arranged.ends_on),
    }

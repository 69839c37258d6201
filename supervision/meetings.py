"""Meetings of the professional judges and of the adjudication committee (专业法官会议、审判委员会): who said what, minuted.

The only place in the house where an opinion on the outcome may be written down, and only under M07 or M08.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from audit import trail
from audit.sidechain import digest_of
from courts.clock import today
from courts.models import User
from supervision.flags import follow_measures
from supervision.measure_rules import COMMITTEE, reply_day
from supervision.measures import held_measure, may_answer, record, refuse_if
from supervision.models import Measure, Meeting, Opinion

RECORD = "supervision.record_meeting"
KIND_OF = {"M07": "judges", COMMITTEE: "committee"}
LONGEST = 20_000


@transaction.atomic
def record_meeting(
    *,
    measure: Measure,
    held_on: date,
    attendees: Sequence[str],
    minutes: str,
    opinions: Sequence[tuple[str, str]],
    by: User,
    at: datetime,
) -> Meeting:
    """Record a meeting with each opinion under the name of who gave it (登记会议). Recorded twice is the same as once.

    The judges' meeting advises: the panel replies what it made of it. The committee decides: its record settles the measure.
    """
    measure = held_measure(measure)
    if found := Meeting.objects.filter(measure=measure).first():
        return found
    if not may_answer(by, measure):
        raise trail.Refused("只有提交会议的院庭长或者其继任者可以登记会议。", act=RECORD, on=measure, by=by)
    present = [name.strip() for name in attendees if name.strip()]
    spoken = [
        (speaker.strip(), text.strip()) for speaker, text in opinions if speaker.strip() or text.strip()
    ]
    refuse_if(problem_of(measure, held_on, present, minutes, spoken), RECORD, measure, by)
    meeting = Meeting.objects.create(
        measure=measure,
        kind=KIND_OF[measure.code],
        held_on=held_on,
        attendees=present,
        minutes=minutes.strip(),
        recorded_by=by,
        recorded_at=at,
    )
    Opinion.objects.bulk_create(
        Opinion(meeting=meeting, speaker=speaker, text=text) for speaker, text in spoken
    )
    go_on(measure, at)
    after = {"code": measure.code, "held_on": str(held_on), "attendees": present, "opinions": len(spoken)}
    kind = meeting.get_kind_display()
    # The words stand on the record of the meeting alone; the log keeps that they were these.
    digest = digest_of({"minutes": meeting.minutes, "opinions": spoken})
    content = (
        f"{kind}：{held_on}召开，{len(present)}人出席，意见{len(spoken)}条，见会议记录（SHA-256 {digest}）"
    )
    record(RECORD, measure, by=by, at=at, content=content, after=after, opinion_at=kind)
    follow_measures(flag=measure.flag, by=by, at=at)
    return meeting


def go_on(measure: Measure, at: datetime) -> None:
    """What a meeting leaves to be done."""
    if measure.code == COMMITTEE:
        measure.state, measure.settled_at = "settled", at
    else:
        measure.reply_due_on = reply_day(measure.case)
    measure.save(update_fields=["state", "settled_at", "reply_due_on"])


def problem_of(
    measure: Measure, held_on: date, attendees: list[str], minutes: str, opinions: list[tuple[str, str]]
) -> str | None:
    if measure.code not in KIND_OF:
        return "只有提交专业法官会议（M07）和提交审判委员会（M08）的措施可以登记会议；意见只能在会议上发表。"
    if measure.state != "open":
        return f"本措施现为“{measure.get_state_display()}”，不能登记会议。"
    first = measure.case.filed_on or date.min
    if not first <= held_on <= today():
        return f"会议日期应在立案之日 {first} 至今天 {today()} 之间，现为 {held_on}。"
    if len(attendees) < 2:
        return "请填写出席人，至少两人，用顿号隔开。"
    if not 0 < len(minutes.strip()) <= LONGEST:
        return f"请填写会议记录，不超过{LONGEST}字。"
    return problem_of_opinions(attendees, opinions)


def problem_of_opinions(attendees: list[str], opinions: list[tuple[str, str]]) -> str | None:
    """Every opinion is somebody's who was there."""
    for speaker, text in opinions:
        if not speaker or not text:
            return "每条意见都应写明发言人和内容。"
        if speaker not in attendees:
            return f"发言人{speaker}不在出席人之列，请核对。"
        if len(text) > LONGEST:
            return f"{speaker}的意见不超过{LONGEST}字。"
    return None if opinions else "请按人记录意见，至少一条。"

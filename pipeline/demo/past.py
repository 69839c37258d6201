"""The demo court's last weeks of supervision (演示往事), lived day by day through the same services people use.

The demo's day is set back for each of them, so that terms, timers and overdue letters come about as they would have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import cycle
from random import Random
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from cases.models import Case
from catalogues.models import Edition
from catalogues.selectors import law_in_use
from catalogues.services import draft_overlay, edit_item, publish_edition
from courts.models import Court, FixedDay, Posting, User
from pipeline.demo import past_deviation
from pipeline.demo.living import Past, person
from pipeline.demo.people import NEAREST, UPPER
from supervision.circulars import draft_circular, issue_circular
from supervision.facts import refresh_facts
from supervision.flags import confirm_flag, decide_dispute, dispute_flag, reject_flag
from supervision.letters import (
    Addressee,
    Subject,
    accept_reply,
    approve_letter,
    close_letter,
    draft_letter,
    expire_letters,
    open_letter,
    reply_letter,
    send_letter,
)
from supervision.measures import answer_reply, reply_to_measure, take_measure
from supervision.meetings import record_meeting
from supervision.models import Flag, Letter, Measure
from supervision.rulebook import versions_in_force
from supervision.screening import screen_cases
from supervision.statements import state_fact
from supervision.timers import expire

WEEKS = 5
PROFILE = "yibin_28"
BASIS = "法发〔2021〕30号第十条"
#: What people state about cases in the first days: who, which fact, which value, on which grounds.
STATED = (
    ("yibin_petition", "group_visit_persons", 6, "信访登记：集体访一批六人"),
    ("yibin_petition", "media_heat", 72, "舆情监测日报"),
    ("yibin_office", "superior_tracked", True, "省高院督办通知"),
    ("yibin_office", "deputy_supervised", True, "市人大代表联络函"),
    ("cuiping_judge", "panel_dissent", True, "合议庭评议笔录载明有不同意见"),
    ("cuiping_judge", "novelty_declared", True, "承办人填报：新类型案件"),
    ("yibin_discipline", "complaint_realname_leads", True, "实名反映材料，载有具体线索"),
    ("yibin_discipline", "inspection_finding", True, "审务督察发现"),
)
#: What the panels of Cuiping's first civil division state shortly before the demo's day: it waits for their head.
STATED_LATELY = (
    ("cuiping_judge", "sensitive_tags", ["ethnic"], "承办人填报：涉及民族宗教事务"),
    ("cuiping_judge", "ac_required", True, "合议庭认为应当提交审判委员会讨论"),
    ("cuiping_presiding", "party_flags", ["foreign"], "一方当事人为外国企业"),
    ("cuiping_presiding", "panel_dissent", True, "合议庭评议笔录载明有不同意见"),
)
#: What becomes of a proposal, drawn for each.
FATES = ("confirm",) * 11 + ("reject",) * 3 + ("dispute",) * 2 + ("silence",) * 4
REASONS = ("data_wrong", "not_the_category", "covered")
ASKED = {
    "M02": "请报告案件进展情况和下一步安排。",
    "M03": "请提供类案检索报告。",
    "M04": "请提供庭审提纲供审阅。",
    "M05": "请提供电子卷宗供查阅。",
    "M07": "请提交专业法官会议讨论法律适用问题。",
}
REPLIED = (
    "案件已排期开庭，庭前会议已召开，正在进行证据交换。",
    "已完成阅卷，拟于近期合议，合议后另行报告。",
    "已送达全部当事人，鉴定意见预计本月内出具。",
)


@transaction.atomic
def live_the_past() -> dict[str, int]:
    """Five weeks of flags, measures and letters, before anything is computed for the demo's own day: what was done how often.

    Nothing where no rules are in force or a past stands already.
    """
    fixed = FixedDay.objects.first()
    if fixed is None or Flag.objects.exists() or not versions_in_force():
        return {}
    days = list(workdays_up_to(fixed.day, WEEKS * 5))
    past = Past(Random(fixed.seed), fixed.day)
    past.on(days[0])
    choose_profile(past)
    past_deviation.put_models_to_use(past)
    propose(past, days[0])
    for place, day in enumerate(days):
        past.on(day)
        live_a_day(past, place, len(days))
    past_deviation.leave_a_draft(past)
    past.on(fixed.day)
    past_deviation.tell_of_groups(past)
    return dict(past.done) | past_deviation.what_came_of_it()


def workdays_up_to(day: date, count: int) -> Iterator[date]:
    """The last working days before the demo's day, oldest first."""
    calendar = law_in_use().calendar(None)
    days = [day]
    while len(days) <= count:
        days.append(calendar.previous_workday(days[-1] - timedelta(days=1)))
    return reversed(days[1:])


# --- the first day -----------------------------------------------------------------------------------------
def choose_profile(past: Past) -> None:
    """The region goes by Yibin's list: drafted by one, published by another (本院参数)."""
    court, kind = Court.objects.get(code=UPPER), "supervision_settings"
    national = Edition.objects.in_use().filter(kind=kind, court=None).get()
    body = national.items.get(code="profile").body
    body = body | {
        "versions": [body["versions"][-1] | {"text": PROFILE, "basis": "宜宾法院四类案件识别方案"}]
    }
    drafter, title = person("yibin_admin"), "宜宾法院监督参数"
    edition = draft_overlay(kind=kind, court=court, title=title, by=drafter, at=past.at)
    edit_item(edition=edition, code="profile", body=body, by=drafter, at=past.at)
    publish_edition(edition=edition, by=person("yibin_office"), at=past.at)


def propose(past: Past, day: date) -> None:
    """What was stated in those days, and what the rules made of the cases pending then."""
    pending = Case.objects.filter(filed_on__lt=day, closed_on=None, sealed="")
    state(past, pending, STATED)
    ids = list(pending.values_list("pk", flat=True))
    refresh_facts(ids, day)
    past.done["raised"] = screen_cases(ids, day, past.at)["raised"]


def state(past: Past, pending: QuerySet[Case], stated: Sequence[tuple[str, str, Any, str]]) -> None:
    """Judges state facts about their own cases, the offices of the upper court about cases there."""
    for username, fact, value, basis in stated:
        who = person(username)
        mine = (
            pending.filter(judge=who) if username.startswith("cuiping") else pending.filter(court__code=UPPER)
        )
        if about := list(mine.order_by("pk")[:200]):
            past.did(state_fact, case=past.rng.choice(about), fact=fact, value=value, basis=basis, by=who)


def propose_more(past: Past) -> None:
    """What was filed since waits for the heads when the visitor comes."""
    pending = Case.objects.filter(filed_on__lt=past.day, closed_on=None, sealed="")
    state(past, pending, STATED_LATELY)
    fresh = Q(facts=None) | Q(judge__username__startswith="cuiping")
    ids = list(pending.filter(fresh).values_list("pk", flat=True))
    refresh_facts(ids, past.day)
    past.done["raised"] += screen_cases(ids, past.day, past.at)["raised"]


# --- every day ---------------------------------------------------------------------------------------------
def live_a_day(past: Past, place: int, days: int) -> None:
    """The third day decisions begin; measures, replies and responses follow; what nobody does goes overdue."""
    if place == days - 2:
        propose_more(past)
    if place == 2:
        decide(past)
    if place >= 4 and place % 4 == 0:
        supervise(past)
    if place % 3 == 1:
        answer(past)
    if place in (5, 12):
        write_letters(past)
    if place in (9, 15):
        read_letters(past)
    if past.day.day >= 5 and place >= days // 2:
        issue_last_month(past)
    past_deviation.compare(past, place, days)
    past.done["expired"] += sum(expire(past.day, past.at).values())
    expire_letters(today=past.day, at=past.at)


def decide(past: Past) -> None:
    """Each head decides what lies with the division; some proposals are disputed, some nobody looks at."""
    for flag in Flag.objects.filter(state="PROPOSED", secret=False).select_related("case").order_by("pk"):
        head, fate = leader_of(flag.case, "division_head"), past.rng.choice(FATES)
        if head is None or fate == "silence":
            continue
        if fate == "confirm":
            past.did(confirm_flag, flag=flag, by=head)
        elif fate == "reject":
            past.did(
                reject_flag, flag=flag, reason_code=past.rng.choice(REASONS), reason="经核对立案材料", by=head
            )
        else:
            dispute(past, flag)


def dispute(past: Past, flag: Flag) -> None:
    judge, president = flag.case.judge, leader_of(flag.case, "president")
    if judge is None or president is None:
        return
    reason = "各方争议不大，不致引发群体性事件"
    if (
        past.did(dispute_flag, flag=flag, reason_code="category_disputed", reason=reason, by=judge)
        and past.rng.random() < 0.5
    ):
        flag.refresh_from_db()
        past.did(decide_dispute, flag=flag, upheld=True, reason="涉及人数较多，仍应监督", by=president)


def supervise(past: Past) -> None:
    """Heads ask under some of the confirmed flags; under some they never do."""
    codes = cycle(ASKED)
    for flag in Flag.objects.filter(state="CONFIRMED", secret=False).select_related("case").order_by("pk"):
        head = leader_of(flag.case, "division_head")
        if head is None or (past.rng.random() > 0.3 and head.username != "cuiping_head"):
            continue
        code = next(codes)
        told = {"content": ASKED[code], "basis": BASIS, "by": head}
        taken = past.did(take_measure, flag=flag, code=code, **told)
        if taken and code == "M07":
            hold_meeting(past, taken, head)


def hold_meeting(past: Past, measure: Measure, head: User) -> None:
    names = [head.name, measure.case.judge.name if measure.case.judge else head.name, "特邀法官"]
    past.did(
        record_meeting, measure=measure, held_on=past.day, attendees=list(dict.fromkeys(names)), by=head,
        minutes="会议讨论了合同效力的认定标准，意见供合议庭参考。", opinions=[(head.name, "建议参照本院同类生效裁判的认定标准。")],
    )  # fmt: skip


def answer(past: Past) -> None:
    """Panels reply to most of what is asked, supervisors respond to most replies; the rest runs into its term."""
    for measure in Measure.objects.filter(state="open").select_related("case__judge").order_by("pk"):
        if measure.case.judge and past.rng.random() < 0.6:
            past.did(
                reply_to_measure, measure=measure, content=past.rng.choice(REPLIED), by=measure.case.judge
            )
    for measure in Measure.objects.filter(state="replied").select_related("taken_by").order_by("pk"):
        if past.rng.random() < 0.5:
            words = "已阅，请按计划推进。"
            past.did(answer_reply, measure=measure, content=words, outcome="settle", by=measure.taken_by)


# --- letters -----------------------------------------------------------------------------------------------
def write_letters(past: Past) -> None:
    """The trial offices write to divisions whose cases run late (提示函)."""
    for code, office in ((NEAREST, "cuiping_office"), (UPPER, "yibin_office")):
        court, writer = Court.objects.get(code=code), person(office)
        late = Case.objects.filter(
            court=court, closed_on=None, sealed="", division__isnull=False, facts__isnull=False
        )
        first = (
            late.exclude(category="破产")  # which has no time limit
            .filter(flags__state__in=("CONFIRMED", "MEASURES_ON"), flags__secret=False)
            .order_by("filed_on", "pk")
            .first()
        )
        if first is None:
            continue
        to = Addressee(division=first.division)
        letter = past.did(
            draft_letter, kind="prompt", court=court, to=to, subject=Subject(cases=(first,)), by=writer
        )
        if letter and past.did(approve_letter, letter=letter, by=writer):
            past.did(send_letter, letter=letter, by=writer)


def read_letters(past: Past) -> None:
    """One is answered and closed; another is left, goes overdue, and a graver one lies in draft (督办函)."""
    for place, letter in enumerate(
        Letter.objects.filter(state__in=("SENT", "OVERDUE"), kind="prompt").order_by("sent_at", "pk")
    ):
        head = User.objects.filter(postings__division=letter.division, postings__role="division_head").first()
        if head is None or place % 2:
            continue
        past.did(open_letter, letter=letter, by=head)
        if past.did(
            reply_letter, letter=letter, reply="已逐案核对，承办人已制定计划，将于本月内开庭。", by=head
        ):
            past.did(accept_reply, letter=letter, evaluation="答复明确，同意。", by=letter.drafted_by)
            past.did(close_letter, letter=letter, by=letter.drafted_by)


def issue_last_month(past: Past) -> None:
    if past.done["issue_circular"]:
        return
    court = Court.objects.get(code=UPPER)
    month = (past.day.replace(day=1) - timedelta(days=1)).replace(day=1)
    drawn = past.did(draft_circular, court=court, month=month, by=person("yibin_office"))
    if drawn:
        past.did(issue_circular, circular=drawn, by=person("yibin_president"))


# --- who ---------------------------------------------------------------------------------------------------
def leader_of(case: Case, role: str) -> User | None:
    """Who leads the division of the case, or the court."""
    place = {"division": case.division_id} if role != "president" else {"court": case.court_id}
    post = (
        Posting.objects.filter(role=role, ends_on=None, **place).select_related("user").order_by("pk").first()
    )
    return post.user if post else None

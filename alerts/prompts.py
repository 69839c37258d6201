"""A written reminder by a person that asks for acknowledgement (提示): it names cases and days, and never an outcome.

The inbox carries it whole; outside the house go case numbers and days alone, and nothing at all of a sealed case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from alerts.deliveries import queue
from alerts.inbox import asked
from alerts.letters import MARK, Letter, Line, and_more, when_due, written
from alerts.links import link_to
from alerts.messages import Message
from alerts.models import Alert, Delivery, Notice, Prompt
from alerts.policy import setting
from alerts.selectors import described, open_alerts
from audit import trail
from cases.guard import NOT_YOURS, is_visible, may_on
from cases.models import Case, Clock
from catalogues.selectors import law_in_use
from courts.backends import may_log_in
from courts.clock import today
from courts.models import User
from courts.roles import Permission

SEND, ACKNOWLEDGE = "alerts.send_prompt", "alerts.acknowledge_prompt"
WORDS, ANSWER, LINES = 500, 500, 10
#: Shown beside the form.
RULE = _("提示只催办期限与流程，不得对案件的实体处理提出意见；提示内容全程留痕。")


# --- sending -----------------------------------------------------------------------------------------
@transaction.atomic
def send_prompt(*, cases: list[Case], to: list[User], words: str, by: User, at: datetime) -> Prompt:
    """Remind people of cases (发出提示): a notice per case and person, and one e-mail a person.

    Every receiver must be able to see every case. The same sent again on the same day is the same as once.
    """
    cases, to, words = distinct(cases), distinct(to), words.strip()
    for case in cases:
        if not (may_on(by, Permission.SEND_PROMPT, case) and is_visible(case, by)):
            raise trail.Refused(NOT_YOURS, act=SEND, on=case, by=by)
    if problem := what_is_wrong(cases, to, words):
        raise trail.Refused(problem, act=SEND, by=by, status=409)
    refuse_strangers(cases, to, by)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)  # a second click waits for the first
    court = cases[0].court
    answer_by = (
        law_in_use().calendar(court.pk).add_workdays(today(), setting("prompt_answer_workdays", today()))
    )
    if sent := already_sent(cases, to, words, by, answer_by):
        return sent
    prompt = Prompt.objects.create(
        by=by, court=court, capacity=by.capacity(), words=words, answer_by=answer_by, at=at
    )
    tell_each(prompt, cases, to)
    for case in cases:
        after = {"prompt": prompt.pk, "to": [person.name for person in to], "answer_by": str(answer_by)}
        trail.record(SEND, on=case, by=by, at=at, because=words, after=after)
    return prompt


def distinct(rows: Iterable[Case] | Iterable[User]) -> list:
    return list({row.pk: row for row in rows}.values())


def what_is_wrong(cases: Sequence[Case], to: Sequence[User], words: str) -> str:
    if not cases:
        return "请选择要提示的案件。"
    if not to:
        return "请选择接收人。"
    if not 0 < len(words) <= WORDS:
        return f"请填写提示内容，不超过 {WORDS} 字。"
    gone = [person.name for person in to if not person.is_active]
    return f"{'、'.join(gone)}的账号已停用，请另选接收人。" if gone else ""


def refuse_strangers(cases: Sequence[Case], to: Sequence[User], by: User) -> None:
    """Nobody learns of a case by being reminded of it."""
    ids = {case.pk for case in cases}
    for person in to:
        seen = set(Case.objects.visible_to(person).filter(pk__in=ids).values_list("pk", flat=True))
        hidden = [case for case in cases if case.pk not in seen]
        if hidden:
            told = "、".join(case.number for case in hidden[:3]) + ("等" if len(hidden) > 3 else "")
            sentence = (
                f"{person.name}不能查看{told}，不能接收本提示；请去掉该接收人，或只选其可以查看的案件。"
            )
            about = next(
                (case for case in hidden if case.sealed), hidden[0]
            )  # so that the trace is as secret
            raise trail.Refused(sentence, act=SEND, on=about, by=by)


def already_sent(
    cases: Sequence[Case], to: Sequence[User], words: str, by: User, answer_by: date
) -> Prompt | None:
    wanted = {(case.pk, person.pk) for case in cases for person in to}
    alike = Prompt.objects.filter(by=by, words=words, answer_by=answer_by)
    for prompt in alike.prefetch_related("notices"):
        if {(notice.case_id, notice.person_id) for notice in prompt.notices.all()} == wanted:
            return prompt
    return None


def tell_each(prompt: Prompt, cases: Sequence[Case], to: Sequence[User]) -> None:
    """The notices of each person, and one message about those of them that may leave the house."""
    for person in to:
        notices = Notice.objects.bulk_create(
            Notice(person=person, kind="prompt", role="prompted", case=case, prompt=prompt, told_at=prompt.at)
            for case in cases
        )
        open_ones = [notice.pk for notice in notices if not notice.case.sealed]
        if open_ones:
            queue(
                kind="prompt", channel="email", key=str(prompt.pk), court=prompt.court, at=prompt.at, person=person,
                notices=open_ones,
            )  # fmt: skip


# --- answering ---------------------------------------------------------------------------------------
@transaction.atomic
def acknowledge_prompt(*, notice: Notice, answer: str, by: User, at: datetime) -> Notice:
    """Confirm that the reminder was received (确认提示), with an answer if one likes. Twice is the same as once."""
    if notice.person_id != by.pk or notice.prompt_id is None or not is_visible(notice.case, by):
        raise trail.Refused("只有收到提示的本人可以确认。", act=ACKNOWLEDGE, on=notice, by=by)
    answer = answer.strip()
    notice = Notice.objects.select_for_update(of=("self",)).select_related("case", "prompt").get(pk=notice.pk)
    if problem := answer_problem(notice, answer):
        raise trail.Refused(problem, act=ACKNOWLEDGE, on=notice, by=by, status=409)
    if notice.acknowledged_at is None:
        notice.acknowledged_at, notice.read_at, notice.answer = at, notice.read_at or at, answer
        notice.save(update_fields=["acknowledged_at", "read_at", "answer"])
        trail.record(ACKNOWLEDGE, on=notice, by=by, at=at, because=answer, after={"prompt": notice.prompt_id})
    return notice


def answer_problem(notice: Notice, answer: str) -> str:
    if len(answer) > ANSWER:
        return f"回复不超过 {ANSWER} 字，请简述。"
    if notice.acknowledged_at is not None and answer not in ("", notice.answer):
        return "本提示已确认，不能再改回复；需要补充的，请直接联系发出人。"
    return ""


# --- what the pages show -----------------------------------------------------------------------------
def to_acknowledge(user: User) -> QuerySet[Notice]:
    """The prompts that wait for the user's acknowledgement, the one due first at the top."""
    return asked(user)


def sent_by(user: User) -> QuerySet[Prompt]:
    """The prompts the user sent, newest first, with ``told`` and ``answered`` and the notices of what they may see."""
    mine = Notice.objects.visible_to(user).select_related("case", "person").order_by("pk")
    told = Count("notices", distinct=True)
    answered = Count("notices", filter=Q(notices__acknowledged_at__isnull=False), distinct=True)
    found = Prompt.objects.filter(by=user).annotate(told=told, answered=answered)
    return found.prefetch_related(Prefetch("notices", mine)).order_by("-at", "-pk")


# --- the message -------------------------------------------------------------------------------------
def compose(delivery: Delivery, at: datetime) -> Message | None:
    """The e-mail about a prompt, as far as the person may still see its cases; None when nothing is left to say."""
    person = delivery.person
    if person is None or not may_log_in(person):
        return None
    left = Notice.objects.of(person).filter(pk__in=delivery.notices, case__sealed="", acknowledged_at=None)
    notices = list(left.select_related("case", "prompt__by").order_by("pk"))
    if not notices:
        return None
    return said(notices[0].prompt, person, [notice.case for notice in notices])


def said(prompt: Prompt, person: User, cases: list[Case]) -> Message:
    """Numbers and days; neither the words of the prompt nor anybody's name but the sender's and the receiver's."""
    letter = Letter(
        greeting=f"{person.name}，您好：",
        paragraphs=(
            f"{prompt.by.name}（{prompt.capacity}）就下列 {len(cases)} 件案件向您发出提示，"
            f"请于 {prompt.answer_by} 前登录确认。",
        ),
        lines=tuple(lines_of(person, cases[:LINES])),
        more=and_more(len(cases) - LINES),
        link=link_to(reverse("alerts:inbox") + "?tab=asked"),
        link_label="登录明镜确认",
    )
    subject = f"{MARK}提示：{len(cases)} 件案件，请于 {prompt.answer_by} 前确认"
    return written(letter, subject=subject, count=len(cases))


def lines_of(person: User, cases: list[Case]) -> Iterable[Line]:
    """Of each case its worst open alert, or else its time limit."""
    ids, day = [case.pk for case in cases], today()
    alerts: dict[int, Alert] = {}
    for alert in described(list(open_alerts(person).filter(case__in=ids)), day):
        alerts.setdefault(alert.case_id, alert)
    limits = {
        clock.case_id: clock
        for clock in Clock.objects.filter(case__in=ids, kind="statutory", state="running")
    }
    for case in cases:
        if alert := alerts.get(case.pk):
            said = f"{alert.clock_name} {when_due(alert.kind, alert.due_on, day)}"
            yield Line(case.number, (said,), "", alert.get_stage_display(), alert.stage)
        elif (clock := limits.get(case.pk)) and clock.due_on:
            yield Line(case.number, (f"审限 {when_due('statutory', clock.due_on, day)}",))
        else:
            yield Line(case.number, ())

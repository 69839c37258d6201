"""A reminder that asks for acknowledgement: to whom it may go, what leaves the house, and how it is confirmed."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from alerts.models import Alert, Delivery, Notice, Prompt
from alerts.prompts import acknowledge_prompt, compose, send_prompt, sent_by, to_acknowledge
from alerts.quiet_hours import COURT_TIME
from audit.models import Entry
from audit.trail import Refused
from cases.clocks import recompute
from courts.models import Division, FixedDay, User

pytestmark = pytest.mark.django_db
FRIDAY = date(2026, 6, 26)


@pytest.fixture(autouse=True)
def on_a_friday(db):
    FixedDay.objects.create(day=FRIDAY)


@pytest.fixture
def reachable(judge):
    judge.email = "judge@court.test"
    judge.save()
    return judge


def send(cases, to, by, words="请抓紧审理，注意期限"):
    return send_prompt(cases=cases, to=to, words=words, by=by, at=timezone.now())


def confirm(notice, by, answer=""):
    return acknowledge_prompt(notice=notice, answer=answer, by=by, at=timezone.now())


# --- sending -----------------------------------------------------------------------------------------
def test_every_receiver_gets_a_notice_a_case_and_one_mail(file_cases, reachable, division_head, trial_office):
    cases = file_cases(3)
    prompt = send(cases, [reachable, division_head], trial_office)
    told = {(notice.person_id, notice.case_id, notice.role, notice.kind) for notice in prompt.notices.all()}
    assert told == {
        (person.pk, case.pk, "prompted", "prompt") for person in (reachable, division_head) for case in cases
    }
    delivery = Delivery.objects.get()  # the head has no address
    assert (delivery.person, delivery.kind, delivery.channel) == (reachable, "prompt", "email")
    assert set(delivery.notices) == set(prompt.notices.filter(person=reachable).values_list("pk", flat=True))
    assert prompt.answer_by == date(2026, 7, 1)  # three working days on
    assert prompt.capacity == trial_office.capacity()


def test_the_trail_of_every_case_tells_of_it(file_cases, judge, trial_office):
    cases = file_cases(2)
    send(cases, [judge], trial_office)
    entries = Entry.objects.filter(act="alerts.send_prompt")
    assert {entry.case_id for entry in entries} == {case.pk for case in cases}
    assert entries[0].because == "请抓紧审理，注意期限"
    assert entries[0].after["to"] == [judge.name]


def test_the_same_prompt_on_the_same_day_is_sent_once(file_cases, reachable, trial_office):
    cases = file_cases(2)
    assert send(cases, [reachable], trial_office) == send(cases, [reachable, reachable], trial_office)
    assert send(cases[:1], [reachable], trial_office) != send(cases, [reachable], trial_office)
    assert Prompt.objects.count() == Delivery.objects.count() == 2


def test_who_may_not_prompt_on_a_case_is_refused(file_case, judge, post, outsider, court):
    elsewhere = post("division_head", division=Division.objects.create(court=court, name="民事审判第二庭"))
    for by in (judge, post("clerk"), outsider, elsewhere):
        with pytest.raises(Refused, match="没有此项权限"):
            send([file_case()], [judge], by)
    assert not Notice.objects.exists()


def test_nobody_learns_of_a_case_by_a_prompt(file_case, judge, outsider, post, trial_office):
    mine, others = file_case(), file_case(judge=post("judge", "赵法官"))
    with pytest.raises(Refused, match=f"{judge.name}不能查看{others.number}") as refusal:
        send([mine, others], [judge], trial_office)
    assert mine.number not in refusal.value.sentence
    with pytest.raises(Refused, match=outsider.name):
        send([mine], [judge, outsider], trial_office)
    assert not Notice.objects.exists()


@pytest.mark.parametrize("words", ["", "  ", "长" * 501])
def test_words_are_wanted(file_case, judge, trial_office, words):
    with pytest.raises(Refused, match="不超过 500 字"):
        send([file_case()], [judge], trial_office, words)


def test_cases_and_receivers_in_use_are_wanted(file_case, judge, trial_office):
    with pytest.raises(Refused, match="请选择要提示的案件"):
        send([], [judge], trial_office)
    with pytest.raises(Refused, match="请选择接收人"):
        send([file_case()], [], trial_office)
    judge.is_active = False
    with pytest.raises(Refused, match="已停用"):
        send([file_case()], [judge], trial_office)


def test_a_prompt_about_a_sealed_case_stays_in_the_house(file_case, reachable, trial_office):
    sealed, plain = file_case(sealed="juvenile", readers=[trial_office.pk]), file_case()
    prompt = send([sealed], [reachable], trial_office)
    assert prompt.notices.count() == 1
    assert not Delivery.objects.exists()
    assert Entry.objects.get(act="alerts.send_prompt").secret
    both = send([sealed, plain], [reachable], trial_office)
    assert Delivery.objects.get().notices == [both.notices.get(case=plain).pk]


# --- the message -------------------------------------------------------------------------------------
@pytest.fixture
def mailed(reachable, trial_office):
    """``mailed(*cases)``: the delivery of a prompt about them to their judge."""

    def create(*cases):
        send(list(cases), [reachable], trial_office, words="张三与李四一案请抓紧")
        return Delivery.objects.get()

    return create


def test_the_mail_has_numbers_and_days_and_nothing_else(file_case, mailed):
    case = file_case(filed_on=date(2026, 1, 5), cause="民间借贷纠纷")
    recompute([case.pk], timezone.now())
    message = compose(mailed(case), timezone.now())
    assert message.subject == "〔明镜〕提示：1 件案件，请于 2026-07-01 前确认"
    for words in (message.text, message.html):
        assert case.number in words
        assert "审限 到期日 2026-07-06 · 剩余 10 天" in words
        assert "张三" not in words
        assert "民间借贷" not in words
    assert message.link in message.text
    assert message.count == 1


def test_the_mail_names_the_worst_clock(file_case, mailed, now):
    case = file_case()
    for stage, due in (("early", date(2026, 9, 2)), ("overdue", date(2026, 6, 24))):
        Alert.objects.create(
            case=case,
            kind="statutory",
            clock="civ_first_ordinary",
            stage=stage,
            due_on=due,
            began_on=due,
            raised_at=now,
        )
    text = compose(mailed(case), now).text
    assert "2026-06-24 · 已超 2 天" in text
    assert "2026-09-02" not in text


def test_what_may_no_longer_be_seen_is_left_out_and_an_empty_mail_dropped(
    file_case, mailed, now, post, reachable
):
    kept, moved, sealed = file_case(), file_case(), file_case()
    delivery = mailed(kept, moved, sealed)
    moved.judge = post("judge", "接手法官")
    moved.save()
    sealed.sealed = "other"
    sealed.save()
    delivery = Delivery.objects.get()
    text = compose(delivery, now).text
    assert kept.number in text
    assert moved.number not in text
    assert sealed.number not in text
    confirm(Notice.objects.get(case=kept), reachable)
    assert compose(Delivery.objects.get(), now) is None


def test_a_closed_account_gets_no_mail(file_case, mailed, now, reachable):
    mailed(file_case())
    User.objects.filter(pk=reachable.pk).update(is_active=False)
    assert compose(Delivery.objects.get(), now) is None


def test_a_long_list_is_cut_and_says_so(file_cases, mailed, now):
    text = compose(mailed(*file_cases(13)), now).text
    assert "另有 3 件" in text


# --- confirming --------------------------------------------------------------------------------------
def test_it_waits_until_it_is_confirmed_and_the_sender_sees_the_answer(file_case, judge, trial_office):
    prompt = send([file_case()], [judge], trial_office)
    notice = to_acknowledge(judge).get()
    assert notice.prompt == prompt
    confirm(notice, judge, "已排期开庭")
    assert not to_acknowledge(judge).exists()
    [mine] = sent_by(trial_office)
    assert (mine.told, mine.answered) == (1, 1)
    assert [each.answer for each in mine.notices.all()] == ["已排期开庭"]
    entry = Entry.objects.get(act="alerts.acknowledge_prompt")
    assert (entry.case_id, entry.because) == (notice.case_id, "已排期开庭")


def test_confirming_twice_is_once_and_the_answer_stands(file_case, judge, trial_office):
    send([file_case()], [judge], trial_office)
    notice = to_acknowledge(judge).get()
    confirm(notice, judge, "已排期")
    confirm(notice, judge, "已排期")
    confirm(notice, judge)
    with pytest.raises(Refused, match="不能再改回复"):
        confirm(notice, judge, "另一回复")
    assert Notice.objects.get().answer == "已排期"
    assert Entry.objects.filter(act="alerts.acknowledge_prompt", outcome="done").count() == 1


def test_only_the_receiver_confirms_and_while_they_see_the_case(file_case, judge, trial_office, post):
    case = file_case()
    send([case], [judge], trial_office)
    notice = Notice.objects.get()
    for by in (trial_office, post("judge")):
        with pytest.raises(Refused, match="本人"):
            confirm(notice, by)
    case.judge = post("judge", "接手法官")
    case.save()
    with pytest.raises(Refused, match="本人"):
        confirm(Notice.objects.get(), judge)


def test_an_answer_is_short(file_case, judge, trial_office):
    send([file_case()], [judge], trial_office)
    with pytest.raises(Refused, match="不超过 500 字"):
        confirm(Notice.objects.get(), judge, "长" * 501)


def test_the_sender_sees_no_answer_about_a_case_they_may_not_see_any_more(file_case, judge, trial_office):
    case = file_case()
    send([case], [judge], trial_office)
    case.sealed = "other"
    case.save()
    [mine] = sent_by(trial_office)
    assert not mine.notices.all()
    assert FRIDAY + timedelta(days=5) == mine.answer_by


def test_a_prompt_sent_in_the_evening_is_mailed_on_the_next_working_morning(
    file_cases, reachable, trial_office
):
    evening = datetime(2026, 6, 26, 22, tzinfo=COURT_TIME)  # a Friday
    send_prompt(cases=file_cases(1), to=[reachable], words="请督促", by=trial_office, at=evening)
    assert Notice.objects.get(person=reachable).told_at == evening  # the inbox disturbs nobody
    assert Delivery.objects.get().next_at == datetime(2026, 6, 29, 8, tzinfo=COURT_TIME)

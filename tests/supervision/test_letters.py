"""Letters of supervision: drawn from facts, signed by the right person, numbered without gaps, answered or escalated."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused
from cases.models import Clock
from courts.models import Court, Division, FixedDay, Posting, User
from supervision.letter_facts import changes, cite_measure
from supervision.letter_states import ACTS
from supervision.letter_texts import Text, in_full, titled
from supervision.letters import (
    Addressee,
    Subject,
    accept_reply,
    approve_letter,
    close_letter,
    draft_letter,
    edit_letter,
    expire_letters,
    letters_overdue,
    letters_to_sign,
    letters_waiting,
    open_letter,
    redraw_letter,
    reject_reply,
    reply_letter,
    send_letter,
    take_back_letter,
)
from supervision.models import Copy, Letter, LetterStep, LogEntry, Measure

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 6, 1)


@pytest.fixture
def on_day(db):
    """``on_day(date)``: the system's day."""

    def fix(day: date) -> date:
        FixedDay.objects.update_or_create(singleton=True, defaults={"day": day})
        return day

    return fix


@pytest.fixture(autouse=True)
def on_a_monday(on_day):
    on_day(MONDAY)


@pytest.fixture
def near_case(file_case):
    """A case whose limit ends in five days."""

    def create(due_on=MONDAY + timedelta(days=5), **fields):
        case = file_case(**fields)
        Clock.objects.create(
            case=case, kind="statutory", rule="civ_first_ordinary", state="running", start_on=date(2026, 3, 2), due_on=due_on
        )  # fmt: skip
        return case

    return create


@pytest.fixture
def draft(near_case, division, court, trial_office, discipline):
    """``draft("urge")``: a draft about one case near its limit, to the division (and the judge where the kind says so)."""

    def create(kind="prompt", *, by=None, cases=None, to=None, **fields):
        cases = cases or [near_case()]
        by = by or (discipline if kind == "warn" else trial_office)
        subject = Subject(cases=() if by == discipline else tuple(cases))
        return draft_letter(
            kind=kind, court=court, to=to or Addressee(division=division), subject=subject, by=by, at=timezone.now()
        )  # fmt: skip

    return create


@pytest.fixture
def sent(draft, trial_office):
    """A prompting letter that was sent to the head of the division."""
    return move(draft(), "approve", "send", by=trial_office)


SERVICES = {
    "approve": approve_letter, "send": send_letter, "close": close_letter, "redraw": redraw_letter, "read": open_letter,
}  # fmt: skip
SAID = {
    "take_back": (take_back_letter, "reason"), "reply": (reply_letter, "reply"), "accept": (accept_reply, "evaluation"),
    "reject": (reject_reply, "reason"),
}  # fmt: skip


def do(act: str, letter: Letter, by: User, words: str = "已核实") -> Letter:
    at = timezone.now()
    if act in SAID:
        service, name = SAID[act]
        return service(letter=letter, by=by, at=at, **{name: words})
    if act == "edit":
        return edit_letter(letter=letter, text=Text("新标题", "新正文", "新依据", "新要求"), by=by, at=at)
    return SERVICES[act](letter=letter, by=by, at=at)


def move(letter: Letter, *acts: str, by: User) -> Letter:
    for act in acts:
        letter = do(act, letter, by)
    return letter


# --- what a draft says ----------------------------------------------------------------------------------
def test_a_draft_cites_the_case_its_date_and_the_rule_behind_it(draft, near_case):
    case = near_case()
    letter = draft(cases=[case])
    assert letter.title == "关于案件临近审限的提示函"
    assert f"{case.number}（民间借贷纠纷，民事审判第一庭，承办人周法官）" in letter.body
    assert "届满日2026年6月6日，剩余5天" in letter.body
    assert "截至2026年6月1日" in letter.body
    assert letter.basis.startswith("一审普通程序：《中华人民共和国民事诉讼法》第152条；")
    assert "3个工作日内书面回复" in letter.required
    assert "不涉及案件的实体处理" in letter.required


def test_many_cases_are_counted_in_the_title(draft, near_case):
    assert draft(cases=[near_case() for _ in range(20)]).title == "关于20件案件临近审限的提示函"


def test_the_same_draft_twice_is_the_same_as_once(draft, near_case):
    case = near_case()
    assert draft(cases=[case]) == draft(cases=[case])
    assert Letter.objects.count() == LetterStep.objects.count() == 1


def test_a_draft_leaves_an_entry_that_names_no_case_and_nothing_in_the_log(draft):
    letter = draft()
    entry = Entry.objects.get(act="supervision.draft_letter")
    assert (entry.about_id, entry.case_id, entry.after) == (
        letter.pk, None, {"kind": "prompt", "number": "", "state": "DRAFT"},
    )  # fmt: skip
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("who", ["judge", "division_head", "outsider", "president"])
def test_who_does_not_issue_the_kind_does_not_draft_it(draft, request, who):
    with pytest.raises(Refused, match="不能起草"):
        draft(by=request.getfixturevalue(who))


def test_a_case_one_does_not_see_cannot_be_written_about(draft, near_case, court, post):
    other = Court.objects.get(code="川1503")
    away = Division.objects.create(court=other, name="民庭")
    foreign = near_case(court=other, division=away, judge=post("judge", at=other, division=away))
    with pytest.raises(Refused, match="不在您的职责范围"):
        draft(cases=[foreign])


def test_a_sealed_case_cannot_be_named(draft, near_case, trial_office):
    sealed = near_case(sealed="juvenile", readers=[trial_office.pk])
    with pytest.raises(Refused, match="封存案件不能写入") as refused:
        draft(cases=[sealed])
    assert refused.value.on == sealed  # so that the trace is as secret


def test_a_case_sealed_after_the_draft_stops_the_signature(draft, near_case, trial_office):
    case = near_case()
    letter = draft(cases=[case])
    case.sealed = "other"
    case.save()
    with pytest.raises(Refused, match="已经封存"):
        do("approve", letter, trial_office)


def test_a_secret_flag_is_never_the_source_of_an_open_letter(
    make_flag, division, court, discipline, president, near_case
):
    flag = make_flag(near_case(), secret=True)
    for by in (discipline, president):
        with pytest.raises(Refused, match="核实之前不能作为公开函件"):
            write_about(flag, by, court, division)
    assert not Letter.objects.exists()


def test_a_secret_flag_is_unknown_to_the_trial_office(make_flag, division, court, trial_office, near_case):
    flag = make_flag(near_case(), secret=True)
    with pytest.raises(Refused, match="没有此项权限"):
        write_about(flag, trial_office, court, division, kind="prompt")


def write_about(flag, by, court, division, kind="warn"):
    by.__dict__.pop("reach", None)
    flag.case.readers = [by.pk]
    flag.case.save()
    subject = Subject(flags=(flag,))
    return draft_letter(
        kind=kind, court=court, to=Addressee(division=division), subject=subject, by=by, at=timezone.now()
    )


def test_an_open_flag_is_cited_with_its_rule_and_its_day(make_flag, division, court, trial_office, near_case):
    flag = make_flag(near_case(), due_on=date(2026, 5, 28))
    letter = write_about(flag, trial_office, court, division, kind="prompt")
    assert "应于2026年5月28日前处理" in letter.body
    assert flag.version.basis in letter.basis


# --- whom it may be for -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("state", "due_on", "about", "asked"),
    [
        ("PROPOSED", date(2026, 6, 3), "四类案件监督管理", "说明办理进展"),
        ("PROPOSED", date(2026, 5, 29), "四类案件标识逾期未处理", "说明超期或者未办理的原因"),
        ("EXPIRED", None, "四类案件标识逾期未处理", "说明超期或者未办理的原因"),
        ("CONFIRMED", date(2026, 5, 29), "四类案件监督管理", "说明办理进展"),
    ],
)
def test_a_letter_says_late_only_of_what_is_late(
    make_flag, division, court, trial_office, file_case, state, due_on, about, asked
):
    flag = make_flag(file_case(), state=state, due_on=due_on)
    letter = write_about(flag, trial_office, court, division, kind="urge")
    assert (about in letter.title, asked in letter.required) == (True, True)
    assert ("前处理" in letter.body) == (state == "PROPOSED")


@pytest.mark.parametrize(
    ("state", "due", "about"),
    [("open", date(2026, 5, 29), "监督措施逾期未答复"), ("open", date(2026, 6, 3), "监督措施答复"), ("settled", date(2026, 5, 29), "监督措施答复")],
)  # fmt: skip
def test_a_measure_is_called_unanswered_only_past_its_day(
    confirmed_flag, division_head, now, state, due, about
):
    measure = Measure.objects.create(
        flag=confirmed_flag, case=confirmed_flag.case, code="M02", mode="process", taken_by=division_head, capacity="庭长",
        content="请报告进展。", basis="法发〔2021〕30号第十条", taken_at=now, reply_due_on=due, state=state,
        settled_at=now if state == "settled" else None,
    )  # fmt: skip
    fact = cite_measure(measure, date(2026, 6, 1))
    assert titled("督办函", [fact]) == f"关于{about}的督办函"


def test_nobody_learns_of_a_case_by_a_letter_about_it(draft, court, near_case):
    other = Division.objects.create(court=court, name="刑事审判庭")
    with pytest.raises(Refused, match="不在刑事审判庭的职责范围内"):
        draft(to=Addressee(division=other))


def test_a_kind_goes_where_the_catalogue_says(draft, judge, division, upper_court):
    with pytest.raises(Refused, match="提示函不能发给周法官"):
        draft(to=Addressee(person=judge))
    assert draft("urge", to=Addressee(person=judge, division=division)).person == judge


def test_a_court_writes_to_itself_and_below_never_above(draft, near_case, upper_court, trial_office):
    with pytest.raises(Refused, match="只能向本院及下级法院发函"):
        draft_letter(
            kind="prompt", court=trial_office.seats[0].court, to=Addressee(to_court=upper_court), subject=Subject(),
            by=trial_office, at=timezone.now(),
        )  # fmt: skip


# --- signing ----------------------------------------------------------------------------------------------
def test_the_trial_office_signs_its_own_prompting_letter(draft, trial_office):
    letter = do("approve", draft(), trial_office)
    assert (letter.state, letter.approved_by, letter.number) == (
        "APPROVED",
        trial_office,
        "翠审管提〔2026〕1号",
    )


def test_an_urging_letter_takes_a_leader_and_its_drafter_is_not_enough(draft, trial_office, vice_president):
    letter = draft("urge")
    with pytest.raises(Refused, match="只能由本类函件的签批人办理"):
        do("approve", letter, trial_office)
    assert do("approve", letter, vice_president).number == "翠审管督〔2026〕1号"


def test_a_leader_does_not_sign_the_warning_they_drafted(draft, president, vice_president, near_case):
    letter = draft("warn", by=president)
    with pytest.raises(Refused, match="须由另一位院领导签批"):
        do("approve", letter, president)
    assert do("approve", letter, vice_president).state == "APPROVED"


def test_who_changed_a_draft_has_a_hand_in_it(draft, president, vice_president):
    letter = draft("warn", by=president)
    do("edit", letter, vice_president)
    for leader in (president, vice_president):
        with pytest.raises(Refused, match="另一位院领导"):
            do("approve", letter, leader)


def test_the_database_knows_it_too(draft, discipline):
    letter = draft("warn")
    with pytest.raises(Exception, match="grave_letter_is_signed_by_another"):
        Letter.objects.filter(pk=letter.pk).update(approved_by=discipline, number="x", state="APPROVED")


def test_numbers_run_without_gaps_by_court_kind_and_year(
    draft, near_case, trial_office, vice_president, on_day
):
    numbers = [do("approve", draft(cases=[near_case()]), trial_office).number for _ in range(3)]
    assert numbers == [f"翠审管提〔2026〕{n}号" for n in (1, 2, 3)]
    assert do("approve", draft("urge"), vice_president).number == "翠审管督〔2026〕1号"
    on_day(date(2027, 1, 4))
    assert do("approve", draft(), trial_office).number == "翠审管提〔2027〕1号"


def test_a_letter_taken_back_keeps_its_number(draft, trial_office):
    letter = do("approve", draft(), trial_office)
    letter = do("take_back", letter, trial_office, "日期有误")
    assert (letter.state, letter.approved_by, letter.number) == ("DRAFT", None, "翠审管提〔2026〕1号")
    assert do("approve", do("edit", letter, trial_office), trial_office).number == "翠审管提〔2026〕1号"
    assert Letter.objects.get().serial == 1


# --- facts that change -----------------------------------------------------------------------------------
def test_a_letter_is_refused_when_its_facts_have_changed_and_says_which(draft, near_case, trial_office):
    case = near_case()
    letter = draft(cases=[case])
    Clock.objects.filter(case=case).update(due_on=date(2026, 9, 6))
    with pytest.raises(Refused) as refused:
        do("approve", letter, trial_office)
    assert refused.value.status == 409
    assert f"{case.number} 届满日由“2026-06-06”变为“2026-09-06”" in refused.value.sentence
    assert not Letter.objects.exclude(number="").exists()


def test_a_signed_letter_is_refused_at_sending_too(draft, near_case, trial_office, post, division):
    case = near_case()
    letter = do("approve", draft(cases=[case]), trial_office)
    case.judge = post("judge", "接手法官", division=division)
    case.save()
    with pytest.raises(Refused, match=r"承办人由“周法官”变为“接手法官”.*退回草稿"):
        do("send", letter, trial_office)


def test_a_day_that_passes_is_no_change(draft, trial_office, on_day):
    letter = draft()
    on_day(MONDAY + timedelta(days=3))
    assert do("approve", letter, trial_office).state == "APPROVED"


def test_redrawing_takes_the_new_facts_and_drops_what_is_settled(draft, near_case, trial_office):
    still, done = near_case(), near_case()
    letter = draft(cases=[still, done])
    Clock.objects.filter(case=still).update(due_on=date(2026, 6, 10))
    done.closed_on = date(2026, 5, 29)
    done.save()
    letter = do("redraw", letter, trial_office)
    assert "2026年6月10日" in letter.body
    assert done.number not in letter.body
    assert [row.case for row in letter.cases.all()] == [still]
    assert changes(letter.facts, MONDAY) == []
    assert do("approve", letter, trial_office).state == "APPROVED"


def test_nothing_is_left_to_write_when_everything_is_settled(draft, near_case, trial_office):
    case = near_case()
    letter = draft(cases=[case])
    case.closed_on = MONDAY
    case.save()
    with pytest.raises(Refused, match="没有可写的内容"):
        do("redraw", letter, trial_office)


# --- sent, read, answered, judged, closed -------------------------------------------------------------------
def test_a_sent_letter_has_its_day_its_copies_and_a_row_in_the_log(
    draft, vice_president, trial_office, discipline
):
    letter = do("send", do("approve", draft("urge"), vice_president), trial_office)
    assert (letter.state, letter.reply_due_on) == ("SENT", date(2026, 6, 8))  # five working days
    copy = Copy.objects.get(letter=letter)
    assert (copy.person, copy.office, copy.read_at) == (discipline, "督察部门", None)
    row = LogEntry.objects.get(act="supervision.send_letter")
    assert row.case_id == letter.cases.get().case_id
    assert letter.number in row.content
    assert row.reply_by == letter.reply_due_on


def test_opening_is_a_receipt_for_the_addressee_and_for_a_copy_alone(
    draft, vice_president, trial_office, discipline, division_head
):
    letter = do("send", do("approve", draft("urge"), vice_president), trial_office)
    for by in (trial_office, vice_president, discipline):
        assert do("read", letter, by).state == "SENT"
    assert Copy.objects.get(letter=letter).read_at is not None
    letter = do("read", letter, division_head)
    assert (letter.state, letter.read_by) == ("READ", division_head)
    do("read", letter, division_head)
    assert LetterStep.objects.filter(letter=letter, to_state="READ").count() == 1


def test_a_letter_runs_from_answer_to_closure(sent, division_head, trial_office):
    assert list(letters_waiting(division_head)) == [sent]
    letter = do("reply", sent, division_head, "已督促，6月5日前结案。")
    assert list(letters_waiting(division_head)) == []
    letter = do("accept", letter, trial_office, "措施具体")
    letter = do("close", letter, trial_office)
    assert (letter.state, letter.evaluation, letter.closed_at is not None) == ("CLOSED", "措施具体", True)


def test_a_rejected_answer_has_a_reason_and_a_new_day(sent, division_head, trial_office, on_day):
    letter = do("reply", sent, division_head)
    with pytest.raises(Refused, match="请填写退回理由"):
        do("reject", letter, trial_office, "  ")
    on_day(date(2026, 6, 8))
    letter = do("reject", letter, trial_office, "没有写明完成时间")
    assert (letter.state, letter.reply_due_on) == ("REJECTED_REPLY", date(2026, 6, 11))
    letter = do("reply", letter, division_head, "6月12日前完成。")
    said = LetterStep.objects.filter(letter=letter, to_state="REPLIED").values_list("words", flat=True)
    assert set(said) == {"已核实", "6月12日前完成。"}


def test_nobody_judges_their_own_answer(draft, court, post, trial_office):
    both = post("president", "兼任院长")
    Posting.objects.create(user=both, court=court, role="trial_office", starts_on=date(2020, 1, 1))
    letter = do("send", do("approve", draft(to=Addressee(to_court=court)), trial_office), trial_office)
    letter = do("reply", letter, both)
    with pytest.raises(Refused, match="不能评价自己的回复"):
        do("accept", letter, both)
    assert do("accept", letter, trial_office).state == "ACCEPTED"


def test_doing_it_twice_is_the_same_as_once(draft, trial_office, division_head):
    letter = draft()
    for act, by in [
        ("approve", trial_office), ("send", trial_office), ("reply", division_head), ("accept", trial_office), ("close", trial_office),
    ]:  # fmt: skip
        first = do(act, letter, by)
        again = do(act, letter, by)
        assert (first.state, first.number, first.reply_due_on) == (
            again.state,
            again.number,
            again.reply_due_on,
        )
    assert LetterStep.objects.filter(letter=letter).count() == 6
    with pytest.raises(Refused):
        do("reply", letter, division_head, "另一份回复")


# --- who does what when: the whole table --------------------------------------------------------------------
#: The law of this house, written a second time: who may do what in which state. An urging letter to a division.
TABLE = {
    "edit": (["trial_office"], ["DRAFT"]),
    "redraw": (["trial_office"], ["DRAFT"]),
    "approve": (["president", "vice_president"], ["DRAFT"]),
    "take_back": (["president", "vice_president"], ["APPROVED"]),
    "send": (["trial_office"], ["APPROVED"]),
    "reply": (["division_head"], ["SENT", "READ", "OVERDUE", "REJECTED_REPLY"]),
    "accept": (["trial_office"], ["REPLIED"]),
    "reject": (["trial_office"], ["REPLIED"]),
    "close": (["trial_office"], ["ACCEPTED"]),
}
STATES = ["DRAFT", "APPROVED", "SENT", "READ", "REPLIED", "ACCEPTED", "REJECTED_REPLY", "OVERDUE", "CLOSED"]
PEOPLE = [
    "president",
    "vice_president",
    "division_head",
    "judge",
    "trial_office",
    "discipline",
    "filing",
    "outsider",
]
ENDS = {
    "approve": "APPROVED", "take_back": "DRAFT", "send": "SENT", "reply": "REPLIED", "accept": "ACCEPTED",
    "reject": "REJECTED_REPLY", "close": "CLOSED",
}  # fmt: skip


def test_the_table_and_the_test_speak_of_the_same_acts():
    assert set(TABLE) == set(ACTS) - {"read", "expire"}


@pytest.mark.parametrize("act", TABLE)
@pytest.mark.parametrize("who", PEOPLE)
def test_every_role_act_and_state(act, who, request, draft, near_case, post, president):
    by, drafter = request.getfixturevalue(who), post("trial_office", "审管办李")
    roles, states = TABLE[act]
    for state in STATES:
        letter = draft("urge", by=drafter, cases=[near_case()])
        signed = {} if state == "DRAFT" else {"approved_by": president, "number": "翠审管督〔2026〕1号"}
        fresh = {"approved_by": None, "number": "", "read_at": None, "replied_by": None} | signed
        Letter.objects.filter(pk=letter.pk).update(state=state, reply_due_on=MONDAY, **fresh)
        if who in roles and state in states:
            assert do(act, letter, by).state == ENDS.get(act, state), state
        else:
            with pytest.raises(Refused) as refused:
                do(act, letter, by)
            assert refused.value.status == (409 if who in roles else 403), state
            assert Letter.objects.get(pk=letter.pk).state == state


# --- overdue ------------------------------------------------------------------------------------------------
def expire(day: date):
    return expire_letters(today=day, at=timezone.now())


def test_an_unanswered_letter_is_overdue_and_the_next_is_only_a_draft(
    sent, on_day, vice_president, trial_office, division
):
    assert expire(date(2026, 6, 4)) == {"overdue": 0, "drafted": 0}  # the last day itself
    day = on_day(date(2026, 6, 5))
    assert expire(day) == {"overdue": 1, "drafted": 1}
    assert expire(day) == {"overdue": 0, "drafted": 0}
    sent.refresh_from_db()
    assert list(letters_overdue(sent.court)) == [sent]
    following = Letter.objects.get(escalated_from=sent)
    assert (following.kind, following.state, following.automatic, following.drafted_by, following.number) == (
        "urge", "DRAFT", True, None, "",
    )  # fmt: skip
    assert following.division == division
    assert following.title == "关于函件逾期未复的督办函"
    assert sent.number in following.body
    assert list(letters_to_sign(vice_president)) == [following]
    assert expire(date(2026, 7, 31)) == {"overdue": 0, "drafted": 0}
    assert Letter.objects.get(pk=following.pk).state == "DRAFT"  # nobody signed: it stays one
    assert do("approve", following, vice_president).number == "翠审管督〔2026〕1号"


def test_a_late_answer_makes_the_next_letter_refused(sent, on_day, division_head, vice_president):
    expire(on_day(date(2026, 6, 5)))
    do("reply", Letter.objects.get(pk=sent.pk), division_head)
    following = Letter.objects.get(escalated_from=sent)
    with pytest.raises(Refused, match="函件状态由“逾期未复”变为“已回复”"):
        do("approve", following, vice_president)


def test_an_overdue_urging_letter_leads_to_a_warning_that_discipline_may_edit(
    draft, on_day, vice_president, president, trial_office, discipline
):
    letter = do("send", do("approve", draft("urge"), vice_president), trial_office)
    expire(on_day(date(2026, 6, 9)))
    following = Letter.objects.get(escalated_from=letter)
    assert (following.kind, following.automatic) == ("warn", True)
    following = do("edit", following, discipline)
    with pytest.raises(Refused, match="只能由"):
        do("approve", following, discipline)
    assert do("approve", following, president).number == "翠审管警〔2026〕1号"


def test_an_overdue_warning_leads_nowhere(draft, president, discipline, on_day):
    letter = draft("warn")
    letter = edit_letter(
        letter=letter, text=Text("警示函", "正文", "依据", "要求"), by=discipline, at=timezone.now()
    )
    do("send", do("approve", letter, president), discipline)
    assert expire(on_day(date(2026, 7, 1))) == {"overdue": 1, "drafted": 0}
    with CaptureQueriesContext(connection) as asked:
        assert expire(date(2026, 7, 2)) == {"overdue": 0, "drafted": 0}
    assert not any("FOR UPDATE" in query["sql"] for query in asked)  # nor is it held every hour for ever


def test_a_step_of_the_system_is_nobodys(sent, on_day):
    expire(on_day(date(2026, 6, 5)))
    step = LetterStep.objects.get(letter=sent, to_state="OVERDUE")
    assert (step.by, step.words) == (None, "应于 2026-06-04 前回复")
    assert LogEntry.objects.get(act="supervision.expire_letter").person == "系统"


# --- who sees it --------------------------------------------------------------------------------------------
def test_a_draft_is_seen_by_those_who_keep_letters_alone(
    draft, trial_office, president, division_head, judge, outsider
):
    letter = draft()
    seen = [user for user in (trial_office, president, division_head, judge, outsider) if sees(user, letter)]
    assert seen == [trial_office, president]


def test_a_sent_one_is_seen_by_its_addressee_and_its_copies_too(
    draft, vice_president, trial_office, division_head, discipline, judge, outsider
):
    letter = do("send", do("approve", draft("urge"), vice_president), trial_office)
    assert sees(division_head, letter)
    assert sees(discipline, letter)
    assert not sees(judge, letter)
    assert not sees(outsider, letter)


def sees(user: User, letter: Letter) -> bool:
    return letter in Letter.objects.visible_to(user)


# --- under concurrency --------------------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_two_signers_at_once_leave_no_gap_and_no_double(draft, near_case, trial_office):
    letters = [draft(cases=[near_case()]) for _ in range(6)]
    start = threading.Barrier(len(letters))

    def sign(letter: Letter) -> None:
        start.wait()
        try:
            do("approve", letter, User.objects.get(pk=trial_office.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=sign, args=(letter,)) for letter in letters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(Letter.objects.values_list("serial", flat=True)) == [1, 2, 3, 4, 5, 6]


# --- citations ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("民诉法152; 法释〔2000〕29号8", "《中华人民共和国民事诉讼法》第152条；法释〔2000〕29号第8条"),
        ("刑诉法208第1款", "《中华人民共和国刑事诉讼法》第208条第1款"),
        ("海诉法87、92", "《中华人民共和国海事诉讼特别程序法》第87、92条"),
        ("法发〔2021〕30号第四条", "法发〔2021〕30号第四条"),
        ("财产保全规定(法释〔2016〕22号,2020修正)4", "财产保全规定(法释〔2016〕22号,2020修正)4"),
    ],
)
def test_a_law_is_cited_by_its_full_name_on_paper(short, full):
    assert in_full(short) == full


def test_a_rule_behind_many_cases_is_cited_once(draft, near_case):
    assert draft(cases=[near_case() for _ in range(3)]).basis.count("第152条") == 1

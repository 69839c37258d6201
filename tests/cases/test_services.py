"""What people may do to a case, and what each act leaves behind."""

from datetime import date

import pytest
from django.db import transaction

from audit import trail
from audit.models import Entry
from cases import facts, services
from cases.models import (
    AccessGrant,
    Case,
    CaseLink,
    Change,
    Exclusion,
    Extension,
    FormerNumber,
    ProcedureEvent,
    Restart,
)
from catalogues.selectors import law_in_use
from courts.models import Court


@pytest.fixture
def case(file_case):
    return file_case()


@pytest.fixture
def clerk(post, division):
    return post("clerk", "书记员陈", division=division)


def due(case):
    fresh = facts.with_facts(Case.objects).get(pk=case.pk)
    return facts.explain(fresh, law_in_use(), date(2026, 6, 30)).deadline.due


def pause(case, by, now, **given):
    values = {
        "ground": "appraisal",
        "starts_on": date(2026, 4, 1),
        "review_on": date(2026, 5, 1),
        "owner": by,
        "reason": "委托鉴定",
    }
    return services.pause_clock(case=case, by=by, at=now, **(values | given))


def extend(case, by, now, **given):
    values = {"months": 6, "approved_on": date(2026, 8, 1), "approver": "郑院长", "reason": "案情复杂"}
    return services.extend_limit(case=case, by=by, at=now, **(values | given))


def refused(act):
    """The sentence with which an act is refused, its transaction rolled back as in a request."""
    with pytest.raises(trail.Refused) as refusal, transaction.atomic():
        act()
    return refusal.value


# --- pauses ------------------------------------------------------------------------------------------
def test_a_pause_keeps_who_entered_it_and_puts_the_case_in_the_outbox(case, judge, now):
    found = pause(case, judge, now)
    assert (found.origin, found.recorded_by, found.recorded_at) == ("entered", judge, now)
    assert Change.objects.filter(case_id=case.pk).count() == 1
    entry = Entry.objects.get(act="cases.pause_clock")
    assert (entry.actor_id, entry.case_id, entry.because) == (judge.pk, case.pk, "委托鉴定")
    assert entry.after["ground"] == "appraisal"


def test_pausing_twice_is_the_same_as_once(case, judge, now):
    assert pause(case, judge, now) == pause(case, judge, now)
    assert (Exclusion.objects.count(), Change.objects.count()) == (1, 1)
    assert Entry.objects.filter(act="cases.pause_clock").count() == 1


def test_a_second_open_pause_on_the_same_ground_waits_for_the_first_to_end(case, judge, now):
    pause(case, judge, now)
    refusal = refused(lambda: pause(case, judge, now, starts_on=date(2026, 4, 9)))
    assert refusal.status == 409
    assert "2026-04-01 起已停表" in refusal.sentence


def test_resuming_moves_the_due_date_by_the_days_of_the_pause(case, judge, now):
    before = due(case)
    found = pause(case, judge, now)
    assert due(case) is None
    services.resume_clock(exclusion=found, resumes_on=date(2026, 4, 11), by=judge, at=now)
    services.resume_clock(exclusion=found, resumes_on=date(2026, 4, 11), by=judge, at=now)
    assert before == date(2026, 9, 2)
    assert due(case) == date(2026, 9, 14)  # 2026-09-12 is a Saturday
    assert Entry.objects.filter(act="cases.resume_clock").count() == 1


def test_a_pause_cannot_end_before_it_starts(case, judge, now):
    found = pause(case, judge, now)
    refusal = refused(
        lambda: services.resume_clock(exclusion=found, resumes_on=date(2026, 3, 31), by=judge, at=now)
    )
    assert "早于起日 2026-04-01" in refusal.sentence


@pytest.mark.parametrize(
    ("ground", "said"),
    [
        ("no_such", "没有“no_such”这一事由"),
        ("psychiatric", "只适用于刑事案件，本案为民事案件"),
        ("retrial_review_rejoin", "请用“重新计算审限”登记"),
        ("committee_discussion", "默认不扣除审限"),
        ("new_witness", "法定最长1个月"),
    ],
)
def test_only_grounds_the_law_gives_this_kind_of_case_stop_its_clock(case, judge, now, ground, said):
    refusal = refused(lambda: pause(case, judge, now, ground=ground))
    assert refusal.status == 409
    assert said in refusal.sentence
    assert not Exclusion.objects.exists()


def test_days_already_over_are_excluded_with_both_dates(case, judge, now):
    given = {
        "ground": "appraisal",
        "starts_on": date(2026, 4, 1),
        "resumes_on": date(2026, 4, 8),
        "reason": "鉴定",
    }
    services.exclude_days(case=case, by=judge, at=now, **given)
    services.exclude_days(case=case, by=judge, at=now, **given)
    assert due(case) == date(2026, 9, 9)
    assert Exclusion.objects.count() == 1
    other = given | {"resumes_on": date(2026, 5, 1)}
    assert (
        "已登记（至 2026-04-08）"
        in refused(lambda: services.exclude_days(case=case, by=judge, at=now, **other)).sentence
    )


# --- extensions and restarts -------------------------------------------------------------------------
def test_an_extension_lengthens_the_limit_once_however_often_it_is_entered(case, judge, now):
    assert extend(case, judge, now) == extend(case, judge, now)
    assert due(case) == date(2027, 3, 2)
    assert Extension.objects.get().approver == "郑院长"


def test_a_clerk_cannot_extend_although_the_clerk_sees_the_case(file_case, clerk, now):
    case = file_case(clerk=clerk)
    refusal = refused(lambda: extend(case, clerk, now))
    assert refusal.status == 403
    assert not Extension.objects.exists()


def test_an_extension_extends_by_something(case, judge, now):
    assert "请填写延长的长度" in refused(lambda: extend(case, judge, now, months=0)).sentence


def test_supplementary_investigation_counts_the_limit_anew(file_case, judge, now):
    case = file_case(category="刑事", type_code="刑初")
    services.restart_limit(case=case, ground="supp_investigation", on=date(2026, 4, 20), by=judge, at=now)
    services.restart_limit(case=case, ground="supp_investigation", on=date(2026, 4, 20), by=judge, at=now)
    assert due(case) == date(2026, 6, 22)  # 2026-06-20 is a Saturday
    assert Restart.objects.count() == 1


# --- procedure ---------------------------------------------------------------------------------------
def test_a_civil_conversion_keeps_counting_from_filing(file_case, judge, now):
    case = file_case(procedure="summary", limit="civ_summary")
    assert due(case) == date(2026, 6, 2)
    given = {"to_procedure": "ordinary", "decided_on": date(2026, 5, 20), "reason": "案情复杂"}
    first = services.convert_procedure(case=case, by=judge, at=now, **given)
    assert services.convert_procedure(case=case, by=judge, at=now, **given) == first
    case.refresh_from_db()
    assert (case.procedure, case.limit, set(case.entered)) == ("ordinary", "", {"procedure", "limit"})
    assert due(case) == date(2026, 9, 2)
    assert not Restart.objects.exists()


def test_a_criminal_conversion_starts_the_limit_anew(file_case, judge, now):
    case = file_case(category="刑事", type_code="刑初", procedure="summary")
    given = {"to_procedure": "ordinary", "decided_on": date(2026, 3, 16), "reason": "不符合简易程序条件"}
    conversion = services.convert_procedure(case=case, by=judge, at=now, **given)
    assert Restart.objects.get().on == date(2026, 3, 16)
    assert due(case) == date(2026, 5, 18)  # 2026-05-16 is a Saturday
    services.withdraw_fact(fact=conversion, reason="登记错误", by=judge, at=now)
    case.refresh_from_db()
    assert case.procedure == "summary"
    assert Restart.objects.get().withdrawn_at == now


def test_a_withdrawn_conversion_gives_back_the_limit_the_case_named(file_case, judge, now):
    case = file_case(limit="civ_foreign")
    given = {"to_procedure": "summary", "decided_on": date(2026, 3, 16), "reason": "登记有误"}
    conversion = services.convert_procedure(case=case, by=judge, at=now, **given)
    case.refresh_from_db()
    assert (case.procedure, case.limit) == ("summary", "")
    services.withdraw_fact(fact=conversion, reason="登记错误", by=judge, at=now)
    case.refresh_from_db()
    assert (case.procedure, case.limit) == ("ordinary", "civ_foreign")
    assert due(case) is None


# --- events, withdrawal, assignment, closing ---------------------------------------------------------
def test_a_withdrawn_fact_stays_and_counts_no_more(case, judge, now):
    found = services.exclude_days(
        case=case,
        ground="appraisal",
        starts_on=date(2026, 4, 1),
        resumes_on=date(2026, 5, 1),
        reason="鉴定",
        by=judge,
        at=now,
    )
    services.withdraw_fact(fact=found, reason="登记到错误的案件", by=judge, at=now)
    assert Exclusion.objects.get().withdrawn_at == now
    assert due(case) == date(2026, 9, 2)
    entry = Entry.objects.get(act="cases.withdraw_fact")
    assert (entry.because, entry.after["withdrawn"]) == ("登记到错误的案件", True)


def test_an_event_entered_again_after_withdrawal_stands_again(case, judge, now):
    given = {"node": "开庭", "on": date(2026, 4, 1), "by": judge, "at": now}
    event = services.record_event(case=case, **given)
    services.withdraw_fact(fact=event, reason="误录", by=judge, at=now)
    services.record_event(case=case, **given)
    assert ProcedureEvent.objects.get().withdrawn_at is None


def test_a_case_given_to_another_judge_says_since_when(case, judge, division_head, post, division, now):
    other = post("judge", "冯法官", division=division)
    given = {"judge": other, "division": division, "reason": "回避", "on": date(2026, 6, 1)}
    services.reassign(case=case, by=division_head, at=now, **given)
    services.reassign(case=case, by=division_head, at=now, **given)
    case.refresh_from_db()
    assert case.judge == other
    event = ProcedureEvent.objects.get()
    assert (event.node, event.on, event.note) == ("变更承办人", date(2026, 6, 1), "周法官 → 冯法官")
    assert set(case.entered) == {"judge"}  # the division stays as the feed has it


def test_a_case_stays_with_judges_of_its_own_court(case, division_head, outsider, now):
    given = {"judge": outsider, "division": None, "reason": "调配", "by": division_head, "at": now}
    assert "任职，请选择本院人员" in refused(lambda: services.reassign(case=case, **given)).sentence


def test_a_case_closes_once_and_not_before_it_was_filed(case, judge, now):
    given = {"closed_how": "判决", "by": judge, "at": now}
    early = refused(lambda: services.close_case(case=case, closed_on=date(2026, 3, 1), **given))
    assert "早于立案日期 2026-03-02" in early.sentence
    for _ in range(2):
        services.close_case(case=case, closed_on=date(2026, 6, 1), **given)
    case.refresh_from_db()
    assert (case.closed_on, case.closed_how) == (date(2026, 6, 1), "判决")
    assert case.entered["closed_on"]["by"] == judge.pk
    assert Entry.objects.filter(act="cases.close_case").count() == 1


# --- number and links --------------------------------------------------------------------------------
def test_a_corrected_number_keeps_its_history(case, trial_office, now):
    former = case.number
    services.correct_number(
        case=case, number="(2026)川1502民初８８号", reason="笔误", by=trial_office, at=now
    )
    case.refresh_from_db()
    assert (case.number, case.serial) == ("（2026）川1502民初88号", 88)
    assert FormerNumber.objects.get().number == former
    assert "number" in case.entered


def test_a_number_belongs_to_one_case(file_case, trial_office, now):
    one, other = file_case(), file_case()
    given = {"number": other.number, "reason": "笔误", "by": trial_office, "at": now}
    refusal = refused(lambda: services.correct_number(case=one, **given))
    assert (refusal.status, "已属于另一案件" in refusal.sentence) == (409, True)


def test_a_corrected_number_names_the_court_of_the_case(case, trial_office, now):
    given = {"number": "（2026）川1503民初1号", "reason": "笔误", "by": trial_office, "at": now}
    assert "的代字“川1502”" in refused(lambda: services.correct_number(case=case, **given)).sentence


def test_a_case_of_an_unrecognised_court_moves_to_the_court_its_corrected_number_names(
    file_case, post, court, upper_court, now
):
    nobody = Court.objects.create(code="川1599", name="x", level=4, parent=upper_court, recognised=False)
    case = file_case(court=nobody, division=None)
    office = post("trial_office", at=upper_court)
    services.correct_number(case=case, number="（2026）川1502民初7号", reason="笔误", by=office, at=now)
    case.refresh_from_db()
    assert case.court == court


def test_linked_cases_find_one_another(file_case, judge, now):
    one, other = file_case(), file_case()
    for _ in range(2):
        services.link_cases(case=one, other_number=other.number, kind="merged", by=judge, at=now)
    assert CaseLink.objects.get().other == other


# --- sealed cases ------------------------------------------------------------------------------------
def test_a_sealed_case_is_seen_by_its_panel_and_its_list_alone(case, judge, president, trial_office, now):
    services.seal_case(case=case, sealed="juvenile", reason="未成年人", by=president, at=now)

    def seen_by(user):
        return Case.objects.visible_to(user).filter(pk=case.pk).exists()

    assert [seen_by(user) for user in (judge, president, trial_office)] == [True, True, False]
    grant = services.grant_access(case=case, user=trial_office, reason="核对审限", by=president, at=now)
    assert (
        services.grant_access(case=case, user=trial_office, reason="核对审限", by=president, at=now) == grant
    )
    assert seen_by(trial_office)
    services.revoke_access(grant=grant, reason="核对完毕", by=president, at=now)
    assert not seen_by(trial_office)


def test_a_president_admits_a_reader_without_seeing_the_case(file_case, president, trial_office, now):
    case = file_case(sealed="state_secret")
    services.grant_access(case=case, user=trial_office, reason="核对审限", by=president, at=now)
    assert AccessGrant.objects.get().granted_by == president


def test_a_president_cannot_admit_himself(file_case, president, now):
    case = file_case(sealed="state_secret")
    given = {"reason": "了解案情", "by": president, "at": now}
    refusal = refused(lambda: services.grant_access(case=case, user=president, **given))
    assert (refusal.status, "不能将自己" in refusal.sentence) == (403, True)
    assert not Case.objects.visible_to(president).filter(pk=case.pk).exists()


def test_only_who_serves_at_the_court_or_above_it_is_admitted(
    file_case, president, outsider, upper_court, post, now
):
    case = file_case(sealed="state_secret")
    given = {"case": case, "reason": "核对审限", "by": president, "at": now}
    former = post("judge", "离任法官")
    former.postings.update(ends_on=date(2021, 1, 1))
    for user in (outsider, former):
        assert "上级法院任职" in refused(lambda user=user: services.grant_access(user=user, **given)).sentence
    services.grant_access(user=post("judge", "中院法官", at=upper_court), **given)
    assert AccessGrant.objects.count() == 1


def test_reading_a_sealed_case_by_the_list_is_not_writing_it(file_case, post, division, now):
    reader = post("judge", "另一法官", division=division)
    case = file_case(sealed="juvenile", readers=[reader.pk])
    assert Case.objects.visible_to(reader).filter(pk=case.pk).exists()
    assert refused(lambda: pause(case, reader, now)).status == 403


def test_the_trail_of_a_sealed_case_is_secret(file_case, judge, now):
    pause(file_case(sealed="juvenile"), judge, now)
    assert Entry.objects.get(act="cases.pause_clock").secret


# --- scope -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["outsider", "president", "trial_office_elsewhere"])
def test_nobody_writes_beyond_their_post(case, request, post, now, who):
    person = (
        post("trial_office", "外院审管办", at=Court.objects.get(code="川1503"))
        if who == "trial_office_elsewhere"
        else request.getfixturevalue(who)
    )
    assert refused(lambda: pause(case, person, now)).status == 403


def test_a_judge_writes_about_own_cases_only(case, post, division, now):
    colleague = post("judge", "同庭法官", division=division)
    assert refused(lambda: pause(case, colleague, now)).status == 403

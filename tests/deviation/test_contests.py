"""A contest is filed by the judge alone, knowingly, decided by another on the record, in its own time."""

from __future__ import annotations

from datetime import date

import pytest
from django.http import Http404
from django.urls import reverse

from audit import trail
from audit.models import Entry
from cases.models import Case, Change
from deviation.contests import contest, decide_contest, decided, undecided
from deviation.disclosed import standing_q
from deviation.models import Contest, Notice, Score
from deviation.notices import tell_judge

GOOD = {"ground": "wrong_data", "text": "数额录入有误"}
DECISION = {"reason": "经核对，数额确有误", "heard": "承办法官周法官"}


# --- filing ----------------------------------------------------------------------------------------------------------
def test_a_contest_has_a_clock_of_its_own_in_working_days(disclosed, now):
    notice = disclosed()  # on 9 June
    filed = contest(notice=notice, **GOOD, by=notice.judge, at=now)
    assert filed.due_on == date(2026, 6, 24)
    assert Notice.objects.get().state == "contested"


def test_within_the_private_days_it_shows_the_notice_and_the_judge_must_know(told, judge, now):
    notice = told()
    with pytest.raises(trail.Refused, match="只有您本人可见") as refused:
        contest(notice=notice, **GOOD, by=judge, at=now)
    assert (refused.value.status, refused.value.secret) == (409, True)
    contest(notice=notice, **GOOD, knowing=True, by=judge, at=now)
    notice.refresh_from_db()
    assert (notice.state, notice.disclosed_at) == ("contested", now)
    assert Score.objects.get(pk=notice.score_id).disclosed
    assert Change.objects.filter(case_id=notice.case_id).exists()


def test_a_yellow_notice_needs_no_contest(told, judge, now):
    with pytest.raises(trail.Refused, match="无须"):
        contest(notice=told(band="yellow"), **GOOD, knowing=True, by=judge, at=now)


@pytest.mark.parametrize("fields", [{"q": 0.2}, {"q": None}])
def test_what_would_not_be_shown_is_not_shown_by_a_contest(client, told, judge, now, fields):
    notice = told(**fields)
    with pytest.raises(trail.Refused, match="期满不公开"):
        contest(notice=notice, **GOOD, knowing=True, by=judge, at=now)
    client.force_login(judge)
    page = client.get(reverse("deviation:notice", args=[notice.pk])).content.decode()
    assert reverse("deviation:notice-act", args=[notice.pk, "contest"]) not in page
    assert "经误报控制仍显著的，或者超出量刑指导意见区间的" in page


def test_a_breach_of_the_guideline_may_be_contested_whatever_its_q(told, judge, now):
    notice = told(q=0.2, guideline={"inside": False, "breaches": ["高于上限"]})
    assert contest(notice=notice, **GOOD, knowing=True, by=judge, at=now)


@pytest.mark.parametrize("change", ["judge", "closed_on"])
def test_a_draft_that_is_nobodys_outcome_any_more_is_not_shown_by_a_contest(told, judge, member, now, change):
    notice = told()
    Case.objects.filter(pk=notice.case_id).update(
        **({"judge": member} if change == "judge" else {"closed_on": date(2026, 6, 2)})
    )
    with pytest.raises(trail.Refused, match="期满不公开"):
        contest(notice=notice, **GOOD, knowing=True, by=judge, at=now)
    notice.refresh_from_db()
    assert notice.disclosed_at is None


@pytest.mark.parametrize(("day", "may"), [(date(2026, 6, 24), True), (date(2026, 6, 25), False)])
def test_it_may_be_filed_to_the_last_day_and_not_after(disclosed, on_day, now, day, may):
    notice = disclosed()
    on_day(day)
    if may:
        assert contest(notice=notice, **GOOD, by=notice.judge, at=now)
        return
    with pytest.raises(trail.Refused, match="届满"):
        contest(notice=notice, **GOOD, by=notice.judge, at=now)


@pytest.mark.parametrize(
    ("given", "said"),
    [({"ground": "x"}, "选择"), ({"text": "  "}, "写明"), ({"text": "某" * 2001}, "2000")],
)
def test_what_will_not_do_is_refused_in_one_sentence(disclosed, now, given, said):
    notice = disclosed()
    with pytest.raises(trail.Refused, match=said):
        contest(notice=notice, **(GOOD | given), by=notice.judge, at=now)


@pytest.mark.parametrize("who", ["division_head", "trial_office", "president"])
def test_nobody_files_for_the_judge(disclosed, now, request, who):
    notice, person = disclosed(), request.getfixturevalue(who)
    with pytest.raises(trail.Refused) as refused:
        contest(notice=notice, **GOOD, by=person, at=now)
    assert refused.value.status == 403


# --- deciding --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["trial_office", "vice_president"])
@pytest.mark.parametrize(("upheld", "state"), [(True, "upheld"), (False, "rejected")])
def test_those_whose_post_it_is_decide_with_reasons_on_the_record(
    contested, now, request, who, upheld, state
):
    filed, person = contested(), request.getfixturevalue(who)
    decide_contest(contest=filed, upheld=upheld, **DECISION, by=person, at=now)
    filed.refresh_from_db()
    assert filed.notice.state == state
    assert (filed.decided_by, filed.decision, filed.heard) == (person, DECISION["reason"], DECISION["heard"])
    entry = Entry.objects.get(act="deviation.decide_contest")
    assert (entry.actor_id, entry.secret) == (person.pk, False)


def test_upheld_takes_the_fact_back_and_rejected_leaves_it(contested, trial_office, theft, now):
    first, second = contested(theft()), contested(theft())
    cases = [one.notice.case for one in (first, second)]
    assert [standing_q(case) for case in cases] == [None, None]  # no rule uses what is being decided
    decide_contest(contest=first, upheld=True, **DECISION, by=trial_office, at=now)
    decide_contest(contest=second, upheld=False, **DECISION, by=trial_office, at=now)
    assert [standing_q(case) for case in cases] == [None, 0.03]


@pytest.mark.parametrize(("band", "state"), [("green", "adjusted"), ("red", "rejected")])
def test_a_judgment_given_meanwhile_is_taken_up_when_the_contest_is_rejected(
    contested, judgment, trial_office, now, band, state
):
    notice = contested().notice
    given = judgment(notice.case, band, outcome=62)
    tell_judge(score=given, at=now)
    assert Notice.objects.get(pk=notice.pk).state == "contested"
    decide_contest(contest=notice.contest, upheld=False, **DECISION, by=trial_office, at=now)
    notice.refresh_from_db()
    assert (notice.state, notice.score == given) == (state, band == "red")


def test_a_draft_made_meanwhile_is_not(contested, score, trial_office, now):
    notice = contested().notice
    score(notice.case, "green", outcome=12)
    decide_contest(contest=notice.contest, upheld=False, **DECISION, by=trial_office, at=now)
    assert Notice.objects.get(pk=notice.pk).state == "rejected"


@pytest.mark.parametrize("who", ["judge", "division_head", "president"])
def test_a_wrong_person_is_refused_and_leaves_a_trace(client, contested, request, who):
    notice, person = contested().notice, request.getfixturevalue(who)
    client.force_login(person)
    data = {"decide-upheld": "yes", "decide-reason": "某", "decide-heard": "某"}
    assert client.post(reverse("deviation:notice-act", args=[notice.pk, "decide"]), data).status_code == 403
    assert Entry.objects.filter(
        act="deviation.decide_contest", outcome="refused", actor_id=person.pk
    ).exists()
    assert Contest.objects.get().decided_at is None


def test_who_sits_on_the_case_does_not_decide_though_the_post_would(contested, vice_president, now):
    filed = contested()
    filed.notice.case.presiding = vice_president
    filed.notice.case.save()
    with pytest.raises(trail.Refused) as refused:
        decide_contest(contest=filed, upheld=True, **DECISION, by=vice_president, at=now)
    assert refused.value.status == 403
    assert not undecided(vice_president).filter(notice__case__judge=vice_president).exists()


@pytest.mark.parametrize("seat", ["judge", "presiding", "members", "assistant", "clerk"])
def test_the_desk_does_not_list_the_contests_of_cases_one_sits_on(contested, trial_office, seat):
    filed = contested()
    assert list(undecided(trial_office)) == [filed]
    setattr(filed.notice.case, seat, [trial_office.pk] if seat == "members" else trial_office)
    filed.notice.case.save()
    assert not undecided(trial_office).exists()


def test_another_court_knows_of_none(contested, post, upper_court, now):
    stranger = post("trial_office", "中院审管", at=upper_court)
    with pytest.raises(Http404):
        decide_contest(contest=contested(), upheld=True, **DECISION, by=stranger, at=now)


def test_it_is_decided_once(contested, trial_office, now):
    filed = contested()
    decide_contest(contest=filed, upheld=True, **DECISION, by=trial_office, at=now)
    with pytest.raises(trail.Refused, match="已经决定"):
        decide_contest(contest=filed, upheld=False, **DECISION, by=trial_office, at=now)


@pytest.mark.parametrize("missing", ["reason", "heard"])
def test_without_reasons_or_without_who_was_heard_nothing_is_decided(contested, trial_office, now, missing):
    with pytest.raises(trail.Refused, match="写明"):
        decide_contest(
            contest=contested(), upheld=True, **(DECISION | {missing: " "}), by=trial_office, at=now
        )


# --- the desk --------------------------------------------------------------------------------------------------------
def test_what_nobody_decided_in_time_is_listed_first(contested, theft, trial_office, now):
    late, soon = contested(theft()), contested(theft())
    Contest.objects.filter(pk=late.pk).update(due_on=date(2026, 6, 10))
    assert list(undecided(trial_office)) == [late, soon]
    decide_contest(contest=late, upheld=False, **DECISION, by=trial_office, at=now)
    assert list(decided(trial_office)) == [late]


def test_the_desk_says_which_are_overdue(client, contested, on_day, trial_office):
    filed = contested()
    on_day(date(2026, 7, 30))
    client.force_login(trial_office)
    page = client.get(reverse("deviation:contests")).content.decode()
    assert filed.notice.case.number in page
    assert "逾期未决定" in page


@pytest.mark.parametrize("who", ["judge", "division_head", "president", "itadmin", "assistant"])
def test_the_desk_is_for_those_who_decide(client, contested, request, who):
    contested()
    client.force_login(request.getfixturevalue(who))
    assert client.get(reverse("deviation:contests")).status_code == 403


def test_the_desk_costs_the_same_however_long(client, contested, theft, trial_office, costs_the_same):
    client.force_login(trial_office)

    def grow(n: int = 10) -> None:
        for _ in range(n):
            contested(theft())

    grow(2)
    costs_the_same(lambda: client.get(reverse("deviation:contests")), grow=grow)


# --- the page ----------------------------------------------------------------------------------------------------------
def test_the_page_warns_that_a_contest_shows_the_notice(client, told, judge):
    notice = told()
    client.force_login(judge)
    page = client.get(reverse("deviation:notice", args=[notice.pk])).content.decode()
    assert "本院审管办、分管院领导和庭长自此可以看到" in page
    answer = client.post(
        reverse("deviation:notice-act", args=[notice.pk, "contest"]),
        {"contest-ground": "method", "contest-text": "样本太少"},
    )
    assert answer.status_code == 422
    assert "样本太少" in answer.content.decode()
    assert not Contest.objects.exists()


def test_while_it_is_open_the_page_says_it_must_not_be_used(client, contested, trial_office):
    notice = contested().notice
    client.force_login(trial_office)
    page = client.get(reverse("deviation:notice", args=[notice.pk])).content.decode()
    assert "不得用于考核" in page


def test_the_decider_decides_on_the_page(client, contested, trial_office):
    notice = contested().notice
    client.force_login(trial_office)
    address = reverse("deviation:notice-act", args=[notice.pk, "decide"])
    bad = client.post(address, {"decide-upheld": "yes", "decide-reason": "有理", "decide-heard": ""})
    assert bad.status_code == 422
    assert "有理" in bad.content.decode()
    good = {"decide-upheld": "yes", "decide-reason": "有理", "decide-heard": "周法官"}
    assert client.post(address, good).status_code == 302
    assert "异议成立" in client.get(reverse("deviation:notice", args=[notice.pk])).content.decode()

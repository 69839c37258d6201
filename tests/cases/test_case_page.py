"""The page of one case: three clocks, why the date, what happened; and who may open it."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from audit.models import Entry
from cases import facts, services
from cases.clocks import recompute
from cases.models import CaseLink, Clock, Doubt, Extension, Party
from catalogues.selectors import law_in_use
from courts.models import Court, Division, FixedDay


@pytest.fixture(autouse=True)
def day(db):
    FixedDay.objects.create(day=date(2026, 6, 30))


@pytest.fixture
def case(file_case):
    return file_case()


@pytest.fixture
def opened(client, judge):
    """The text of a case's page as the judge reads it, or as another person does."""

    def read(case, by=judge):
        client.force_login(by)
        response = client.get(reverse("cases:page", args=[case.pk]))
        assert response.status_code == 200
        return response.content.decode()

    return read


def status(client, person, case):
    client.force_login(person)
    return client.get(reverse("cases:page", args=[case.pk])).status_code


def test_strangers_are_told_the_page_does_not_exist(client, case, outsider, post, court):
    other = Division.objects.create(court=court, name="民事审判第二庭", kind="民事", position=2)
    elsewhere = post("judge", "民二法官", division=other)
    assert [status(client, person, case) for person in (outsider, elsewhere)] == [404, 404]


def test_a_sealed_case_does_not_exist_for_the_president_who_is_not_on_its_list(
    client, file_case, president, judge
):
    case = file_case(sealed="state_secret")
    assert (status(client, president, case), status(client, judge, case)) == (404, 200)


def test_the_three_clocks_stand_side_by_side_each_with_its_definition(opened, case):
    html = opened(case)
    assert "2026-09-02" in html  # due
    assert "剩余 64 天" in html
    assert '<p class="number">120<span' in html  # days in hand
    for definition in ("法律规定的审结最后一日", "自立案之日至今天", "依法扣除与停表的天数之和"):
        assert definition in html


def test_the_page_shows_every_line_of_the_calculation(opened, case, judge, now):
    services.exclude_days(
        case=case,
        ground="appraisal",
        starts_on=date(2026, 4, 1),
        resumes_on=date(2026, 5, 12),
        reason="鉴定",
        by=judge,
        at=now,
    )
    html = opened(case)
    fresh = facts.with_facts(type(case).objects).get(pk=case.pk)
    lines = facts.explain(fresh, law_in_use(), date(2026, 6, 30)).because
    assert any("鉴定期间 41 天" in line for line in lines)
    assert all(f"<li>{line}</li>" in html for line in lines)
    assert '<p class="number">41<span' in html  # days paused


def test_a_stopped_clock_shows_what_was_left_and_the_days_since(opened, case, judge, now):
    given = {
        "starts_on": date(2026, 6, 20),
        "review_on": date(2026, 7, 20),
        "owner": judge,
        "reason": "等待另案",
    }
    services.pause_clock(case=case, ground="stay", by=judge, at=now, **given)
    html = opened(case)
    assert "停表中" in html
    assert "剩余 74 天" in html
    assert '<p class="number">10<span' in html
    assert "复核日 2026-07-20，负责人 周法官" in html


def test_a_case_without_a_start_says_why_no_date_can_be_computed(opened, file_case):
    assert "缺少立案日期和受理日期" in opened(file_case(filed_on=None))


def test_days_in_hand_of_the_present_judge_are_counted_from_the_day_of_taking_over(
    opened, case, division_head, judge, post, division, now
):
    other = post("judge", "冯法官", division=division)
    services.reassign(
        case=case,
        judge=other,
        division=division,
        reason="调配",
        on=date(2026, 6, 20),
        by=division_head,
        at=now,
    )
    assert "现承办人自 2026-06-20 接手，10 天" in opened(case, by=division_head)


def test_the_timeline_says_where_each_fact_came_from(opened, case, judge, now):
    services.record_event(case=case, node="开庭", on=date(2026, 4, 20), by=judge, at=now)
    withdrawn = services.record_event(case=case, node="宣判", on=date(2026, 4, 21), by=judge, at=now)
    services.withdraw_fact(fact=withdrawn, reason="误录", by=judge, at=now)
    Extension.objects.create(case=case, months=1, approved_on=date(2026, 5, 1), batch_id=12)
    html = opened(case)
    assert "本系统录入 · 周法官" in html
    assert "数据接入（批次 12）" in html
    assert "已撤销" in html


def test_other_clocks_show_name_date_and_basis(opened, case):
    Clock.objects.create(
        case=case,
        kind="node",
        rule="N20",
        state="running",
        start_on=date(2026, 3, 2),
        due_on=date(2026, 3, 9),
    )
    node = law_in_use().node("N20", date(2026, 3, 2))
    html = opened(case)
    assert node.name in html
    assert node.basis.split(";")[0] in html
    assert "■ 已超" in html


def test_the_chain_of_instances_leads_on_and_names_no_sealed_case(opened, file_case, judge, outsider):
    case, second, sealed = file_case(), file_case(), file_case(sealed="juvenile", judge=outsider)
    third = file_case()
    for one, other, kind in (
        (case, second, "appeal"),
        (second, third, "enforcement"),
        (case, sealed, "related"),
    ):
        CaseLink.objects.create(case=one, other=other, other_number=other.number, kind=kind)
    CaseLink.objects.create(case=case, other_number="（2026）川民申9号", kind="retrial_review")
    html = opened(case)
    assert reverse("cases:page", args=[second.pk]) in html
    assert reverse("cases:page", args=[third.pk]) in html
    assert "（2026）川民申9号" in html
    assert sealed.number not in html


def test_parties_former_numbers_and_doubts_are_shown(opened, case, trial_office, now):
    Party.objects.create(case=case, name="李某某", standing="原告")
    Doubt.objects.create(case=case, kind="no_start", sentence="立案日期与受理日期相差过大", raised_at=now)
    former = case.number
    services.correct_number(
        case=case, number="（2026）川1502民初88号", reason="笔误", by=trial_office, at=now
    )
    html = opened(case)
    for shown in ("李某某", "立案日期与受理日期相差过大", former, "笔误"):
        assert shown in html


def test_only_what_one_may_do_is_offered(opened, case, judge, president):
    own, above = opened(case), opened(case, by=president)
    assert reverse("cases:pause", args=[case.pk]) in own
    assert reverse("cases:reassign", args=[case.pk]) not in own
    assert reverse("cases:pause", args=[case.pk]) not in above
    assert reverse("cases:reassign", args=[case.pk]) in above


def test_an_extension_is_offered_only_where_the_law_gives_one(opened, file_case):
    with_rule, without = file_case(), file_case(type_code="行初", category="行政", procedure="summary")
    assert reverse("cases:extend", args=[with_rule.pk]) in opened(with_rule)
    assert reverse("cases:extend", args=[without.pk]) not in opened(without)


def test_reading_by_others_is_recorded_once_a_day_and_by_the_panel_not_at_all(opened, case, president):
    opened(case)
    assert not Entry.objects.filter(case_id=case.pk).exists()
    opened(case, by=president)
    opened(case, by=president)
    assert [entry.actor_id for entry in Entry.objects.filter(case_id=case.pk)] == [president.pk]


def test_alerts_and_trail_come_by_address_and_stay_reachable_without_scripts(opened, case):
    html = opened(case)
    for name in ("alerts:for-case", "dashboard:trail-of-case"):
        address = reverse(name, args=[case.pk])
        assert f'hx-get="{address}"' in html
        assert f'href="{address}"' in html


def test_the_page_costs_the_same_however_much_happened(client, case, judge, now, costs_the_same):
    def happen(n, since):
        for number in range(n):
            on = since + timedelta(days=number)
            services.record_event(case=case, node="开庭", on=on, by=judge, at=now)
            given = {"starts_on": on, "resumes_on": on + timedelta(days=1), "reason": "鉴定"}
            services.exclude_days(case=case, ground="appraisal", by=judge, at=now, **given)
            Party.objects.create(case=case, name=f"当事人{on}", standing="原告")
            Clock.objects.create(
                case=case, kind="node", rule="N20", turn=(on - date(2026, 1, 1)).days, due_on=on
            )

    client.force_login(judge)
    happen(2, date(2026, 4, 1))
    costs_the_same(
        lambda: client.get(reverse("cases:page", args=[case.pk])), grow=lambda: happen(20, date(2026, 5, 1))
    )


def test_a_case_of_an_unrecognised_court_still_has_a_page(opened, file_case):
    unknown = Court.objects.create(name="未识别法院（川9999）", code="川9999", level=4, recognised=False)
    assert "未识别法院" in opened(file_case(court=unknown, division=None))


def test_the_passed_day_for_asking_an_extension_is_no_breach(opened, file_case, now):
    case = file_case(filed_on=date(2026, 1, 5))
    recompute([case.pk], now)
    page = opened(case)
    apply_by = page[page.index("延长审限申请（民事）") :][:1500]
    assert "已过" in apply_by
    assert "badge-overdue" not in apply_by

"""The pages of flags: what waits for whom, what one flag shows, which forms are there, and what others never learn."""

import re
from datetime import date
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from audit.models import Entry
from courts.models import Court, Division, Posting
from supervision.flag_reading import near_misses, numbers_of
from supervision.flags import dispute_flag
from supervision.models import CaseFacts, Flag, Measure
from supervision.waiting import counts, waiting_count

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def on_a_monday(monday):
    return monday


@pytest.fixture
def visit(client):
    """``visit(user, address)``: the page; ``visit(user, address, {...})`` posts the form."""

    def go(user, address, posted=None):
        client.force_login(user)
        return client.get(address) if posted is None else client.post(address, posted)

    return go


def text(answer) -> str:
    return answer.content.decode()


def without_token(answer) -> str:
    return re.sub(r"[A-Za-z0-9]{64}", "", text(answer))


def page_of(flag) -> str:
    return f"/supervision/flags/{flag.pk}/"


# --- what waits for whom -----------------------------------------------------------------------------------
def test_each_has_the_lists_of_their_posts(
    make_flag, division_head, vice_president, president, judge, trial_office, discipline
):
    make_flag(due_on=date(2026, 6, 3))
    make_flag(state="EXPIRED", level=1)
    make_flag(state="EXPIRED", level=2)
    make_flag(state="DISPUTED", level=2)
    make_flag(state="CONFIRMED", decided_by=vice_president)
    make_flag(code="D01", secret=True)
    assert counts(division_head, MONDAY) == {"confirm": 1, "supervise": 1}
    assert counts(vice_president, MONDAY) == {"up": 1, "supervise": 1, "below": 1}
    assert counts(president, MONDAY) == {"dispute": 1, "up": 1, "secret": 1, "supervise": 0, "below": 2}
    assert counts(judge, MONDAY) == {"panel": 5}
    assert counts(trial_office, MONDAY) == {"late": 2}
    assert counts(discipline, MONDAY) == {"verify": 1}
    assert [waiting_count(user, MONDAY) for user in (division_head, president, judge)] == [2, 3, 0]


def test_the_nearest_day_comes_first(make_flag, division_head, visit):
    late, near = make_flag(due_on=date(2026, 6, 9)), make_flag(due_on=date(2026, 5, 29))
    page = text(visit(division_head, "/supervision/"))
    assert page.index(near.case.number) < page.index(late.case.number)
    assert "已逾 3 天" in page
    assert "还有 8 天" in page


def test_a_list_of_nothing_says_so(division_head, visit):
    assert "这一项没有标识" in text(visit(division_head, "/supervision/"))


def test_another_divisions_flags_do_not_wait_here(make_flag, post, court, visit):
    flag = make_flag()
    other = post("division_head", division=Division.objects.create(court=court, name="刑一庭"))
    assert flag.case.number not in text(visit(other, "/supervision/"))


def test_who_has_no_list_is_told(post, visit):
    answer = visit(post("politics"), "/supervision/")
    assert (answer.status_code, "没有需要处理" in text(answer)) == (403, True)


def test_the_list_costs_the_same_however_long(client, division_head, make_flag, costs_the_same):
    client.force_login(division_head)
    for state in ("PROPOSED", "CONFIRMED"):
        make_flag(state=state)
    for tab in ("confirm", "supervise"):
        costs_the_same(
            lambda tab=tab: client.get(f"/supervision/?tab={tab}"),
            grow=lambda: [make_flag(state=state) for state in ("PROPOSED", "CONFIRMED") for _ in range(6)],
        )


# --- one flag ------------------------------------------------------------------------------------------------
def test_it_shows_evidence_rule_basis_version_and_history_in_words(make_flag, division_head, visit):
    flag = make_flag()
    CaseFacts.objects.create(
        case=flag.case, court_id=flag.court_id, as_of=MONDAY, case_type="civil", same_side_max=15
    )
    page = text(visit(division_head, page_of(flag)))
    assert "案件类型为民事、行政或执行，且同一方人数不少于10人（参数）。" in page
    assert "<strong>12人</strong>" in page
    assert "15人" in page and "有变化" in page
    assert flag.version.basis in page
    assert "人数众多" in page
    assert flag.edition[:12] in page


def test_reading_a_flag_is_reading_its_case(make_flag, division_head, judge, visit):
    flag = make_flag()
    visit(judge, page_of(flag))
    assert not Entry.objects.filter(act="cases.read").exists()
    visit(division_head, page_of(flag))
    assert Entry.objects.get(act="cases.read").case_id == flag.case_id


def forms_on(answer) -> list[str]:
    return [form.act for form in answer.context["forms"]]


def test_only_the_forms_one_may_use_are_there(
    make_flag, division_head, vice_president, president, judge, trial_office, visit
):
    proposed, expired, confirmed = make_flag(), make_flag(state="EXPIRED"), make_flag(state="CONFIRMED")
    wanted = {
        division_head: [["confirm", "reject", "dispute"], [], ["adjust", "revoke"]],
        vice_president: [["confirm", "reject"], ["confirm", "reject"], ["adjust", "revoke"]],
        president: [["confirm", "reject"], ["confirm", "reject"], ["adjust", "revoke"]],
        judge: [["dispute"], [], []],
        trial_office: [[], [], []],
    }
    for user, forms in wanted.items():
        assert [forms_on(visit(user, page_of(flag))) for flag in (proposed, expired, confirmed)] == forms


def test_the_panel_is_told_how_to_contest(make_flag, judge, visit):
    assert "可以在确认以前提出异议并写明理由，由院长决定" in text(visit(judge, page_of(make_flag())))
    assert "申请撤销" in text(visit(judge, page_of(make_flag(state="CONFIRMED"))))


def test_a_closed_case_still_wants_a_decision_and_says_so(make_flag, file_case, division_head, visit):
    flag = make_flag(file_case(closed_on=date(2026, 5, 8)))
    assert "标识仍须有人决定" in text(visit(division_head, page_of(flag)))


# --- acting ----------------------------------------------------------------------------------------------------
def test_a_confirmation_from_the_page(make_flag, division_head, visit):
    flag = make_flag()
    answer = visit(division_head, f"{page_of(flag)}confirm/", {"confirm-reason": ""})
    assert answer.headers["Location"] == page_of(flag)
    flag.refresh_from_db()
    assert flag.state == "CONFIRMED"
    assert "还没有采取措施" in text(visit(division_head, page_of(flag)))


def test_a_rejection_without_a_reason_comes_back_as_it_was_typed(make_flag, division_head, visit):
    flag = make_flag()
    answer = visit(division_head, f"{page_of(flag)}reject/", {"reject-reason": "这里写的字还在"})
    assert answer.status_code == 422
    assert "请从列表中选择一项" in text(answer)
    assert "这里写的字还在" in text(answer)
    visit(
        division_head,
        f"{page_of(flag)}reject/",
        {"reject-reason_code": "data_wrong", "reject-reason": "录错"},
    )
    flag.refresh_from_db()
    assert (flag.state, flag.reason_code, flag.reason) == ("REJECTED", "data_wrong", "录错")


def test_other_must_be_said_in_words(make_flag, division_head, visit):
    answer = visit(division_head, f"{page_of(make_flag())}reject/", {"reject-reason_code": "other"})
    assert "请写明理由" in text(answer)


def test_what_is_not_offered_is_refused_on_the_record(make_flag, trial_office, judge, visit):
    flag = make_flag()
    for user in (trial_office, judge):
        assert visit(user, f"{page_of(flag)}confirm/", {"confirm-reason": ""}).status_code == 403
    assert Entry.objects.filter(act="supervision.confirm_flag", outcome="refused").count() == 2
    assert visit(judge, f"{page_of(flag)}close/", {}).status_code == 404


def test_the_president_decides_a_dispute_from_the_page(make_flag, judge, president, visit):
    flag = make_flag()
    visit(
        judge,
        f"{page_of(flag)}dispute/",
        {"dispute-reason_code": "facts_disputed", "dispute-reason": "实为九人"},
    )
    page = text(visit(president, page_of(flag)))
    assert "事实不符：实为九人" in page
    visit(president, f"{page_of(flag)}uphold/", {"uphold-reason": "十二人"})
    flag.refresh_from_db()
    assert flag.state == "CONFIRMED"


def test_an_adjustment_from_the_page(confirmed_flag, division_head, visit):
    posted = {"adjust-kind": "members", "adjust-reason": "增加人数", "adjust-changed_on": "2026-06-01"}
    answer = visit(division_head, f"{page_of(confirmed_flag)}adjust/", posted)
    assert "应当告知当事人，请填写告知日期" in text(answer)
    visit(
        division_head, f"{page_of(confirmed_flag)}adjust/", posted | {"adjust-parties_told_on": "2026-06-01"}
    )
    page = text(visit(division_head, page_of(confirmed_flag)))
    assert "调整合议庭成员或者人数" in page
    assert "2026-06-01 告知当事人" in page


# --- secret ----------------------------------------------------------------------------------------------------
def test_a_secret_flag_is_as_unknown_as_one_that_is_not_there(
    make_flag, judge, division_head, vice_president, trial_office, visit
):
    flag = make_flag(code="D01", secret=True)
    for user in (judge, division_head, vice_president, trial_office):
        there, nowhere = visit(user, page_of(flag)), visit(user, "/supervision/flags/7/")
        assert (there.status_code, without_token(there)) == (404, without_token(nowhere))
        assert visit(user, f"{page_of(flag)}verify/", {"verify-reason": "属实"}).status_code == 404
        assert "D01" not in text(visit(user, "/supervision/"))
        if user != trial_office:
            assert "D01" not in text(visit(user, f"/supervision/cases/{flag.case_id}/"))
    assert not Entry.objects.filter(about_id=flag.pk).exists()


def test_discipline_verifies_from_the_page_and_then_sees_it_no_more(make_flag, discipline, judge, visit):
    flag = make_flag(code="D01", secret=True)
    assert forms_on(visit(discipline, page_of(flag))) == ["verify", "dismiss"]
    answer = visit(discipline, f"{page_of(flag)}verify/", {"verify-reason": "经查属实"})
    assert urlsplit(answer.headers["Location"]).path == "/supervision/"
    assert "核实属实" in text(visit(judge, page_of(flag)))


def test_no_measure_is_offered_before_a_complaint_is_verified(make_flag, president, visit):
    flag = make_flag(code="D01", state="CONFIRMED", secret=True)
    assert "采取监督措施" not in text(visit(president, page_of(flag)))


# --- on the case page --------------------------------------------------------------------------------------------
def test_the_case_page_asks_for_its_flags(make_flag, division_head, visit):
    flag = make_flag()
    assert f'hx-get="/supervision/cases/{flag.case_id}/"' in text(
        visit(division_head, f"/cases/{flag.case_id}/")
    )
    part = text(visit(division_head, f"/supervision/cases/{flag.case_id}/"))
    assert flag.version.name in part
    assert "待确认" in part


def test_where_one_sees_no_flag_it_reads_the_same_as_where_there_is_none(
    make_flag, file_case, post, division, visit
):
    clerk = post("clerk", division=division)
    flagged, plain = make_flag(file_case(clerk=clerk)).case, file_case(clerk=clerk)
    parts = [text(visit(clerk, f"/supervision/cases/{case.pk}/")) for case in (flagged, plain)]
    assert re.sub(r"case=\d+", "", parts[0]) == re.sub(r"case=\d+", "", parts[1])


def test_what_the_composition_lacks_stands_with_the_flags(confirmed_flag, division_head, visit):
    assert "应当由3人以上组成合议庭" in text(
        visit(division_head, f"/supervision/cases/{confirmed_flag.case_id}/")
    )
    assert "应当由3人以上组成合议庭" in text(visit(division_head, page_of(confirmed_flag)))


def test_a_rule_one_known_number_short_is_named_and_an_unknown_fact_is_not(file_case):
    case = file_case()
    CaseFacts.objects.create(
        case=case, court_id=case.court_id, as_of=MONDAY, case_type="civil", court_level="basic", same_side_max=9,
        claim_amount=300.0, cause_tags=[],
    )  # fmt: skip
    near = {each.code: each.said for each in near_misses(case, MONDAY)}
    assert near["B01"] == "若同一方人数不少于10人（现为9人）"
    assert not {"A08", "A05", "A13", "D02"} & near.keys()


def test_near_misses_name_no_secret_rule(file_case):
    case = file_case()
    CaseFacts.objects.create(
        case=case, court_id=case.court_id, as_of=MONDAY, case_type="civil", same_side_max=9
    )
    assert not {"D01", "D03", "D04", "D05", "D08"} & {each.code for each in near_misses(case, MONDAY)}


# --- raising -------------------------------------------------------------------------------------------------------
def test_the_panel_raises_a_flag_from_the_case(file_case, judge, visit):
    case = file_case()
    address = f"/supervision/cases/{case.pk}/flags/new/"
    assert "D01" not in text(visit(judge, address))
    answer = visit(judge, address, {"code": "A04", "reason": ""})
    assert answer.status_code == 200
    visit(judge, address, {"code": "A04", "reason": "同类案件没有先例"})
    flag = Flag.objects.get()
    assert (flag.rule.code, flag.how) == ("A04", "panel")


def test_what_is_open_already_is_not_offered_again(make_flag, judge, visit):
    flag = make_flag()
    page = visit(judge, f"/supervision/cases/{flag.case_id}/flags/new/")
    assert "B01" not in dict(page.context["form"].fields["code"].choices)


def test_who_only_reads_the_case_raises_nothing(file_case, post, division, visit):
    clerk = post("clerk", division=division)
    case = file_case(clerk=clerk)
    assert visit(clerk, f"/supervision/cases/{case.pk}/flags/new/").status_code == 403
    abroad = post("judge", at=Court.objects.get(code="川1503"))
    assert visit(abroad, f"/supervision/cases/{case.pk}/flags/new/").status_code == 404


# --- quality ---------------------------------------------------------------------------------------------------------
def test_the_quality_page_shows_rates_with_their_n_and_leads_to_the_flags(make_flag, president, visit):
    spring = {"state": "CONFIRMED", "confirmed_at": "2026-05-08T10:00:00+08:00"}
    for _ in range(4):
        make_flag(**spring)
    address = "/supervision/quality/?quarter=2026Q2"
    page = text(visit(president, address))
    assert "n=4" in page
    assert "100%" not in page
    flag = make_flag(**spring)
    page = text(visit(president, address))
    assert "<strong>100%</strong>" in page
    assert "n=5" in page
    assert flag.case.number in text(visit(president, f"{address}&rule=B01"))


def test_who_has_nothing_to_do_with_rules_does_not_see_it(judge, visit):
    assert visit(judge, "/supervision/quality/").status_code == 403


def test_measures_of_a_flag_are_listed_with_it(confirmed_flag, division_head, judge, visit):
    Measure.objects.create(
        flag=confirmed_flag, case=confirmed_flag.case, code="M02", mode="process", taken_by=division_head,
        capacity="庭长", basis="第十条", content="报告进展", taken_at=timezone.now(),
    )  # fmt: skip
    assert "要求合议庭报告案件进展" in text(visit(judge, page_of(confirmed_flag)))


def test_who_decides_reads_first_what_the_panel_says(make_flag, judge, president, visit, now):
    flag = make_flag()
    dispute_flag(flag=flag, reason_code="facts_disputed", reason="实为九人", by=judge, at=now)
    page = text(visit(president, page_of(flag)))
    assert page.index("实为九人") < page.index("决定确认")


def test_a_dispute_waits_for_the_president_alone(make_flag, judge, division_head, president, now):
    flag = make_flag()
    dispute_flag(flag=flag, reason_code="needless", reason="已调解", by=judge, at=now)
    assert counts(president, MONDAY)["dispute"] == 1
    assert counts(division_head, MONDAY)["confirm"] == 0


# --- what a form may not do ---------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "act", "status"), [("judge", "reject", 403), ("president", "uphold", 409)])
def test_an_empty_form_for_what_is_not_open_is_refused_on_the_record(
    make_flag, visit, request, who, act, status
):
    answer = visit(request.getfixturevalue(who), f"{page_of(make_flag())}{act}/", {})
    assert answer.status_code == status
    assert Entry.objects.filter(outcome="refused").count() == 1


def test_an_incomplete_form_comes_back_as_it_was_typed(make_flag, visit, division_head):
    answer = visit(division_head, f"{page_of(make_flag())}reject/", {"reject-reason": "数据有误"})
    assert answer.status_code == 422
    assert "数据有误" in text(answer)
    assert not Entry.objects.filter(outcome="refused").exists()


def test_the_number_of_a_sealed_case_is_withheld_from_who_verifies_a_complaint_about_it(
    make_flag, file_case, visit, client, discipline
):
    flag = make_flag(file_case(sealed="juvenile"), "D01", secret=True)
    for address in (page_of(flag), "/supervision/"):
        answer = text(visit(discipline, address))
        assert "封存案件" in answer
        assert flag.case.number not in answer
    said = client.get("/api/v1/flags/").json()["results"]
    assert [row["number"] for row in said] == [""]


def test_whoever_holds_two_posts_has_the_lists_of_both_each_with_its_own_cases(
    post, make_flag, file_case, division, court
):
    person = post("division_head", "兼职庭长", division=division)
    other = Division.objects.create(court=court, name="刑一庭")
    Posting.objects.create(
        user=person, court=court, division=other, role="vice_president", starts_on=date(2020, 1, 1)
    )
    make_flag()
    make_flag(file_case(division=other))
    make_flag(state="EXPIRED", level=1)
    make_flag(file_case(division=other), state="EXPIRED", level=1)
    assert counts(person, MONDAY) == {"up": 1, "confirm": 1, "supervise": 0, "below": 1}
    assert waiting_count(person, MONDAY) == 2


@pytest.mark.parametrize(
    ("code", "value", "said"), [("deviation_q", 0.05, "0.05 q 值"), ("group_party_n", 10, "10人")]
)
def test_a_number_of_the_rule_is_said_with_its_unit(make_flag, code, value, said):
    flag = make_flag()
    flag.params = {code: value}
    assert [each.said for each in numbers_of(flag)] == [said]

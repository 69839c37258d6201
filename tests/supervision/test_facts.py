"""The facts of a case: what its data say, what stays unknown, what people state, and that nothing sealed is counted."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.clocks import recompute
from cases.models import CaseLink, Change, Exclusion, Extension, Party, ProcedureEvent
from catalogues import library
from courts.models import Court
from supervision.facts import columns_of, completeness, facts_of, refresh_facts
from supervision.models import CaseFacts, SecretFacts, Statement

TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 9, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def facts(db):
    """``facts(case)``: the facts of the case computed now."""

    def compute(case, today: date = TODAY) -> dict:
        recompute([case.pk], NOW)
        refresh_facts([case.pk], today)
        return facts_of(case.pk)

    return compute


def party(case, name, standing="被告", **fields):
    return Party.objects.create(case=case, name=name, standing=standing, **fields)


def state(case, fact, value, by, **fields):
    values = {"basis": "立案材料", "stated_by": by, "stated_at": NOW} | fields
    return Statement.objects.create(case=case, fact=fact, value=value, **values)


# --- the columns are the catalogue ---------------------------------------------------------------------------
def test_every_fact_of_the_catalogue_has_a_column_in_the_open_or_the_secret_table():
    declared = library.rule_facts()
    assert set(columns_of(CaseFacts)) == {name for name, fact in declared.items() if not fact.secret}
    assert set(columns_of(SecretFacts)) == {name for name, fact in declared.items() if fact.secret}


def test_a_column_can_hold_what_the_catalogue_says_its_fact_is():
    fits = {
        "bool": "boolean", "int": "integer", "float": "double precision", "money": "double precision", "str": "text",
        "enum": "text", "list": "text[]",
    }  # fmt: skip
    columns = columns_of(CaseFacts) | columns_of(SecretFacts)
    assert {name: fits[fact.type] for name, fact in library.rule_facts().items()} == columns


# --- what kind of case -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("type_code", "category", "case_type", "level"),
    [
        ("民初", "民事", "civil", "first"),
        ("刑终", "刑事", "criminal", "second"),
        ("行再", "行政", "administrative", "retrial"),
        ("民申", "民事", "retrial_review", "review"),
        ("刑抗", "刑事", "retrial_review", "review"),
        ("刑更", "刑事", "commutation", None),
        ("执异", "执行", "enforcement", "execution"),
        ("委赔", "国家赔偿", "compensation", None),
        ("破", "破产", "civil", None),
        ("民特", "民事", "civil", "first"),
        ("司救民", "司法救助", None, None),
        ("民诉前调", "诉前调解", None, None),
    ],
)
def test_type_and_level_follow_from_the_type_code(facts, file_case, type_code, category, case_type, level):
    found = facts(file_case(type_code=type_code, category=category, procedure=""))
    assert (found.get("case_type"), found.get("trial_level")) == (case_type, level)


def test_the_level_of_the_court_is_known_and_that_of_the_highest_is_none_of_the_three(
    facts, file_case, upper_court
):
    assert facts(file_case())["court_level"] == "basic"
    assert facts(file_case(court=upper_court))["court_level"] == "intermediate"
    assert "court_level" not in facts(file_case(court=Court.objects.get(level=1)))


def test_tags_come_with_the_cause_by_code_or_else_by_name_and_an_unlisted_cause_has_none_known(
    facts, file_case
):
    assert facts(file_case(cause_code="9181"))["cause_tags"] == ["private_lending"]
    assert facts(file_case(cause_code="", cause="追索劳动报酬纠纷"))["cause_tags"] == ["wage"]
    assert facts(file_case(cause_code="9015", cause="离婚纠纷"))["cause_tags"] == []
    assert "cause_tags" not in facts(file_case(cause_code="", cause="尚未确定"))


def test_an_amount_that_is_not_recorded_is_unknown_and_not_nought(facts, file_case):
    assert facts(file_case(amount=12_000_000))["claim_amount"] == 12_000_000
    assert "claim_amount" not in facts(file_case())


# --- parties -----------------------------------------------------------------------------------------------------
def test_people_on_either_side_are_counted_from_the_feed_or_the_list_whichever_knows_more(facts, file_case):
    case = file_case(plaintiffs=96, defendants=1)
    for name in ("甲公司", "乙公司"):
        party(case, name)
    party(case, "丙公司", withdrawn_at=NOW)
    party(case, "张一", "原告")
    found = facts(case)
    assert (found["plaintiff_n"], found["defendant_n"], found["same_side_max"]) == (96, 2, 96)


def test_without_a_number_and_without_parties_nobody_knows_how_many_there_are(facts, file_case):
    assert not {"plaintiff_n", "defendant_n", "same_side_max"} & facts(file_case()).keys()


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("翠屏区人民政府", ["government"]),
        ("宜宾市自然资源和规划局", ["government"]),
        ("某县发展和改革委员会", ["government"]),
        ("中铁二局集团有限公司", None),
        ("中国水利水电第七工程局", None),
        ("人民政府路餐饮店", None),
        ("中国人民解放军某部队", ["military"]),
        ("戎州农村商业银行股份有限公司", ["financial_inst"]),
        ("李政府", None),
    ],
)  # fmt: skip
def test_a_name_makes_a_party_a_public_body_only_where_nothing_else_bears_such_a_name(
    facts, file_case, name, flags
):
    case = file_case()
    party(case, name)
    assert facts(case).get("party_flags") == flags


def test_the_kind_a_feed_gives_a_party_is_believed(facts, file_case):
    case = file_case()
    party(case, "某办公室", kind="机关法人")
    party(case, "John", kind="外国人")
    assert facts(case)["party_flags"] == ["government", "foreign"]


def test_a_prosecutor_is_no_party_of_government(facts, file_case):
    case = file_case(type_code="刑初", category="刑事")
    party(case, "翠屏区人民检察院", "公诉机关", kind="机关法人")
    assert "party_flags" not in facts(case)


def test_a_debtor_that_is_an_organ_of_government_is_known_as_such(facts, file_case):
    case = file_case(type_code="执", category="执行", procedure="")
    party(case, "某镇人民政府", "被执行人")
    assert facts(case)["execution_target_flags"] == ["government"]


def test_a_creditor_that_is_an_organ_of_government_is_no_debtor(facts, file_case):
    case = file_case(type_code="执", category="执行", procedure="")
    party(case, "某镇人民政府", "申请执行人")
    assert "execution_target_flags" not in facts(case)


def test_the_court_that_compensates_is_the_organ_obliged(facts, file_case):
    assert facts(file_case(type_code="法赔", category="国家赔偿"))["party_flags"] == [
        "state_organ_compensation"
    ]


# --- where the case comes from ----------------------------------------------------------------------------------
def test_a_case_sent_back_is_known_by_its_link_and_other_cases_may_still_be(facts, file_case):
    case = file_case()
    assert "remanded" not in facts(case)
    CaseLink.objects.create(case=case, other_number="（2025）川15民终9号", kind="remand")
    assert facts(case)["remanded"] is True


def test_a_retrial_of_another_courts_judgment_was_ordered_and_one_of_its_own_is_not_known_to_be(
    facts, file_case, upper_court
):
    own, retried = file_case(), file_case(type_code="民再", procedure="retrial")
    CaseLink.objects.create(case=retried, other=own, other_number=own.number, kind="retrial")
    assert "retrial_ordered" not in facts(retried)
    taken_up = file_case(type_code="民再", procedure="retrial", court=upper_court)
    CaseLink.objects.create(case=taken_up, other=own, other_number=own.number, kind="retrial")
    assert facts(taken_up)["retrial_ordered"] is True


def test_a_protest_is_known_by_the_type_code_or_by_its_event(facts, file_case):
    assert facts(file_case(type_code="民抗"))["procuratorate_protest"] is True
    case = file_case()
    assert "procuratorate_protest" not in facts(case)
    ProcedureEvent.objects.create(case=case, node="收到抗诉书", on=date(2026, 4, 1))
    assert facts(case)["procuratorate_protest"] is True


# --- time --------------------------------------------------------------------------------------------------------
def test_months_pending_leave_out_the_days_that_do_not_count(facts, file_case):
    case = file_case(filed_on=date(2026, 1, 1))
    assert facts(case)["months_pending"] == round(180 / 30.4375, 4)
    Exclusion.objects.create(
        case=case, ground="appraisal", starts_on=date(2026, 2, 1), resumes_on=date(2026, 3, 3)
    )
    assert facts(case)["months_pending"] == round(150 / 30.4375, 4)


def test_a_pause_that_still_lasts_does_not_count_either(facts, file_case):
    case = file_case(filed_on=date(2026, 1, 1))
    Exclusion.objects.create(
        case=case, ground="stay", starts_on=date(2026, 6, 20), review_on=date(2026, 7, 20)
    )
    recompute([case.pk], NOW)
    assert case.clocks.get(kind="statutory").state == "paused"
    assert facts(case)["months_pending"] == round(170 / 30.4375, 4)


def test_a_closed_case_is_not_pending_and_is_as_of_its_closing(facts, file_case):
    case = file_case(closed_on=date(2026, 5, 1))
    assert "months_pending" not in facts(case)
    assert CaseFacts.objects.get(pk=case.pk).as_of == date(2026, 5, 1)


def test_over_the_limit_is_known_of_open_and_closed_cases_and_not_where_no_limit_can_be_told(
    facts, file_case
):
    assert facts(file_case(filed_on=date(2025, 6, 2)))["over_limit"] is True
    assert facts(file_case(filed_on=date(2026, 6, 2)))["over_limit"] is False
    assert facts(file_case(filed_on=date(2025, 1, 2), closed_on=date(2026, 1, 5)))["over_limit"] is True
    assert "over_limit" not in facts(file_case(type_code="某某"))


def test_extensions_and_changes_of_judge_that_stand_are_counted(facts, file_case):
    case = file_case()
    Extension.objects.create(case=case, months=3, approved_on=date(2026, 6, 1))
    Extension.objects.create(case=case, months=1, approved_on=date(2026, 6, 2), withdrawn_at=NOW)
    for day in (1, 2):
        ProcedureEvent.objects.create(case=case, node="变更承办人", on=date(2026, 5, day))
    found = facts(case)
    assert (found["extension_n"], found["reassign_n"]) == (1, 2)


def test_what_no_data_can_tell_stays_unknown(facts, file_case):
    case = file_case(detained=True)
    silent = {"months_detained", "deviation_q", "fake_litigation_score", "judge_recusal_hit", "no_precedent"}
    assert not silent & facts(case).keys()


# --- series and first cases ----------------------------------------------------------------------------------------
def series_of(case) -> int | None:
    return CaseFacts.objects.get(pk=case.pk).series_n_12m


def filed_against(file_case, name, filed_on, **fields):
    case = file_case(filed_on=filed_on, **fields)
    party(case, name)
    return case


def test_a_series_counts_the_twelve_months_before_filing_whoever_hears_the_cases(facts, file_case, post):
    filed_against(file_case, "长江地产公司", date(2025, 3, 1))
    filed_against(file_case, "长江地产公司", date(2025, 3, 2), judge=post("judge"))
    filed_against(file_case, "长江地产公司", date(2025, 12, 1), cause="买卖合同纠纷")
    filed_against(file_case, "黄河地产公司", date(2025, 12, 1))
    case = filed_against(file_case, "长江地产公司", date(2026, 3, 2))
    assert facts(case)["series_n_12m"] == 2


def test_the_largest_series_of_several_defendants_counts(facts, file_case):
    filed_against(file_case, "甲公司", date(2026, 1, 1))
    case = filed_against(file_case, "甲公司", date(2026, 3, 1))
    party(case, "乙公司")
    assert facts(case)["series_n_12m"] == 2


def test_a_sealed_case_counts_in_no_series_but_its_own(facts, file_case):
    sealed = filed_against(file_case, "甲公司", date(2026, 1, 1), sealed="other")
    case = filed_against(file_case, "甲公司", date(2026, 3, 1))
    assert facts(case)["series_n_12m"] == 1
    assert facts(sealed)["series_n_12m"] == 1


def test_a_new_case_of_a_series_moves_the_others_and_has_them_screened(facts, file_case):
    later = filed_against(file_case, "甲公司", date(2026, 3, 1))
    facts(later)
    Change.objects.all().delete()
    earlier = filed_against(file_case, "甲公司", date(2026, 2, 1))
    assert facts(earlier)["series_n_12m"] == 1
    assert series_of(later) == 2
    assert list(Change.objects.values_list("case_id", flat=True)) == [later.pk]


def test_cases_that_move_one_another_come_to_rest(facts, file_case):
    first = filed_against(file_case, "甲公司", date(2026, 1, 1))
    party(first, "乙公司")
    for day in (1, 2, 3):
        filed_against(file_case, "乙公司", date(2025, 12, day))
    second = filed_against(file_case, "甲公司", date(2026, 1, 2))
    refresh_facts(None, TODAY)
    Change.objects.all().delete()
    assert [refresh_facts([case.pk], TODAY) for case in (first, second, first)] == [0, 0, 0]
    assert not Change.objects.exists()


def test_leaving_a_series_by_another_cause_or_by_sealing_moves_the_others_back(facts, file_case):
    case = filed_against(file_case, "甲公司", date(2026, 1, 1), cause_code="9181")
    other = filed_against(file_case, "甲公司", date(2026, 1, 1), cause_code="9181")
    later = filed_against(file_case, "甲公司", date(2026, 3, 1), cause_code="9181")
    refresh_facts(None, TODAY)
    assert series_of(later) == 3
    case.cause_code = "9142"
    case.save()
    facts(case)
    assert series_of(later) == 2
    other.sealed = "juvenile"
    other.save()
    facts(other)
    assert series_of(later) == 1


def test_an_earlier_case_of_the_cause_within_three_years_settles_that_this_is_not_the_first(facts, file_case):
    file_case(filed_on=date(2023, 3, 3))
    assert facts(file_case(filed_on=date(2026, 3, 2)))["first_of_cause"] is False


def record_every_month(file_case, first_year, last_year):
    for year in range(first_year, last_year + 1):
        for month in range(1, 13):
            file_case(filed_on=date(year, month, 1), cause="离婚纠纷")


def test_a_first_case_is_known_only_where_the_record_reaches_back_three_years(facts, file_case):
    record_every_month(file_case, 2023, 2025)
    assert "first_of_cause" not in facts(file_case(filed_on=date(2025, 12, 30)))
    file_case(filed_on=date(2022, 12, 1), cause="离婚纠纷")
    assert facts(file_case(filed_on=date(2025, 12, 29)))["first_of_cause"] is True


def test_a_record_with_a_gap_does_not_reach_back(facts, file_case):
    record_every_month(file_case, 2023, 2025)
    file_case(filed_on=date(2015, 12, 1), cause="离婚纠纷")
    assert "first_of_cause" not in facts(file_case(filed_on=date(2025, 12, 30)))


def test_a_sealed_case_makes_no_other_case_the_second_of_its_cause(facts, file_case):
    record_every_month(file_case, 2022, 2025)
    file_case(filed_on=date(2025, 6, 1), sealed="state_secret")
    assert facts(file_case(filed_on=date(2025, 12, 30)))["first_of_cause"] is True


@pytest.fixture
def first(facts, file_case):
    """A first case of its cause, in a court whose record reaches back."""
    record_every_month(file_case, 2021, 2025)
    case = file_case(filed_on=date(2025, 12, 30))
    assert facts(case)["first_of_cause"] is True
    Change.objects.all().delete()
    return case


def follow(*cases):
    """Compute these cases, then those that are put into the outbox for it."""
    waiting = [case.pk for case in cases]
    while waiting:
        refresh_facts(waiting, TODAY)
        waiting = list(Change.objects.values_list("case_id", flat=True))
        Change.objects.all().delete()


def is_first(case):
    return CaseFacts.objects.get(pk=case.pk).first_of_cause


def test_a_case_that_comes_before_the_first_of_its_cause_makes_it_the_second_until_it_goes(
    first, file_case, upper_court
):
    earlier = file_case(filed_on=date(2025, 3, 1))
    follow(earlier)
    assert (is_first(earlier), is_first(first)) == (True, False)
    away = [
        {"sealed": "other"}, {"cause": "离婚纠纷", "cause_code": ""}, {"court": upper_court}, {"filed_on": date(2026, 1, 5)},
    ]  # fmt: skip
    for change in away:
        before = {name: getattr(earlier, name) for name in change}
        for values, expected in ((change, True), (before, False)):
            for name, value in values.items():
                setattr(earlier, name, value)
            earlier.save()
            follow(earlier)
            assert is_first(first) is expected, change


def test_a_case_that_comes_before_settles_sealed_ones_and_the_next_that_counts(first, file_case):
    sealed = file_case(filed_on=date(2025, 12, 1), sealed="other")
    follow(sealed)
    assert (is_first(sealed), is_first(first)) == (True, True)
    follow(file_case(filed_on=date(2025, 11, 1)))
    assert (is_first(sealed), is_first(first)) == (False, False)


def test_a_case_that_changes_nothing_has_no_other_computed(first, file_case):
    refresh_facts([first.pk], TODAY)
    refresh_facts([file_case(filed_on=date(2026, 1, 8)).pk], TODAY)
    assert not Change.objects.exists()


@pytest.mark.parametrize("moved", ["court", "category"])
def test_a_case_that_leaves_the_court_or_the_category_leaves_its_series(facts, file_case, upper_court, moved):
    case = filed_against(file_case, "甲公司", date(2026, 1, 1))
    later = filed_against(file_case, "甲公司", date(2026, 3, 1))
    refresh_facts(None, TODAY)
    assert series_of(later) == 2
    setattr(case, moved, {"court": upper_court, "category": "行政"}[moved])
    case.save()
    facts(case)
    assert series_of(later) == 1


# --- stated facts -------------------------------------------------------------------------------------------------
def test_what_people_state_stands_over_what_the_data_say_until_it_is_withdrawn(facts, file_case, judge):
    case = file_case()
    party(case, "某镇人民政府")
    told = state(case, "party_flags", ["minor", "disabled"], judge)
    assert facts(case)["party_flags"] == ["minor", "disabled"]
    told.withdrawn_at, told.withdrawn_by = NOW, judge
    told.save()
    assert facts(case)["party_flags"] == ["government"]


@pytest.mark.parametrize(
    ("fact", "value"),
    [("victim_n", 31), ("similar_conflict_share", 0.6), ("panel_dissent", False), ("proposed_outcome", "death"), ("sensitive_tags", [])],
)  # fmt: skip
def test_a_stated_value_of_any_type_is_kept_as_it_was_stated(facts, file_case, judge, fact, value):
    case = file_case()
    state(case, fact, value, judge)
    assert facts(case)[fact] == value


def test_a_secret_statement_is_known_only_to_those_who_ask_for_secret_facts(facts, file_case, judge):
    case = file_case()
    told = state(case, "complaint_realname_leads", True, judge, secret=True)
    assert "complaint_realname_leads" not in facts(case)
    assert facts_of(case.pk, secret=True)["complaint_realname_leads"] is True
    told.withdrawn_at, told.withdrawn_by = NOW, judge
    told.save()
    facts(case)
    assert not SecretFacts.objects.exists()


def test_writing_secret_facts_is_no_change_that_anybody_counts(facts, file_case, judge):
    case = file_case()
    facts(case)
    state(case, "inspection_finding", True, judge, secret=True)
    assert refresh_facts([case.pk], TODAY) == 0
    assert SecretFacts.objects.filter(inspection_finding=True).exists()


def test_a_lawyer_who_meets_a_judge_too_often_is_counted_secretly(file_case, post, db):
    judges = [post("judge") for _ in range(25)]
    for other in judges:
        party(file_case(judge=other), "某人", "原告", agent=f"律师{other.pk}")
    for _ in range(9):
        party(last := file_case(judge=judges[0]), "某人", "原告", agent="王律师、张三")
    refresh_facts(None, TODAY)
    kept = SecretFacts.objects.get(pk=last.pk)
    assert (kept.lawyer_judge_pair_n, kept.lawyer_judge_pair_outlier) == (9, True)
    refresh_facts([last.pk], TODAY)
    kept.refresh_from_db()
    assert kept.lawyer_judge_pair_n == 9
    assert SecretFacts.objects.filter(lawyer_judge_pair_n=1, lawyer_judge_pair_outlier=False).count() == 25


# --- keeping up -----------------------------------------------------------------------------------------------------
def test_what_has_not_changed_is_not_written_and_ages_change_with_the_day(file_case):
    case, closed = file_case(), file_case(closed_on=date(2026, 5, 1))
    assert refresh_facts(None, TODAY) == 2
    assert refresh_facts(None, TODAY) == 0
    assert refresh_facts(None, date(2026, 7, 1)) == 1
    assert CaseFacts.objects.get(pk=case.pk).as_of == date(2026, 7, 1)
    assert CaseFacts.objects.get(pk=closed.pk).as_of == date(2026, 5, 1)


def test_for_a_few_cases_their_own_causes_are_sent_and_not_the_whole_catalogue(file_case):
    case = file_case(cause_code="9181", cause="民间借贷纠纷")
    refresh_facts([case.pk], TODAY)  # the law is read once a process
    with CaptureQueriesContext(connection) as asked:
        refresh_facts([case.pk], TODAY)
    assert sum(len(query["sql"]) for query in asked) < 30_000  # 230 000 with all causes
    assert facts_of(case.pk)["cause_tags"] == ["private_lending"]


CASES = st.lists(
    st.tuples(
        st.integers(0, 1400), st.sampled_from(["9181", "9142", ""]), st.sampled_from(["", "other"]),
        st.sets(st.sampled_from(["甲公司", "乙公司", "丙公司"]), max_size=2), st.booleans(),
    ),
    min_size=1, max_size=12,
)  # fmt: skip


@given(CASES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_all_cases_at_once_and_one_after_the_other_come_to_the_same(file_case, docket):
    CaseFacts.objects.all().delete()
    for one in CaseLink, Party, ProcedureEvent:
        one.objects.all().delete()
    type(file_case()).objects.all().delete()
    cases = []
    for days, cause, sealed, names, second in docket:
        filed_on = date.fromordinal(date(2022, 6, 1).toordinal() + days)
        cases.append(
            file_case(filed_on=filed_on, cause_code=cause, sealed=sealed, cause="" if second else "某纠纷")
        )
        for name in names:
            party(cases[-1], name)
    for case in cases:
        refresh_facts([case.pk], TODAY)
    one_by_one = list(CaseFacts.objects.order_by("pk").values())
    CaseFacts.objects.all().delete()
    refresh_facts(None, TODAY)
    assert list(CaseFacts.objects.order_by("pk").values()) == one_by_one


# --- how complete -----------------------------------------------------------------------------------------------------
def test_completeness_counts_open_unsealed_cases_and_says_nothing_of_secret_facts(
    file_case, judge, upper_court
):
    file_case(amount=1)
    file_case()
    file_case(amount=1, closed_on=date(2026, 5, 1))
    file_case(amount=1, sealed="other")
    file_case(amount=1, court=upper_court)
    refresh_facts(None, TODAY)
    found = completeness([judge.court_id])
    assert found["claim_amount"] == (1, 2)
    assert completeness()["claim_amount"] == (2, 3)
    assert not {name for name, fact in library.rule_facts().items() if fact.secret} & found.keys()

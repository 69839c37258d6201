"""What a case weighs: the examples of the published model, random questions against another calculation, and the panel."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalogues import library
from quota.weights import Unknown, counted, rounded, shares, tables_of, weigh

DAY = date(2026, 6, 30)
TABLES = tables_of(library.quotas(), None, DAY)
ADDERS = library.quotas().adders_of(None, DAY)
CASES = st.sampled_from(sorted(TABLES.bases))
ASKED = st.tuples(
    CASES,
    st.sampled_from(sorted(TABLES.procedures)),
    st.lists(st.sampled_from(sorted(TABLES.adders)), max_size=12),
    st.sampled_from(sorted(TABLES.roles)),
)


def of(asked):
    (kind, cause), procedure, adders, role = asked
    return weigh(tables=TABLES, case_type=kind, cause=cause, procedure=procedure, adders=adders, role=role)


@pytest.mark.parametrize(
    ("cause", "procedure", "adders", "role", "floating", "weight"),
    [
        ("买卖合同", "普通合议", ["反诉", "鉴定评估审计", "追加第三人"], "承办", "1.5", "2.10"),
        ("建设工程", "普通合议", ["鉴定评估审计", "审委会讨论", "四类案件"], "承办", "1.7", "5.236"),
        ("物业", "速裁", ["系列案第2件起"], "独任", "0.5", "0.125"),
        ("危险驾驶", "速裁", [], "独任", "1.0", "0.25"),
        ("诈骗", "普通合议", ["当事人每增5人", "卷宗每增5册", "开庭超过2次每次"], "审判长非承办", "1.3", "0.832"),
    ],
)  # fmt: skip
def test_the_worked_examples(cause, procedure, adders, role, floating, weight):
    found = weigh(tables=TABLES, cause=cause, procedure=procedure, adders=adders, role=role)
    assert rounded(found.floating) == Decimal(floating)
    assert rounded(found.weight) == Decimal(weight)
    assert found.because[0].startswith("基础权重") and str(rounded(found.weight)) in found.because[-1]


@given(ASKED)
def test_a_weight_is_base_times_procedure_times_floating_times_share(asked):
    (kind, cause), procedure, adders, role = asked
    moved = sum((Decimal(str(TABLES.adders[name])) for name in adders), Decimal(1))
    floating = sorted([Decimal("0.5"), moved, Decimal("2.5")])[1]
    product = floating
    for factor in (TABLES.bases[kind, cause], TABLES.procedures[procedure], TABLES.roles[role]):
        product *= Decimal(str(factor))
    found = of(asked)
    assert rounded(found.floating) == floating.quantize(Decimal("0.0001"))
    assert rounded(found.weight) == product.quantize(Decimal("0.0001"), ROUND_HALF_UP)


@given(ASKED)
def test_the_floating_factor_stays_within_its_bounds(asked):
    assert 0.5 <= of(asked).floating <= 2.5


@given(ASKED, st.sampled_from(["反诉", "开庭超过2次每次"]))
def test_an_adder_counts_once_for_each_time_it_is_named(asked, name):
    (cause, procedure, _, role) = asked
    once, twice, thrice = (of((cause, procedure, [name] * n, role)).floating for n in (1, 2, 3))
    step = TABLES.adders[name]
    assert (once, twice, thrice) == pytest.approx((1 + step, 1 + 2 * step, 1 + 3 * step))


def test_the_order_of_the_adders_changes_nothing():
    names = sorted(TABLES.adders)
    ways = (names, names[::-1])
    found = [of((("civil", "其他"), "简易", way, "独任")).weight for way in ways]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("change", "field", "nearest", "said"),
    [
        ({"cause": "买卖"}, "cause", "买卖合同", 'did you mean "买卖合同"?'),
        ({"procedure": "速裁程序"}, "procedure", "速裁", 'did you mean "速裁"?'),
        ({"adders": ["反诉", "鉴定"]}, "adders", "鉴定评估审计", "did you mean"),
        ({"role": "承办人"}, "role", "承办", 'did you mean "承办"?'),
        ({"case_type": "civl"}, "case_type", "civil", 'did you mean "civil"?'),
        ({"case_type": "criminal"}, "cause", None, '"买卖合同" belongs to civil, not to criminal'),
        ({"cause": "其他"}, "case_type", None, "is a cause of several: give one of civil, criminal"),
    ],
)
def test_a_name_the_tables_have_not_is_refused_with_the_nearest(change, field, nearest, said):
    asked = {"cause": "买卖合同", "procedure": "简易", "adders": [], "role": "独任", **change}
    with pytest.raises(Unknown) as refused:
        weigh(tables=TABLES, **asked)
    assert (refused.value.field, refused.value.nearest) == (field, nearest)
    assert str(refused.value).startswith(f"{field}: ") and said in str(refused.value)


def test_the_same_tables_have_the_same_digest_and_others_another():
    known = library.quotas()
    assert tables_of(known, None, DAY).digest == TABLES.digest
    (base,) = known.bases.national["civil/物业"]
    lighter = type(base)(**{**vars(base), "value": 0.4})
    local = type(known.bases)({**known.bases.national, "civil/物业": (lighter,)})
    other = type(known)(**{**vars(known), "bases": local})
    assert tables_of(other, None, DAY).digest != TABLES.digest


# --- the panel -------------------------------------------------------------------------------------------


def test_the_standard_panel_carries_what_the_table_says():
    found = shares(tables=TABLES, judge="甲", presiding="乙", members=["丙"])
    assert found == {"甲": 0.7, "乙": 0.2, "丙": 0.1}


def test_a_judge_alone_carries_all_of_it():
    assert shares(tables=TABLES, judge="甲", presiding=None, members=[]) == {"甲": 1.0}
    assert shares(tables=TABLES, judge="甲", presiding="甲", members=["甲"]) == {"甲": 1.0}


def test_who_presides_over_a_case_of_their_own_carries_it_as_undertaking():
    found = shares(tables=TABLES, judge="甲", presiding="甲", members=["乙", "丙"])
    assert found == pytest.approx({"甲": 7 / 9, "乙": 1 / 9, "丙": 1 / 9})


PEOPLE = st.integers(1, 9)


@given(st.none() | PEOPLE, st.none() | PEOPLE, st.lists(PEOPLE, max_size=9))
def test_one_case_is_always_carried_exactly_once(judge, presiding, members):
    found = shares(tables=TABLES, judge=judge, presiding=presiding, members=members)
    named = {judge, presiding, *members} - {None}
    assert set(found) == named
    assert sum(found.values()) == pytest.approx(1 if named else 0)
    assert all(share > 0 for share in found.values())


# --- how often an adder counts --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "times"),
    [
        ({"parties": 2}, {}),
        ({"parties": 6}, {}),
        ({"parties": 7}, {"当事人每增5人": 1}),
        ({"parties": 17}, {"当事人每增5人": 3}),
        ({"hearings": 2}, {}),
        ({"hearings": 5}, {"开庭超过2次每次": 3}),
        ({"volumes": 1}, {}),
        ({"volumes": 11}, {"卷宗每增5册": 2}),
        ({"series_place": 1}, {}),
        ({"series_place": 40}, {"系列案第2件起": 1}),
        ({"counterclaim": True, "foreign": False}, {"反诉": 1}),
    ],
)
def test_adders_count_as_often_as_the_case_has_them(facts, times):
    names, _ = counted(ADDERS, facts)
    assert {name: names.count(name) for name in names} == times


def test_what_is_not_known_counts_for_nothing_and_is_named():
    names, unknown = counted(ADDERS, {"counterclaim": None, "foreign": True})
    assert names == ["涉外涉港澳台"]
    assert "counterclaim" in unknown and "foreign" not in unknown

"""The weights of many cases in one statement are those of each case by itself, whatever is recorded of it."""

from __future__ import annotations

import random
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cases.models import Case, CaseLink, Change, Exclusion, Party, ProcedureEvent
from cases.models.outcomes import Element
from catalogues import library
from catalogues.models import Item
from catalogues.quota_groups import Groups, causes_making
from catalogues.selectors import law_in_use
from catalogues.services import draft_overlay, edit_item, publish_edition
from courts.models import Court
from pipeline.services import drain
from quota import fact_words as words
from quota.complexity import classify
from quota.models import CaseWeight
from quota.weighing import cause_lists, weigh_cases
from quota.weights import counted, floating_of, rounded, tables_of

DAY = date(2026, 6, 30)
CAUSES = [
    ("9142", "买卖合同纠纷"), ("9280", "物业服务合同纠纷"), ("9211", "建设工程施工合同纠纷"), ("", "离婚纠纷"),
    ("9193", "信用卡纠纷"), ("", "没有这个案由"), ("", ""),
]  # fmt: skip
KINDS = [
    ("民事", "民初", "small"), ("民事", "民初", "summary"), ("民事", "民初", "ordinary"), ("民事", "民终", "second"),
    ("民事", "民再", "retrial"), ("执行", "执", ""), ("刑事", "刑初", "fast"), ("行政", "行初", "ordinary"),
    ("民事", "民申", ""), ("民事", "民督", ""), ("民事", "民初", ""),
]  # fmt: skip
NAMES = ["甲", "乙", "丙", "丁", "某物业公司", "某银行"]


@pytest.fixture
def docket(file_case, judge, division, now):
    """``docket(60, seed=1)``: cases of every kind with whatever may be recorded of them."""

    def file(n: int, seed: int) -> list[Case]:
        draw = random.Random(seed)
        filed = [one(draw, file_case, judge, division) for _ in range(n)]
        for case in filed:
            if draw.random() < 0.4:
                other = draw.choice(filed)
                kind = draw.choice(["related", "merged", "split", "remand", "appeal"])
                if other != case:
                    CaseLink.objects.get_or_create(
                        case=case, other_number=other.number, kind=kind, defaults={"other": other}
                    )
        return filed

    return file


def one(draw: random.Random, file_case, judge, division) -> Case:
    category, type_code, procedure = draw.choice(KINDS)
    code, cause = draw.choice(CAUSES)
    closed = draw.random() < 0.5
    filed_on = DAY - timedelta(days=draw.choice([1, 1, 1, 40, 400, 1500]))
    case = file_case(
        category=category, type_code=type_code, procedure=procedure, cause_code=code, cause=cause, judge=judge,
        filed_on=filed_on, closed_on=DAY if closed else None, closed_how=draw.choice(["判决", "调解", "撤诉", ""]) if closed else "",
        amount=draw.choice([None, 5_000, 1_000_000, 2_500_000, 20_000_000]), plaintiffs=draw.choice([None, 1, 6]),
        defendants=draw.choice([None, 1, 12]), sealed=draw.choice(["", "", "", "juvenile"]),
        presiding=draw.choice([None, judge]), members=draw.choice([[], [judge.pk], [judge.pk, judge.pk + 900]]),
        named=draw.choice([{}, {}, {"members": "张某、李某"}, {"judge": "王某", "presiding": "王某", "members": "王某"},
                           {"presiding": "赵某"}, {"division": "民三庭"}]),
    )  # fmt: skip
    for standing in ("原告", "被告", "第三人", "反诉原告", "公诉机关"):
        if draw.random() < {"原告": 0.9, "被告": 0.9}.get(standing, 0.15):
            for name in set(draw.choices(NAMES, k=draw.choice([1, 1, 3]))):
                kind = draw.choice(["", "自然人", "法人", "外国人"])
                Party.objects.create(case=case, name=name, standing=standing, kind=kind)
    for node in (
        "开庭",
        "信访",
        "反诉",
        "追加第三人",
        "鉴定",
        "公告",
        "审委会讨论",
        "专业法官会议",
        "四类案件标识",
        "下落不明",
        "归档",
    ):
        for turn in range(draw.choice([0, 0, 0, 1, 4])):
            ProcedureEvent.objects.create(case=case, node=node, on=DAY - timedelta(days=turn))
    for ground in ("appraisal", "announcement", "committee_discussion", "stay"):
        if draw.random() < 0.15:
            Exclusion.objects.create(
                case=case, ground=ground, starts_on=DAY - timedelta(days=9), resumes_on=DAY
            )
    for key, value in (
        ("volumes", 11),
        ("evidence_volumes", 4),
        ("petitions", 2),
        ("counterclaim", True),
        ("foreign", "否"),
    ):
        if draw.random() < 0.2:
            Element.objects.create(case=case, key=key, value=value)
    return case


# --- the same, case by case, in Python --------------------------------------------------------------------


def cause_of(case: Case) -> str:
    return case.cause_code or case.cause


def facts_of(case: Case, made: dict[str, frozenset[str]]) -> dict[str, object]:
    parties = [*Party.objects.filter(case=case, withdrawn_at=None)]
    nodes = [*ProcedureEvent.objects.filter(case=case, withdrawn_at=None).values_list("node", flat=True)]
    grounds = {*Exclusion.objects.filter(case=case, withdrawn_at=None).values_list("ground", flat=True)}
    own = [party for party in parties if party.standing not in words.PROSECUTION]

    def told(*names: str) -> bool | None:
        return True if set(nodes) & set(names) else None

    def standing(names: tuple[str, ...], *said: str) -> bool | None:
        return any(party.standing in names for party in parties) or bool(told(*said)) if parties else None

    kinds = [party.kind for party in parties if party.kind]
    facts: dict[str, object] = {
        "amount": case.amount,
        "parties": max((case.plaintiffs or 0) + (case.defendants or 0), len(own)) or None,
        "related_cases": related(case),
        "petitions": nodes.count("信访") or None,
        "mutual_suits": mutual(case, parties, own),
        "evidence_volumes": None,
        "volumes": None,
        "hearings": nodes.count("开庭") or None,
        "series_place": place(case),
        "counterclaim": standing(words.COUNTERCLAIM, "反诉"),
        "third_party": standing(words.THIRD, "追加第三人"),
        "appraisal": told("鉴定") or ("appraisal" in grounds or None),
        "publication": told("公告") or ("announcement" in grounds or None),
        "foreign": any(kind in words.FOREIGN for kind in kinds) if kinds else None,
        "whereabouts_unknown": told("下落不明"),
        "remanded": CaseLink.objects.filter(case=case, kind="remand").exists() or None,
        "committee": told("审委会讨论") or ("committee_discussion" in grounds or None),
        "specialist_meeting": told("专业法官会议"),
        "four_category": told("四类案件标识"),
        "settled_or_withdrawn": settled(case),
    }
    for fact in ("complex_cause", "simple_form"):
        facts[fact] = bool({case.cause_code, case.cause} - {""} & made[fact] & {case.cause_code, case.cause})
    for element in Element.objects.filter(case=case, withdrawn_at=None):
        if not isinstance(element.value, str):
            facts[element.key] = element.value
    return facts


def settled(case: Case) -> bool | None:
    if case.closed_on is None:
        return False
    return case.closed_how in ("调解", "撤诉") if case.closed_how else None


def is_panel(case: Case) -> bool:
    """Whether anybody but the judge sits, known by an account or by a name alone."""
    sitting = {case.presiding_id, *case.members} - {None, case.judge_id}
    names = {case.named.get("presiding", ""), *case.named.get("members", "").split("、")}
    return bool(sitting or names - {"", case.named.get("judge")})


def related(case: Case) -> int:
    kinds = words.RELATED
    there = CaseLink.objects.filter(case=case, kind__in=kinds).select_related("other")
    back = CaseLink.objects.filter(other=case, kind__in=kinds).select_related("case")
    numbers = {link.other_number for link in there if not (link.other and link.other.sealed)}
    return len(numbers | {link.case.number for link in back if not link.case.sealed})


def sides(case: Case) -> set[frozenset[str]]:
    def named(standings: tuple[str, ...]) -> set[str]:
        return set(
            Party.objects.filter(case=case, standing__in=standings, withdrawn_at=None).values_list(
                "name", flat=True
            )
        )

    return {frozenset((suing, sued)) for suing in named(words.PLAINTIFFS) for sued in named(words.DEFENDANTS)}


def is_suit(case: Case) -> bool:
    return case.type_code.endswith("初") and case.category in words.SUITS


def mutual(case: Case, parties: list[Party], own: list[Party]) -> int | None:
    if case.category not in words.SUITS:
        return 0
    if not is_suit(case) or not own or case.filed_on is None:
        return None
    since = case.filed_on.replace(year=case.filed_on.year - 3)
    others = Case.objects.filter(filed_on__gte=since, filed_on__lte=case.filed_on, sealed="").exclude(
        pk=case.pk
    )
    met = [sides(other) for other in others if is_suit(other)]
    return max((sum(pair in one for one in met) for pair in sides(case)), default=0)


def place(case: Case) -> int | None:
    if not Party.objects.filter(case=case).exclude(standing__in=words.PROSECUTION).exists():
        return None
    if case.sealed or not cause_of(case):
        return 1
    like = Case.objects.filter(
        judge=case.judge, filed_on=case.filed_on, court=case.court, sealed="", pk__lte=case.pk
    )

    def named(one: Case) -> set[str]:
        rows = Party.objects.filter(case=one, withdrawn_at=None).exclude(standing__in=words.PROSECUTION)
        return set(rows.values_list("name", flat=True))

    alike = [named(one) for one in like if cause_of(one) == cause_of(case)]
    return max((sum(name in one for one in alike) for name in named(case)), default=1)


def right_of(case: Case) -> dict[str, object] | None:
    quotas = library.quotas()
    groups = Groups(quotas.bases_of(None, DAY), cause_lists())
    base = groups.of(
        category=case.category, type_code=case.type_code, cause_code=case.cause_code, cause=case.cause
    )
    names = [
        name
        for name, one in quotas.procedures_of(None, DAY).items()
        if case.procedure in one.procedures and one.panel in ("", "panel" if is_panel(case) else "single")
    ]
    step = (names or [base.procedure])[0]
    if not step:
        return None
    points, tables = quotas.points_of(None, DAY), tables_of(quotas, None, DAY)
    facts = facts_of(case, causes_making(points, cause_lists()))
    adders, _ = counted(quotas.adders_of(None, DAY), facts)
    floating = Decimal(repr(floating_of(tables, adders)))
    found = classify(points=points, facts=facts, simple_below=15, complex_from=40)
    weight = Decimal(repr(base.value)) * Decimal(repr(tables.procedures[step])) * floating
    return {
        "group": base.code, "procedure": step, "adders": {name: adders.count(name) for name in adders},
        "floating": rounded(floating), "weight": rounded(weight), "klass": found.klass, "score": found.score,
        "points": [[reason.code, reason.points, float(reason.value)] for reason in found.reasons],
        "unknown": {
            fact
            for entry in (*quotas.adders_of(None, DAY).values(), *points.values())
            if facts[fact := entry.fact] is None
        },
    }  # fmt: skip


def written() -> dict[int, dict[str, object]]:
    return {
        row.case_id: {
            "group": row.group, "procedure": row.procedure, "adders": row.adders, "floating": row.floating,
            "weight": row.weight, "klass": row.klass, "score": row.score,
            "points": [[code, points, float(value)] for code, points, value in row.points], "unknown": set(row.unknown),
        }
        for row in CaseWeight.objects.all()
    }  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_one_statement_and_case_by_case_agree(docket, now, seed):
    cases = docket(40, seed)
    weigh_cases(None, now)
    right = {case.pk: said for case in cases if (said := right_of(case)) is not None}
    found = written()
    assert found.keys() == right.keys() and len(found) < 40
    for pk, said in right.items():
        assert found[pk] == said


@pytest.mark.parametrize(
    ("sitting", "procedure"),
    [
        ({}, "普通独任"),
        ({"presiding": True}, "普通独任"),
        ({"named": {"judge": "王某", "presiding": "王某", "members": "王某"}}, "普通独任"),
        ({"named": {"members": "张某、李某"}}, "普通合议"),
        ({"named": {"presiding": "赵某"}}, "普通合议"),
    ],
)
def test_a_panel_is_somebody_beside_the_judge_with_an_account_or_without(
    file_case, judge, now, sitting, procedure
):
    presiding = judge if sitting.get("presiding") else None
    case = file_case(
        procedure="ordinary",
        cause="买卖合同纠纷",
        judge=judge,
        presiding=presiding,
        named=sitting.get("named", {}),
    )
    weigh_cases([case.pk], now)
    assert CaseWeight.objects.get(case=case).procedure == procedure


def test_what_nobody_recorded_is_unknown_and_not_guessed(file_case, now):
    bare = file_case(procedure="summary", cause="买卖合同纠纷", closed_on=DAY, closed_how="")
    unserved = file_case(procedure="summary", cause="买卖合同纠纷", judge=None)
    Party.objects.create(case=unserved, name="甲", standing="原告")
    weigh_cases([bare.pk, unserved.pk], now)
    unknown = {row.case_id: set(row.unknown) for row in CaseWeight.objects.all()}
    assert {"settled_or_withdrawn", "series_place"} <= unknown[bare.pk]
    assert "series_place" in unknown[unserved.pk] and "settled_or_withdrawn" not in unknown[unserved.pk]


@pytest.mark.parametrize("size", [5, 25])
def test_some_cases_are_weighed_as_all_of_them_are(docket, now, size):
    cases = docket(60, seed=9)
    weigh_cases(None, now)
    right = written()
    CaseWeight.objects.all().delete()
    ids = [case.pk for case in cases]
    for start in range(0, len(ids), size):
        weigh_cases(ids[start : start + size], now)
    assert written() == right


def test_weighing_twice_writes_nothing_the_second_time(docket, now):
    docket(20, seed=5)
    assert weigh_cases(None, now) == CaseWeight.objects.count()
    assert weigh_cases(None, now) == 0
    assert CaseWeight.objects.first().edition and law_in_use().quotas


def test_a_case_that_can_no_longer_be_weighed_loses_its_row(file_case, now):
    case = file_case(category="民事", type_code="民初", procedure="summary", cause="买卖合同纠纷")
    assert weigh_cases([case.pk], now) == 1
    Case.objects.filter(pk=case.pk).update(procedure="")
    assert weigh_cases([case.pk], now) == 1
    assert not CaseWeight.objects.exists()


def test_a_changed_case_is_weighed_with_its_clocks(file_case, now):
    case = file_case(procedure="summary", cause="物业服务合同纠纷")
    Change.objects.create(case_id=case.pk, at=now)
    tally = drain(at=now, today=DAY)
    assert tally.counts["weights"] == 1
    assert CaseWeight.objects.get(case=case).group == "civil/物业"
    assert "weights" in tally.as_json()


def test_a_courts_own_table_weighs_its_cases_and_those_of_the_courts_below(
    file_case, court, upper_court, post, now
):
    office = post("trial_office", at=upper_court)
    draft = draft_overlay(kind="weight_bases", court=upper_court, title="中院", by=office, at=now)
    body = deepcopy(
        Item.objects.get(edition__kind="weight_bases", edition__court=None, code="civil/物业").body
    )
    body["versions"][0]["value"] = 0.7
    edit_item(edition=draft, code="civil/物业", body=body, by=office, at=now)
    publish_edition(edition=draft, by=post("trial_office", at=upper_court), at=now)
    stranger = Court.objects.filter(level=4).exclude(parent=upper_court).first()
    for where in (court, upper_court, stranger):
        file_case(
            court=where, procedure="summary", cause="物业服务合同纠纷", number=f"（2026）{where.code}民初1号"
        )
    weigh_cases(None, now)
    found = dict(CaseWeight.objects.values_list("case__court", "weight"))
    assert found == {court.pk: Decimal("0.7"), upper_court.pk: Decimal("0.7"), stranger.pk: Decimal("0.5")}
    assert weigh_cases(None, now) == 0
    assert weigh_cases([*CaseWeight.objects.values_list("pk", flat=True)], now) == 0

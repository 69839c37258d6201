"""The catalogues of quota and workload: every number that ships, what is refused, and what a court lays over it."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from catalogues import library, soundness
from catalogues.entry_forms import EntryForm, flatten
from catalogues.models import Edition, Item
from catalogues.quota_fields import ADDED_TO, KINDS, OVERLAID
from catalogues.quotas import Quotas
from catalogues.schema import validate
from catalogues.selectors import law_in_use
from catalogues.sentenced import Layered
from catalogues.services import draft_overlay, edit_item, problems_of, publish_edition

DAY = date(2026, 6, 30)
SHIPPED = {edition.kind: edition for edition in library.editions() if edition.kind in KINDS}
HERE = library.quotas()
#: The groups that the published tables do not have, so that every case of a type has one.
OURS = {"enforcement/其他": 0.8, "other/其他": 0.2}


def broken(kind: str, change) -> list[str]:
    entries = deepcopy(dict(SHIPPED[kind].entries))
    change(entries)
    return [str(problem) for problem in validate(kind, entries.items())]


# --- what ships ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_is_dated_and_names_its_basis_and_how_sure_we_are(kind):
    for code, body in SHIPPED[kind].entries:
        for version in body.get("versions", [body]):
            assert all(version[name] for name in ("effective_from", "dated_by", "basis", "confidence")), code


def test_the_numbers_quota_and_workload_go_by():
    assert HERE.settings_of(None, DAY) == {
        "judge_days_per_year": 215, "case_hours_per_day": 6, "base_hours": 6, "cap_ratio": 0.39, "court_floor": 3,
        "ceiling_ratio": 0.45, "reserve_ratio": 0.05, "adjustment_low": 0.85, "adjustment_high": 1.15,
        "change_limit": 0.1, "pressure_high": 1.25, "pressure_low": 0.75, "pressure_years": 2, "cell_min": 30,
        "winsor_low": 0.05, "winsor_high": 0.95, "float_low": 0.5, "float_high": 2.5, "simple_below": 15,
        "complex_from": 40, "peak_deviation": 3, "breach_percentile": 0.9, "mutual_years": 3, "breach_months": 12, "agreement_target": 0.9, "zone_min": 5,
        "index_cap": 1.2, "score_workload": 0.5, "score_quality": 0.35, "score_effect": 0.15, "quality_low": 0.7,
        "quality_high": 1.1, "stock_months_normal": 2, "draw_cap_months": 4, "draw_step_months": 0.5, "draw_turns": 3,
        "courts_min": 30, "diary_whole_share": 0.8, "traced_days": 365, "relative_hearing": 0.35, "relative_record": 0.25,
        "relative_days": 0.15, "relative_judgment": 0.25,
    }  # fmt: skip
    days, hours = (
        HERE.setting("judge_days_per_year", None, DAY),
        HERE.setting("case_hours_per_day", None, DAY),
    )
    assert days * hours == 1290


def test_the_base_weights():
    said = {
        "civil": {"道路交通": 0.8, "民间借贷": 0.9, "买卖合同": 1.0, "劳动争议": 1.1, "离婚": 1.1, "物业": 0.5, "金融借款": 0.7,
                  "建设工程": 2.2, "医疗损害": 2.0, "知识产权": 1.8, "公司类": 2.0, "破产": 4.0, "其他": 1.0},
        "criminal": {"危险驾驶": 0.5, "盗窃": 0.8, "故意伤害": 1.1, "诈骗": 1.6, "毒品": 1.3, "职务犯罪": 2.5, "涉黑涉恶": 4.0,
                     "非法集资": 4.0, "其他": 1.2},
        "administrative": {"政府信息公开": 1.0, "工伤认定": 1.2, "征收补偿": 1.8, "其他": 1.5},
        "enforcement": {"首次执行": 0.6, "恢复执行": 0.4, "保全执行": 0.2, "财产刑": 0.3, "异议复议": 0.8},
        "other": {"减刑假释": 0.15, "申请再审审查": 0.8, "国家赔偿": 1.5, "司法确认": 0.15, "诉前保全": 0.2},
    }  # fmt: skip
    flat = {f"{kind}/{name}": value for kind, names in said.items() for name, value in names.items()}
    assert {code: base.value for code, base in HERE.bases_of(None, DAY).items()} == flat | OURS
    assert all("没有资料" in HERE.bases_of(None, DAY)[code].basis for code in OURS)


def test_the_other_tables_of_weights():
    assert {code: one.value for code, one in HERE.procedures_of(None, DAY).items()} == {
        "小额诉讼": 0.6, "速裁": 0.5, "简易": 1.0, "普通独任": 1.5, "普通合议": 2.0, "二审独任": 1.0, "二审合议": 1.6,
        "再审": 2.2, "特别程序": 0.5,
    }  # fmt: skip
    assert {code: one.value for code, one in HERE.adders_of(None, DAY).items()} == {
        "当事人每增5人": 0.10, "反诉": 0.20, "追加第三人": 0.10, "鉴定评估审计": 0.20, "公告送达": 0.05,
        "涉外涉港澳台": 0.30, "卷宗每增5册": 0.10, "开庭超过2次每次": 0.10, "审委会讨论": 0.30, "专业法官会议": 0.10,
        "四类案件": 0.20, "调解撤诉结案": -0.10, "系列案第2件起": -0.50,
    }  # fmt: skip
    assert {code: one.value for code, one in HERE.roles_of(None, DAY).items()} == {
        "独任": 1.0, "承办": 0.7, "审判长非承办": 0.2, "合议庭成员": 0.1,
    }  # fmt: skip


def test_the_points_of_complexity_with_the_traps():
    points = HERE.points_of(None, DAY)
    assert {point.name: point.points for point in points.values() if not point.never_simple} == {
        "标的额超过100万": 10, "标的额超过1000万": 20, "当事人4到9人": 8, "当事人10人以上": 20,
        "案由复杂（建工、公司、医疗、知产、破产）": 25, "需鉴定评估": 15, "涉外涉港澳台": 20, "被告下落不明": 5,
        "证据册数超过3": 8, "有反诉": 10, "曾发回重审": 25, "四类标识": 25, "要素式（道交、物业、金融借款、信用卡）": -10,
    }  # fmt: skip
    barring = {code: (one.points, one.at_least) for code, one in points.items() if one.never_simple}
    assert barring == {"related_cases": (15, 3), "petitions": (15, 1), "mutual_suits": (15, 2)}


def test_zones_factors_hours_and_grades():
    assert {code: zone.name for code, zone in HERE.zones_of(None, DAY).items()} == {
        "Z1": "刑事", "Z2": "民商事", "Z3": "行政与审监赔偿", "Z4": "执行与立案速裁",
    }  # fmt: skip
    assert {code: one.beta for code, one in HERE.factors_of(None, DAY).items()} == {
        "area": 0.05, "pop": 0.02, "gdp": 0.02, "eth": 0.05, "exp": -0.04, "closed": 0.02,
    }  # fmt: skip
    assert {code: (one.kind, one.value) for code, one in HERE.hours_of(None, DAY).items()} == {
        "civ_sum": ("hours", 6), "civ_ord": ("hours", 16), "cri_sum": ("hours", 5), "cri_ord": ("hours", 20),
        "adm": ("hours", 18), "enf": ("hours", 4), "second": ("times", 1.2), "retrial": ("times", 1.5),
    }  # fmt: skip
    assert {one.name: one.step for one in HERE.grades_of(None, DAY).values()} == {
        "优秀": 0.05, "合格": 0, "瑕疵": -0.05, "不合格": -0.2,
    }  # fmt: skip
    assert [one.name for one in HERE.elements_of(None, DAY).values()] == [
        "阅卷", "庭前", "庭审", "合议", "文书", "送达协调", "执行",
    ]  # fmt: skip


def test_teams_duties_entry_and_exit():
    teams = {code: (one.judges, one.assistants, one.clerks) for code, one in HERE.teams_of(None, DAY).items()}
    assert teams == {"standard": (1, 1, 1), "fast": (1, 2, 2)}
    duties = {code: (one.low, one.high, one.of) for code, one in HERE.duties_of(None, DAY).items()}
    assert duties == {
        "basic/president": (0.05, 0.10, "court"), "basic/leader": (0.30, 0.40, "court"),
        "basic/division_head": (0.50, 0.70, "division"), "intermediate/president": (0.05, 0.05, "court"),
        "intermediate/leader": (0.20, 0.30, "court"), "intermediate/division_head": (0.50, 0.70, "division"),
    }  # fmt: skip
    assert {one.confidence for one in HERE.duties_of(None, DAY).values()} == {"medium"}
    (default,) = HERE.selection_of(None, DAY).values()
    assert (default.assessment, default.exam, default.interview) == (0.5, 0.3, 0.2)
    exits = HERE.exits_of(None, DAY)
    assert len(exits) == 9 and [code for code, one in exits.items() if one.effect == "suspend"] == ["absent"]
    assert exits["absent"].months == 6
    assert [code for code, one in exits.items() if one.at_once] == ["left"]


def test_an_unknown_setting_is_named():
    with pytest.raises(KeyError, match='no setting of quota is called "cap_ration"'):
        HERE.setting("cap_ration", None, DAY)


# --- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("quota_settings", lambda e: e["cap_ratio"]["versions"][0].update(value=0.4), "from 0.01 to 0.39, not 0.4"),
        ("quota_settings", lambda e: e["zone_min"]["versions"][0].update(value=4), "from 5 to 100, not 4"),
        ("quota_settings", lambda e: e["court_floor"]["versions"][0].update(value=2.5), "a whole number"),
        ("quota_settings", lambda e: e.pop("float_low"), '"float_low" is missing'),
        ("quota_settings", lambda e: e.update(floor=e["court_floor"]), 'unknown entry "floor"'),
        ("quota_settings", lambda e: e["simple_below"]["versions"][0].update(value=40), "must be below complex_from, 40"),
        ("quota_settings", lambda e: e["score_effect"]["versions"][0].update(value=0.2), "make 1.05, not 1"),
        ("weight_bases", lambda e: e["civil/物业"]["versions"][0].update(value=0), "from 0.01 to 50, not 0"),
        ("weight_bases", lambda e: e["civil/物业"].update(group="物管"), 'entered under "civil/物管"'),
        ("weight_bases", lambda e: e["civil/物业"].update(causes=["9142"]), '"9142" already belongs to civil/买卖合同'),
        ("weight_bases", lambda e: e["enforcement/恢复执行"].update(type_codes=["执"]), '"执" already belongs'),
        ("weight_bases", lambda e: e.pop("civil/其他"), 'civil needs exactly one group with rest: "yes", not 0'),
        ("weight_procedures", lambda e: e["简易"].update(procedures=["small"]), "small already belongs to 小额诉讼"),
        ("weight_procedures", lambda e: e["普通独任"].pop("panel"), "ordinary already belongs to 普通独任"),
        ("weight_adders", lambda e: e["反诉"].update(fact="counterclam"), 'did you mean "counterclaim"?'),
        ("weight_adders", lambda e: e["卷宗每增5册"]["versions"][0].update(step=0), "from 0.01"),
        ("weight_roles", lambda e: e["承办"].update(role="sole"), "undertaking needs exactly one entry, not 0"),
        ("complexity_points", lambda e: e["parties_4_to_9"]["versions"][0].update(at_least=12), "swap the two"),
        ("complexity_points", lambda e: e["foreign"]["versions"][0].update(causes=["9142"]), "only to them"),
        ("complexity_points", lambda e: e["simple_form"]["versions"][0].pop("causes"), "belong to the facts"),
        ("assessment_zones", lambda e: e.pop("Z3"), '"Z3" is missing'),
        ("assessment_zones", lambda e: e["Z1"].update(categories=["民事"]), '"民事" already belongs to Z1'),
        ("quota_factors", lambda e: e.update(weather=e["area"]), 'unknown entry "weather"'),
        ("cell_hours", lambda e: e["second"].update(case_type="civil"), "belongs to hours"),
        ("trial_elements", lambda e: e["pretrial"].update(called=["阅卷"]), '"阅卷" already belongs to reading'),
        ("team_types", lambda e: e["fast"]["versions"][0].update(judges=0), "from 0.1"),
        ("leader_duties", lambda e: e["basic/leader"]["versions"][0].update(low=0.5), "swap the two"),
        ("selection_weights", lambda e: e["default"]["versions"][0].update(exam=0.4), "make 1.1, not 1"),
        ("exit_triggers", lambda e: e["left"].update(effective_to="2000-01-01"), "before it begins"),
        ("review_grades", lambda e: e["flawed"]["versions"][0].update(step=2), "from 0 to 1, not 2"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_reason(kind, change, said):
    assert any(said in problem for problem in broken(kind, change))


@pytest.mark.parametrize(
    ("file", "entry", "change", "check"),
    [
        ("weight_bases.yaml", "civil/物业", {"causes": ["928"]}, soundness.strange_groups),
        ("weight_bases.yaml", "enforcement/首次执行", {"type_codes": ["执行"]}, soundness.strange_groups),
        ("weight_bases.yaml", "enforcement/首次执行", {"procedure": "简单"}, soundness.strange_groups),
    ],
)
def test_what_one_file_says_of_another_is_held_together(monkeypatch, file, entry, change, check):
    assert not [*check()] and not [*soundness.strange_points()]
    entries = library.entries_of(file)
    other = {**entries, entry: {**entries[entry], **change}}
    monkeypatch.setitem(library.document(file), "entries", other)
    library.quotas.cache_clear()
    try:
        assert [*check()]
    finally:
        monkeypatch.undo()
        library.quotas.cache_clear()


def test_a_number_holds_from_its_day_and_a_day_before_them_all_takes_the_first():
    (first,) = HERE.settings.national["cap_ratio"]
    later = type(first)(**{**vars(first), "value": 0.35, "effective_from": date(2027, 1, 1)})
    known = Quotas(settings=Layered({"cap_ratio": (first, later)}))
    days = [date(2000, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [known.setting("cap_ratio", None, day) for day in days] == [0.39, 0.39, 0.35]


# --- what a court lays over it, and the pages ------------------------------------------------------------


@pytest.fixture
def lay(post):
    """``lay("weight_bases", court, {code: body})``: drafted by one of that court and published by another."""

    def publish(kind, court, bodies):
        office = post("trial_office", at=court)
        draft = draft_overlay(kind=kind, court=court, title="本院", by=office, at=timezone.now())
        for code, body in bodies.items():
            edit_item(edition=draft, code=code, body=body, by=office, at=timezone.now())
        return publish_edition(edition=draft, by=post("trial_office", at=court), at=timezone.now())

    return publish


def national(kind: str, code: str, **version) -> dict:
    body = deepcopy(Item.objects.get(edition__kind=kind, edition__court=None, code=code).body)
    (body["versions"][0] if "versions" in body else body).update(version)
    return body


def test_the_published_law_says_what_the_files_say(db):
    assert law_in_use().quotas == HERE
    assert law_in_use().quota_setting("cap_ratio", None, DAY) == 0.39


def test_the_nearest_courts_numbers_count_in_it_and_below(lay, upper_court, court):
    lay("weight_bases", upper_court, {"civil/物业": national("weight_bases", "civil/物业", value=0.6)})
    lay("quota_settings", court, {"zone_min": national("quota_settings", "zone_min", value=8)})
    quotas = law_in_use().quotas
    assert [quotas.bases_of(one, DAY)["civil/物业"].value for one in (court.pk, upper_court.pk, None)] == [
        0.6,
        0.6,
        0.5,
    ]
    assert [quotas.setting("zone_min", one, DAY) for one in (court.pk, upper_court.pk)] == [8, 5]


def test_a_court_adds_a_group_and_a_duty_it_cannot(lay, court, trial_office):
    body = national("weight_bases", "civil/物业") | {"group": "供暖", "name": "民事·供暖", "causes": ["9281"]}
    lay("weight_bases", court, {"civil/供暖": body})
    assert law_in_use().quotas.bases_of(court.pk, DAY)["civil/供暖"].value == 0.5
    draft = draft_overlay(kind="leader_duties", court=court, title="x", by=trial_office, at=timezone.now())
    duty = national("leader_duties", "basic/leader")
    edit_item(edition=draft, code="high/leader", body=duty, by=trial_office, at=timezone.now())
    assert 'unknown entry "high/leader"' in str(problems_of(draft)[0])
    assert set(ADDED_TO) <= set(OVERLAID) <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_survives_its_form(kind):
    for code, body in SHIPPED[kind].entries:
        blank = EntryForm(kind, code=code, body=body)
        data = {
            "__".join(path): blank.initial["__".join(path)]
            for path, *_ in flatten(KINDS[kind].fields, body, posted=None)
        }
        form = EntryForm(
            kind, code=code, body=body, data={key: value for key, value in data.items() if value is not None}
        )
        assert form.is_valid(), form.errors
        assert form.body() == body


@pytest.mark.parametrize("kind", KINDS)
def test_the_pages_show_each_catalogue(client, kind, trial_office):
    client.force_login(trial_office)
    edition = Edition.objects.get(kind=kind, court=None)
    page = client.get(reverse("admin:catalogues_edition_page", args=[edition.pk]))
    assert page.status_code == 200
    assert (reverse("admin:catalogues_overlay", args=[kind]) in page.content.decode()) == (kind in OVERLAID)
    entry = edition.items.first()
    shown = client.get(reverse("admin:catalogues_edition_entry", args=[edition.pk, entry.code]))
    assert shown.status_code == 200

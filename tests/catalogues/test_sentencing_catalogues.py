"""The catalogues of sentencing and deviation: what ships, what is refused, and what a court lays over it."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from catalogues import library, soundness
from catalogues.entry_forms import EntryForm, flatten
from catalogues.kinds import ADDED_TO, OVERLAID
from catalogues.models import Edition, Item
from catalogues.schema import validate
from catalogues.selectors import law_in_use
from catalogues.sentenced import Layered, Sentenced
from catalogues.sentencing_checks import OUTCOMES, PROTECTED, PROXIES, SETTINGS
from catalogues.sentencing_fields import KINDS
from catalogues.services import draft_overlay, edit_item, problems_of, publish_edition
from courts.models import Court

DAY = date(2026, 6, 30)
SHIPPED = {edition.kind: edition for edition in library.editions() if edition.kind in KINDS}
HERE = library.sentenced()


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


def test_25_factors_with_the_ratios_of_the_guideline():
    factors = HERE.guideline(None, DAY).factors
    assert len(factors) == 25
    ranges = {name: (one.low, one.high, one.tier) for name, one in factors.items()}
    assert ranges["从犯"] == (-0.5, -0.2, 1)
    assert ranges["自首"] == (-0.4, 0, 2)
    assert ranges["累犯"] == (0.1, 0.4, 2)
    assert {name for name, one in factors.items() if one.tier == 1} == {
        "未成年12至16岁", "未成年16至18岁", "满75岁故意犯罪", "满75岁过失犯罪", "又聋又哑或盲人", "未遂", "从犯",
    }  # fmt: skip
    assert {name for name, one in factors.items() if one.must} == {
        "未成年12至16岁", "未成年16至18岁", "从犯", "累犯",
    }  # fmt: skip
    assert {name for name, one in factors.items() if one.mitigates} == {
        "未成年12至16岁", "未成年16至18岁", "满75岁故意犯罪", "满75岁过失犯罪", "又聋又哑或盲人", "未遂", "从犯", "自首",
        "坦白避免特别严重后果", "一般立功", "重大立功",
    }  # fmt: skip
    assert factors["认罪认罚"].combined_cap == 0.6 and len(factors["认罪认罚"].counted_with) == 11
    assert factors["当庭自愿认罪"].excluded_by == ("自首", "坦白")
    assert factors["赔偿并谅解"].strict_for == ("抢劫", "强奸")
    assert factors["前科"].except_for == ("过失犯罪", "未成年犯罪")
    assert factors["累犯"].min_months == 3
    assert all(one.low <= one.high and one.confidence == "certain" for one in factors.values())


def test_23_offences_all_marked_as_still_to_be_checked():
    offences = HERE.guideline(None, DAY).offences
    assert len(offences) == 23
    assert all(one.confidence == "medium" and "须核对" in one.note for one in offences.values())
    assert offences["盗窃"].amounts["较大"] == (1000, 3000)
    assert [(band.start, band.law, band.life) for band in offences["诈骗"].bands] == [
        ((0, 12), (0, 36), False), ((36, 48), (36, 120), False), ((120, 144), (120, 180), True),
    ]  # fmt: skip
    assert offences["危险驾驶"].bands[0].kind == "拘役"
    assert offences["走私贩卖运输制造毒品"].article == "刑法第三百四十七条"


def test_the_discretion_and_the_settings_of_the_deviation_are_data():
    assert HERE.guideline(None, DAY).discretion == 0.2
    values = {code: HERE.setting(code, None, DAY) for code in SETTINGS}
    assert values == {
        "private_days": 5, "contest_filing_days": 10, "contest_days": 10, "fdr": 0.05, "level": 0.9,
        "wide_level": 0.99, "coverage_low": 0.85, "coverage_high": 0.95, "stale_days": 180, "train_every_days": 30,
        "drift_limit": 0.25, "min_group": 20, "persistence_periods": 3, "upheld_limit": 0.2,
        "guideline_discretion": 0.2, "conflict_likeness": 0.6,
    }  # fmt: skip


def test_an_unknown_setting_is_named():
    with pytest.raises(KeyError, match='no setting of the deviation is called "privat_days"'):
        HERE.setting("privat_days", None, DAY)


def test_the_five_outcomes_are_compared_within_their_cause_on_three_years():
    models = HERE.models_of(None, DAY)
    assert tuple(models) == OUTCOMES
    assert {(one.stratum, one.history_years, one.min_peers) for one in models.values()} == {("cause", 3, 30)}
    assert [one.scale for one in models.values()] == ["log", "log", "binary", "identity", "log"]
    assert models["months"].fits(category="刑事", cause_code="201", cause="盗窃罪")
    assert not models["awarded_share"].fits(category="刑事", cause_code="201", cause="盗窃罪")


def test_the_recorded_circumstances_of_traffic_cases_are_elements_of_them():
    def of(cause: str, category: str, code: str = "") -> set[str]:
        known = HERE.elements_of(None, DAY).values()
        return {
            one.key
            for one in known
            if one.usable and one.fits(category=category, cause_code=code, cause=cause)
        }

    traffic = of("交通肇事罪", "刑事")
    assert {
        "flee", "surrender", "forgiven", "compensated", "deaths", "injured", "serious", "minor", "liability",
    } <= traffic  # fmt: skip
    assert of("交通肇事", "刑事") == traffic
    assert "drug_grams" in of("走私、贩卖、运输、制造毒品罪", "刑事") & of("走私贩卖运输制造毒品", "刑事")
    assert {"amount", "recidivist"} <= of("盗窃罪", "刑事") and "deaths" not in of("盗窃罪", "刑事")
    assert {"principal", "rate", "claimed"} <= of("民间借贷纠纷", "民事")
    assert "surrender" not in of("民间借贷纠纷", "民事")
    assert {"liability_share", "insured"} <= of("机动车交通事故责任纠纷", "民事")


def test_what_is_protected_and_what_would_stand_in_for_it_is_never_a_feature_and_says_why():
    elements = HERE.elements_of(None, DAY)
    kept_out = {key: one for key, one in elements.items() if not one.usable}
    assert set(kept_out) == {*PROTECTED, *PROXIES}
    assert {key for key, one in elements.items() if one.protected} == set(PROTECTED)
    assert all(one.reason for one in kept_out.values())


def test_every_circumstance_but_the_three_of_paying_and_forgiving_has_an_element():
    named = {one.guideline for one in HERE.elements_of(None, DAY).values()} - {""}
    assert set(HERE.guideline(None, DAY).factors) - named == {"赔偿并谅解", "赔偿未谅解", "谅解未赔偿"}


def test_a_reason_without_words_of_its_own_and_one_that_needs_them():
    reasons = HERE.reasons_of(None, DAY)
    assert reasons["other"].need_note and not reasons["several_crimes"].need_note
    assert reasons["co_defendants"].categories == ("刑事",)


# --- what is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "change", "said"),
    [
        ("deviation_settings", lambda e: e["private_days"]["versions"][0].update(value=3), "from 5 to 30, not 3"),
        ("deviation_settings", lambda e: e.pop("fdr"), 'the setting "fdr" is missing'),
        ("deviation_settings", lambda e: e["level"]["versions"][0].update(value=0.98) or
         e["wide_level"]["versions"][0].update(value=0.95), "must be below wide_level, 0.95"),
        ("case_elements", lambda e: e["gender"].pop("protected"), 'must stay with protected: "yes"'),
        ("case_elements", lambda e: e.pop("ethnicity"), 'must stay with protected: "yes"'),
        ("case_elements", lambda e: e["own_lawyer"].pop("proxy_for"), "it would stand in for a protected one"),
        ("case_elements", lambda e: e["occupation"].update(proxy_for="surrender"), "unknown protected element"),
        ("case_elements", lambda e: e["gender"].pop("reason"), "say why it is no feature"),
        ("case_elements", lambda e: e["liability"].pop("choices"), 'belong to the type "choice"'),
        ("case_elements", lambda e: e["amount"].update(type="text"), "only for what is no feature"),
        ("deviation_models", lambda e: e["months"].update(elements=["gender"]), "must leave out what is protected"),
        ("deviation_models", lambda e: e.update(judge=e["months"]), 'unknown outcome "judge"'),
        ("deviation_models", lambda e: e["fine"].update(min_peers=3), "must be 10 or more"),
        ("guideline_factors", lambda e: e["自首"]["versions"][0].update(least=0.5), "swap the two"),
        ("guideline_factors", lambda e: e["自首"]["versions"][0].update(most=40), "a share such as 0.4"),
        ("guideline_factors", lambda e: e["累犯"]["versions"][0].update(mitigates="yes"), "cannot mitigate"),
        ("guideline_factors", lambda e: e["当庭自愿认罪"]["versions"][0].update(excluded_by=["自守"]), "自守"),
        ("guideline_factors", lambda e: e["认罪认罚"]["versions"][0].pop("combined_cap"), "go together"),
        ("guideline_offences", lambda e: e["盗窃"]["versions"][0]["bands"][2].update(law_high=240), "180 months"),
        ("guideline_offences", lambda e: e["盗窃"]["versions"][0]["bands"][0].update(start_high=48), "above the statutory"),
        ("guideline_increments", lambda e: e["theft_huge"]["versions"][0].update(step=0), "must be above 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_the_reason(kind, change, said):
    assert any(said in problem for problem in broken(kind, change))


@pytest.mark.parametrize(
    ("file", "entry", "change", "check"),
    [
        ("guideline_offences.yaml", "盗窃", {"name": "偷盗罪"}, soundness.strange_charges),
        ("case_elements.yaml", "surrender", {"guideline": "自守"}, soundness.strange_elements),
        ("case_elements.yaml", "principal", {"causes": ["借贷纠纷"]}, soundness.strange_elements),
        ("deviation_models.yaml", "months", {"elements": ["own_lawyer"]}, soundness.strange_features),
    ],
)
def test_what_one_file_says_of_another_is_held_together(monkeypatch, file, entry, change, check):
    assert not [*check()]
    entries = library.entries_of(file)
    other = {**entries, entry: {**entries[entry], **change}}
    monkeypatch.setitem(library.document(file), "entries", other)
    library.sentenced.cache_clear()
    try:
        assert [*check()]
    finally:
        monkeypatch.undo()
        library.sentenced.cache_clear()


# --- by day ----------------------------------------------------------------------------------------------


def test_a_setting_holds_from_its_day_and_a_day_before_them_all_takes_the_first():
    (first,) = HERE.settings.national["fdr"]
    later = type(first)(**{**vars(first), "value": 0.02, "effective_from": date(2027, 1, 1)})
    known = Sentenced(settings=Layered({"fdr": (first, later)}))
    days = [date(2000, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [known.setting("fdr", None, day) for day in days] == [0.05, 0.05, 0.02]


def test_an_element_is_asked_for_between_its_days_alone():
    (one,) = HERE.elements.national["flee"]
    dated = type(one)(**{**vars(one), "effective_from": date(2026, 1, 1), "effective_to": date(2026, 12, 31)})
    known = Sentenced(elements=Layered({"flee": (dated,)}))
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [len(known.elements_of(None, day)) for day in days] == [0, 1, 1, 0]


# --- what a court lays over it ---------------------------------------------------------------------------


@pytest.fixture
def lay(post):
    """``lay("guideline_factors", court, {"累犯": body})``: drafted by one of that court and published by another."""

    def publish(kind: str, court: Court, bodies: dict[str, dict]) -> Edition:
        office = post("trial_office", at=court)
        draft = draft_overlay(kind=kind, court=court, title="本院", by=office, at=timezone.now())
        for code, body in bodies.items():
            edit_item(edition=draft, code=code, body=body, by=office, at=timezone.now())
        return publish_edition(edition=draft, by=post("trial_office", at=court), at=timezone.now())

    return publish


def national(kind: str, code: str, **version) -> dict:
    body = deepcopy(Item.objects.get(edition__kind=kind, edition__court=None, code=code).body)
    target = body["versions"][0] if "versions" in body else body
    target.update(version)
    return body


def test_the_published_law_says_what_the_files_say(db):
    law = law_in_use()
    assert law.guideline(None, DAY) == HERE.guideline(None, DAY)
    assert law.case_elements(None, DAY) == HERE.elements_of(None, DAY)
    assert law.deviation_models(None, DAY) == HERE.models_of(None, DAY)
    assert law.deviation_reasons(None, DAY) == HERE.reasons_of(None, DAY)
    assert law.deviation_setting("private_days", None, DAY) == 5


def test_the_nearest_courts_table_counts_in_it_and_below(lay, upper_court, court):
    sister = Court.objects.get(code="川1503")
    lay("guideline_factors", upper_court, {"累犯": national("guideline_factors", "累犯", min_months=4)})
    lay("guideline_factors", court, {"累犯": national("guideline_factors", "累犯", min_months=6)})
    law = law_in_use()
    floors = [
        law.guideline(one, DAY).factors["累犯"].min_months
        for one in (court.pk, sister.pk, upper_court.pk, None)
    ]
    assert floors == [6, 4, 4, 3]
    assert law.guideline(court.pk, DAY).factors["自首"].low == -0.4


def test_a_province_adds_increments_of_its_own_and_a_court_elements(lay, upper_court, court):
    row = national("guideline_increments", "theft_large", offence="诈骗", when="较大", step=3000)
    lay("guideline_increments", upper_court, {"fraud_large": row})
    lay(
        "case_elements",
        court,
        {"drone": national("case_elements", "flee", causes=["盗窃罪"]) | {"name": "使用无人机"}},
    )
    law = law_in_use()
    assert law.guideline(court.pk, DAY).increments["fraud_large"].step == 3000
    assert "fraud_large" not in law.guideline(None, DAY).increments
    assert law.case_elements(court.pk, DAY)["drone"].name == "使用无人机"
    assert "drone" not in law.case_elements(upper_court.pk, DAY)


def test_a_court_may_give_its_judges_more_days_and_never_fewer(lay, court, trial_office):
    lay(
        "deviation_settings", court, {"private_days": national("deviation_settings", "private_days", value=7)}
    )
    assert law_in_use().deviation_setting("private_days", court.pk, DAY) == 7
    draft = draft_overlay(
        kind="deviation_settings", court=court, title="x", by=trial_office, at=timezone.now()
    )
    body = national("deviation_settings", "private_days", value=1)
    edit_item(edition=draft, code="private_days", body=body, by=trial_office, at=timezone.now())
    (problem,) = problems_of(draft)
    assert "from 5 to 30, not 1" in str(problem)


def test_a_court_can_neither_unprotect_an_attribute_nor_add_a_factor(court, trial_office):
    draft = draft_overlay(kind="case_elements", court=court, title="x", by=trial_office, at=timezone.now())
    body = national("case_elements", "gender", protected="no")
    edit_item(edition=draft, code="gender", body=body, by=trial_office, at=timezone.now())
    assert 'must stay with protected: "yes"' in str(problems_of(draft)[0])
    draft = draft_overlay(
        kind="guideline_factors", court=court, title="x", by=trial_office, at=timezone.now()
    )
    body = national("guideline_factors", "自首")
    edit_item(edition=draft, code="悔罪", body=body, by=trial_office, at=timezone.now())
    assert 'unknown entry "悔罪"' in str(problems_of(draft)[0])
    assert "guideline_factors" in OVERLAID and "guideline_factors" not in ADDED_TO


def test_asking_twice_costs_no_query(lay, court, django_assert_num_queries):
    lay(
        "deviation_settings", court, {"private_days": national("deviation_settings", "private_days", value=7)}
    )
    law = law_in_use()
    with django_assert_num_queries(0):
        assert law.case_elements(court.pk, DAY) is law.case_elements(court.pk, DAY)
        law.guideline(court.pk, DAY)
        law.deviation_setting("fdr", court.pk, DAY)


# --- through the pages -----------------------------------------------------------------------------------


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
def test_the_pages_show_each_catalogue_and_start_an_overlay(client, kind, trial_office, court):
    client.force_login(trial_office)
    edition = Edition.objects.get(kind=kind, court=None)
    page = client.get(reverse("admin:catalogues_edition_page", args=[edition.pk]))
    assert page.status_code == 200
    assert reverse("admin:catalogues_overlay", args=[kind]) in page.content.decode()
    entry = edition.items.first()
    assert (
        client.get(reverse("admin:catalogues_edition_entry", args=[edition.pk, entry.code])).status_code
        == 200
    )
    draft = draft_overlay(kind=kind, court=court, title="本院", by=trial_office, at=timezone.now())
    form = client.get(reverse("admin:catalogues_edition_entry", args=[draft.pk, entry.code]))
    assert form.status_code == 200 and entry.name in form.content.decode()

"""Judgments of one court that may disagree: found once, shown to who may read both, judged by whoever keeps the collection."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta

import pytest
from django.utils import timezone

from audit.models import Entry
from audit.trail import Refused
from cases.models import Change
from courts.clock import today
from courts.models import Court
from precedents import comparing
from precedents.conflicts import (
    CONFIRM,
    DISMISS,
    SETTLE,
    conflicts_for,
    decide_conflict,
    find_conflicts,
)
from precedents.documents import Judgment, replace_document
from precedents.models import Conflict, Document
from precedents.tasks import find_conflicts as nightly

pytestmark = pytest.mark.django_db
ALIKE = "原告向被告转账五万元,没有借条,被告抗辩转账系偿还先前的货款,双方对借贷合意是否成立存在争议,原告未能举证款项性质。"


@pytest.fixture
def own_pair(keep_own, file_case):
    """Two effective judgments of the court on like facts, one granted and one dismissed."""

    def create(first="support", second="dismiss", text=ALIKE, **fields):
        days = {"effective_on": date(2026, 3, 1)}
        one = keep_own(file_case(), ALIKE, result=first, **days)
        return one, keep_own(file_case(), text, result=second, **(days | fields))

    return create


def test_two_like_judgments_decided_otherwise_are_a_pair_found_once(own_pair):
    one, other = own_pair()
    assert nightly() == 1
    assert find_conflicts(at=timezone.now()) == 0
    pair = Conflict.objects.get()
    assert {pair.first, pair.second} == {one, other} and pair.first_id < pair.second_id
    assert pair.court == one.case.court and pair.state == "found"
    assert pair.because and "支持" in pair.differs[0] and "驳回" in pair.differs[0]


def test_only_what_is_new_is_compared(own_pair, keep_own, file_case):
    own_pair()
    nightly()
    compared = dict(Document.objects.values_list("pk", "compared_at"))
    keep_own(file_case(), ALIKE, result="dismiss", effective_on=date(2026, 3, 1))
    assert find_conflicts(at=timezone.now()) == 1
    assert all(Document.objects.get(pk=pk).compared_at == at for pk, at in compared.items())


@pytest.mark.parametrize(
    "differently",
    [
        {"second": "support"},
        {"second": "partial"},
        {"second": "other"},
        {"text": "夫妻感情破裂,请求离婚并分割共同财产,子女由女方抚养。"},
        {"effective_on": None},
        {"effective_on": date(2020, 3, 1)},
    ],
)
def test_what_is_alike_in_result_unlike_in_facts_or_too_old_is_no_pair(own_pair, differently):
    own_pair(**differently)
    assert nightly() == 0


def test_judgments_of_two_courts_or_two_causes_are_no_pair(keep, keep_own, file_case, upper_court):
    days = {"effective_on": date(2026, 3, 1)}
    keep_own(file_case(), ALIKE, result="support", **days)
    keep_own(file_case(court=upper_court), ALIKE, result="dismiss", **days)
    keep_own(file_case(cause="买卖合同纠纷"), ALIKE, result="dismiss", **days)
    assert nightly() == 0


def test_a_published_judgment_of_the_court_counts_by_its_courts_name(keep, keep_own, file_case, court):
    days = {"effective_on": date(2026, 3, 1)}
    keep_own(file_case(), ALIKE, result="support", **days)
    keep("other", "（2025）川1502民初900号", ALIKE, result="dismiss", court_name=court.name, **days)
    assert nightly() == 1


def test_a_sealed_case_makes_no_pair_and_one_sealed_later_disappears(own_pair, trial_office):
    one, _ = own_pair()
    nightly()
    assert conflicts_for(trial_office).count() == 1
    one.case.sealed = "juvenile"
    one.case.save()
    assert not conflicts_for(trial_office).exists()
    assert not conflicts_for(one.case.judge).exists()


@pytest.fixture
def pair(own_pair):
    own_pair()
    nightly()
    return Conflict.objects.get()


def test_whoever_does_not_see_both_cases_sees_nothing(pair, post, outsider, judge, trial_office):
    colleague = post("judge", "另一法官", division=pair.first.case.division)
    case = pair.first.case
    case.judge = colleague
    case.save()
    decide_conflict(conflict=pair, act=CONFIRM, reason="裁判尺度不一", by=trial_office, at=timezone.now())
    assert not conflicts_for(judge).exists() and not conflicts_for(colleague).exists()
    assert not conflicts_for(outsider).exists()


def test_until_it_is_confirmed_only_the_keeper_sees_it(pair, judge, president, trial_office):
    assert conflicts_for(trial_office).count() == 1
    assert not conflicts_for(judge).exists() and not conflicts_for(president).exists()
    decide_conflict(conflict=pair, act=CONFIRM, reason="裁判尺度不一", by=trial_office, at=timezone.now())
    assert conflicts_for(judge).count() == conflicts_for(president).count() == 1


@pytest.mark.parametrize("who", ["judge", "president", "division_head", "outsider"])
def test_nobody_but_the_keeper_of_that_court_decides(pair, request, who):
    with pytest.raises(Refused):
        decide_conflict(
            conflict=pair, act=CONFIRM, reason="理由", by=request.getfixturevalue(who), at=timezone.now()
        )


def test_a_keeper_of_another_court_does_not_decide(pair, post):
    elsewhere = post("trial_office", "外院审管办", at=Court.objects.get(code="川1503"))
    with pytest.raises(Refused):
        decide_conflict(conflict=pair, act=CONFIRM, reason="理由", by=elsewhere, at=timezone.now())


def test_a_decision_needs_a_reason_follows_the_states_and_leaves_a_trace(pair, trial_office, file_case):
    def decide(act, reason="理由"):
        return decide_conflict(
            conflict=pair, act=act, reason=reason, by=trial_office, at=timezone.now()
        ).state

    for act, reason in [(CONFIRM, " "), (SETTLE, "理由")]:
        with pytest.raises(Refused):
            decide(act, reason)
    open_case = file_case()
    Change.objects.all().delete()
    assert decide(CONFIRM) == "confirmed" == decide(CONFIRM)
    assert open_case.pk in set(Change.objects.values_list("case_id", flat=True))
    assert decide(SETTLE) == "settled"
    with pytest.raises(Refused):
        decide(DISMISS)
    acts = Entry.objects.filter(act__endswith="_conflict", outcome="done").order_by("pk")
    assert list(acts.values_list("act", flat=True)) == [CONFIRM, SETTLE]


def test_what_was_dismissed_stays_dismissed_when_it_is_found_again(pair, trial_office):
    decide_conflict(conflict=pair, act=DISMISS, reason="案情不同", by=trial_office, at=timezone.now())
    Document.objects.update(compared_at=None)
    assert find_conflicts(at=timezone.now()) == 0
    assert Conflict.objects.get().state == "dismissed"


@pytest.fixture
def correct(trial_office):
    """``correct(document, result="dismiss")``: the corrected judgment in its place, indexed and compared."""

    def change(document, **fields):
        names = [each.name for each in dataclasses.fields(Judgment) if each.name not in ("facts", "case")]
        held = {name: getattr(document, name) for name in names}
        replace_document(
            document=document, judgment=Judgment(**(held | fields)), by=trial_office, at=timezone.now()
        )
        return nightly()

    return change


@pytest.mark.parametrize(
    ("first", "corrected"),
    [
        ({"second": "support"}, {"result": "dismiss"}),
        ({"effective_on": None}, {"effective_on": date(2026, 3, 1)}),
    ],
)
def test_a_correction_makes_the_judgment_compared_again(own_pair, correct, first, corrected):
    _, other = own_pair(**first)
    assert nightly() == 0
    assert correct(other, **corrected) == 1


@pytest.mark.parametrize("corrected", [{"result": ""}, {"result": "support"}, {"effective_on": None}])
def test_a_pair_nobody_judged_goes_when_a_correction_ends_it(own_pair, correct, corrected):
    _, other = own_pair()
    nightly()
    assert correct(other, **corrected) == 0
    assert not Conflict.objects.exists()


def test_a_pair_nobody_judged_says_what_the_corrected_judgment_says(own_pair, correct):
    _, other = own_pair(first="dismiss", second="support")
    nightly()
    assert correct(other, result="partial") == 0
    assert "部分支持" in Conflict.objects.get().differs[0]
    correct(other, text="夫妻感情破裂,请求离婚并分割共同财产,子女由女方抚养。")
    assert not Conflict.objects.exists()


def test_what_a_person_decided_of_a_pair_outlives_a_correction(own_pair, correct, trial_office):
    _, other = own_pair()
    nightly()
    decide_conflict(
        conflict=Conflict.objects.get(), act=CONFIRM, reason="尺度不一", by=trial_office, at=timezone.now()
    )
    correct(other, result="")
    assert Conflict.objects.get().state == "confirmed"


def test_a_judgment_not_yet_effective_is_compared_once_it_is(own_pair):
    _, other = own_pair(effective_on=today() + timedelta(days=5))
    assert nightly() == 0
    Document.objects.filter(pk=other.pk).update(effective_on=today())  # the day has come
    assert nightly() == 1


def test_among_very_many_the_nearest_are_found_all_the_same(own_pair, monkeypatch):
    monkeypatch.setattr(comparing, "FEW", 0)
    own_pair()
    assert nightly() == 1


def test_a_slice_of_judgments_costs_as_many_questions_as_one(keep_own, file_case, costs_the_same):
    days = {"effective_on": date(2026, 3, 1)}

    def more():
        for result in ("support", "dismiss"):
            keep_own(file_case(), ALIKE, result=result, **days)

    def compare():
        Document.objects.update(compared_at=None)
        Conflict.objects.all().delete()
        find_conflicts(at=timezone.now())

    more()
    costs_the_same(compare, grow=more)

"""Elements and outcomes are recorded once, by whoever may record events on the case, and only as the catalogue has them."""

from datetime import date

import pytest
from django.urls import reverse

from audit.models import Entry
from audit.trail import Refused
from cases import services
from cases.models import Case, Change, Element, Outcome, Party
from courts.models import FixedDay

DAY = date(2026, 6, 30)


@pytest.fixture(autouse=True)
def day(db):
    FixedDay.objects.create(day=DAY)


@pytest.fixture
def theft(file_case):
    """A theft, one defendant."""
    case = file_case(
        number="（2026）川1502刑初7号",
        type_code="刑初",
        category="刑事",
        cause="盗窃罪",
        closed_on=date(2026, 4, 1),
    )
    Party.objects.create(case=case, name="张三", standing="被告人")
    return case


@pytest.fixture
def pair(theft):
    """The theft with a second defendant: both, in order."""
    return [*theft.party_rows.all(), Party.objects.create(case=theft, name="李四", standing="被告人")]


@pytest.fixture
def record(theft, judge, now):
    def act(values, *, by=judge, case=theft, party=None):
        return services.record_elements(case=case, values=values, by=by, at=now, party=party)

    return act


@pytest.fixture
def decide(theft, judge, now):
    def act(values, *, on=date(2026, 4, 1), by=judge, party=None):
        return services.record_outcomes(case=theft, values=values, decided_on=on, by=by, at=now, party=party)

    return act


def standing(model=Element):
    name = "key" if model is Element else "measure"
    return dict(model.objects.filter(withdrawn_at=None).values_list(name, "value"))


# --- elements ----------------------------------------------------------------------------------------------
def test_elements_are_kept_as_the_catalogue_has_them_with_one_trace_and_one_mark_in_the_outbox(theft, record):
    record({"自首": "是", "amount": "1.2万元", "times": "3"})
    assert standing() == {"surrender": True, "amount": 12000, "times": 3}
    entry = Entry.objects.get(act="cases.record_elements")
    assert (entry.case_id, entry.after["犯罪数额"]) == (theft.pk, "12,000 元")
    assert Change.objects.filter(case_id=theft.pk).count() == 1
    assert set(Element.objects.values_list("origin", "recorded_by__name")) == {("entered", "周法官")}


def test_recording_the_same_again_changes_nothing(record):
    first, second = record({"surrender": True}), record({"surrender": "是"})
    assert first == second
    assert Entry.objects.filter(act="cases.record_elements").count() == 1


def test_another_value_replaces_the_one_that_stood_and_none_takes_it_back(record):
    record({"times": 3})
    record({"times": 4})
    assert standing() == {"times": 4}
    assert Element.objects.filter(withdrawn_at__isnull=False).count() == 1
    record({"times": None})
    assert standing() == {}


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"surender": True}, "没有“surender”这一要素，是否为“surrender”？"),
        ({"surrender": "也许"}, "“自首”的“也许”应为“是”或“否”"),
        ({"principal": 1}, "“借款本金”只用于民间借贷纠纷，不用于盗窃罪"),
    ],
)
def test_what_the_catalogue_does_not_have_for_the_case_is_refused_and_nothing_kept(record, values, sentence):
    with pytest.raises(Refused, match=sentence):
        record({"times": 3} | values)
    assert standing() == {}


def test_who_may_not_record_events_on_the_case_records_no_elements_and_no_outcome(
    record, decide, outsider, post
):
    for person in (outsider, post("president")):
        with pytest.raises(Refused):
            record({"times": 3}, by=person)
        with pytest.raises(Refused):
            decide({"months": 6}, by=person)
    assert not Element.objects.exists() and not Outcome.objects.exists()


def test_each_of_several_defendants_has_elements_of_their_own(record, pair):
    first, second = pair
    record({"accessory": True}, party=second)
    record({"accessory": False}, party=first)
    record({"amount": 5000})
    assert set(Element.objects.values_list("party__name", "key", "value")) == {
        ("李四", "accessory", True), ("张三", "accessory", False), (None, "amount", 5000),
    }  # fmt: skip


def test_a_party_of_another_case_is_refused(record, file_case):
    other = Party.objects.create(case=file_case(), name="王五", standing="原告")
    with pytest.raises(Refused, match="不是本案的当事人"):
        record({"accessory": True}, party=other)


def test_an_element_can_be_withdrawn_and_stays_marked(record, judge, now):
    [element] = record({"times": 3})
    services.withdraw_fact(fact=element, reason="误录", by=judge, at=now)
    assert standing() == {} and Element.objects.get().withdrawn_at == now


# --- outcomes ----------------------------------------------------------------------------------------------
def test_an_outcome_is_kept_in_numbers_and_once(decide, theft):
    decide({"months": "1年", "fine": "5,000元", "缓刑": "是"})
    decide({"months": 12, "fine": 5000, "probation": True})
    assert standing(Outcome) == {"months": 12, "fine": 5000, "probation": 1}
    assert Entry.objects.filter(act="cases.record_outcomes", case_id=theft.pk).count() == 1


def test_a_corrected_outcome_replaces_the_first(decide):
    decide({"months": 12})
    decide({"months": 14})
    assert standing(Outcome) == {"months": 14}
    assert Outcome.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "on", "sentence"),
    [
        ({"awarded_share": "0.5"}, date(2026, 4, 1), "只用于民事案件"),
        ({"trial_days": 30}, date(2026, 4, 1), "由立案和结案日期得出"),
        ({"month": 3}, date(2026, 4, 1), "是否为“months”"),
        ({"months": 3}, date(2100, 1, 1), "尚未到来"),
        ({"months": 3}, date(2026, 1, 1), "早于立案日期"),
    ],
)
def test_an_outcome_that_cannot_be_is_refused(decide, values, on, sentence):
    with pytest.raises(Refused, match=sentence):
        decide(values, on=on)


def test_with_several_defendants_an_outcome_is_one_persons(decide, pair):
    with pytest.raises(Refused, match="本案有 2 名被告人"):
        decide({"months": 6})
    decide({"months": 6}, party=pair[1])
    assert Outcome.objects.get().party == pair[1]


def test_what_is_recorded_of_the_only_defendant_is_recorded_of_the_case(decide, record, theft):
    """However they are named: one person is not two."""
    [only] = theft.party_rows.all()
    decide({"months": 6}, party=only)
    decide({"months": 8})
    decide({"months": 9}, party=only)
    record({"surrender": True}, party=only)
    record({"surrender": False})
    assert set(Outcome.objects.values_list("party", flat=True)) == {None}
    assert set(Element.objects.values_list("party", flat=True)) == {None}
    assert (standing(Outcome), standing()) == ({"months": 9}, {"surrender": False})


def test_what_was_once_recorded_of_the_only_defendant_by_name_is_replaced(decide, record, theft):
    [only] = theft.party_rows.all()
    Outcome.objects.create(case=theft, party=only, measure="months", value=6, decided_on=date(2026, 4, 1))
    Element.objects.create(case=theft, party=only, key="surrender", value=True)
    decide({"months": 8})
    record({"surrender": None})
    assert list(Outcome.objects.filter(withdrawn_at=None).values_list("party", "value")) == [(None, 8)]
    assert standing() == {}


# --- pages -------------------------------------------------------------------------------------------------
@pytest.fixture
def page(client, judge, theft):
    client.force_login(judge)
    return lambda name, party=None: (
        reverse(f"cases:{name}", args=[theft.pk]) + (f"?party={party}" if party else "")
    )


def test_the_form_offers_what_the_cause_has_and_marks_what_is_protected(client, page):
    html = client.get(page("elements")).content.decode()
    assert "扒窃" in html and "借款本金" not in html and "事故责任" not in html
    before, after = html.split("仅用于公平性检查，不参与评估")
    assert "自首" in before and "民族" in after and "民族" not in before


def test_what_is_entered_on_the_page_stands_on_the_case_page(client, page, theft):
    html = client.post(page("elements"), {"surrender": "true", "amount": "3200", "gender": "2"}, follow=True)
    html = html.content.decode()
    assert "已登记案件要素" in html and "3,200 元" in html and "仅用于公平性检查" in html
    html = client.post(
        page("outcomes"), {"decided_on": "2026-04-01", "months": "8"}, follow=True
    ).content.decode()
    assert "8 个月" in html
    assert standing(Outcome) == {"months": 8}


def test_a_wrong_value_keeps_what_was_typed_and_saves_nothing(client, page):
    answer = client.post(page("elements"), {"amount": "很多", "times": "2"})
    assert answer.context["form"].errors == {"amount": ["“犯罪数额”的“很多”应为不小于 0 的数"]}
    html = answer.content.decode()
    assert 'value="很多"' in html and 'value="2"' in html
    assert not Element.objects.exists()


def test_clearing_a_field_withdraws_it_and_leaving_it_does_not(client, page, record):
    record({"times": 3, "amount": 500})
    client.post(page("elements"), {"times": "", "amount": "500"})
    assert standing() == {"amount": 500}
    assert Element.objects.count() == 2


def test_several_defendants_have_a_page_each_and_one_for_what_they_share(client, page, pair):
    first, second = pair
    assert "李四" in client.get(page("elements")).content.decode()
    client.post(page("elements", second.pk), {"accessory": "true"})
    client.post(page("elements", "all"), {"amount": "900"})
    client.post(page("outcomes"), {"decided_on": "2026-04-01", "months": "5"})
    assert set(Element.objects.values_list("party", "key")) == {(second.pk, "accessory"), (None, "amount")}
    assert Outcome.objects.get().party == first
    assert client.get(page("elements", 999_999_999)).status_code == 404
    assert client.get(page("elements", "x")).status_code == 404


def test_an_outcome_without_any_measure_is_refused(client, page):
    answer = client.post(page("outcomes"), {"decided_on": "2026-04-01"})
    assert answer.context["form"].non_field_errors() == ["请至少填写一项裁判结果"]


def test_one_without_the_duty_sees_no_form(client, page, outsider, post):
    client.force_login(outsider)
    assert client.get(page("elements")).status_code == 404
    client.force_login(post("president"))
    assert client.get(page("elements")).status_code == 403
    assert client.post(page("outcomes"), {"decided_on": "2026-04-01", "months": "5"}).status_code == 403


def test_an_outcome_is_withdrawn_on_its_page(client, page, decide):
    [outcome] = decide({"months": 6})
    address = reverse("cases:withdraw-outcome", args=[outcome.pk])
    assert "6 个月" in client.get(address).content.decode()
    client.post(address, {"reason": "误录"})
    assert standing(Outcome) == {}


def test_the_case_page_costs_the_same_however_many_elements(
    client, page, theft, record, decide, pair, costs_the_same
):
    decide({"months": 6}, party=pair[0])
    record({"times": 3}, party=pair[0])
    more = {"surrender": True, "amount": 1, "returned": True, "gender": "1"}
    costs_the_same(
        lambda: client.get(reverse("cases:page", args=[theft.pk])),
        grow=lambda: [record(more, party=each) for each in pair],
    )


def test_a_case_without_a_catalogue_for_it_shows_no_part(client, judge, file_case):
    case = file_case(category="执行", type_code="执", cause="")
    Case.objects.filter(pk=case.pk).update(category="执行")
    client.force_login(judge)
    assert "登记裁判结果" not in client.get(reverse("cases:page", args=[case.pk])).content.decode()

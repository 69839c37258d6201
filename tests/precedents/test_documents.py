"""The collection: who may add what, that nothing is held twice, and that a trace is left of every change."""

from __future__ import annotations

import pytest

from audit.models import Entry
from audit.trail import Refused
from precedents.documents import (
    HELD,
    Judgment,
    add_document,
    put_document,
    refresh_all_facts,
    replace_document,
    withdraw_document,
)
from precedents.models import Document

pytestmark = pytest.mark.django_db
TEXT = "原告向被告转账五万元,被告拒不归还。"


def judgment(**fields):
    return Judgment(**({"source": "guiding", "number": "指导案例1号", "text": TEXT} | fields))


def acts():
    return list(
        Entry.objects.filter(act__startswith="precedents.").values_list("act", flat=True).order_by("pk")
    )


def test_the_same_judgment_again_is_the_same_as_once(trial_office, now):
    first = add_document(judgment=judgment(), by=trial_office, at=now)
    assert add_document(judgment=judgment(), by=trial_office, at=now) == first
    assert acts() == ["precedents.add_document"]


def test_another_text_under_a_held_number_is_refused(trial_office, now):
    add_document(judgment=judgment(), by=trial_office, at=now)
    with pytest.raises(Refused, match=HELD):
        add_document(judgment=judgment(text="另一段文字"), by=trial_office, at=now)
    assert Document.objects.count() == 1


def test_an_upload_replaces_what_changed_and_leaves_alone_what_did_not(trial_office, now):
    assert put_document(judgment=judgment(), by=trial_office, at=now)[1] == "added"
    assert put_document(judgment=judgment(), by=trial_office, at=now)[1] == "unchanged"
    document, how = put_document(judgment=judgment(text="改过的文字"), by=trial_office, at=now)
    assert (how, document.text) == ("replaced", "改过的文字")
    assert acts() == ["precedents.add_document", "precedents.replace_document"]


@pytest.mark.parametrize("who", ["judge", "president", "division_head"])
def test_nobody_but_the_keeper_changes_the_collection(request, who, now):
    person = request.getfixturevalue(who)
    with pytest.raises(Refused):
        add_document(judgment=judgment(), by=person, at=now)
    held = add_document(judgment=judgment(), by=None, at=now)
    for change in (
        lambda: replace_document(document=held, judgment=judgment(text="改"), by=person, at=now),
        lambda: withdraw_document(document=held, reason="不再适用", by=person, at=now),
    ):
        with pytest.raises(Refused):
            change()
    held.refresh_from_db()
    assert (held.text, held.withdrawn_at) == (TEXT, None)


def test_a_judgment_of_ours_takes_number_court_and_cause_from_its_case(file_case, trial_office, record, now):
    case = file_case()
    record(case, surrender=True, gender="male")
    document = add_document(
        judgment=judgment(case=case, number="随便写的", court_name="别处"), by=trial_office, at=now
    )
    assert (document.source, document.number, document.court_name) == ("own", case.number, str(case.court))
    assert document.cause == case.cause
    assert document.facts == {"surrender": True}  # a protected attribute makes no case like another


def test_a_judgment_of_a_sealed_case_or_of_another_court_is_not_taken(
    file_case, trial_office, outsider, upper_court, now
):
    sealed, theirs = file_case(sealed="juvenile"), file_case(court=upper_court)
    for case in (sealed, theirs):
        with pytest.raises(Refused):
            add_document(judgment=judgment(case=case), by=trial_office, at=now)
    with pytest.raises(Refused):
        add_document(judgment=judgment(case=sealed), by=None, at=now)
    assert not Document.objects.exists()


def test_a_withdrawn_judgment_may_be_added_again(trial_office, file_case, now):
    case = file_case()
    for fields in ({}, {"case": case}):
        held = add_document(judgment=judgment(**fields), by=trial_office, at=now)
        withdraw_document(document=held, reason="文号有误", by=trial_office, at=now)
        again = add_document(judgment=judgment(**fields), by=trial_office, at=now)
        assert again.withdrawn_at is None
    assert "precedents.withdraw_document" in acts()


def test_correcting_a_judgment_of_ours_does_not_take_it_from_its_case(file_case, trial_office, now):
    held = add_document(judgment=judgment(case=file_case()), by=trial_office, at=now)
    changed = replace_document(
        document=held, judgment=judgment(text="改", number="别的案号"), by=trial_office, at=now
    )
    assert (changed.case_id, changed.number, changed.text) == (held.case_id, held.number, "改")


def loose(case, **fields):
    """The judgment of a case, held under its number without being the case's."""
    return judgment(**({"source": "own", "number": case.number, "court_name": str(case.court)} | fields))


def test_a_judgment_held_under_the_number_of_a_case_becomes_the_cases(file_case, trial_office, now):
    for put in (add_document, lambda **given: put_document(**given)[0]):
        case = file_case()
        held = add_document(judgment=loose(case), by=trial_office, at=now)
        assert put(judgment=judgment(case=case), by=trial_office, at=now).pk == held.pk
        held.refresh_from_db()
        assert held.case == case


def test_another_text_of_the_case_under_that_number_is_refused(file_case, trial_office, now):
    case = file_case()
    add_document(judgment=loose(case), by=trial_office, at=now)
    with pytest.raises(Refused, match=HELD):
        add_document(judgment=judgment(case=case, text="另一段文字"), by=trial_office, at=now)


def test_what_is_a_cases_is_not_taken_from_it_under_its_number(file_case, trial_office, outsider, now):
    case = file_case()
    held = add_document(judgment=judgment(case=case), by=trial_office, at=now)
    for put in (add_document, put_document):
        with pytest.raises(Refused, match=HELD):
            put(judgment=loose(case), by=trial_office, at=now)
    other = add_document(judgment=loose(case, number="别的案号"), by=trial_office, at=now)
    with pytest.raises(Refused, match=HELD):
        replace_document(document=other, judgment=loose(case), by=trial_office, at=now)
    held.refresh_from_db()
    assert (held.case, held.text) == (case, TEXT)


def test_a_case_whose_judgment_was_withdrawn_gets_no_second_one(file_case, trial_office, now):
    case = file_case()
    held = add_document(judgment=judgment(case=case), by=trial_office, at=now)
    withdraw_document(document=held, reason="文号有误", by=trial_office, at=now)
    add_document(judgment=loose(case), by=trial_office, at=now)
    with pytest.raises(Refused, match=HELD):
        add_document(judgment=judgment(case=case), by=trial_office, at=now)


def test_elements_recorded_later_come_into_the_judgment(file_case, keep_own, record):
    case = file_case()
    document = keep_own(case, TEXT)
    assert refresh_all_facts() == 0
    record(case, surrender=True)
    assert refresh_all_facts() == 1
    document.refresh_from_db()
    assert (document.facts, document.indexed_at) == ({"surrender": True}, None)


def test_published_ones_are_everybodys_and_ours_are_seen_with_their_case(
    keep, keep_own, file_case, judge, outsider
):
    published, own = keep("guiding", "指导案例1号", TEXT), keep_own(file_case(), TEXT)
    assert set(Document.objects.visible_to(judge)) == {published, own}
    assert set(Document.objects.visible_to(outsider)) == {published}

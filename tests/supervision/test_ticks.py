"""The boxes of the filing form: ticked where a rule hits, answered for where not, and silent about what is secret."""

from __future__ import annotations

import pytest
from django.urls import reverse

from audit.models import Entry
from audit.trail import Refused
from cases.models import Change
from catalogues import library
from supervision.facts import refresh_facts
from supervision.flags import dismiss_complaint
from supervision.models import Flag, SecretFacts, Statement, Step, Tick
from supervision.screening import screen_cases
from supervision.statements import state_fact
from supervision.ticks import boxes_for, tick_boxes, to_tick

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def crowd(file_case, monday):
    """A newly filed case of twelve claimants: B01 hits."""
    case = file_case(judge=None, plaintiffs=12, defendants=1, filed_on=monday, cause="离婚纠纷")
    refresh_facts([case.pk], monday)
    return case


def box(case, code):
    return next(box for box in boxes_for(case) if box.rule == code)


def fill_in(case, by, at, **ticks):
    """Every box as suggested, but for those given as ``B01=(False, "…")``."""
    answers = {box.rule: (box.ticked, box.reason) for box in boxes_for(case)}
    return tick_boxes(case=case, ticks=answers | ticks, by=by, at=at)


def refused(act) -> Refused:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value


# --- suggested -------------------------------------------------------------------------------------------------
def test_there_are_seventeen_boxes_in_the_order_of_the_catalogue(crowd):
    assert [box.rule for box in boxes_for(crowd)] == list(library.filing_ticks())
    assert len(boxes_for(crowd)) == 17


def test_a_box_is_ticked_already_where_its_rule_hits_and_not_elsewhere(crowd):
    assert [box.rule for box in boxes_for(crowd) if box.suggested] == ["B01"]
    assert [box.rule for box in boxes_for(crowd) if box.ticked] == ["B01"]


def test_what_nobody_has_ticked_waits_oldest_first_and_of_the_own_court_alone(
    crowd, file_case, filing, post, upper_court, judge, monday, now
):
    older = file_case(judge=None, filed_on=monday.replace(month=5))
    file_case()
    file_case(judge=None, closed_on=monday, filed_on=monday)
    assert list(to_tick(filing)) == [older, crowd]
    assert not to_tick(post("filing", at=upper_court)).exists()
    assert not to_tick(judge).exists()
    fill_in(crowd, filing, now)
    assert list(to_tick(filing)) == [older]


# --- filled in --------------------------------------------------------------------------------------------------
def test_agreeing_with_the_rules_keeps_every_box_and_their_flags_are_proposed_at_once(crowd, filing, now):
    fill_in(crowd, filing, now)
    assert Tick.objects.filter(case=crowd).count() == 16
    assert Tick.objects.get(ticked=True).rule.code == "B01"
    flag = Flag.objects.get()
    assert (flag.rule.code, flag.state, flag.how) == ("B01", "PROPOSED", "auto")
    entry = Entry.objects.get(act="supervision.tick_boxes")
    assert entry.after == {"B01": True}


def test_leaving_a_suggested_box_empty_needs_a_reason(crowd, filing, now):
    refusal = refused(lambda: fill_in(crowd, filing, now, B01=(False, " ")))
    assert (refusal.status, refusal.sentence) == (409, "B01 系统已识别，取消勾选须写明理由")
    assert not Tick.objects.exists()


def test_an_unticked_hit_stays_a_proposal_with_the_clerks_reason_on_it(crowd, filing, now):
    fill_in(crowd, filing, now, B01=(False, "十二名原告为同一家庭成员"))
    flag = Flag.objects.get()
    assert flag.state == "PROPOSED"
    step = Step.objects.get(flag=flag, act="untick")
    assert (step.reason, step.by) == ("十二名原告为同一家庭成员", filing)
    assert Tick.objects.get(rule__code="B01").ticked is False


def test_a_box_ticked_without_a_hit_needs_a_reason_and_raises_a_flag(crowd, filing, now):
    assert "须写明理由" in refused(lambda: fill_in(crowd, filing, now, A09=(True, ""))).sentence
    fill_in(crowd, filing, now, A09=(True, "被告为境外公司"))
    flag = Flag.objects.get(rule__code="A09")
    assert (flag.how, flag.state, flag.raised_by) == ("filing", "PROPOSED", filing)


def test_filling_in_the_same_twice_is_the_same_as_once(crowd, filing, now):
    answers = {"A09": (True, "被告为境外公司"), "B01": (False, "同一家庭成员"), "D01": (True, "举报信一封")}
    for _ in range(2):
        tick_boxes(case=crowd, ticks=answers, by=filing, at=now)
    assert Entry.objects.filter(act="supervision.tick_boxes").count() == 1
    assert Step.objects.filter(act="untick").count() == 1
    assert Statement.objects.count() == 1


def test_what_is_suggested_is_asked_of_the_facts_as_they_are_when_the_form_is_sent(crowd, filing, now):
    shown = {box.rule: (box.ticked, "") for box in boxes_for(crowd)}
    crowd.amount = 20_000_000
    crowd.save()
    refusal = refused(lambda: tick_boxes(case=crowd, ticks=shown, by=filing, at=now))
    assert refusal.sentence == "A08 系统已识别，取消勾选须写明理由"


def test_only_the_filing_desk_ticks_and_only_before_a_judge_has_the_case(
    crowd, filing, judge, president, file_case, now
):
    for person in (judge, president):
        assert refused(lambda person=person: fill_in(crowd, person, now)).status == 403
    assert refused(lambda: fill_in(file_case(), filing, now)).status == 403


def test_a_closed_case_is_not_ticked(crowd, filing, now, monday):
    crowd.closed_on = monday
    crowd.save()
    assert refused(lambda: fill_in(crowd, filing, now)).status == 409


# --- the box of a secret rule ------------------------------------------------------------------------------------
def complain(case, by, now):
    return state_fact(case=case, fact="complaint_realname_leads", value=True, basis="举报信", by=by, at=now)


def test_the_secret_box_shows_nothing_whatever_is_known_and_whoever_ticked_it(
    crowd, discipline, filing, now, monday
):
    before = box(crowd, "D01")
    assert (before.suggested, before.ticked, before.secret) == (False, False, True)
    complain(crowd, discipline, now)
    refresh_facts([crowd.pk], monday)
    assert SecretFacts.objects.exists()
    assert box(crowd, "D01") == before
    fill_in(crowd, filing, now, D01=(True, "当事人当场递交举报信"))
    assert box(crowd, "D01") == before


def test_ticking_the_secret_box_becomes_a_secret_statement_and_no_open_trace(crowd, filing, now, monday):
    fill_in(crowd, filing, now, D01=(True, "当事人当场递交举报信"))
    told = Statement.objects.get()
    assert (told.fact, told.value, told.secret, told.stated_by) == (
        "complaint_realname_leads",
        True,
        True,
        filing,
    )
    assert "D01" not in str(Entry.objects.filter(secret=False).values_list("after", "because"))
    assert "举报" not in str(Entry.objects.filter(secret=False).values_list("after", "because"))
    assert not Tick.objects.filter(rule__code="D01").exists()
    assert Change.objects.filter(case_id=crowd.pk).exists()
    refresh_facts([crowd.pk], monday)
    assert SecretFacts.objects.get().complaint_realname_leads is True


def test_a_second_report_leaves_what_stands_and_answers_alike(crowd, discipline, filing, now):
    standing = complain(crowd, discipline, now)
    ticks = fill_in(crowd, filing, now, D01=(True, "当事人当场递交举报信"))
    assert len(ticks) == 16
    assert list(Statement.objects.standing()) == [standing]
    assert Statement.objects.count() == 2


def test_a_report_after_the_first_was_dismissed_is_a_flag_again(crowd, discipline, filing, now, monday):
    def proposed():
        refresh_facts([crowd.pk], monday)
        screen_cases([crowd.pk], monday, now)
        return Flag.objects.filter(case=crowd, rule__code="D01", state="PROPOSED").first()

    complain(crowd, discipline, now)
    dismiss_complaint(flag=proposed(), reason_code="unfounded", reason="", by=discipline, at=now)
    assert proposed() is None
    fill_in(crowd, filing, now, D01=(True, "当事人当场递交举报信"))
    assert proposed() is not None


def test_the_secret_box_wants_to_know_what_was_reported(crowd, filing, now):
    assert (
        refused(lambda: fill_in(crowd, filing, now, D01=(True, ""))).sentence == "D01 请写明线索，供督察核查"
    )


# --- the pages ------------------------------------------------------------------------------------------------------
def test_the_list_leads_to_the_form_and_the_form_to_the_flags(client, crowd, filing):
    client.force_login(filing)
    page = client.get(reverse("supervision:to-tick")).content.decode()
    assert crowd.number in page
    assert reverse("supervision:ticks", args=[crowd.pk]) in page
    form = client.get(reverse("supervision:ticks", args=[crowd.pk])).content.decode()
    assert form.count('type="checkbox"') == 17
    answer = client.post(
        reverse("supervision:ticks", args=[crowd.pk]), {"B01-ticked": "on", "B01-reason": ""}
    )
    assert answer.status_code == 302
    assert Tick.objects.get(ticked=True).rule.code == "B01"


def test_the_form_keeps_what_was_typed_when_a_reason_is_missing(client, crowd, filing):
    client.force_login(filing)
    given = {"A09-ticked": "on", "A09-reason": "", "A10-ticked": "on", "A10-reason": "被告为镇政府"}
    page = client.post(reverse("supervision:ticks", args=[crowd.pk]), given).content.decode()
    assert "系统没有识别，勾选须写明理由" in page
    assert "系统已识别，取消勾选须写明理由" in page
    assert "被告为镇政府" in page
    assert not Tick.objects.exists()


def test_the_form_is_the_same_whether_or_not_somebody_complained(
    client, crowd, filing, discipline, now, monday
):
    client.force_login(filing)
    address = reverse("supervision:ticks", args=[crowd.pk])

    def seen():
        page = client.get(address).content.decode()
        return [line for line in page.splitlines() if "csrf" not in line.lower()]

    client.get(address)
    before = seen()
    complain(crowd, discipline, now)
    refresh_facts([crowd.pk], monday)
    assert seen() == before


def test_others_who_see_the_case_read_the_boxes_without_the_secret_one(client, crowd, filing, president, now):
    fill_in(crowd, filing, now, A09=(True, "被告为境外公司"), D01=(True, "举报信一封"))
    client.force_login(president)
    page = client.get(reverse("supervision:ticks", args=[crowd.pk])).content.decode()
    assert "被告为境外公司" in page
    assert "D01" not in page
    assert "举报信一封" not in page


def test_who_does_not_see_the_case_finds_no_form(client, crowd, outsider):
    client.force_login(outsider)
    assert client.get(reverse("supervision:ticks", args=[crowd.pk])).status_code == 404
    assert client.get(reverse("supervision:to-tick")).status_code == 403

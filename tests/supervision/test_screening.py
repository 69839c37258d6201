"""What the rules hit becomes a proposal, once, on frozen evidence; what people decided is not proposed again."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit.models import Entry
from cases.models import Change
from courts.models import Court, Division
from pipeline.services import drain
from supervision.facts import refresh_facts
from supervision.flags import confirm_flag, dismiss_complaint, raise_flag, reject_flag
from supervision.models import CaseFacts, Flag, LogEntry, SecretFacts, Step
from supervision.screening import screen_cases
from supervision.statements import state_fact
from supervision.tasks import screen_everything

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 6, 1)


@pytest.fixture
def known(file_case):
    """``known(same_side_max=12)``: a case of which the rules know this much."""

    def create(case=None, **facts):
        case = case or file_case()
        values = {
            "court_id": case.court_id,
            "as_of": MONDAY,
            "case_type": "civil",
            "closed": bool(case.closed_on),
        }
        CaseFacts.objects.update_or_create(case=case, defaults=values | facts)
        return case

    return create


@pytest.fixture
def screen(monday):
    def run(*cases, at=None):
        return screen_cases([case.pk for case in cases] if cases else None, monday, at or timezone.now())

    return run


def codes(case, **wanted):
    return sorted(Flag.objects.filter(case=case, **wanted).values_list("rule__code", flat=True))


# --- proposed ------------------------------------------------------------------------------------------------
def test_a_hit_is_proposed_with_its_evidence_version_and_parameters(known, screen, monday):
    case = known(same_side_max=12, claim_amount=3_000_000.0)
    assert screen(case) == {"raised": 1, "changed": 0, "lapsed": 0, "closed": 0}
    flag = Flag.objects.get()
    assert (flag.rule.code, flag.category, flag.state, flag.how) == ("B01", "B", "PROPOSED", "auto")
    assert flag.evidence == {"case_type": "civil", "same_side_max": 12}
    assert flag.params == {"group_party_n": 10}
    assert (flag.version.status, flag.edition) == ("in_force", flag.version.content_hash)
    assert (flag.court, flag.secret, flag.holds, flag.level) == (case.court, False, True, 0)
    assert flag.due_on == date(2026, 6, 4)  # three working days on


def test_the_step_the_trail_and_the_log_say_that_the_system_did_it(known, screen):
    case = known(same_side_max=12)
    screen(case)
    flag, step = Flag.objects.get(), Step.objects.get()
    assert (step.flag, step.act, step.from_state, step.to_state, step.by) == (
        flag,
        "propose",
        "",
        "PROPOSED",
        None,
    )
    entry = Entry.objects.get(act="supervision.propose_flag")
    assert (entry.actor, entry.about_id, entry.case_id, entry.secret) == ("系统", flag.pk, case.pk, False)
    row = LogEntry.objects.get()
    assert (row.case, row.person, row.flag_code, row.stream) == (case, "系统", "B01", "open")


def test_screening_twice_is_the_same_as_once(known, screen):
    case = known(same_side_max=12)
    screen(case)
    assert screen(case) == {"raised": 0, "changed": 0, "lapsed": 0, "closed": 0}
    assert screen() == {"raised": 0, "changed": 0, "lapsed": 0, "closed": 0}
    assert (Flag.objects.count(), Step.objects.count(), LogEntry.objects.count()) == (1, 1, 1)


def test_only_the_cases_asked_for_are_looked_at(known, screen):
    one, other = known(same_side_max=12), known(same_side_max=12)
    screen(one)
    assert codes(one) == ["B01"]
    assert codes(other) == []
    assert screen()["raised"] == 1


def test_a_rule_that_only_people_raise_proposes_nothing(known, screen):
    case = known(guidance_value=True)
    assert screen(case)["raised"] == 0


def test_an_assisting_rule_proposes_too_and_a_person_decides(known, screen):
    case = known(party_flags=["foreign"])
    screen(case)
    assert codes(case, state="PROPOSED") == ["A09"]


def test_a_closed_case_is_not_proposed(known, screen, file_case):
    known(file_case(closed_on=date(2026, 5, 8)), same_side_max=12)
    assert screen()["raised"] == 0


def test_a_sealed_case_leaves_a_secret_trace(known, screen, file_case):
    screen(known(file_case(sealed="juvenile"), same_side_max=12))
    assert Entry.objects.get(act="supervision.propose_flag").secret


def test_the_database_keeps_one_open_flag_of_a_case_and_rule(make_flag):
    flag = make_flag()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_flag(flag.case)


def test_a_draft_of_a_rule_hits_nothing(known, screen, rule_of):
    version = rule_of("B01")
    type(version).objects.create(
        rule=version.rule, number=9, status="draft", name="草稿", stage="any", mode="auto", severity="mid",
        condition={"f": "case_type", "op": "eq", "v": "civil"}, drafted_at=timezone.now(),
    )  # fmt: skip
    assert screen(known())["raised"] == 0


# --- secret ----------------------------------------------------------------------------------------------------
def test_a_complaint_raises_a_secret_flag_and_writes_in_secret(known, screen):
    case = known()
    SecretFacts.objects.create(case=case, complaint_realname_leads=True)
    screen(case)
    flag = Flag.objects.get()
    assert (flag.rule.code, flag.secret, flag.born_secret) == ("D01", True, True)
    assert flag.evidence == {"complaint_realname_leads": True}
    assert Entry.objects.get(act="supervision.propose_flag").secret
    assert LogEntry.objects.get().stream == "secret"


def test_the_two_statements_leave_each_others_flags_alone(known, screen):
    case = known(same_side_max=12)
    SecretFacts.objects.create(case=case, complaint_realname_leads=True)
    screen(case)
    screen(case)
    assert codes(case, holds=True) == ["B01", "D01"]
    SecretFacts.objects.all().delete()
    assert screen(case)["lapsed"] == 1
    assert codes(case, holds=True) == ["B01"]


def test_a_secret_hit_never_writes_on_an_open_flag_of_the_rule(known, screen, rule_of, make_flag, judge):
    """Whatever happened to the rule: the panel reads the open flag with every step of it."""
    case = known()
    rule = rule_of("D01").rule
    make_flag(case, "D01", secret=False)
    SecretFacts.objects.create(case=case, complaint_realname_leads=True)
    assert screen(case) == {"raised": 1, "changed": 0, "lapsed": 0, "closed": 0}
    assert sorted(Flag.objects.filter(case=case, rule=rule).values_list("secret", flat=True)) == [False, True]
    assert not Step.objects.visible_to(judge).exists()


def test_the_next_complaint_after_a_dismissed_one_is_proposed(file_case, screen, discipline, monday):
    case = file_case()

    def complained(basis):
        state_fact(
            case=case, fact="complaint_realname_leads", value=True, basis=basis, by=discipline, at=timezone.now()
        )  # fmt: skip
        refresh_facts([case.pk], monday)
        return screen(case)["raised"]

    assert complained("第一封举报信") == 1
    dismiss_complaint(
        flag=Flag.objects.get(), reason_code="too_vague", reason="", by=discipline, at=timezone.now()
    )
    assert screen(case)["raised"] == 0
    assert complained("另一人举报，附录音") == 1


# --- what follows ------------------------------------------------------------------------------------------------
def test_new_evidence_appends_to_the_same_flag_and_the_first_stays_frozen(known, screen):
    case = known(same_side_max=12)
    screen(case)
    before = Flag.objects.get()
    known(case, same_side_max=40)
    assert screen(case) == {"raised": 0, "changed": 1, "lapsed": 0, "closed": 0}
    flag = Flag.objects.get()
    assert flag.evidence == {"case_type": "civil", "same_side_max": 12}
    assert flag.evidence_hash != before.evidence_hash
    step = Step.objects.get(act="evidence")
    assert step.evidence == {"case_type": "civil", "same_side_max": 40}


def test_a_flag_that_no_longer_hits_says_so_and_stays_open_and_back(known, screen):
    case = known(same_side_max=12)
    screen(case)
    known(case, same_side_max=3)
    assert screen(case)["lapsed"] == 1
    flag = Flag.objects.get()
    assert (flag.holds, flag.state) == (False, "PROPOSED")
    assert screen(case)["lapsed"] == 0
    known(case, same_side_max=12)
    assert screen(case)["changed"] == 1
    assert Flag.objects.get().holds
    assert list(Step.objects.values_list("act", flat=True)) == ["propose", "lapse", "hit_again"]


def test_a_rejected_flag_is_proposed_again_only_on_other_evidence(known, screen, division_head, now):
    case = known(same_side_max=12)
    screen(case)
    reject_flag(flag=Flag.objects.get(), reason_code="data_wrong", reason="", by=division_head, at=now)
    assert screen(case)["raised"] == 0
    known(case, same_side_max=13)
    assert screen(case)["raised"] == 1
    assert codes(case, state="PROPOSED") == ["B01"]
    assert Flag.objects.count() == 2


def test_what_counts_is_the_evidence_when_it_was_rejected_not_when_it_was_proposed(
    known, screen, division_head
):
    case = known(same_side_max=12)
    screen(case)
    known(case, same_side_max=14)
    screen(case)
    reject_flag(
        flag=Flag.objects.get(), reason_code="data_wrong", reason="", by=division_head, at=timezone.now()
    )
    assert screen(case)["raised"] == 0
    known(case, same_side_max=12)
    assert screen(case)["raised"] == 1


def test_a_day_more_is_no_new_evidence_and_another_year_is(known, screen, division_head, now):
    case = known(months_pending=12.5)
    screen(case)
    assert Flag.objects.get().rule.code == "A14"
    known(case, months_pending=13.2)
    assert screen(case)["changed"] == 0
    reject_flag(flag=Flag.objects.get(), reason_code="situation_over", reason="", by=division_head, at=now)
    assert screen(case)["raised"] == 0
    known(case, months_pending=24.1)
    assert screen(case)["raised"] == 1


def test_one_more_case_of_a_series_is_no_new_evidence_and_many_more_are(known, screen, division_head, now):
    case = known(series_n_12m=5)
    screen(case)
    assert codes(case) == ["B05"]
    reject_flag(flag=Flag.objects.get(), reason_code="situation_over", reason="", by=division_head, at=now)
    known(case, series_n_12m=6)
    assert screen(case)["raised"] == 0
    known(case, series_n_12m=16)
    assert screen(case)["raised"] == 1


def test_a_confirmed_flag_that_no_longer_hits_is_not_ended_by_that(known, screen, division_head, now):
    case = known(same_side_max=12)
    screen(case)
    confirm_flag(flag=Flag.objects.get(), by=division_head, at=now)
    known(case, same_side_max=1)
    screen(case)
    flag = Flag.objects.get()
    assert (flag.state, flag.holds) == ("CONFIRMED", False)


def test_a_rule_taken_out_of_force_hits_no_more(known, screen, rule_of):
    case = known(same_side_max=12)
    screen(case)
    rule_of("B01", condition={"f": "same_side_max", "op": "gte", "v": 50})
    assert screen(case)["lapsed"] == 1


def test_what_a_person_raised_on_no_hit_stays_theirs_when_the_rule_does_not_hit(known, screen, judge, now):
    case = known(same_side_max=4)
    flag = raise_flag(case=case, code="B01", reason="另有未登记的共同原告", by=judge, at=now)
    assert not flag.holds
    assert screen(case) == {"raised": 0, "changed": 0, "lapsed": 0, "closed": 0}
    known(case, same_side_max=12)
    assert screen(case)["changed"] == 1


# --- closing -------------------------------------------------------------------------------------------------------
def test_a_live_flag_ends_with_its_case_and_a_proposal_waits_on(make_flag, screen):
    live = make_flag(state="CONFIRMED")
    waiting = make_flag(live.case, "A08")
    live.case.closed_on = MONDAY
    live.case.save()
    assert screen()["closed"] == 1
    live.refresh_from_db()
    waiting.refresh_from_db()
    assert (live.state, waiting.state) == ("CLOSED", "PROPOSED")
    assert live.ended_at is not None
    assert "监督日志小结" in LogEntry.objects.get(act="supervision.close_flag").content


# --- the facts as they are kept -----------------------------------------------------------------------------------
def test_a_case_as_it_was_filed_is_hit_by_what_its_facts_come_to(file_case, screen, monday):
    case = file_case(plaintiffs=96, cause="商品房预售合同纠纷", amount=20_000_000)
    refresh_facts([case.pk], monday)
    screen(case)
    assert {"A08", "B01"} <= set(codes(case))


def test_another_court_goes_by_its_own_calendar_and_rules_and_is_screened_too(known, screen, file_case, post):
    abroad = Court.objects.get(code="川1503")
    division = Division.objects.create(court=abroad, name="民一庭")
    case = known(file_case(court=abroad, division=division), same_side_max=30)
    screen()
    assert Flag.objects.get().court == abroad
    assert codes(case) == ["B01"]


def test_screening_takes_as_many_statements_for_twenty_cases_as_for_one(known, screen):
    screen(known(same_side_max=12))
    counts = []
    for n in (1, 20):
        cases = [known(same_side_max=12) for _ in range(n)]
        with CaptureQueriesContext(connection) as asked:
            assert screen(*cases)["raised"] == n
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- in the order of the recomputation ------------------------------------------------------------------------
def test_a_change_of_a_case_is_screened_with_the_next_drain(file_case, monday, now):
    case = file_case(plaintiffs=96)
    Change.objects.create(case_id=case.pk)
    tally = drain(at=now, today=monday)
    assert "B01" in codes(case)
    assert tally.counts["flags"] >= 2
    case.plaintiffs = 3
    case.save()
    Change.objects.create(case_id=case.pk)
    drain(at=now, today=monday)
    assert "B01" in codes(case, holds=False)


def test_at_night_every_open_case_is_looked_at(file_case, monday):
    case = file_case(plaintiffs=96)
    assert screen_everything()["raised"] >= 1
    assert "B01" in codes(case)

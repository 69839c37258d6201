"""``synthesize`` and ``demo_logins`` against a real database: a small demo court with all its special cases."""

import json
from datetime import date, timedelta
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from alerts.models import Alert
from audit.models import Entry
from cases.models import AccessGrant, Case, CaseLink, Change, Clock, Doubt, Outcome
from courts.clock import today
from courts.models import Court, FixedDay, User
from courts.roles import Role
from pipeline.demo.load import CannotSynthesize, synthesize
from pipeline.demo.logins import give_logins
from pipeline.demo.people import BASIC, COURTS, DEMO_LOGINS, NEAREST
from precedents.models import Document

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def report(django_db_setup, django_db_blocker):
    """One demo court for all tests of this module, rolled back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        output = StringIO()
        call_command(
            "synthesize",
            "--court",
            "川15",
            "--as-of",
            str(DAY),
            "--cases",
            "5000",
            stdout=output,
            stderr=StringIO(),
        )
        yield json.loads(output.getvalue())
        transaction.set_rollback(True)


@pytest.fixture
def demo(report):
    """The demo court; what a test does to it is undone."""
    with transaction.atomic():
        yield report
        transaction.set_rollback(True)


def open_due(court, first, last):
    clocks = Clock.objects.filter(
        kind="statutory", state="running", case__closed_on=None, case__court__code=court
    )
    return clocks.filter(due_on__gte=first, due_on__lte=last).count()


def test_it_says_in_one_json_object_what_it_made(demo):
    assert demo["court"] == "川15"
    assert demo["as_of"] == str(DAY)
    assert demo["rows"]["cases_case"] == Case.objects.count() == demo["refresh"]["cases"]
    assert demo["seconds"]["all"] > 0


def test_the_demo_lives_on_its_day(demo):
    assert FixedDay.objects.get().day == today() == DAY


def test_twenty_cases_of_cuiping_fall_due_within_five_days(demo):
    assert open_due(NEAREST, DAY, DAY + timedelta(days=5)) == 20


def test_few_cases_are_past_their_limit(demo):
    past = sum(open_due(court, date(2000, 1, 1), DAY - timedelta(days=1)) for court in COURTS)
    assert 1 <= past <= 4


def test_nine_cases_are_long_pending_and_some_are_paused(demo):
    pending = Case.objects.open()
    assert pending.filter(filed_on__lt=DAY - timedelta(days=365)).count() == 9
    assert pending.filter(filed_on__lt=DAY - timedelta(days=548)).count() == 3
    assert Clock.objects.filter(kind="statutory", state="paused", case__closed_on=None).count() >= 5


def test_every_clock_can_be_computed_and_the_outbox_is_empty(demo):
    assert not Clock.objects.filter(state="unknown").exists()
    assert Case.objects.exclude(clocks__kind="statutory").count() == 0
    assert not Change.objects.exists()
    assert Alert.objects.open().filter(case__court__code=NEAREST, stage="urgent").exists()


def test_the_flow_of_the_database_is_that_of_the_shape(demo):
    start, end = date(2026, 1, 1), date(2026, 6, 30)
    factor = 5_000 / 140_948
    cases = Case.objects.all()
    assert cases.open_on(start - timedelta(days=1)).count() == round(1_448 * factor)
    assert cases.filed_between(start, end).count() == round(36_652 * factor)
    assert cases.open_on(end).count() == round(6_154 * factor)


def test_presidents_see_all_their_cases_and_no_others(demo):
    def sees(username):
        return Case.objects.visible_to(User.objects.get(username=username))

    assert sees("yibin_president").count() == Case.objects.count()
    assert set(sees("cuiping_president")) == set(Case.objects.filter(court__code=NEAREST))
    assert not sees("nanxi_president").exclude(court__code="川1503").exists()
    assert not sees("yibin_admin").exists()
    assert sees("cuiping_judge").open().count() >= 3
    assert sees("cuiping_head").exists()


def test_sealed_juvenile_cases_are_seen_by_those_on_the_list_alone(demo):
    sealed = Case.objects.exclude(sealed="")
    if not sealed.exists():
        pytest.fail("the demo has no sealed case; another seed is needed")
    for case in sealed:
        granted = set(AccessGrant.objects.filter(case=case).values_list("user", flat=True))
        assert set(case.readers) == granted
        assert User.objects.get(username="yibin_president").pk in granted


def test_chains_of_instances_are_linked(demo):
    assert CaseLink.objects.filter(
        kind="appeal", case__court__code="川15", other__court__code__in=BASIC
    ).exists()
    assert CaseLink.objects.filter(kind="enforcement").exists()


def test_there_is_something_to_settle_in_every_court(demo):
    assert set(Doubt.objects.values_list("case__court__code", flat=True)) == set(COURTS)


def test_one_entry_of_the_trail_speaks_of_the_synthesis(demo):
    entry = Entry.objects.get(act="pipeline.synthesize")
    assert entry.after["cases"] == Case.objects.count()


def test_a_second_demo_is_refused_in_one_sentence(demo):
    errors = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("synthesize", "--court", "川15", stdout=StringIO(), stderr=errors)
    assert stopped.value.code == 2
    assert errors.getvalue().strip().count("\n") == 0
    assert str(DAY) in errors.getvalue()


def test_a_court_with_real_cases_is_left_alone(demo):
    FixedDay.objects.all().delete()
    with pytest.raises(CannotSynthesize, match="real cases"):
        synthesize(day=DAY, seed=0, cases=5_000, at=timezone.now(), tell=print)


@pytest.mark.parametrize(
    "words",
    [("--court", "川16"), ("--court", "川15", "--as-of", "22.11.2026"), ("--court", "川15", "--cases", "12")],
)
def test_wrong_words_are_answered_with_what_would_be_right(words):
    with pytest.raises(CommandError, match=r"川15|2026-11-22|5000"):
        call_command("synthesize", *words)


# --- logins ----------------------------------------------------------------------------------------------
def test_nobody_of_the_demo_can_log_in_before_logins_are_given(demo):
    assert not any(user.has_usable_password() for user in User.objects.filter(is_demo=True))
    assert not User.objects.filter(is_demo=False).exists()


def test_logins_cover_every_role_and_their_passwords_hold(demo, settings):
    settings.DEBUG = settings.DEMO = True
    logins = give_logins(at=timezone.now())
    assert [each.username for each in logins] == list(DEMO_LOGINS)
    roles = {seat.role for user in User.objects.filter(username__in=DEMO_LOGINS) for seat in user.seats}
    assert roles == {role.value for role in Role}
    president = next(each for each in logins if each.username == "cuiping_president")
    assert User.objects.get(username=president.username).check_password(president.password)
    assert (president.roles, president.court) == ("院长", Court.objects.get(code=NEAREST).name)


def test_logins_are_printed_as_json_on_request(demo, settings):
    settings.DEBUG = settings.DEMO = True
    output = StringIO()
    call_command("demo_logins", "--json", stdout=output)
    assert {json.loads(line)["username"] for line in output.getvalue().splitlines()} == set(DEMO_LOGINS)


@pytest.mark.parametrize(("debug", "is_demo"), [(False, True), (True, False)])
def test_logins_are_refused_where_debugging_or_the_demo_is_off(demo, settings, debug, is_demo):
    settings.DEBUG, settings.DEMO = debug, is_demo
    errors = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("demo_logins", stderr=errors)
    assert stopped.value.code == 2
    assert "DEBUG" in errors.getvalue()


def test_a_login_given_while_debugging_ends_with_it(demo, settings, rf):
    settings.DEBUG = settings.DEMO = True
    login = give_logins(at=timezone.now())[0]
    settings.DEBUG = False
    assert authenticate(rf.post("/"), username=login.username, password=login.password) is None


def test_judged_cases_have_elements_and_outcomes_and_open_ones_elements_alone(demo):
    judged = Case.objects.filter(type_code="刑初", cause="危险驾驶罪", closed_how="判决")
    assert judged.exists() and not judged.filter(outcome_rows=None).exists()
    assert demo["rows"]["cases_outcome"] == Outcome.objects.count()
    assert not Outcome.objects.filter(case__closed_on=None).exists()
    waiting = Case.objects.open().filter(type_code="刑初", judge__isnull=False).exclude(element_rows=None)
    assert waiting.exists()


def test_the_collection_holds_judgments_of_unsealed_cases_in_effect_and_a_marked_library(demo):
    own = Document.objects.filter(source="own")
    assert own.exists() and not own.exclude(case__sealed="").exists()
    assert not own.filter(effective_on=None).exists()
    assert not any(set(document.facts) & {"gender", "ethnicity", "household"} for document in own)
    library = Document.objects.exclude(source="own")
    assert library.count() == 20 and not library.exclude(number__startswith="演示").exists()

"""What the trail takes, and that it gives nothing back."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from audit import trail
from audit.models import Entry


@pytest.mark.parametrize("table", ["audit_entry", "audit_link", "audit_seal"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = 7", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_application_can_add_to_the_trail_but_neither_change_nor_remove(db, table, statement):
    statement = statement.replace("id =", "sequence =") if table == "audit_link" else statement
    with pytest.raises(ProgrammingError, match=r"permission denied|append-only"), transaction.atomic():
        connection.cursor().execute(statement.format(table))


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET because = 'x'", "DELETE FROM audit_link", "TRUNCATE audit_seal"]
)
def test_even_the_owner_of_the_tables_does_not_change_them_by_accident(transactional_db, as_owner, statement):
    with pytest.raises(Exception, match="append-only"):
        as_owner(statement)


@pytest.mark.django_db(transaction=True)
def test_an_act_is_recorded_only_in_the_transaction_that_performs_it(now):
    with pytest.raises(RuntimeError, match="in the transaction that performs it"):
        trail.record("cases.record_event", at=now)
    with pytest.raises(RuntimeError, match="in the transaction that performs it"):
        trail.record_many([Entry(act="cases.record_event", at=now)])


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_rolled_back_leaves_no_entry(now):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        trail.record("cases.record_event", at=now)
        raise ZeroDivisionError
    assert not Entry.objects.filter(act="cases.record_event").exists()


def test_an_entry_says_who_in_which_capacity_did_what_to_what_and_why(judge, file_case, now):
    case = file_case()
    entry = trail.record("cases.pause_clock", by=judge, on=case, at=now, because="鉴定", after={"days": 3})
    assert (entry.actor_id, entry.actor) == (judge.pk, "周法官")
    assert entry.capacity == "承办法官 · 宜宾市翠屏区人民法院民事审判第一庭"
    assert (entry.case_id, entry.court_id, entry.about_id) == (case.pk, case.court_id, case.pk)
    assert (entry.act, entry.because, entry.after) == ("cases.pause_clock", "鉴定", {"days": 3})


def test_many_acts_at_once_are_written_as_each_by_itself(db, now):
    nasty = '甲\t乙\\N\r\n"丙" \\.'
    said = {
        "act": "cases.record_event",
        "at": now,
        "actor": nasty,
        "because": nasty,
        "secret": True,
        "case_id": 7,
    }
    told = [None, {nasty: [nasty, 1, None]}, nasty, 0]
    trail.record_many([Entry(**said, before=value, after=None) for value in told])
    trail.record_many([Entry(**said, before=told[place % 4], after=None) for place in range(trail.MANY)])
    rows = list(Entry.objects.filter(actor=nasty).order_by("pk").values())
    assert len({row.pop("salt") for row in rows}) == len({row.pop("id") for row in rows}) == 4 + trail.MANY
    for place, row in enumerate(rows[4:]):
        assert row == rows[place % 4]
    assert [row["before"] for row in rows[:4]] == told


def test_an_act_of_the_system_names_the_system(db, now):
    entry = trail.record("pipeline.refresh", at=now)
    assert (entry.actor, entry.actor_id, entry.capacity) == ("系统", None, "")


def test_an_act_about_no_case_belongs_to_the_court_of_who_acts(judge, now):
    assert trail.record("courts.logout", by=judge, on=judge, at=now).court_id == judge.court_id


def test_what_happens_to_a_sealed_case_is_secret_without_being_told_so(judge, file_case, now):
    assert trail.record("cases.record_event", by=judge, on=file_case(sealed="juvenile"), at=now).secret
    assert not trail.record("cases.record_event", by=judge, on=file_case(), at=now).secret


@pytest.mark.django_db(transaction=True)
def test_a_refusal_stays_on_record_although_its_transaction_rolled_back(client, judge, post):
    token = judge.tokens.create(
        name="t",
        digest="0" * 64,
        hint="mj_",
        scopes=[],
        created_at="2026-01-01T00:00Z",
        expires_at="2027-01-01T00:00Z",
    )
    client.force_login(post("judge", "另一法官"))
    assert client.get("/trail/").status_code == 403
    entry = Entry.objects.get(act="dashboard.see_trail")
    assert (entry.outcome, entry.actor, entry.because) == ("refused", "另一法官", "您的职务不能查看留痕。")
    assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404


def test_reading_a_case_is_recorded_once_per_person_case_and_day(president, division_head, file_case, now):
    noon = now.replace(hour=4, minute=0)  # midday in Asia/Shanghai
    case = file_case()
    assert trail.record_reading(case, by=president, at=noon)
    assert not trail.record_reading(case, by=president, at=noon + timedelta(hours=1))
    assert trail.record_reading(case, by=division_head, at=noon)
    assert trail.record_reading(case, by=president, at=noon + timedelta(days=1))
    assert trail.record_reading(file_case(), by=president, at=noon)
    assert Entry.objects.filter(act="cases.read", case_id=case.pk).count() == 3

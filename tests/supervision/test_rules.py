"""A rule's way from a draft into force, and who may take which step."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, transaction

from audit.models import Entry
from audit.trail import Refused
from cases.models import Case
from courts.clock import today
from courts.models import Court
from courts.roles import MAY, Permission, Role
from supervision import rules
from supervision.models import CaseFacts, Rule, RuleVersion
from supervision.rulebook import rulebook_of, versions_in_force

TEN = {"f": "same_side_max", "op": "gte", "v": 20}
SECRET = {"f": "inspection_finding", "op": "is_true"}


def in_force(code: str = "B01") -> RuleVersion:
    return RuleVersion.objects.select_related("rule__court").get(
        rule__code=code, rule__court=None, status="in_force"
    )


@pytest.fixture
def colleague(post):
    """The other pair of eyes."""
    return post("trial_office", "审管办李")


@pytest.fixture
def draft(trial_office, now):
    """The next version of B01, ready to be handed in."""
    version = rules.draft_version(rule=in_force().rule, by=trial_office, at=now)
    said = {"name": "人数众多（本系统）", "effective_from": today()}
    return rules.edit_version(version=version, said=said, by=trial_office, at=now)


@pytest.fixture
def secret_draft(trial_office, now):
    """The next version of D03, which reads a complaint."""
    version = rules.draft_version(rule=in_force("D03").rule, by=trial_office, at=now)
    said = {"condition": SECRET, "effective_from": today()}
    return rules.edit_version(version=version, said=said, by=trial_office, at=now)


@pytest.fixture
def submitted(draft, trial_office, now):
    return rules.submit_version(version=draft, by=trial_office, at=now)


@pytest.fixture
def approved(submitted, colleague, now):
    return rules.approve_version(version=submitted, content_hash=submitted.content_hash, by=colleague, at=now)


@pytest.fixture
def compared(approved):
    """Its difference has been looked at."""
    difference = {
        "hash": approved.content_hash,
        "against": in_force().pk,
        "on": str(today()),
        "new": 3,
        "lost": 0,
    }
    RuleVersion.objects.filter(pk=approved.pk).update(difference=difference)
    approved.refresh_from_db()
    return approved


@pytest.fixture
def own_rule(trial_office, court, now):
    """A draft of the court's own rule."""
    return rules.draft_version(
        court=court, code="B-01", category="B", by=trial_office, at=now,
        said={"name": "本院群体性案件", "stage": "filing", "mode": "auto", "severity": "mid", "condition": TEN},
    )  # fmt: skip


def refused(status: int, word: str = ""):
    return pytest.raises(Refused, match=word or None, check=lambda wrong: wrong.status == status)


# --- drafting ------------------------------------------------------------------------------------------
def test_the_next_version_begins_as_what_is_in_force_and_the_old_one_holds_meanwhile(trial_office, now):
    version = rules.draft_version(rule=in_force().rule, by=trial_office, at=now)
    old = in_force()
    assert (version.status, version.number, version.based_on, version.origin) == ("draft", 2, old, "court")
    assert (version.condition, version.examples, version.name) == (old.condition, old.examples, old.name)
    assert version.effective_from is None
    assert Entry.objects.get(act="supervision.draft_rule").about_id == version.pk


def test_a_court_makes_rules_of_its_own_which_hold_there_and_below_and_nowhere_else(
    own_rule, court, upper_court, colleague, now
):
    assert own_rule.rule.court == court and not own_rule.secret
    row = RuleVersion.objects.filter(pk=own_rule.pk)
    row.update(basis="本院审委会2026年第3次会议", content_hash="h")
    row.update(status="submitted")
    row.update(status="approved", approved_by=colleague, approved_hash="h")
    row.update(status="in_force")
    assert "B-01" in rulebook_of(court.pk, today()).versions
    assert "B-01" not in rulebook_of(upper_court.pk, today()).versions


@pytest.mark.parametrize(
    ("code", "category", "word"),
    [("B16", "B", "本院规则的编号"), ("A-01", "B", "类别字母"), ("B-", "B", "编号"), ("B-01", "X", "类别"), ("B01", "B", "编号")],
)  # fmt: skip
def test_the_code_of_an_own_rule_tells_it_from_the_national_ones(
    trial_office, court, now, code, category, word
):
    with refused(409, word):
        rules.draft_version(court=court, code=code, category=category, by=trial_office, at=now, said={})


def test_no_code_is_given_twice_where_both_rules_could_meet(own_rule, upper_court, post, now):
    above = post("trial_office", at=upper_court)
    said = {"name": "另一", "stage": "filing", "mode": "auto", "severity": "mid", "condition": TEN}
    with refused(409, "已被使用"):
        rules.draft_version(court=upper_court, code="B-01", category="B", by=above, at=now, said=said)
    elsewhere = Court.objects.get(code="川1503")
    other = post("trial_office", at=elsewhere)
    assert rules.draft_version(court=elsewhere, code="B-01", category="B", by=other, at=now, said=said)


def test_national_rules_are_drafted_at_the_highest_court_here_only(trial_office, upper_court, post, now):
    above = post("trial_office", at=upper_court)  # from now on somebody sits above
    with refused(403, "级别最高"):
        rules.draft_version(rule=in_force().rule, by=trial_office, at=now)
    assert rules.draft_version(rule=in_force().rule, by=above, at=now)


def test_anothers_own_rule_is_not_ours_to_edit(own_rule, post, now):
    stranger = post("trial_office", at=Court.objects.get(code="川1503"))
    with refused(403):
        rules.edit_version(version=own_rule, said={"name": "改"}, by=stranger, at=now)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"condition": {"f": "plaintif_n", "op": "gte", "v": 10}}, "plaintiff_n"),
        ({"condition": {"f": "plaintiff_n", "op": "gte", "v": {"p": "group_party"}}}, "group_party_n"),
        ({"condition": {"all": []}}, "至少"),
        ({"name": " "}, "情形名称"),
        ({"stage": "later"}, "阶段"),
        ({"basis": "长" * 2001}, "2000"),
    ],
)
def test_what_cannot_be_read_is_not_stored_and_the_sentence_says_what_would_be_right(
    draft, trial_office, now, said, word
):
    with refused(409, word):
        rules.edit_version(version=draft, said=said, by=trial_office, at=now)


def test_a_rule_is_secret_when_it_reads_a_secret_fact_and_only_then(own_rule, trial_office, now):
    assert rules.edit_version(version=own_rule, said={"condition": SECRET}, by=trial_office, at=now).secret
    assert not rules.edit_version(version=own_rule, said={"condition": TEN}, by=trial_office, at=now).secret


def test_an_editor_does_not_overwrite_what_somebody_else_changed_meanwhile(
    draft, trial_office, colleague, now
):
    seen = draft.content_hash
    rules.edit_version(version=draft, said={"note": "同事的说明"}, by=colleague, at=now, seen=seen)
    with refused(409, "他人修改"):
        rules.edit_version(version=draft, said={"note": "我的说明"}, by=trial_office, at=now, seen=seen)


def test_the_same_edit_twice_leaves_one_trace(draft, trial_office, now):
    for _ in range(2):
        rules.edit_version(version=draft, said={"note": "一"}, by=trial_office, at=now)
    assert Entry.objects.filter(act="supervision.edit_rule", after__note="一").count() == 1


def test_a_discarded_draft_takes_a_rule_that_never_held_with_it(own_rule, draft, trial_office, now):
    rules.discard_version(version=own_rule, by=trial_office, at=now)
    rules.discard_version(version=draft, by=trial_office, at=now)
    assert not Rule.objects.filter(code="B-01").exists() and Rule.objects.filter(code="B01").exists()
    with refused(409, "只有草稿"):
        rules.discard_version(version=in_force(), by=trial_office, at=now)


@pytest.mark.parametrize("status", ["draft", "submitted", "approved"])
def test_a_discarded_draft_leaves_what_was_begun_from_it(own_rule, colleague, trial_office, now, status):
    begun = rules.draft_version(rule=own_rule.rule, by=colleague, at=now)
    assert begun.based_on == own_rule
    row = RuleVersion.objects.filter(pk=begun.pk)
    row.update(basis="本院规定")
    if status != "draft":
        row.update(status="submitted")
    if status == "approved":
        row.update(status="approved", approved_by=trial_office, approved_hash=begun.content_hash)
    rules.discard_version(version=own_rule, by=trial_office, at=now)
    begun.refresh_from_db()
    assert (begun.status, begun.based_on) == (status, None)


# --- examples --------------------------------------------------------------------------------------------
def test_an_example_from_a_case_carries_what_the_rule_reads_and_nothing_else(
    draft, file_case, trial_office, now
):
    case = file_case()
    CaseFacts.objects.create(
        case=case,
        court_id=case.court_id,
        as_of=today(),
        case_type="civil",
        same_side_max=12,
        claim_amount=5.0,
    )
    version = rules.add_example(version=draft, case=case, hit=True, by=trial_office, at=now)
    example = version.examples[-1]
    assert example["facts"] == {"case_type": "civil", "same_side_max": 12} and example["case"] == case.number
    assert rules.run_examples(version)[-1].passes


def test_when_the_rule_reads_less_its_examples_from_cases_forget_the_rest(
    draft, file_case, trial_office, now
):
    case = file_case()
    CaseFacts.objects.create(
        case=case, court_id=case.court_id, as_of=today(), case_type="civil", same_side_max=30
    )
    rules.add_example(version=draft, case=case, hit=True, by=trial_office, at=now)
    version = rules.edit_version(version=draft, said={"condition": TEN}, by=trial_office, at=now)
    assert version.examples[-1]["facts"] == {"same_side_max": 30}


def test_no_example_comes_from_a_case_one_may_not_see_nor_from_a_sealed_one(
    draft, file_case, upper_court, trial_office, now
):
    for case in (file_case(court=upper_court), file_case(sealed="juvenile", judge=trial_office)):
        with refused(404):
            rules.add_example(version=draft, case=case, hit=True, by=trial_office, at=now)


def test_a_secret_rule_takes_examples_by_hand_alone(secret_draft, file_case, trial_office, now):
    version = secret_draft
    with refused(409, "涉密"):
        rules.add_example(version=version, case=file_case(), hit=True, by=trial_office, at=now)
    version = rules.add_example(
        version=version, facts={"inspection_finding": True}, hit=True, name="发现", by=trial_office, at=now
    )
    assert rules.run_examples(version)[-1].passes


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"same_side_max": "many"}, "同一方人数"),
        ({"nonsense": 1}, "nonsense"),
        ({"case_type": "space"}, "案件类型"),
    ],
)
def test_a_made_up_example_must_be_possible(draft, trial_office, now, facts, word):
    with refused(409, word):
        rules.add_example(version=draft, facts=facts, hit=True, by=trial_office, at=now)


def test_the_same_example_twice_is_kept_once_and_can_be_dropped(draft, trial_office, now):
    before = len(draft.examples)
    for _ in range(2):
        version = rules.add_example(
            version=draft,
            facts={"case_type": "civil", "same_side_max": 77},
            hit=True,
            by=trial_office,
            at=now,
        )
    assert len(version.examples) == before + 1
    assert len(rules.drop_example(version=version, place=before, by=trial_office, at=now).examples) == before
    with refused(409, "没有找到"):
        rules.drop_example(version=version, place=99, by=trial_office, at=now)


# --- handing in --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"basis": ""}, "没有写明依据"),
        ({"basis_kind": "local"}, "由谁"),
        ({"effective_from": None}, "施行日"),
        ({"condition": TEN}, "与预期不符"),
    ],
)
def test_no_rule_is_handed_in_without_basis_day_and_examples_that_pass(draft, trial_office, now, said, word):
    version = rules.edit_version(version=draft, said=said, by=trial_office, at=now)
    with refused(409, word):
        rules.submit_version(version=version, by=trial_office, at=now)


@pytest.mark.parametrize(("kind", "word"), [(True, "必中样例"), (False, "必不中样例")])
def test_nor_without_an_example_of_each_kind(draft, trial_office, now, kind, word):
    version = draft
    while any(example["hit"] is kind for example in version.examples):
        place = next(place for place, one in enumerate(version.examples) if one["hit"] is kind)
        version = rules.drop_example(version=version, place=place, by=trial_office, at=now)
    with refused(409, f"没有{word}"):
        rules.submit_version(version=version, by=trial_office, at=now)


# --- four eyes ---------------------------------------------------------------------------------------------
def test_another_approves_exactly_what_was_read(approved, colleague):
    assert (approved.status, approved.approved_by) == ("approved", colleague)
    assert approved.approved_hash == approved.content_hash
    assert in_force().number == 1


@pytest.mark.parametrize("who", ["drafted", "edited", "added an example", "dropped an example", "restored"])
def test_nobody_with_a_hand_in_it_approves_it(draft, trial_office, colleague, now, who):
    version = draft
    if who == "edited":
        version = rules.edit_version(version=draft, said={"note": "改"}, by=colleague, at=now)
    elif who == "added an example":
        facts = {"case_type": "civil", "same_side_max": 50}
        version = rules.add_example(version=draft, facts=facts, hit=True, by=colleague, at=now)
    elif who == "dropped an example":
        version = rules.drop_example(version=draft, place=0, by=colleague, at=now)
    elif who == "restored":
        RuleVersion.objects.filter(pk=in_force("B02").pk).update(status="retired")
        old = RuleVersion.objects.get(rule__code="B02", status="retired")
        version = rules.restore_version(version=old, by=colleague, at=now)
        version = rules.edit_version(
            version=version, said={"effective_from": today()}, by=trial_office, at=now
        )
    author = trial_office if who == "drafted" else colleague
    version = rules.submit_version(version=version, by=trial_office, at=now)
    with refused(403, "另一人"):
        rules.approve_version(version=version, content_hash=version.content_hash, by=author, at=now)


def test_an_administrator_approves_nothing(submitted, post, now):
    with refused(403):
        rules.approve_version(
            version=submitted, content_hash=submitted.content_hash, by=post("itadmin"), at=now
        )


def test_an_administrator_who_is_also_president_does_not_approve_what_he_wrote(post, court, division, now):
    person = post("itadmin", "兼任")
    person.postings.create(court=court, role="president", starts_on=date(2020, 1, 1))
    version = rules.draft_version(rule=in_force().rule, by=person, at=now)
    version = rules.edit_version(version=version, said={"effective_from": today()}, by=person, at=now)
    rules.submit_version(version=version, by=person, at=now)
    with refused(403, "另一人"):
        rules.approve_version(version=version, content_hash=version.content_hash, by=person, at=now)


def test_an_approval_of_something_else_than_is_there_now_is_refused(submitted, trial_office, colleague, now):
    read = submitted.content_hash
    version = rules.edit_version(version=submitted, said={"note": "后来改的"}, by=trial_office, at=now)
    rules.submit_version(version=version, by=trial_office, at=now)
    with refused(409, "看到的内容"):
        rules.approve_version(version=version, content_hash=read, by=colleague, at=now)


@pytest.mark.parametrize("stage", ["submitted", "approved"])
def test_a_later_edit_voids_what_was_handed_in_or_approved(request, trial_office, now, stage):
    version = request.getfixturevalue(stage)
    version = rules.edit_version(version=version, said={"note": "再改"}, by=trial_office, at=now)
    version.refresh_from_db()
    assert (version.status, version.approved_by, version.approved_hash) == ("draft", None, "")
    assert version.submitted_at is None and version.difference is None
    with refused(409, "已批准"):
        rules.release_version(version=version, by=trial_office, at=now)


def test_an_edit_that_changes_nothing_voids_nothing(approved, trial_office, now):
    version = rules.edit_version(version=approved, said={"name": approved.name}, by=trial_office, at=now)
    assert version.status == "approved"


def test_the_database_itself_refuses_an_author_as_approver(draft, trial_office):
    with pytest.raises(IntegrityError), transaction.atomic():
        RuleVersion.objects.filter(pk=draft.pk).update(approved_by=trial_office)


# --- into force and out of it ----------------------------------------------------------------------------------
def test_an_approved_version_takes_the_place_of_the_old_one_once_its_difference_was_seen(
    compared, colleague, now
):
    old = in_force()
    assert old in versions_in_force()  # what this process remembers from now on
    version = rules.release_version(version=compared, by=colleague, at=now)
    old.refresh_from_db()
    assert (version.status, old.status, in_force()) == ("in_force", "superseded", version)
    assert [one.pk for one in versions_in_force() if one.rule.code == "B01"] == [version.pk]
    assert Entry.objects.get(act="supervision.release_rule").after["difference"]["new"] == 3


def test_nothing_is_released_before_its_difference_was_seen(approved, colleague, now):
    with refused(409, "差异"):
        rules.release_version(version=approved, by=colleague, at=now)


@pytest.mark.parametrize("stale", [{"hash": "of an older content"}, {"against": 0}, {"on": "2020-01-01"}])
def test_nor_on_a_difference_of_something_else(compared, colleague, now, stale):
    RuleVersion.objects.filter(pk=compared.pk).update(difference=compared.difference | stale)
    with refused(409, "差异"):
        rules.release_version(version=compared, by=colleague, at=now)


def test_two_drafts_from_the_same_version_do_not_undo_each_other(
    compared, draft, trial_office, colleague, now
):
    other = rules.draft_version(rule=draft.rule, by=trial_office, at=now)
    assert other.based_on == draft.based_on == in_force()
    other = released(other, trial_office, colleague, now)
    with refused(409, f"第 {other.number} 版已经施行.*在现行版本上重新起草"):
        rules.release_version(version=compared, by=colleague, at=now)
    assert in_force() == other
    fresh = rules.draft_version(rule=draft.rule, by=trial_office, at=now)
    assert released(fresh, trial_office, colleague, now) == in_force()


def test_an_old_version_is_brought_back_over_the_one_in_force(compared, trial_office, colleague, now):
    old = in_force()
    rules.release_version(version=compared, by=colleague, at=now)
    old.refresh_from_db()
    back = rules.restore_version(version=old, by=trial_office, at=now + timedelta(hours=1))
    assert released(back, trial_office, colleague, now + timedelta(hours=2)) == in_force()


def released(version: RuleVersion, by, other, now) -> RuleVersion:
    """Taken all the way, as if its difference had been looked at."""
    version = rules.edit_version(
        version=version, said={"note": f"第{version.number}次", "effective_from": today()}, by=by, at=now
    )
    rules.submit_version(version=version, by=by, at=now)
    rules.approve_version(version=version, content_hash=version.content_hash, by=other, at=now)
    difference = {"hash": version.content_hash, "against": in_force().pk, "on": str(today())}
    RuleVersion.objects.filter(pk=version.pk).update(difference=difference)
    return rules.release_version(version=version, by=other, at=now)


def test_nothing_is_released_before_its_day(draft, trial_office, colleague, now):
    tomorrow = today() + timedelta(days=1)
    version = rules.edit_version(version=draft, said={"effective_from": tomorrow}, by=trial_office, at=now)
    rules.submit_version(version=version, by=trial_office, at=now)
    rules.approve_version(version=version, content_hash=version.content_hash, by=colleague, at=now)
    difference = {"hash": version.content_hash, "against": in_force().pk, "on": str(today())}
    RuleVersion.objects.filter(pk=version.pk).update(difference=difference)
    with refused(409, "届时"):
        rules.release_version(version=version, by=colleague, at=now)


def test_a_secret_rule_is_released_without_looking_at_cases(secret_draft, trial_office, colleague, now):
    version = secret_draft
    for _ in range(len(version.examples)):
        version = rules.drop_example(version=version, place=0, by=trial_office, at=now)
    for found in (True, False):
        facts = {"inspection_finding": found}
        rules.add_example(version=version, facts=facts, hit=found, by=trial_office, at=now)
    version.refresh_from_db()
    rules.submit_version(version=version, by=trial_office, at=now)
    rules.approve_version(version=version, content_hash=version.content_hash, by=colleague, at=now)
    assert rules.release_version(version=version, by=colleague, at=now).status == "in_force"


def test_a_rule_is_retired_at_once_with_a_reason_and_comes_back_as_a_draft(
    trial_office, court, colleague, now
):
    version = in_force()
    with refused(409, "原因"):
        rules.retire_version(version=version, reason=" ", by=colleague, at=now)
    assert "B01" in rulebook_of(court.pk, today()).versions
    rules.retire_version(version=version, reason="误报过多", by=colleague, at=now)
    assert "B01" not in rulebook_of(court.pk, today()).versions
    version.refresh_from_db()
    back = rules.restore_version(version=version, by=trial_office, at=now)
    assert (back.status, back.number, back.condition) == ("draft", 2, version.condition)
    assert back.based_on == version and "B01" not in rulebook_of(court.pk, today()).versions
    with pytest.raises(ObjectDoesNotExist):
        in_force()


def test_what_is_in_force_or_was_is_edited_no_more(compared, trial_office, colleague, now):
    old = in_force()
    rules.release_version(version=compared, by=colleague, at=now)
    for version in (old, compared):
        with refused(409, "定稿"):
            rules.edit_version(version=version, said={"name": "改"}, by=trial_office, at=now)
        with refused(409, "定稿"):
            rules.add_example(version=version, facts={}, hit=False, by=trial_office, at=now)


# --- every role and every act ---------------------------------------------------------------------------------
ACTS = {
    "draft": (Permission.EDIT_RULES, lambda it, by, now: rules.draft_version(rule=in_force("A01").rule, by=by, at=now)),
    "draft own": (Permission.EDIT_RULES, lambda it, by, now: rules.draft_version(
        court=it["court"], code="C-9", category="C", by=by, at=now,
        said={"name": "新", "stage": "any", "mode": "auto", "severity": "low", "condition": TEN})),
    "edit": (Permission.EDIT_RULES, lambda it, by, now: rules.edit_version(version=it["draft"], said={"note": "x"}, by=by, at=now)),
    "add example": (Permission.EDIT_RULES, lambda it, by, now: rules.add_example(
        version=it["draft"], facts={"same_side_max": 3}, hit=False, by=by, at=now)),
    "drop example": (Permission.EDIT_RULES, lambda it, by, now: rules.drop_example(version=it["draft"], place=0, by=by, at=now)),
    "submit": (Permission.EDIT_RULES, lambda it, by, now: rules.submit_version(version=it["draft"], by=by, at=now)),
    "discard": (Permission.EDIT_RULES, lambda it, by, now: rules.discard_version(version=it["draft"], by=by, at=now)),
    "restore": (Permission.EDIT_RULES, lambda it, by, now: rules.restore_version(version=it["retired"], by=by, at=now)),
    "approve": (Permission.APPROVE_RULES, lambda it, by, now: rules.approve_version(
        version=rules.submit_version(version=it["draft"], by=it["author"], at=now), content_hash=it["draft"].content_hash, by=by, at=now)),
    "retire": (Permission.APPROVE_RULES, lambda it, by, now: rules.retire_version(version=in_force("A02"), reason="停", by=by, at=now)),
    "release": (Permission.APPROVE_RULES, lambda it, by, now: rules.release_version(version=it["compared"], by=by, at=now)),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", Role)
def test_every_role_does_exactly_what_its_powers_say(
    role, act, post, court, division, draft, trial_office, colleague, now
):
    permission, does = ACTS[act]
    thing = {"court": court, "draft": draft, "author": trial_office}
    if act == "restore":
        RuleVersion.objects.filter(pk=in_force("B03").pk).update(status="retired")
        thing["retired"] = RuleVersion.objects.get(rule__code="B03")
    if act == "release":
        rules.submit_version(version=draft, by=trial_office, at=now)
        rules.approve_version(version=draft, content_hash=draft.content_hash, by=colleague, at=now)
        difference = {"hash": draft.content_hash, "against": in_force().pk, "on": str(today())}
        RuleVersion.objects.filter(pk=draft.pk).update(difference=difference)
        thing["compared"] = draft
    person = post(str(role), division=division)
    if permission in MAY[role]:
        does(thing, person, now)
    else:
        with refused(403):
            does(thing, person, now)


def test_the_case_stays_as_it_is_when_it_becomes_an_example(draft, file_case, trial_office, now):
    case = file_case()
    before = Case.objects.filter(pk=case.pk).values().get()
    rules.add_example(version=draft, case=case, hit=False, by=trial_office, at=now)
    assert Case.objects.filter(pk=case.pk).values().get() == before


# --- secrecy ----------------------------------------------------------------------------------------------------
def test_a_rule_is_secret_in_all_of_its_versions_or_in_none(draft, trial_office, now):
    with pytest.raises(Refused, match="同为涉密或者同为公开"):
        rules.edit_version(version=draft, said={"condition": SECRET}, by=trial_office, at=now)
    secret = rules.draft_version(rule=in_force("D03").rule, by=trial_office, at=now)
    with pytest.raises(Refused, match="同为涉密或者同为公开"):
        rules.edit_version(version=secret, said={"condition": TEN}, by=trial_office, at=now)


def test_the_database_lets_no_rule_turn_secret_either(draft):
    with pytest.raises(IntegrityError, match="in all of its versions"), transaction.atomic():
        RuleVersion.objects.filter(pk=draft.pk).update(secret=True)

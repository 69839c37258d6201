"""The pages of the rule workshop: who sees what, the editor round by round, and two people's way into force."""

from __future__ import annotations

import pytest
from django.urls import reverse

from courts.clock import today
from courts.models import Court
from courts.roles import MAY, Permission, Role
from supervision import rules
from supervision.models import CaseFacts, Rule, RuleVersion
from supervision.rulebook import rules_changed

SEES = {Permission.EDIT_RULES, Permission.APPROVE_RULES, Permission.BROWSE_CATALOGUES}


def page(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(f"supervision:{name}", args=args), query)


def text_of(answer) -> str:
    return answer.content.decode()


def in_force(code: str = "B01") -> RuleVersion:
    return RuleVersion.objects.select_related("rule__court").get(
        rule__code=code, rule__court=None, status="in_force"
    )


@pytest.fixture
def colleague(post):
    return post("trial_office", "审管办李")


@pytest.fixture
def draft(trial_office, now):
    version = rules.draft_version(rule=in_force().rule, by=trial_office, at=now)
    return rules.edit_version(
        version=version,
        said={"name": "人数众多（本系统）", "effective_from": today()},
        by=trial_office,
        at=now,
    )


# --- who may look ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("role", Role)
def test_the_rules_open_to_those_whose_powers_say_so(client, post, role):
    answer = page(client, post(str(role)), "rules")
    assert answer.status_code == (200 if SEES & MAY[role] else 403)


def test_a_visitor_is_sent_to_log_in(client, db):
    assert client.get(reverse("supervision:rules")).status_code == 302


def test_the_list_shows_every_rule_by_category_with_its_examples(client, trial_office):
    said = text_of(page(client, trial_office, "rules"))
    assert all(rule.code in said for rule in Rule.objects.all())
    assert said.index("A01") < said.index("B01") < said.index("E01") and "✓ 4 / 4" in said


def test_the_filter_narrows_the_list(client, trial_office):
    answer = page(client, trial_office, "rules", category="D", state="in_force")
    assert {one.rule.category for section in answer.context["sections"] for one in section.rules} == {"D"}
    assert page(client, trial_office, "rules", q="十人").context["count"] == 1
    assert page(client, trial_office, "rules", q="没有这样的").context["count"] == 0
    assert page(client, trial_office, "rules", scope="own").context["count"] == 0


def test_the_list_costs_the_same_with_more_versions(client, trial_office, draft, costs_the_same, now):
    client.force_login(trial_office)

    def grow():
        for code in ("A01", "A02", "A03", "A05"):
            rules.draft_version(rule=in_force(code).rule, by=trial_office, at=now)

    costs_the_same(lambda: client.get(reverse("supervision:rules")), grow=grow)


@pytest.mark.parametrize("code", ["A08", "B01", "C04", "D01", "E03"])
def test_a_rule_is_shown_in_every_reading(client, trial_office, code):
    answer = page(client, trial_office, "rule", in_force(code).rule_id)
    said = text_of(answer)
    assert answer.context["sentence"] in said and "&quot;op&quot;" in said and answer.context["table"].rows
    assert in_force(code).basis.splitlines()[0] in said


def test_the_sentence_carries_the_numbers_of_the_court(client, trial_office):
    answer = page(client, trial_office, "rule", in_force().rule_id)
    assert "不少于10人" in answer.context["sentence"]
    assert [(number.name, number.value, number.unit) for number in answer.context["numbers"]] == [
        ("人数众多的起点", 10, "人")
    ]


def test_what_is_being_prepared_is_for_those_who_prepare_it(client, draft, division_head, colleague, post):
    assert draft.name in text_of(page(client, colleague, "rules"))
    for reader in (division_head, post("itadmin", at=Court.objects.get(code="川1503"))):
        seen = draft.name in text_of(page(client, reader, "rules"))
        assert seen is rules.may_edit(reader, draft.rule)
    assert draft.name not in text_of(page(client, division_head, "rule", draft.rule_id, v=2))
    for name in ("rule-edit", "rule-approve", "rule-add-example", "rule-release", "rule-retire"):
        assert page(client, division_head, name, draft.pk).status_code == 404


def test_another_courts_own_rule_is_not_there(client, trial_office, outsider, court, now):
    version = rules.draft_version(
        court=court, code="B-01", category="B", by=trial_office, at=now,
        said={"name": "绝不外传", "stage": "any", "mode": "auto", "severity": "mid",
              "condition": {"f": "remanded", "op": "is_true"}},
    )  # fmt: skip
    assert "绝不外传" in text_of(page(client, trial_office, "rules"))
    assert "绝不外传" not in text_of(page(client, outsider, "rules"))
    assert page(client, outsider, "rule", version.rule_id).status_code == 404


# --- two versions ---------------------------------------------------------------------------------------------
def test_two_versions_are_compared_line_by_line(client, trial_office, draft, now):
    said = {"condition": {"f": "same_side_max", "op": "gte", "v": 20}}
    rules.edit_version(version=draft, said=said, by=trial_office, at=now)
    lines = page(client, trial_office, "rule", draft.rule_id, **{"from": 1, "to": 2}).context["compared"][
        "lines"
    ]
    gone = [line.text.strip("　") for line in lines if line.mark == "gone"]
    new = [line.text.strip("　") for line in lines if line.mark == "new"]
    assert any("民事、行政或执行" in text for text in gone) and "同一方人数不少于20人" in new


# --- the editor ---------------------------------------------------------------------------------------------------
def head(version, **more):
    said = {
        name: getattr(version, name)
        for name in ("name", "stage", "mode", "severity", "basis_kind", "basis", "note")
    }
    return said | {"effective_from": str(today()), "local_approval": "", "seen": version.content_hash} | more


def rows(*leaves, kind="all"):
    """What the form sends for one group of statements."""
    sent = {"row": ["r0"], "r0-depth": "0", "r0-kind": kind}
    for place, leaf in enumerate(leaves, start=1):
        sent["row"].append(f"r{place}")
        sent |= {f"r{place}-depth": "1", f"r{place}-kind": "leaf"}
        sent |= {f"r{place}-{name}": value for name, value in leaf.items()}
    return sent


def send(client, user, version, sent, act, htmx=False):
    client.force_login(user)
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(
        reverse("supervision:rule-edit", args=[version.pk]),
        head(version) | sent | {"act": act},
        headers=headers,
    )


TWENTY = {"fact": "same_side_max", "op": "gte", "value": "20"}


def test_the_editor_shows_the_rule_as_rows(client, trial_office, draft):
    answer = page(client, trial_office, "rule-edit", draft.pk)
    shown = answer.context["rows"]
    assert [(row.row.depth, row.row.kind, row.row.fact) for row in shown] == [
        (0, "all", ""), (1, "leaf", "case_type"), (1, "leaf", "same_side_max"),
    ]  # fmt: skip
    assert shown[2].row.parameter == "group_party_n" and answer.context["preview"]["sentence"].endswith("。")


def test_saving_rows_unchanged_changes_nothing(client, trial_office, draft, colleague, now):
    rules.submit_version(version=draft, by=trial_office, at=now)
    sent = rows(
        {"fact": "case_type", "op": "in", "values": ["civil", "administrative", "enforcement"]},
        {"fact": "same_side_max", "op": "gte", "parameter": "group_party_n"},
    )
    answer = send(client, trial_office, draft, sent, "save")
    draft.refresh_from_db()
    assert answer.status_code == 302 and draft.status == "submitted"


def test_a_row_is_added_and_removed_and_what_was_typed_stays(client, trial_office, draft):
    answer = send(client, trial_office, draft, rows(TWENTY) | {"name": "打到一半"}, "add-leaf:r0")
    assert [row.row.id for row in answer.context["rows"]] == ["r0", "r1", "r2"]
    assert answer.context["rows"][1].row.value == "20" and "打到一半" in text_of(answer)
    assert answer.context["rows"][2].focus and not answer.context["faults"]
    answer = send(
        client, trial_office, draft, rows(TWENTY, {"fact": "remanded", "op": "is_true"}), "remove:r1"
    )
    assert [row.row.fact for row in answer.context["rows"]] == ["", "remanded"]


def test_groups_nest_three_deep_and_no_deeper(client, trial_office, draft):
    sent = rows(TWENTY)
    for group in ("r0", "r2", "r4", "r6"):
        answer = send(client, trial_office, draft, sent, f"add-group:{group}")
        sent = {"row": [row.row.id for row in answer.context["rows"]]}
        for row in answer.context["rows"]:
            sent |= {f"{row.row.id}-depth": row.row.depth, f"{row.row.id}-kind": row.row.kind}
    assert max(row.row.depth for row in answer.context["rows"] if row.row.is_group) == 2


def test_a_script_gets_the_rows_alone_and_nothing_is_stored(client, trial_office, draft):
    answer = send(client, trial_office, draft, rows(TWENTY), "refresh", htmx=True)
    assert "<html" not in text_of(answer) and "不少于20人" in text_of(answer)
    draft.refresh_from_db()
    assert draft.condition == in_force().condition


def test_the_preview_answers_the_examples_with_what_was_typed(client, trial_office, draft):
    answer = send(client, trial_office, draft, rows(TWENTY), "refresh")
    wrong = [one["result"].name for one in answer.context["preview"]["results"] if not one["result"].passes]
    assert "原告恰好十人" in wrong and "没有命中" in text_of(answer)


@pytest.mark.parametrize(
    ("leaf", "word"),
    [
        ({"fact": ""}, "请选择事实"),
        ({"fact": "same_side_max", "op": "gte", "value": ""}, "请填写数值"),
        ({"fact": "same_side_max", "op": "gte", "value": "十"}, "不是数字"),
        ({"fact": "same_side_max", "op": "gte", "value": "1.5"}, "整数"),
        ({"fact": "same_side_max", "op": "is_true"}, "比较方式"),
        ({"fact": "case_type", "op": "in"}, "至少勾选"),
        ({"fact": "same_side_max", "op": "gte", "parameter": "nonsense"}, "nonsense"),
        ({"fact": "inspection_finding", "op": "is_true"}, "涉密"),
        ({"fact": "claim_amount", "op": "gte", "value": "1" + "0" * 20}, "过大"),
    ],
)  # fmt: skip
def test_a_fault_comes_back_at_its_row_with_everything_typed(client, trial_office, draft, leaf, word):
    answer = send(client, trial_office, draft, rows(TWENTY, leaf), "save")
    assert answer.status_code == 200
    assert [bool(row.problems) for row in answer.context["rows"]] == [False, False, True]
    assert word in answer.context["rows"][2].problems[0]
    draft.refresh_from_db()
    assert draft.condition == in_force().condition


@pytest.mark.parametrize(
    ("leaf", "stored"),
    [
        ({"fact": "claim_amount", "op": "gte", "value": "1,500.5", "scale": "10000"}, 15005000),
        ({"fact": "deviation_q", "op": "lte", "value": "0.05"}, 0.05),
        ({"fact": "case_type", "op": "eq", "value": "civil"}, "civil"),
        ({"fact": "remanded", "op": "eq", "value": "no"}, False),
        ({"fact": "cause_code", "op": "in", "value": "9001、9002，9003"}, ["9001", "9002", "9003"]),
        ({"fact": "cause_tags", "op": "contains_any", "values": ["wage", "env"]}, ["wage", "env"]),
        ({"fact": "petition_n", "op": "in", "value": "1 2"}, [1, 2]),
    ],
)  # fmt: skip
def test_what_is_typed_is_stored_in_the_type_of_its_fact_and_shown_again(
    client, trial_office, draft, leaf, stored
):
    assert send(client, trial_office, draft, rows(leaf), "save").status_code == 302
    draft.refresh_from_db()
    value = draft.condition["v"]
    assert (sorted(value) if isinstance(value, list) else value) == (
        sorted(stored) if isinstance(stored, list) else stored
    )
    before = draft.condition
    shown = page(client, trial_office, "rule-edit", draft.pk).context["rows"][1].row
    again = {
        "fact": shown.fact,
        "op": shown.op,
        "value": shown.value,
        "values": list(shown.values),
        "scale": shown.scale,
    }
    send(client, trial_office, draft, rows(again), "save")
    draft.refresh_from_db()
    assert draft.condition == before


def test_choices_that_cannot_be_taken_say_why(client, trial_office, draft):
    said = text_of(page(client, trial_office, "rule-edit", draft.pk))
    assert "立案阶段尚无此事实" in said  # known at trial only
    assert "涉密，须先勾选" in said
    assert "不适用于“整数”类事实" in said
    assert "单位为元，不是人" in said


def test_each_fact_shows_how_much_of_it_is_known(client, trial_office, draft, file_case):
    for people in (12, None, None, None):
        case = file_case()
        CaseFacts.objects.create(case=case, court_id=case.court_id, as_of=today(), same_side_max=people)
    said = text_of(page(client, trial_office, "rule-edit", draft.pk))
    assert "同一方人数（人） · 有记录 25%" in said and "1 / 4 件" in said


def test_secret_facts_can_be_chosen_once_one_says_so_and_tell_nothing(client, trial_office, now):
    version = rules.draft_version(rule=in_force("D03").rule, by=trial_office, at=now)
    leaf = {"fact": "inspection_finding", "op": "is_true"}
    assert "涉密" in text_of(send(client, trial_office, version, rows(leaf), "save"))
    answer = send(client, trial_office, version, rows(leaf) | {"secret_facts": "on"}, "refresh")
    assert answer.context["preview"]["secret"] and "涉密事实，不显示数据情况" in text_of(answer)
    assert send(client, trial_office, version, rows(leaf) | {"secret_facts": "on"}, "save").status_code == 302
    version.refresh_from_db()
    assert version.condition["f"] == "inspection_finding" and version.secret


def test_a_change_by_somebody_else_meanwhile_is_not_overwritten(client, trial_office, colleague, draft, now):
    sent = rows(TWENTY) | {"seen": draft.content_hash}
    rules.edit_version(version=draft, said={"note": "同事"}, by=colleague, at=now)
    answer = send(client, trial_office, draft, sent, "save")
    assert answer.status_code == 409 and "他人修改" in text_of(answer)


def test_a_new_rule_of_the_court_is_written_in_one_form(client, trial_office, court):
    client.force_login(trial_office)
    sent = rows({"fact": "petition_n", "op": "gte", "value": "2"}) | {
        "scope": court.pk, "category": "B", "code": "b-信访", "name": "本院反复信访", "stage": "any", "mode": "auto",
        "severity": "mid", "basis_kind": "local", "basis": "本院办法第三条", "local_approval": "审委会2026年第3次会议",
        "effective_from": str(today()), "act": "save",
    }  # fmt: skip
    assert client.post(reverse("supervision:rule-new"), sent).status_code == 302
    version = RuleVersion.objects.get(rule__code="B-信访")
    assert (version.rule.court, version.status, version.drafted_by) == (court, "draft", trial_office)
    assert version.condition == {"f": "petition_n", "op": "gte", "v": 2}


def test_a_rule_that_repeats_another_is_told_so(client, trial_office, draft):
    same = rows({"fact": "panel_dissent", "op": "is_true"})
    assert "条件与 A05" in text_of(send(client, trial_office, draft, same, "refresh"))


def test_a_rule_of_a_court_that_never_meets_this_one_is_not_named_beside_it(client, trial_office, draft, now):
    far = Rule.objects.create(code="B-远", court=Court.objects.get(code="川1503"), category="B")
    RuleVersion.objects.create(
        rule=far, number=1, status="in_force", origin="git", name="外院规则", stage="any", mode="auto", severity="mid",
        condition={"f": "panel_dissent", "op": "is_true"}, content_hash="x", drafted_at=now, basis="本院规定",
    )  # fmt: skip
    rules_changed()
    same = rows({"fact": "panel_dissent", "op": "is_true"})
    for answer in (
        send(client, trial_office, draft, same, "refresh"),
        page(client, trial_office, "rule", in_force("A05").rule_id),
    ):
        assert "B-远" not in text_of(answer)


# --- examples -------------------------------------------------------------------------------------------------------
@pytest.fixture
def twelve(file_case):
    case = file_case()
    CaseFacts.objects.create(
        case=case,
        court_id=case.court_id,
        as_of=today(),
        case_type="civil",
        same_side_max=12,
        claim_amount=77.0,
    )
    return case


def test_a_real_case_becomes_an_example_with_one_click(client, trial_office, draft, twelve):
    answer = page(client, trial_office, "rule-add-example", draft.pk)
    assert [(one["pk"], one["hit"]) for one in answer.context["offered"]] == [(twelve.pk, True)]
    client.post(
        reverse("supervision:rule-add-example", args=[draft.pk]),
        {"how": "click", "case": twelve.pk, "hit": "yes"},
    )
    draft.refresh_from_db()
    assert draft.examples[-1]["facts"] == {"case_type": "civil", "same_side_max": 12}


def test_an_example_is_added_by_number_and_by_hand(client, trial_office, draft, twelve):
    client.force_login(trial_office)
    address = reverse("supervision:rule-add-example", args=[draft.pk])
    answer = client.post(address, {"how": "number", "number": twelve.number.replace("（", "("), "hit": "yes"})
    assert answer.status_code == 302
    hand = {
        "how": "hand",
        "hit": "no",
        "name": "差两人",
        "fact_case_type": "civil",
        "fact_same_side_max": "8",
    }
    client.post(address, hand)
    draft.refresh_from_db()
    assert draft.examples[-2]["case"] == twelve.number
    assert draft.examples[-1] == {
        "name": "差两人", "hit": False, "facts": {"case_type": "civil", "same_side_max": 8}, "case": "",
    }  # fmt: skip


def test_faults_in_an_example_come_back_at_their_field(client, trial_office, draft):
    client.force_login(trial_office)
    address = reverse("supervision:rule-add-example", args=[draft.pk])
    answer = client.post(address, {"how": "hand", "hit": "no", "name": "x", "fact_same_side_max": "九"})
    assert "不是数字" in text_of(answer)
    assert "没有找到这一案件" in text_of(
        client.post(address, {"how": "number", "number": "（2026）川1502民初999号", "hit": "yes"})
    )


def test_the_number_of_an_examples_case_is_for_those_who_may_see_the_case(
    client, trial_office, draft, twelve, post, now
):
    rules.add_example(version=draft, case=twelve, hit=True, by=trial_office, at=now)
    assert twelve.number in text_of(page(client, trial_office, "rule", draft.rule_id, v=2))
    said = text_of(page(client, post("itadmin"), "rule", draft.rule_id, v=2))
    assert twelve.number not in said and "取自真实案件" in said


def test_a_secret_rule_offers_no_cases_and_shows_no_counts(client, trial_office, twelve, now):
    version = rules.draft_version(rule=in_force("D03").rule, by=trial_office, at=now)
    said = text_of(page(client, trial_office, "rule-add-example", version.pk))
    assert twelve.number not in said and "只能手工填写" in said
    assert "回放" not in text_of(page(client, trial_office, "rule", version.rule_id, v=2)).replace(
        "命中数量、回放、", ""
    )


# --- two people ------------------------------------------------------------------------------------------------------
def test_one_writes_another_approves_and_the_rule_comes_into_force(client, trial_office, colleague, draft):
    old = in_force()
    client.force_login(trial_office)
    assert client.post(reverse("supervision:rule-submit", args=[draft.pk])).status_code == 302
    own = text_of(page(client, trial_office, "rule-approve", draft.pk))
    assert "须由另一人批准" in own and "批准以上内容" not in own
    approve = reverse("supervision:rule-approve", args=[draft.pk])
    assert client.post(approve, {"content_hash": draft.content_hash}).status_code == 403
    read = page(client, colleague, "rule-approve", draft.pk)
    assert draft.content_hash[:12] in text_of(read)
    assert (
        next(line.text for line in read.context["lines"] if line.mark == "new") == "情形：人数众多（本系统）"
    )
    assert client.post(approve, {"content_hash": "0" * 64}).status_code == 409
    assert client.post(approve, {"content_hash": draft.content_hash}).status_code == 302
    release = reverse("supervision:rule-release", args=[draft.pk])
    assert client.post(release).status_code == 409
    assert client.post(release, {"act": "compare"}).status_code == 302
    assert client.get(release).context["is_compared"]
    assert client.post(release).status_code == 302
    assert in_force() == draft
    retire = reverse("supervision:rule-retire", args=[draft.pk])
    assert client.post(retire, {"reason": ""}).status_code == 200
    assert client.post(retire, {"reason": "误报过多"}).status_code == 302
    assert "误报过多" in text_of(page(client, colleague, "rule", draft.rule_id))
    client.force_login(trial_office)
    assert client.post(reverse("supervision:rule-restore", args=[old.pk])).status_code == 302
    assert RuleVersion.objects.filter(rule=draft.rule, status="draft", based_on=old).exists()


def test_the_difference_names_the_cases_its_reader_may_see(
    client, trial_office, colleague, draft, file_case, now
):
    cases = [file_case(), file_case(), file_case(sealed="juvenile")]
    for case, people in zip(cases, (12, 25, 12), strict=True):
        CaseFacts.objects.create(
            case=case, court_id=case.court_id, as_of=today(), case_type="civil", same_side_max=people
        )
    condition = {"f": "same_side_max", "op": "gte", "v": 20}
    version = rules.edit_version(version=draft, said={"condition": condition}, by=trial_office, at=now)
    while version.examples:
        version = rules.drop_example(version=version, place=0, by=trial_office, at=now)
    for people, hit in ((20, True), (19, False)):
        version = rules.add_example(
            version=version, facts={"same_side_max": people}, hit=hit, by=trial_office, at=now
        )
    rules.submit_version(version=version, by=trial_office, at=now)
    rules.approve_version(version=version, content_hash=version.content_hash, by=colleague, at=now)
    client.force_login(colleague)
    release = reverse("supervision:rule-release", args=[draft.pk])
    client.post(release, {"act": "compare"})
    answer = client.get(release)
    assert answer.context["cases"] == {"new": [], "lost": [cases[0]]}
    assert cases[2].number not in text_of(answer)
    assert client.post(release).status_code == 302 and in_force() == draft


def test_an_edit_after_the_approver_looked_voids_what_was_read(client, trial_office, colleague, draft, now):
    rules.submit_version(version=draft, by=trial_office, at=now)
    read = page(client, colleague, "rule-approve", draft.pk).context["version"].content_hash
    send(client, trial_office, draft, rows(TWENTY), "save")
    client.force_login(colleague)
    answer = client.post(reverse("supervision:rule-approve", args=[draft.pk]), {"content_hash": read})
    assert answer.status_code == 409
    assert not RuleVersion.objects.filter(rule=draft.rule, status="approved").exists()


@pytest.mark.parametrize(
    "sent", [{}, {"row": ["x", "r1"]}, {"row": ["r0", "r1"], "r0-kind": "leaf", "r1-depth": "99"}]
)
def test_nonsense_in_the_form_breaks_nothing(client, trial_office, draft, sent):
    for act in ("save", "refresh", "add-leaf:r9", "remove:r0", "dance"):
        assert send(client, trial_office, draft, sent, act).status_code == 200

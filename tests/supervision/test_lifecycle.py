"""The life of a flag: every state × act × role, written here once more from the workflow and held against the table."""

import itertools

import pytest

from courts.roles import Permission, Role, may
from supervision.lifecycle import (
    ACTS,
    FALSE_ALARMS,
    LIVE,
    NAMES,
    OPEN,
    REASONS,
    TIMERS,
    State,
    is_for,
    next_states,
    problem_now,
    problem_of_reason,
    reasons_for,
)
from supervision.models import flags as rows

HEAD, VICE, PRESIDENT, DISCIPLINE = Role.DIVISION_HEAD, Role.VICE_PRESIDENT, Role.PRESIDENT, Role.DISCIPLINE
PANEL = {Role.PRESIDING, Role.JUDGE}
LEADERS = {HEAD, VICE, PRESIDENT}

#: (act, state) → who, at each level (0 with the division, 1 with the vice president, 2 with the president).
WORKFLOW = {
    ("confirm", "PROPOSED"): [LEADERS] * 3,
    ("reject", "PROPOSED"): [LEADERS] * 3,
    ("dispute", "PROPOSED"): [PANEL | {HEAD}] * 3,
    ("confirm", "EXPIRED"): [LEADERS, {VICE, PRESIDENT}, {PRESIDENT}],
    ("reject", "EXPIRED"): [LEADERS, {VICE, PRESIDENT}, {PRESIDENT}],
    ("uphold", "DISPUTED"): [{PRESIDENT}] * 3,
    ("overturn", "DISPUTED"): [{PRESIDENT}] * 3,
    ("revoke", "CONFIRMED"): [LEADERS] * 3,
    ("adjust", "CONFIRMED"): [LEADERS] * 3,
    ("adjust", "MEASURES_ON"): [LEADERS] * 3,
}
#: The same for secret flags: discipline and the president, and nobody else.
SECRET = {
    ("confirm", "PROPOSED"): {PRESIDENT},
    ("reject", "PROPOSED"): {PRESIDENT},
    ("confirm", "EXPIRED"): {PRESIDENT},
    ("reject", "EXPIRED"): {PRESIDENT},
    ("uphold", "DISPUTED"): {PRESIDENT},
    ("overturn", "DISPUTED"): {PRESIDENT},
    ("revoke", "CONFIRMED"): {PRESIDENT},
    ("adjust", "CONFIRMED"): {PRESIDENT},
    ("adjust", "MEASURES_ON"): {PRESIDENT},
    ("dismiss", "PROPOSED"): {DISCIPLINE},
    ("dismiss", "EXPIRED"): {DISCIPLINE},
} | {
    ("verify", state): {DISCIPLINE}
    for state in ("PROPOSED", "DISPUTED", "EXPIRED", "CONFIRMED", "MEASURES_ON")
}
#: Where the workflow lets each state go.
LEADS = {
    "PROPOSED": {"CONFIRMED", "REJECTED", "DISPUTED", "EXPIRED"},
    "DISPUTED": {"CONFIRMED", "REJECTED"},
    "EXPIRED": {"CONFIRMED", "REJECTED"},
    "CONFIRMED": {"MEASURES_ON", "REVOKED", "CLOSED"},
    "MEASURES_ON": {"CONFIRMED", "CLOSED"},
    "REVOKED": set(), "REJECTED": set(), "CLOSED": set(),
}  # fmt: skip
PEOPLES_ACTS = [code for code, act in ACTS.items() if act.takes and code != "raise"]
CELLS = list(itertools.product(PEOPLES_ACTS, State, Role, range(3), (False, True)))


def allowed(act, state, role, level, secret, disputed=False):
    how = {"state": state, "level": level, "secret": secret}
    return problem_now(act, state, secret=secret, level=level) is None and is_for(
        role, act, **how, disputed=disputed
    )


@pytest.mark.parametrize("act", PEOPLES_ACTS)
def test_every_cell_of_the_table_is_as_the_workflow_says(act):
    wrong = []
    for code, state, role, level, secret in CELLS:
        if code != act:
            continue
        wanted = SECRET.get((act, state), set()) if secret else WORKFLOW.get((act, state), [set()] * 3)[level]
        if allowed(act, state, role, level, secret) is not (role in wanted):
            wrong.append((state, role, level, secret))
    assert not wrong


@pytest.mark.parametrize("state", State)
def test_a_state_leads_where_the_workflow_leads_and_nowhere_else(state):
    assert next_states(state) == LEADS[state]


def test_silence_never_confirms():
    """Nothing the system does by itself ends in a confirmation, but for measures that were settled."""
    by_itself = {code for code, act in ACTS.items() if not act.takes and act.ends in LIVE}
    assert by_itself == {"begin", "settle"}
    assert all(ACTS[code].starts <= LIVE for code in by_itself)


def test_what_was_disputed_is_taken_back_by_the_president_alone():
    may_revoke = {role for role in Role if allowed("revoke", "CONFIRMED", role, 2, False, disputed=True)}
    assert may_revoke == {PRESIDENT}


def test_who_is_on_the_panel_or_files_or_prompts_may_raise_and_nobody_who_only_looks():
    raisers = {role for role in Role if is_for(role, "raise", state="")}
    assert raisers == LEADERS | PANEL | {Role.FILING, Role.TRIAL_OFFICE}


def test_no_role_without_a_permission_of_the_act_may_do_it():
    for act, state, role, level, secret in CELLS:
        if not any(may(role, permission) for permission in ACTS[act].takes):
            assert not is_for(role, act, state=state, level=level, secret=secret)


def test_a_secret_flag_is_for_those_alone_who_may_know_of_it():
    knowing = {role for role in Role if may(role, Permission.SEE_SECRET_FLAGS)}
    for act, state, role, level, secret in CELLS:
        if secret and allowed(act, state, role, level, secret):
            assert role in knowing


# --- reasons, timers, names ----------------------------------------------------------------------------------
def test_every_coded_act_has_reasons_and_every_reason_an_act():
    for code, act in ACTS.items():
        assert bool(reasons_for(code)) is (act.reason == "code")
    assert all(reason.acts <= ACTS.keys() for reason in REASONS.values())
    assert {"data_wrong", "not_the_category"} < FALSE_ALARMS
    assert not {"situation_over", "covered", "needless"} & FALSE_ALARMS


@pytest.mark.parametrize("act", ["reject", "overturn", "revoke", "dispute", "dismiss"])
def test_an_ending_or_a_dispute_wants_a_reason_of_its_own(act):
    assert "请选择理由" in problem_of_reason(act, "", "随便")
    assert "请选择理由" in problem_of_reason(act, "no_such_reason", "随便")
    strange = next(code for code, reason in REASONS.items() if act not in reason.acts)
    assert "请选择理由" in problem_of_reason(act, strange, "随便")
    assert problem_of_reason(act, reasons_for(act)[0].code, "事实有出入") is None


def test_other_must_be_said_in_words_and_nothing_in_more_than_five_hundred():
    assert problem_of_reason("reject", "other", " ") == "请写明理由"
    assert problem_of_reason("reject", "data_wrong", "") is None
    assert "500" in problem_of_reason("reject", "data_wrong", "多" * 501)
    assert problem_of_reason("uphold", "", "") == "请写明理由"
    assert problem_of_reason("confirm", "", "") is None


def test_every_timer_starts_where_its_act_does():
    for timer in TIMERS:
        assert timer.state in ACTS[timer.act].starts
    assert {timer.state for timer in TIMERS} == {"PROPOSED", "EXPIRED", "DISPUTED"}


def test_the_table_and_the_rows_speak_of_the_same_states():
    assert {state: NAMES[State(state)] for state in State} == dict(rows.STATES)
    assert set(rows.OPEN) == OPEN
    assert set(rows.LIVE) == LIVE


@pytest.mark.parametrize(
    ("act", "state", "secret", "words"),
    [
        ("confirm", "REJECTED", False, "只有待确认、逾期未处理的标识可以确认，本标识现为“不予确认”"),
        ("verify", "PROPOSED", False, "不是待核实的反映"),
        ("dispute", "PROPOSED", True, "核实后才能办理"),
        ("confirm", "DISPUTED", False, "本标识现为“有争议”"),
    ],
)
def test_what_is_not_possible_is_said_in_one_sentence(act, state, secret, words):
    assert words in problem_now(act, state, secret=secret)


def test_the_president_is_the_last_level():
    assert problem_now("rise", "EXPIRED", level=1) is None
    assert problem_now("rise", "EXPIRED", level=2) is not None

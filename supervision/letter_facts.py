"""The facts a letter cites (所依事实): what each said when the letter was drafted, and whether it still says so.

A cited fact is a plain dict kept with the letter: where it comes from (``kind`` and ``key``), the sentence in the letter,
and ``values``, by their Chinese names, which alone make up the digest. No fact about a secret flag can be cited.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from cases.models import Case, Clock
from cases.selectors import name_and_basis
from catalogues.selectors import Law, law_in_use
from supervision.letter_texts import in_words
from supervision.lifecycle import UNDECIDED
from supervision.models import Flag, Letter, Measure

Fact = dict[str, Any]
NEAR_DAYS = 30  # a limit that ends within these days is worth a line in a letter about the case


# --- citing ------------------------------------------------------------------------------------------
def cite_clock(clock: Clock, law: Law, today: date) -> Fact:
    """A time limit of a case: until when, and how much is left on the day of the draft."""
    case = clock.case
    name, basis = name_and_basis(clock.rule, law, clock.start_on or case.filed_on or today)
    late = clock.due_on is not None and clock.due_on < today and case.closed_on is None
    near = clock.due_on is not None and not late and (clock.due_on - today).days <= NEAR_DAYS
    values = about(case) | {
        "期限": name,
        "届满日": str(clock.due_on or "未定"),
        "期限状态": clock.get_state_display(),
    }
    says = f"{named(case)}：{name}，{until(clock, today)}。"
    mark = "overdue" if late else "near" if near else "clock"
    matters = case.closed_on is None and clock.state != "met"
    return fact("clock", [case.pk, clock.rule, clock.turn], case, name, says, basis, values, mark, matters)


def until(clock: Clock, today: date) -> str:
    if clock.state in ("paused", "no_limit"):
        return "目前停表" if clock.state == "paused" else "没有法定审限"
    if clock.due_on is None:
        return "届满日尚无法计算"
    if clock.met_on is not None:
        return f"届满日{in_words(clock.due_on)}，已于{in_words(clock.met_on)}完成"
    left = (clock.due_on - today).days
    lasts = f"已超{-left}天" if left < 0 else f"剩余{left}天" if left else "当日届满"
    return f"届满日{in_words(clock.due_on)}，{lasts}"


def cite_flag(flag: Flag, today: date) -> Fact:
    """An open flag: by which rule, since when, and until when somebody must decide."""
    name = f"{flag.rule.code} {flag.version.name}"
    values = about(flag.case) | {
        "标识": name,
        "标识状态": flag.get_state_display(),
        "办理期限": str(flag.due_on or "无"),
    }
    waits = flag.state in UNDECIDED
    days = f"，应于{in_words(flag.due_on)}前处理" if flag.due_on and waits else ""
    says = (
        f"{named(flag.case)}：四类案件标识“{name}”于{in_words(timezone.localdate(flag.proposed_at))}提出，"
        f"现为“{flag.get_state_display()}”{days}。"
    )
    is_late = waits and flag.due_on is not None and flag.due_on < today
    mark = "flag" if is_late or flag.state == "EXPIRED" else "supervised"
    return fact("flag", flag.pk, flag.case, name, says, flag.version.basis, values, mark, flag.is_open)


def cite_measure(measure: Measure, today: date) -> Fact:
    """A measure of supervision that waits for an answer of either side."""
    due = measure.answer_due_on if measure.state == "replied" else measure.reply_due_on
    values = about(measure.case) | {
        "措施": measure.code,
        "措施状态": measure.get_state_display(),
        "答复期限": str(due or "无"),
    }
    says = (
        f"{named(measure.case)}：{in_words(timezone.localdate(measure.taken_at))}采取的监督措施{measure.code}现为“{measure.get_state_display()}”"
        f"{f'，期限{in_words(due)}' if due else ''}。"
    )
    matters = measure.state in ("open", "replied")
    mark = "measure" if matters and due and due < today else "measure_in_time"
    return fact("measure", measure.pk, measure.case, measure.code, says, measure.basis, values, mark, matters)


def cite_letter(letter: Letter) -> Fact:
    """A letter that was not answered in time."""
    until_on = f"应于{in_words(letter.reply_due_on)}前回复，" if letter.reply_due_on else ""
    values = {
        "函件": letter.number,
        "函件状态": letter.get_state_display(),
        "答复期限": str(letter.reply_due_on or "无"),
    }
    says = f"{letter.number}{letter.get_kind_display()}{until_on}现为“{letter.get_state_display()}”。"
    return fact(
        "letter", letter.pk, None, letter.number, says, "", values, "letter", letter.state == "OVERDUE"
    )


def about(case: Case) -> dict[str, str]:
    """What every fact about a case carries, so that a letter is not signed to yesterday's judge."""
    return {
        "承办人": str(case.judge or "未定"),
        "承办部门": str(case.division or "未定"),
        "结案日期": str(case.closed_on or "未结"),
    }


def named(case: Case) -> str:
    """«（2026）川1502民初1号（民间借贷纠纷，民事审判第一庭，承办人周法官）»."""
    who = f"承办人{case.judge}" if case.judge else "承办人未定"
    return f"{case.number}（{'，'.join(filter(None, [case.cause, str(case.division or ''), who]))}）"


def fact(
    kind: str,
    key: Any,
    case: Case | None,
    name: str,
    says: str,
    basis: str,
    values: dict[str, str],
    mark: str,
    matters: bool,
) -> Fact:
    """``mark`` says what kind of matter it is, ``matters`` whether anything is still to be done about it."""
    return {
        "kind": kind, "key": key, "case": case.pk if case else None, "number": case.number if case else "", "name": name,
        "says": says, "basis": basis, "values": values, "mark": mark, "matters": matters,
    }  # fmt: skip


# --- what there is to cite about cases -----------------------------------------------------------------
def facts_about(
    cases: Sequence[Case],
    today: date,
    *,
    flags: Iterable[Flag] = (),
    measures: Iterable[Measure] = (),
    letters: Iterable[Letter] = (),
) -> list[Fact]:
    """The facts worth citing: letters not answered, the limit of each case and its late steps, the flags and measures given."""
    law = law_in_use()
    late = Q(kind="node", state="running", due_on__lt=today)
    clocks = Clock.objects.filter(Q(kind="statutory") | late, case__in=cases).select_related(
        "case__judge", "case__division"
    )
    return [
        *map(cite_letter, letters),
        *(
            cite_clock(clock, law, today)
            for clock in clocks.order_by("due_on", "case__number", "rule", "turn")
        ),
        *(cite_flag(flag, today) for flag in flags),
        *(cite_measure(measure, today) for measure in measures),
    ]


# --- do they still hold? -----------------------------------------------------------------------------
def digest_of(facts: Sequence[Fact]) -> str:
    """What a signature is pinned to: where the facts come from and what they say, not how the letter words it."""
    said = [[each["kind"], each["key"], each["values"]] for each in facts]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def as_of_now(facts: Sequence[Fact], today: date) -> list[Fact | None]:
    """The same facts read anew, in the same order; None for one that is gone."""
    law = law_in_use()
    flags = {
        flag.pk: flag
        for flag in with_case(Flag).filter(pk__in=keys(facts, "flag")).select_related("rule", "version")
    }
    measures = {measure.pk: measure for measure in with_case(Measure).filter(pk__in=keys(facts, "measure"))}
    letters = {letter.pk: letter for letter in Letter.objects.filter(pk__in=keys(facts, "letter"))}
    cases = {key[0] for key in keys(facts, "clock")}
    clocks = {
        (clock.case_id, clock.rule, clock.turn): clock for clock in with_case(Clock).filter(case__in=cases)
    }
    found: list[Fact | None] = []
    for each in facts:
        match each["kind"]:
            case "clock":
                clock = clocks.get(tuple(each["key"]))
                found.append(cite_clock(clock, law, today) if clock else None)
            case "flag":
                flag = flags.get(each["key"])
                found.append(cite_flag(flag, today) if flag and not flag.secret else None)
            case "measure":
                measure = measures.get(each["key"])
                found.append(cite_measure(measure, today) if measure else None)
            case _:
                letter = letters.get(each["key"])
                found.append(cite_letter(letter) if letter else None)
    return found


def with_case(model: Any) -> Any:
    return model.objects.select_related("case__judge", "case__division")


def keys(facts: Sequence[Fact], kind: str) -> list[Any]:
    return [each["key"] for each in facts if each["kind"] == kind]


def changes(facts: Sequence[Fact], today: date) -> list[str]:
    """One sentence for each value that is not what it was when the letter was drafted; empty when all still holds."""
    found = []
    for then, now in zip(facts, as_of_now(facts, today), strict=True):
        if now is None:
            found.append(f"{then['number']} {then['name']}：该事实已不存在".strip())
            continue
        found += [
            f"{then['number']} {label}由“{value}”变为“{now['values'].get(label, '无')}”".strip()
            for label, value in then["values"].items()
            if now["values"].get(label) != value
        ]
    return list(dict.fromkeys(found))

"""Drafting a letter: from cases, flags, measures or overdue letters, with its words drawn from their facts (拟稿)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from audit import trail
from cases.guard import NOT_YOURS, is_visible
from cases.models import Case
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, User
from supervision.letter_facts import as_of_now, changes, digest_of, facts_about
from supervision.letter_people import Addressee, addressee_problem, issues, kind_of
from supervision.letter_steps import NAMES, leave_trace, locked, permit, refuse_if
from supervision.letter_texts import Text, drawn
from supervision.models import Flag, Letter, LetterCase, LetterStep, Measure
from supervision.wording import directives_in, refusal

MOST_CASES = 100
LENGTHS = {"title": 160, "basis": 2000, "body": 20000, "required": 4000}
LABELS = {"title": "标题", "basis": "依据", "body": "正文", "required": "要求"}


@dataclass(frozen=True)
class Subject:
    """What a letter is about. The cases of the flags and measures belong to it without being named again."""

    cases: tuple[Case, ...] = ()
    flags: tuple[Flag, ...] = ()
    measures: tuple[Measure, ...] = ()
    letters: tuple[Letter, ...] = ()

    @property
    def all_cases(self) -> list[Case]:
        found = [*self.cases, *(flag.case for flag in self.flags), *(one.case for one in self.measures)]
        return list({case.pk: case for case in found}.values())


@transaction.atomic
def draft_letter(
    *,
    kind: str,
    court: Court,
    to: Addressee,
    subject: Subject,
    by: User,
    at: datetime,
) -> Letter:
    """Draft a letter (拟稿), its words drawn from the facts as they are now. The same draft twice is the same as once."""
    cases = subject.all_cases
    check_drafting(kind, court, to, subject, by)
    facts = facts_about(
        cases, today(), flags=subject.flags, measures=subject.measures, letters=subject.letters
    )
    alike = Letter.objects.filter(
        kind=kind, court=court, state="DRAFT", drafted_by=by, facts_hash=digest_of(facts), **to.columns
    )
    for same in alike:
        if set(same.cases.values_list("case", flat=True)) == {case.pk for case in cases}:
            return same
    return write_draft(kind=kind, court=court, to=to, cases=cases, facts=facts, by=by, at=at)


def write_draft(
    *,
    kind: str,
    court: Court,
    to: Addressee,
    cases: Sequence[Case],
    facts: list[dict[str, Any]],
    by: User | None,
    at: datetime,
    escalated_from: Letter | None = None,
) -> Letter:
    """Keep the draft with its first words; ``by=None`` is the system, whose drafts wait for somebody to sign them."""
    said = law_in_use().letter_kinds[kind]
    text = drawn(kind, said.name, facts, said.reply_days, today())
    if not text.basis and escalated_from is not None:  # its cases are closed: it still was not answered
        text = replace(text, basis=escalated_from.basis)
    letter = Letter.objects.create(
        court=court, kind=kind, reply_days=said.reply_days, facts=facts, facts_hash=digest_of(facts), drafted_by=by,
        drafted_at=at, automatic=by is None, escalated_from=escalated_from, **columns_of(text), **to.columns,
    )  # fmt: skip
    LetterCase.objects.bulk_create(LetterCase(letter=letter, case=case) for case in cases)
    step(letter, "draft", by, at, "系统拟稿，由人签批" if by is None else "")
    return letter


def columns_of(text: Text) -> dict[str, str]:
    return {"title": text.title, "body": text.body, "basis": text.basis, "required": text.required}


def step(letter: Letter, act: str, by: User | None, at: datetime, words: str = "") -> None:
    capacity = by.capacity() if by else ""
    LetterStep.objects.create(letter=letter, to_state="DRAFT", by=by, capacity=capacity, at=at, words=words)
    leave_trace(act, letter, by=by, at=at, words=words)


# --- may it be drafted? --------------------------------------------------------------------------------
def check_drafting(kind: str, court: Court, to: Addressee, subject: Subject, by: User) -> None:
    """Refuse what may not be drafted: by whom, about what, to whom. What one may not know of is refused like the unknown."""
    act, cases = NAMES["draft"], subject.all_cases
    kinds = law_in_use().letter_kinds
    if kind not in kinds or not issues(by, kinds[kind], court.pk):
        raise trail.Refused("您的职务不能起草这种函件。", act=act, by=by)
    for case in cases:
        if not is_visible(case, by):
            raise trail.Refused(NOT_YOURS, act=act, on=case, by=by)
    seen = Flag.objects.visible_to(by).filter(pk__in=[flag.pk for flag in subject.flags])
    measures = Measure.objects.visible_to(by).filter(pk__in=[one.pk for one in subject.measures])
    letters = Letter.objects.visible_to(by).filter(pk__in=[one.pk for one in subject.letters])
    named = (len(subject.flags), len(subject.measures), len(subject.letters))
    if (seen.count(), measures.count(), letters.count()) != named:
        raise trail.Refused(NOT_YOURS, act=act, by=by)
    if problem := subject_problem(subject) or addressee_problem(kinds[kind], to, court, cases):
        about = next((case for case in cases if case.sealed), cases[0] if cases else None)
        raise trail.Refused(problem, act=act, on=about, by=by, status=409)


def subject_problem(subject: Subject) -> str:
    """Why an open letter cannot speak of this; "" when it can."""
    cases = subject.all_cases
    if any(case.sealed for case in cases):
        return "封存案件不能写入函件，请去掉该案件。"
    if any(flag.secret for flag in (*subject.flags, *(one.flag for one in subject.measures))):
        return "涉密标识在核实之前不能作为公开函件的依据。"
    if len(cases) > MOST_CASES:
        return f"一份函件最多写入 {MOST_CASES} 件案件，现为 {len(cases)} 件，请分份拟发。"
    return ""


# --- changing a draft ------------------------------------------------------------------------------------
@transaction.atomic
def edit_letter(*, letter: Letter, text: Text, by: User, at: datetime) -> Letter:
    """Change the words of a draft (修改草稿). Whoever changes it has a hand in it and cannot sign it where another must."""
    letter = locked(letter)
    permit("edit", letter, by)
    wanted = {name: value.strip() for name, value in columns_of(text).items()}
    before = {name: getattr(letter, name) for name in wanted}
    if before == wanted:
        return letter
    refuse_if(text_problem(wanted), "edit", letter, by)
    set_draft(letter, wanted | {"drafted_by": by})
    step(letter, "edit", by, at)
    return letter


def text_problem(wanted: dict[str, str]) -> str:
    """What is missing, too long, or tells a panel how to decide; "" when nothing is."""
    for name, most in LENGTHS.items():
        if not wanted[name] and name in ("title", "body", "required"):
            return f"请填写{LABELS[name]}。"
        if len(wanted[name]) > most:
            return f"{LABELS[name]}不超过 {most} 字，请缩短。"
    return refusal(directives_in([wanted["title"], wanted["body"], wanted["required"]]))


@transaction.atomic
def redraw_letter(*, letter: Letter, by: User, at: datetime) -> Letter:
    """Draw the facts and the words anew (按最新事实重拟); what is settled by now drops out."""
    letter = locked(letter)
    permit("redraw", letter, by)
    sealed = set(letter.cases.exclude(case__sealed="").values_list("case", flat=True))
    if not sealed and not changes(letter.facts, today()):
        return letter
    now = [each for each in as_of_now(letter.facts, today()) if each and each["matters"]]
    facts = [each for each in now if each["case"] not in sealed]
    refuse_if(
        "" if facts else "所引事实均已办结或者不存在，本函没有可写的内容；不必发出。", "redraw", letter, by
    )
    text = drawn(letter.kind, kind_of(letter).name, facts, letter.reply_days, today())
    drawn_anew = {"facts": facts, "facts_hash": digest_of(facts), "drafted_by": by}
    set_draft(letter, columns_of(text) | drawn_anew)
    named = {each["case"] for each in facts} - {None}
    settled = letter.cases.exclude(case__in=named) if named else letter.cases.filter(case__in=sealed)
    settled.delete()
    step(letter, "redraw", by, at, "按最新事实重拟")
    return letter


def set_draft(letter: Letter, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(letter, name, value)
    letter.save(update_fields=list(fields))

"""The collection of judgments (裁判文书): added, replaced and withdrawn by whoever keeps it; the index follows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import F

from audit import trail
from cases.guard import may_on
from cases.models import Case, Element
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import User
from courts.roles import Permission
from precedents.models import Document

ADD, REPLACE, WITHDRAW = (
    "precedents.add_document",
    "precedents.replace_document",
    "precedents.withdraw_document",
)
SEE = "precedents.keep_documents"
NOT_A_KEEPER = "裁判文书由审判管理办公室维护，您的职务没有此项权限。"
NOT_YOUR_CASE = "只能收录本院您有权查看的案件的裁判文书。"
SEALED = "封存案件的裁判文书不收入类案库。"
HELD = "这一来源和编号的文书已经收录；内容有变化的，请打开该文书办理更正。"
LONGEST = 500_000
SLICE = 500


@dataclass(frozen=True)
class Judgment:
    """A judgment as it arrives. One of a case of ours takes number, court, cause and category from the case."""

    source: str
    text: str
    number: str = ""
    title: str = ""
    court_name: str = ""
    cause: str = ""
    category: str = ""
    decided_on: date | None = None
    effective_on: date | None = None
    result: str = ""
    holding: str = ""
    issue: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    case: Case | None = None

    def columns(self) -> dict[str, Any]:
        """What the row holds of it."""
        values = {name: getattr(self, name) for name in COLUMNS} | {"facts": comparable(self.facts)}
        if self.case is not None:
            values |= {
                "source": "own", "number": self.case.number, "court_name": str(self.case.court), "cause": self.case.cause,
                "category": self.case.category, "facts": elements_of([self.case.pk]).get(self.case.pk, {}),
            }  # fmt: skip
        return values | {"digest": digest_of(values)}


COLUMNS = (
    "case", "source", "number", "title", "court_name", "cause", "category", "decided_on", "effective_on", "result",
    "holding", "issue", "text",
)  # fmt: skip

#: What else than its text decides with which judgments one makes a pair.
COMPARED = ("case", "court_name", "cause", "result", "effective_on")


def words_of(values: Mapping[str, Any]) -> str:
    """What of a judgment is compared: its cause, what was in dispute, what it holds, its facts and reasons."""
    return "\n".join(values[name] for name in ("cause", "issue", "holding", "text") if values[name])


def digest_of(values: Mapping[str, Any]) -> str:
    """What the index is made of; unchanged, there is nothing to do."""
    facts = sorted((name, repr(value)) for name, value in values["facts"].items())
    return sha256(repr((words_of(values), facts)).encode()).hexdigest()


def elements_of(cases: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The elements recorded of some cases, by case and key: the case's own, else those of the party named first."""
    rows = Element.objects.filter(case__in=list(cases), withdrawn_at=None)
    found: dict[int, dict[str, Any]] = {}
    for case, key, value in rows.order_by(F("party").asc(nulls_first=True)).values_list(
        "case", "key", "value"
    ):
        found.setdefault(case, {}).setdefault(key, value)
    return {case: comparable(facts) for case, facts in found.items()}


def comparable(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts without what may make no case like another: protected attributes and their stand-ins (受保护属性)."""
    known = law_in_use().case_elements(None, today())
    return {key: value for key, value in facts.items() if key not in known or known[key].usable}


# --- services ------------------------------------------------------------------------------------------
@transaction.atomic
def add_document(*, judgment: Judgment, by: User | None, at: datetime) -> Document:
    """Add a judgment (收录裁判文书). The same again is the same as once; another text under its number is refused.

    One held under the number of a case without being the case's becomes the case's.
    """
    permit(judgment.case, by, ADD)
    values = judgment.columns()
    held = standing(values)
    if held is None:
        return create(values, by, at)
    check_place(held, values, by, ADD)
    if held.case_id is None and judgment.case is not None and held.text == judgment.text:
        return change(held, values, by, at)
    if held.digest != values["digest"]:
        raise trail.Refused(HELD, act=ADD, by=by, status=409)
    return held


@transaction.atomic
def replace_document(*, document: Document, judgment: Judgment, by: User | None, at: datetime) -> Document:
    """Put the corrected judgment in the place of a held one (更正裁判文书)."""
    document = Document.objects.select_for_update().get(pk=document.pk)
    permit(document.case, by, REPLACE)
    values = replace(judgment, case=document.case).columns()
    check_place(document, values, by, REPLACE)
    return change(document, values, by, at)


@transaction.atomic
def put_document(*, judgment: Judgment, by: User | None, at: datetime) -> tuple[Document, str]:
    """Add a judgment or replace the one held under its source and number: what came of it is ``added``, ``replaced`` or
    ``unchanged``."""
    permit(judgment.case, by, ADD)
    values = judgment.columns()
    held = standing(values)
    if held is None:
        return create(values, by, at), "added"
    check_place(held, values, by, ADD)
    if not changes(held, values):
        return held, "unchanged"
    return change(held, values, by, at), "replaced"


@transaction.atomic
def withdraw_document(*, document: Document, reason: str, by: User | None, at: datetime) -> Document:
    """Take a judgment out of the collection (撤下裁判文书). Reports that cite it keep what they cite."""
    document = Document.objects.select_for_update().get(pk=document.pk)
    permit(document.case, by, WITHDRAW)
    if document.withdrawn_at is None:
        document.withdrawn_at, document.indexed_at = at, None
        document.save(update_fields=["withdrawn_at", "indexed_at"])
        trail.record(WITHDRAW, on=document, by=by, at=at, because=reason, before=named(document))
    return document


def refresh_all_facts() -> int:
    """The elements recorded since brought into the judgments of our cases, a slice at a time; how many differed."""
    cases = list(Document.objects.filter(withdrawn_at=None).exclude(case=None).values_list("case", flat=True))
    return sum(refresh_facts(cases[start : start + SLICE]) for start in range(0, len(cases), SLICE))


@transaction.atomic
def refresh_facts(cases: Iterable[int]) -> int:
    """The elements of these cases brought into their judgments, which are indexed anew; how many differed."""
    documents = Document.objects.filter(case__in=list(cases), withdrawn_at=None)
    held = {document.case_id: document for document in documents}
    known, changed = elements_of(held), []
    for case, document in held.items():
        values = vars(document) | {"facts": known.get(case, {})}
        if document.facts != values["facts"]:
            document.facts, document.digest, document.indexed_at = values["facts"], digest_of(values), None
            changed.append(document)
    Document.objects.bulk_update(changed, ["facts", "digest", "indexed_at"])
    return len(changed)


# --- parts of them ---------------------------------------------------------------------------------------
def keeps(user: User) -> bool:
    return user.may(Permission.KEEP_PRECEDENTS)


def permit(case: Case | None, by: User | None, act: str) -> None:
    """Keepers alone; of a case only where it is theirs to see and not sealed. ``by=None`` is the system: set-up."""
    if by is not None and not keeps(by):
        raise trail.Refused(NOT_A_KEEPER, act=act, by=by)
    if case is None:
        return
    if by is not None and not (may_on(by, Permission.KEEP_PRECEDENTS, case) and seen(case, by)):
        raise trail.Refused(NOT_YOUR_CASE, act=act, by=by)
    if case.sealed:
        raise trail.Refused(SEALED, act=act, on=case, by=by, status=409)


def seen(case: Case, by: User) -> bool:
    return Case.objects.visible_to(by).filter(pk=case.pk).exists()


def standing(values: Mapping[str, Any]) -> Document | None:
    """The judgment held of the case, else the one held under the source and number."""
    held = Document.objects.select_for_update().filter(withdrawn_at=None)
    of_case = held.filter(case=values["case"]).first() if values["case"] is not None else None
    return of_case or held.filter(source=values["source"], number=values["number"]).first()


def check_place(held: Document, values: Mapping[str, Any], by: User | None, act: str) -> None:
    """Refuse to take a judgment from its case, to hold two under one number, and to give a case two judgments.

    Whether there is a judgment of a case is told to those who see the case.
    """
    case = values["case"]
    if held.case is not None and held.case != case:
        hides = by is not None and not seen(held.case, by)
        raise trail.Refused(NOT_YOUR_CASE if hides else HELD, act=act, by=by, status=409)
    same = Document.objects.filter(withdrawn_at=None, source=values["source"], number=values["number"])
    has_another = case is not None and Document.objects.filter(case=case).exclude(pk=held.pk).exists()
    if has_another or same.exclude(pk=held.pk).exists():
        raise trail.Refused(HELD, act=act, by=by, status=409)


def create(values: dict[str, Any], by: User | None, at: datetime) -> Document:
    """A new row; the withdrawn judgment of the same case is taken up again, for a case has one."""
    again = Document.objects.filter(case=values["case"]).first() if values["case"] else None
    document = again or Document()
    for name, value in (
        values | {"added_by": by, "added_at": at, "withdrawn_at": None, "indexed_at": None}
    ).items():
        setattr(document, name, value)
    document.save()
    trail.record(ADD, on=document, by=by, at=at, after=named(document))
    return document


def changes(document: Document, values: Mapping[str, Any]) -> bool:
    return any(getattr(document, name) != value for name, value in values.items())


def change(document: Document, values: dict[str, Any], by: User | None, at: datetime) -> Document:
    if not changes(document, values):
        return document
    before = named(document)
    if any(getattr(document, name) != values[name] for name in COMPARED):
        values = values | {"compared_at": None}
    if document.digest != values["digest"]:
        values = values | {"indexed_at": None}
    for name, value in values.items():
        setattr(document, name, value)
    document.save(update_fields=list(values))
    trail.record(REPLACE, on=document, by=by, at=at, before=before, after=named(document))
    return document


def named(document: Document) -> dict[str, str]:
    """How the trail names a judgment."""
    return {"source": document.source, "number": document.number, "digest": document.digest}

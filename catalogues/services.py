"""Acts on editions: seed, draft, edit, publish, withdraw. One person drafts, another publishes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from audit import trail
from audit.models import Entry
from catalogues import library, overlays, schema, selectors
from catalogues.kinds import OVERLAID
from catalogues.models import Edition, EditionQuerySet, Item
from courts.models import Court, User
from courts.reach import highest_courts
from courts.roles import Permission

Entries = Iterable[tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Seeded:
    """What became of one edition that ships with the program: ``published``, ``unchanged`` or ``drafted``."""

    kind: str
    title: str
    outcome: str


def content_hash(entries: Entries) -> str:
    """The SHA-256 of the entries in order: what an approval is pinned to."""
    text = json.dumps([[code, body] for code, body in entries], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def publish_seed(seed: library.SeedEdition, *, at: datetime) -> Seeded:
    """Publish an edition that ships with the program; where a court has published its own, leave a draft instead."""
    digest = content_hash(seed.entries)
    siblings = Edition.objects.filter(kind=seed.kind, court=None, effective_from=seed.effective_from)
    if siblings.filter(origin="git", content_hash=digest).exists():
        return Seeded(seed.kind, seed.title, "unchanged")
    edition = Edition.objects.create(
        kind=seed.kind,
        number=next_number(seed.kind, None),
        title=seed.title,
        effective_from=seed.effective_from,
        origin="git",
        content_hash=digest,
        note=f"{seed.basis}。{seed.note}".strip("。") + "。",
        drafted_at=at,
    )
    fill(edition, seed.entries)
    if siblings.filter(status="published", origin="court").exists():
        return Seeded(seed.kind, seed.title, "drafted")
    put_in_force(edition, by=None, at=at)
    return Seeded(seed.kind, seed.title, "published")


def next_number(kind: str, court: Court | None) -> int:
    return 1 + (Edition.objects.filter(kind=kind, court=court).aggregate(last=Max("number"))["last"] or 0)


def fill(edition: Edition, entries: Entries) -> None:
    Item.objects.bulk_create(
        Item(edition=edition, code=code, position=place, name=named(body), body=body)
        for place, (code, body) in enumerate(entries)
    )


def named(body: dict[str, Any]) -> str:
    """What an entry is called; a year of the calendar goes by its notice."""
    return str(body.get("name") or body.get("source") or "")[:160]


@transaction.atomic
def draft_edition(
    *, based_on: Edition, title: str, effective_from: date | None, by: User, at: datetime
) -> Edition:
    """Start a draft as a copy of an edition (起草新版)."""
    refuse_unless(by, Permission.DRAFT_CATALOGUE, "起草目录", on=based_on)
    edition = Edition.objects.create(
        kind=based_on.kind,
        court=based_on.court,
        number=next_number(based_on.kind, based_on.court),
        title=title,
        effective_from=effective_from or based_on.effective_from,
        origin="court",
        based_on=based_on,
        drafted_by=by,
        drafted_at=at,
    )
    fill(edition, based_on.items.order_by("position", "code").values_list("code", "body"))
    trail.record("catalogues.draft_edition", on=edition, by=by, at=at, after={"based_on": str(based_on)})
    return edition


@transaction.atomic
def draft_local_calendar(*, court: Court, years: Entries, title: str, by: User, at: datetime) -> Edition:
    """Start a draft of a court's own holidays and working days (地方假日), laid over the national calendar."""
    refuse_unless(by, Permission.DRAFT_CATALOGUE, "起草地方日历", on=court)
    edition = Edition.objects.create(
        kind="calendar",
        court=court,
        number=next_number("calendar", court),
        title=title,
        drafted_by=by,
        drafted_at=at,
    )
    fill(edition, years)
    trail.record("catalogues.draft_local_calendar", on=edition, by=by, at=at, after={"court": court.name})
    return edition


@transaction.atomic
def draft_overlay(*, kind: str, court: Court, title: str, by: User, at: datetime) -> Edition:
    """Start a draft of what a court lays over the national catalogue (本院参数): empty, or a copy of what it has now."""
    refuse_unless(by, Permission.DRAFT_CATALOGUE, "起草本院参数", on=court)
    if kind not in OVERLAID:
        raise trail.Refused(
            "这一目录各院统一，不能起草本院参数。",
            act="catalogues.draft_overlay",
            on=court,
            by=by,
            status=409,
        )
    now = Edition.objects.in_use().filter(kind=kind, court=court).first()
    edition = Edition.objects.create(
        kind=kind,
        court=court,
        number=next_number(kind, court),
        title=title,
        based_on=now,
        drafted_by=by,
        drafted_at=at,
    )
    fill(edition, selectors.bodies_of(now) if now else [])
    trail.record(
        "catalogues.draft_overlay", on=edition, by=by, at=at, after={"court": court.name, "kind": kind}
    )
    return edition


@transaction.atomic
def edit_item(*, edition: Edition, code: str, body: dict[str, Any] | None, by: User, at: datetime) -> None:
    """Change, add or (``body=None``) remove one entry of a draft."""
    refuse_unless(by, Permission.DRAFT_CATALOGUE, "编辑目录草稿", on=edition)
    refuse_unless_draft(edition, by, "catalogues.edit_item")
    item = Item.objects.filter(edition=edition, code=code).first()
    before = item.body if item else None
    if body is None:
        Item.objects.filter(edition=edition, code=code).delete()
    elif item:
        item.body, item.name = body, named(body)
        item.save(update_fields=["body", "name"])
    else:
        place = edition.items.aggregate(last=Max("position"))["last"] or 0
        Item.objects.create(edition=edition, code=code, position=place + 1, name=named(body), body=body)
    if before != body:
        trail.record(
            "catalogues.edit_item", on=edition, by=by, at=at, because=code, before=before, after=body
        )


def problems_of(edition: Edition) -> list[schema.Problem]:
    """Why a draft cannot be published yet; empty when it can."""
    return problems_among(edition, selectors.bodies_of(edition))


def problems_among(edition: Edition, entries: Entries) -> list[schema.Problem]:
    """What would be wrong with these entries in this edition; those of an overlay are seen over what they lie on."""
    listed = list(entries)
    over = None
    if overlays.is_overlay(edition):
        over = [(code, found.body) for code, found in overlays.inherited(edition).items()]
    found = schema.validate(edition.kind, listed, source=str(edition), over=over)
    return found or overlays.unknown_profiles(edition, listed)


@transaction.atomic
def publish_edition(*, edition: Edition, by: User, at: datetime) -> Edition:
    """Publish a draft (发布). Whoever drafted it cannot; the approval is pinned to the content as it is now."""
    refuse_unless_highest(by, "发布目录", on=edition)
    refuse_unless_draft(edition, by, "catalogues.publish_edition")
    if has_a_hand_in(edition, by):
        raise trail.Refused(
            "起草人不能发布自己起草或修改的目录，请由另一人发布。",
            act="catalogues.publish_edition",
            on=edition,
            by=by,
        )
    if problems := problems_of(edition):
        raise trail.Refused(
            f"草稿有 {len(problems)} 处问题，不能发布：{problems[0].where}：{problems[0].chinese}",
            act="catalogues.publish_edition", on=edition, by=by, status=409,
        )  # fmt: skip
    edition.content_hash = content_hash(selectors.bodies_of(edition))
    put_in_force(edition, by=by, at=at)
    return edition


def has_a_hand_in(edition: Edition, by: User) -> bool:
    """Whether the person drafted or changed it: two pairs of eyes means two people, not two buttons."""
    edits = Entry.objects.filter(act="catalogues.edit_item", about="catalogues.edition", about_id=edition.pk)
    return edition.drafted_by_id == by.pk or edits.filter(actor_id=by.pk).exists()


def put_in_force(edition: Edition, *, by: User | None, at: datetime) -> None:
    """Mark as published, supersede the edition it replaces, and lay the law out where others read it."""
    replaced = rivals(edition)
    edition.replaces = replaced.order_by("-number").first()
    edition.published_by, edition.published_at, edition.status = by, at, "published"
    edition.save()
    replaced.update(status="superseded")
    lay_out(edition)
    trail.record("catalogues.publish_edition", on=edition, by=by, at=at, after={"hash": edition.content_hash})


def rivals(edition: Edition) -> EditionQuerySet:
    """The published editions that cannot be in force beside this one."""
    others = Edition.objects.filter(kind=edition.kind, court=edition.court, status="published")
    if edition.kind.startswith("causes_"):  # holds for the cases filed under it: older ones stay in force
        others = others.filter(effective_from=edition.effective_from)
    return others.exclude(pk=edition.pk)


def lay_out(edition: Edition) -> None:
    """Write what is in force now where others read it."""
    if edition.kind == "courts":
        seat_courts(edition)
    selectors.new_version()
    transaction.on_commit(selectors.new_version)


@transaction.atomic
def withdraw_edition(*, edition: Edition, reason: str, by: User, at: datetime) -> None:
    """Take a published edition back at once (撤回); the one it replaced is in force again."""
    refuse_unless_highest(by, "撤回目录", on=edition)
    if not can_be_withdrawn(edition):
        raise trail.Refused(
            "只能撤回在用的目录，且撤回后须仍有一版在用；请起草新版取代它。",
            act="catalogues.withdraw_edition",
            on=edition,
            by=by,
            status=409,
        )
    Edition.objects.filter(pk=edition.pk).update(status="withdrawn")
    Edition.objects.filter(pk=edition.replaces_id).update(status="published")
    if edition.kind == "courts":
        unseat_courts(edition, but=edition.replaces)
    lay_out(edition.replaces or edition)
    trail.record(
        "catalogues.withdraw_edition", on=edition, by=by, at=at, because=reason,
        after={"in_force": str(edition.replaces)},
    )  # fmt: skip


def can_be_withdrawn(edition: Edition) -> bool:
    """Whether some law remains: the edition replaced, or one that holds beside it (older causes, national days)."""
    beside = Edition.objects.in_use().filter(kind=edition.kind, court=None).exclude(pk=edition.pk)
    return edition.status == "published" and (edition.replaces_id is not None or beside.exists())


def refuse_unless(by: User, permission: Permission, what: str, *, on: Any) -> None:
    where = by.courts_where(permission)
    if not where or (on.court_id is not None and on.court_id not in where):  # a local calendar is its court's
        raise trail.Refused(f"您的职务不能{what}。", act=f"catalogues.{permission}", on=on, by=by)


def refuse_unless_highest(by: User, what: str, *, on: Edition) -> None:
    """What holds for every court here is put in force and taken back at the highest of them, not at any one below."""
    refuse_unless(by, Permission.PUBLISH_CATALOGUE, what, on=on)
    if not may_publish(by, on):
        raise trail.Refused(
            f"适用于各院的目录只能由本系统中级别最高的法院{what[:2]}，您可以起草，请上级法院审管办{what[:2]}。",
            act=f"catalogues.{Permission.PUBLISH_CATALOGUE}", on=on, by=by,
        )  # fmt: skip


def may_publish(by: User, edition: Edition) -> bool:
    """Whether the person's posts allow putting the edition in force and taking it back, whoever drafted it."""
    where = by.courts_where(Permission.PUBLISH_CATALOGUE)
    return bool(where & (highest_courts() if edition.court_id is None else {edition.court_id}))


def refuse_unless_draft(edition: Edition, by: User, act: str) -> None:
    if edition.status != "draft":
        raise trail.Refused("已发布的目录不再修改，请起草新版。", act=act, on=edition, by=by, status=409)


def seat_courts(edition: Edition) -> None:
    """Write the catalogue's courts into ``Court``; an existing court keeps its id."""
    entries = {code: schema.parse_court(code, body)[0] for code, body in selectors.bodies_of(edition)}
    existing = {court.classification: court for court in Court.objects.exclude(classification="")}
    rows = [
        existing.get(code) or Court(classification=code) for code in entries
    ]  # in the order of the catalogue, which is the order of institutions
    for place, (row, entry) in enumerate(zip(rows, entries.values(), strict=True)):
        row.code, row.name, row.level = entry.prefix or None, entry.name, entry.level
        row.province, row.position, row.recognised = entry.province, place, True
    Court.objects.bulk_create([row for row in rows if row.pk is None])
    by_code = {court.classification: court for court in Court.objects.exclude(classification="")}
    for row in rows:
        row.pk = by_code[row.classification].pk
        parent = entries[row.classification].parent
        row.parent = by_code[parent] if parent else None
    fields = ["code", "name", "level", "province", "position", "recognised", "parent"]
    Court.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)
    seat_former_courts(by_code)


def unseat_courts(edition: Edition, *, but: Edition) -> None:
    """Courts that only the withdrawn edition knew: their cases stay, but they are no courts in use any more."""
    gone = edition.items.exclude(code__in=but.items.values("code"))
    Court.objects.filter(classification__in=gone.values("code")).update(recognised=False)


def seat_former_courts(by_code: dict[str, Court]) -> None:
    """Prefixes no longer given out: kept so that old numbers are read, but not as courts in use."""
    known = set(Court.objects.values_list("code", flat=True))
    for prefix, former in library.former_prefixes().items():
        if prefix not in known:
            today = by_code[former.court]
            Court.objects.create(
                code=prefix,
                name=f"{former.name}（旧代字{prefix}）",
                level=today.level,
                parent=today.parent,
                province=today.province,
                position=today.position,
                valid_from=former.valid_from,
                valid_to=former.valid_to,
                recognised=False,
            )

"""Who may not have which case (回避): in one case, or whenever a certain name is among its parties and agents (任职回避).

Of a standing recusal's name only a keyed digest is kept: the table tells nobody who is whose relative.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Collection, Iterable
from datetime import date, datetime
from functools import cache

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.db.models import Q

from audit import trail
from cases.guard import permit, refuse_if, sits_on
from cases.models import Case, CaseLink, Party
from courts.models import User
from courts.roles import Permission
from quota.eligibility import Aside
from quota.models import Draw, Recusal, StandingRecusal
from quota.reach import region_of

PURPOSE = b"mingjing: names of standing recusals"
RECORD, WITHDRAW = "quota.record_recusal", "quota.withdraw_recusal"
STAND, END = "quota.record_standing_recusal", "quota.end_standing_recusal"
NOT_YOURS = "任职回避由本人申报，或者由本院、上级法院政治部登记。"
NOT_YOUR_OWN = "任职回避由本院或者上级法院政治部确认、终止，不能由本人确认、终止。"
CONFIRM = "quota.confirm_standing_recusal"
NO_GROUND = "请写明回避的事由。"
#: Cases whose panel must not sit again: the instance before, and what was sent back or reopened.
EARLIER = ("appeal", "remand", "retrial", "retrial_review")
BETWEEN_NAMES = re.compile(r"[、，,；;/\s]+")
IN_BRACKETS = re.compile(r"[（(].*?[）)]")


# --- one case -----------------------------------------------------------------------------------------
@transaction.atomic
def record_recusal(*, case: Case, person: User, ground: str, by: User, at: datetime) -> Recusal:
    """Record that a person may not have this case; whoever sits on it may say so of themselves. Once is enough.

    Of another it is said by who may give cases to judges and has drawn no lot of this one. The ground stays in the row.
    """
    if not (person.pk == by.pk and sits_on(by, case)):
        _permit_another(RECORD, case, by)
    refuse_if(None if ground.strip() else NO_GROUND, RECORD, case=case, by=by)
    recusal, is_new = Recusal.objects.get_or_create(
        case=case, person=person, withdrawn_at=None,
        defaults={"ground": ground.strip(), "recorded_by": by, "recorded_at": at},
    )  # fmt: skip
    if is_new:
        trail.record(RECORD, on=case, by=by, at=at, after={"person": person.pk})
    return recusal


@transaction.atomic
def withdraw_recusal(*, recusal: Recusal, reason: str, by: User, at: datetime) -> Recusal:
    """Withdraw it with the reason; the row stays. Nobody withdraws their own, nor in a case they drew."""
    _permit_another(WITHDRAW, recusal.case, by)
    own = "本人的回避由其他有权分案的人员撤销。" if recusal.person_id == by.pk else None
    refuse_if(own, WITHDRAW, case=recusal.case, by=by)
    refuse_if(None if reason.strip() else NO_GROUND, WITHDRAW, case=recusal.case, by=by)
    if recusal.withdrawn_at is None:
        recusal.withdrawn_at, recusal.withdrawn_by = at, by
        recusal.save(update_fields=["withdrawn_at", "withdrawn_by"])
        after = {"person": recusal.person_id}
        trail.record(WITHDRAW, on=recusal.case, by=by, at=at, because=reason.strip(), after=after)
    return recusal


def _permit_another(act: str, case: Case, by: User) -> None:
    permit(act, permission=Permission.REASSIGN, case=case, by=by)
    drew = Draw.objects.filter(case=case, drawn_by=by, total__gt=0).exists()
    refuse_if(
        "本案由您抽签，回避应由其他有权分案的人员登记或者撤销。" if drew else None, act, case=case, by=by
    )


# --- standing -----------------------------------------------------------------------------------------
@transaction.atomic
def record_standing(*, person: User, name: str, ground: str, by: User, at: datetime) -> StandingRecusal:
    """Record a name whose cases the person may never have, and the relation. The name itself is not kept.

    What a person says of themselves counts once the political department has confirmed it.
    """
    permit_standing(STAND, person, by)
    confirmed = {} if person.pk == by.pk else {"confirmed_by": by, "confirmed_at": at}
    if not (normal(name) and ground.strip()):
        raise trail.Refused("请填写姓名（名称）和关系。", act=STAND, on=person, by=by, status=409)
    standing, is_new = StandingRecusal.objects.get_or_create(
        person=person, digest=digests([name])[0], ended_on=None,
        defaults={"ground": ground.strip(), "recorded_by": by, "recorded_at": at} | confirmed,
    )  # fmt: skip
    if is_new:
        trail.record(STAND, on=person, by=by, at=at, after={"recusal": standing.pk}, secret=True)
    return standing


@transaction.atomic
def end_standing(*, standing: StandingRecusal, on: date, by: User, at: datetime) -> StandingRecusal:
    """It holds no more from that day on; the row stays. Nobody ends their own once it is confirmed."""
    if standing.confirmed_at:
        permit_others(END, standing.person, by)
    permit_standing(END, standing.person, by)
    if standing.ended_on is None:
        standing.ended_on = on
        standing.save(update_fields=["ended_on"])
        trail.record(END, on=standing.person, by=by, at=at, after={"recusal": standing.pk}, secret=True)
    return standing


@transaction.atomic
def confirm_standing(*, standing: StandingRecusal, by: User, at: datetime) -> StandingRecusal:
    """From now on it counts in every lot."""
    permit_others(CONFIRM, standing.person, by)
    if standing.confirmed_at is None:
        standing.confirmed_by, standing.confirmed_at = by, at
        standing.save(update_fields=["confirmed_by", "confirmed_at"])
        trail.record(CONFIRM, on=standing.person, by=by, at=at, after={"recusal": standing.pk}, secret=True)
    return standing


def permit_others(act: str, person: User, by: User) -> None:
    """Refuse who does not plan the people of one of their courts, and the person themselves."""
    courts = {seat.court_id for seat in person.seats}
    if person.pk == by.pk or not courts & region_of(by, Permission.PLAN_QUOTA):
        raise trail.Refused(NOT_YOUR_OWN, act=act, on=person, by=by, secret=True)


def permit_standing(act: str, person: User, by: User) -> None:
    """Refuse who is neither the person nor plans the people of one of their courts."""
    courts = {seat.court_id for seat in person.seats}
    if person.pk != by.pk and not courts & region_of(by, Permission.PLAN_QUOTA):
        raise trail.Refused(NOT_YOURS, act=act, on=person, by=by)


# --- what they mean for a draw ----------------------------------------------------------------------------
def asides_of(case: Case, people: Collection[int]) -> dict[int, tuple[Aside, ...]]:
    """Who of the people must not get this case. It is one reason for all kinds: which it is tells of whose relative who is."""
    found = sat_before(case) & set(people)
    recused = Recusal.objects.filter(case=case, person__in=people, withdrawn_at=None)
    standing = StandingRecusal.objects.filter(
        person__in=people, confirmed_at__isnull=False, ended_on=None, digest__in=digests(names_in(case))
    )
    for rows in (recused, standing):
        found |= set(rows.values_list("person", flat=True))
    return {person: (Aside("recusal"),) for person in found}


def names_in(case: Case) -> set[str]:
    """The parties, and their agents: each name alone and with whatever stands in brackets left out."""
    found: set[str] = set()
    for name, agent in Party.objects.filter(case=case, withdrawn_at=None).values_list("name", "agent"):
        found |= {name, agent, *BETWEEN_NAMES.split(IN_BRACKETS.sub(" ", agent))}
    return {name for name in found if normal(name)}


def sat_before(case: Case) -> set[int]:
    """Who sat on an earlier instance of the case."""
    ties = CaseLink.objects.filter(Q(case=case) | Q(other=case), kind__in=EARLIER)
    numbers = {pk for tie in ties.values_list("case", "other") for pk in tie if pk} - {case.pk}
    earlier = Case.objects.filter(pk__in=numbers).values_list("judge", "presiding", "members")
    return {
        person for judge, presiding, members in earlier for person in (judge, presiding, *members) if person
    }


def digests(names: Iterable[str]) -> list[str]:
    """Keyed digests of the names, under the key in use first and then under those it replaced."""
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    said = [normal(name) for name in names]
    return [hmac.digest(key_of(key), name.encode(), "sha256").hex() for key in keys for name in said]


def normal(name: str) -> str:
    """One spelling: full and half width alike, without spaces."""
    return "".join(unicodedata.normalize("NFKC", name).split())


@cache
def key_of(secret: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret.encode())

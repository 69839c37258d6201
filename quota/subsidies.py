"""Subsidies for cases handled (办案补贴): a pool shared by weighted cases and quality, approved by another, open to objection."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from audit import trail
from audit.models import Entry
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from quota.canonical import digest
from quota.duty_spans import Period
from quota.models import SubsidyPool, SubsidyShare
from quota.reach import region_of
from quota.subsidy import CENT, share_pool
from quota.subsidy_counting import counted

PREPARE, RECOMPUTE = "quota.prepare_pool", "quota.recompute_pool"
APPROVE, WITHDRAW = "quota.approve_pool", "quota.withdraw_pool"
OBJECT, ANSWER = "quota.object_to_share", "quota.answer_objection"
LONGEST, REASON_LENGTH = 500, 300
NOT_YOURS = "办案补贴由政治部测算、院长批准，您的职务不能办理这一步。"
SAME_HAND = "测算过这笔办案补贴的人不能批准，请由另一人批准。"
OWN_MONEY = "这笔办案补贴有您本人的份额，您不能批准，请由没有份额的人（如上级法院院长）批准。"
CHANGED = (
    "您打开页面之后，这笔办案补贴有变化（重新测算，或者异议和答复有变动），没有批准；请核对现在的数字再批准。"
)
NOT_PAID = "这笔办案补贴没有您的份额。"
OWN_SHARE = "不能答复本人的异议，请由另一人答复。"
NOT_OVER = "{period}尚未结束，请在{day}之后测算。"
TAKEN = "{court}的{period}办案补贴已经测算，请直接办理；需要重新设立的，先撤回原来的一笔。"
NOTHING = "{court}在{period}没有员额法官办结的、已计算权重的案件，无从分配；请先核对员额法官名册和案件权重。"
BAD_AMOUNT = "总额应大于0，以元为单位，最多两位小数。"
NOT_NOW = "这笔办案补贴{state}，不能再办理这一步。"
WAITING = "还有{n}人的异议没有答复，请先答复。"
ANSWERED = "您的异议已经答复；仍有不同意见的，请向院长或者政治部当面提出。"
NO_OBJECTION = "没有待答复的异议。"


# --- who -----------------------------------------------------------------------------------------------------
def preparing_courts(user: User) -> set[int]:
    return region_of(user, Permission.PLAN_QUOTA)


def approving_courts(user: User) -> set[int]:
    return region_of(user, Permission.APPROVE_QUOTA)


def pools_for(user: User) -> QuerySet[SubsidyPool]:
    """The pools whose every share a person may see: those of the courts they prepare or approve for."""
    return SubsidyPool.objects.filter(court__in=preparing_courts(user) | approving_courts(user))


def shares_of(user: User) -> QuerySet[SubsidyShare]:
    """What a person is paid, newest period first."""
    found = SubsidyShare.objects.filter(person=user).select_related("pool__court", "answered_by")
    return found.order_by("-pool__starts_on", "-pool__prepared_at")


def has_a_hand_in(pool: SubsidyPool, user: User) -> bool:
    if pool.prepared_by_id == user.pk:
        return True
    made = Entry.objects.filter(
        act__in=(PREPARE, RECOMPUTE), about="quota.subsidypool", about_id=pool.pk, actor_id=user.pk
    )
    return made.filter(outcome="done").exists()


def is_paid(pool: SubsidyPool, user: User) -> bool:
    return pool.shares.filter(person=user).exclude(amount=0).exists()


def version_of(pool: SubsidyPool) -> str:
    """A digest of all an approver reads: the sum, what it rests on, every share and what was said of it."""
    shares = pool.shares.order_by("person").values_list("person", "amount", "basis", "objection", "answer")
    told = [[person, str(amount), *rest] for person, amount, *rest in shares]
    return digest([str(pool.amount.quantize(CENT)), pool.counts, pool.editions, told])


# --- preparing -----------------------------------------------------------------------------------------------
@transaction.atomic
def prepare_pool(*, court: Court, period: Period, amount: Decimal, by: User, at: datetime) -> SubsidyPool:
    """Share an amount among the judges of a court by what they closed in a period that is over (测算)."""
    if court.pk not in preparing_courts(by):
        raise trail.Refused(NOT_YOURS, act=PREPARE, on=court, by=by)
    Court.objects.select_for_update(no_key=True).get(pk=court.pk)  # two at once prepare it once
    refuse_if(preparing_problem(court, period, amount), PREPARE, court, by)
    pool = SubsidyPool(
        court=court, starts_on=period.starts_on, ends_on=period.ends_on, amount=amount, prepared_by=by, prepared_at=at
    )  # fmt: skip
    share_out(pool, PREPARE, by)
    trail.record(PREPARE, on=pool, by=by, at=at, after=said_of(pool))
    return pool


def preparing_problem(court: Court, period: Period, amount: Decimal) -> str:
    if period.ends_on >= today():
        return NOT_OVER.format(period=period.name, day=period.ends_on)
    standing = SubsidyPool.objects.exclude(state="withdrawn")
    if standing.filter(court=court, starts_on=period.starts_on, ends_on=period.ends_on).exists():
        return TAKEN.format(court=court, period=period.name)
    return amount_problem(amount)


def amount_problem(amount: Decimal) -> str:
    if not amount.is_finite() or amount <= 0 or amount != amount.quantize(Decimal("0.01")):
        return BAD_AMOUNT
    return ""


def share_out(pool: SubsidyPool, act: str, by: User) -> None:
    """Count the claims and put each person's share beside them. An objection stays, also of whoever is paid nothing now."""
    found = counted(pool.court, period_of_pool(pool))
    if not any(claim.weighted * claim.quality for claim in found.claims):
        nothing = NOTHING.format(court=pool.court, period=period_of_pool(pool).name)
        raise trail.Refused(nothing, act=act, on=pool.court, by=by, status=409)
    weighted = {str(claim.person): claim.weighted for claim in found.claims}
    quality = {str(claim.person): claim.quality for claim in found.claims}
    amounts = share_pool(pool.amount, weighted, quality)
    pool.counts, pool.editions = found.counts, found.editions
    pool.save()
    gone = pool.shares.exclude(person__in=[claim.person for claim in found.claims])
    gone.filter(objection="").delete()
    gone.update(amount=0, basis={"weighted": "0", "quality": "1", "place": len(found.claims)})
    shares = [
        SubsidyShare(
            pool=pool, person_id=claim.person, amount=amounts[str(claim.person)], basis=claim.basis | {"place": place}
        )
        for place, claim in enumerate(found.claims)
    ]  # fmt: skip
    SubsidyShare.objects.bulk_create(
        shares, update_conflicts=True, unique_fields=["pool", "person"], update_fields=["amount", "basis"]
    )


@transaction.atomic
def recompute_pool(*, pool: SubsidyPool, amount: Decimal, by: User, at: datetime) -> SubsidyPool:
    """Share a pool that is not approved yet anew (重新测算): cases, weights and reviews as they are recorded now."""
    pool = locked(pool)
    if pool.court_id not in preparing_courts(by):
        raise trail.Refused(NOT_YOURS, act=RECOMPUTE, on=pool, by=by)
    refuse_if(not_a_draft(pool) or amount_problem(amount), RECOMPUTE, pool, by)
    pool.amount, pool.prepared_by, pool.prepared_at = amount, by, at
    share_out(pool, RECOMPUTE, by)
    trail.record(RECOMPUTE, on=pool, by=by, at=at, after=said_of(pool))
    return pool


# --- deciding ------------------------------------------------------------------------------------------------
@transaction.atomic
def approve_pool(*, pool: SubsidyPool, version: str, by: User, at: datetime) -> SubsidyPool:
    """Approve for payment (批准) what the approver has seen, by its ``version_of``: a person who did not prepare it and is
    not paid of it, and no objection without an answer."""
    pool = locked(pool)
    if pool.court_id not in approving_courts(by):
        raise trail.Refused(NOT_YOURS, act=APPROVE, on=pool, by=by)
    if has_a_hand_in(pool, by):
        raise trail.Refused(SAME_HAND, act=APPROVE, on=pool, by=by)
    if is_paid(pool, by):
        raise trail.Refused(OWN_MONEY, act=APPROVE, on=pool, by=by)
    waiting = pool.shares.exclude(objection="").filter(answered_at=None).count()
    refuse_if(not_a_draft(pool) or (WAITING.format(n=waiting) if waiting else ""), APPROVE, pool, by)
    refuse_if("" if version == version_of(pool) else CHANGED, APPROVE, pool, by)
    pool.state, pool.approved_by, pool.approved_at = "approved", by, at
    pool.save(update_fields=["state", "approved_by", "approved_at"])
    trail.record(APPROVE, on=pool, by=by, at=at, after=said_of(pool))
    return pool


@transaction.atomic
def withdraw_pool(*, pool: SubsidyPool, reason: str, by: User, at: datetime) -> SubsidyPool:
    """Take it back (撤回): a draft by those who prepare, an approved one by those who approve."""
    pool, reason = locked(pool), reason.strip()
    may = preparing_courts(by) if pool.state == "draft" else approving_courts(by)
    if pool.court_id not in may:
        raise trail.Refused(NOT_YOURS, act=WITHDRAW, on=pool, by=by)
    problem = NOT_NOW.format(state="已撤回") if pool.state == "withdrawn" else ""
    refuse_if(problem or words_problem(reason, "撤回的理由", REASON_LENGTH), WITHDRAW, pool, by)
    pool.state, pool.reason = "withdrawn", reason
    pool.save(update_fields=["state", "reason"])
    trail.record(WITHDRAW, on=pool, by=by, at=at, because=reason)
    return pool


# --- objecting -----------------------------------------------------------------------------------------------
@transaction.atomic
def object_to_share(*, pool: SubsidyPool, objection: str, by: User, at: datetime) -> SubsidyShare:
    """Object to one's own share (异议), until somebody has answered."""
    pool, objection = locked(pool), objection.strip()
    share = pool.shares.filter(person=by).first()
    if share is None:
        raise trail.Refused(NOT_PAID, act=OBJECT, on=pool, by=by)
    problem = not_standing(pool) or (ANSWERED if share.answered_at else "")
    refuse_if(problem or words_problem(objection, "异议", LONGEST), OBJECT, pool, by)
    share.objection, share.objected_at = objection, at
    share.save(update_fields=["objection", "objected_at"])
    trail.record(OBJECT, on=pool, by=by, at=at, after={"period": period_of_pool(pool).name})
    return share


@transaction.atomic
def answer_objection(*, pool: SubsidyPool, person: int, answer: str, by: User, at: datetime) -> SubsidyShare:
    """Answer it (答复). Nobody answers their own; where it is right the pool is shared anew."""
    pool, answer = locked(pool), answer.strip()
    if pool.court_id not in preparing_courts(by) | approving_courts(by):
        raise trail.Refused(NOT_YOURS, act=ANSWER, on=pool, by=by)
    if person == by.pk:
        raise trail.Refused(OWN_SHARE, act=ANSWER, on=pool, by=by)
    share = pool.shares.filter(person=person, answered_at=None).exclude(objection="").first()
    problem = not_standing(pool) or ("" if share else NO_OBJECTION)
    refuse_if(problem or words_problem(answer, "答复", LONGEST), ANSWER, pool, by)
    share.answer, share.answered_by, share.answered_at = answer, by, at
    share.save(update_fields=["answer", "answered_by", "answered_at"])
    trail.record(ANSWER, on=pool, by=by, at=at, after={"person": person})
    return share


# --- shared --------------------------------------------------------------------------------------------------
def period_of_pool(pool: SubsidyPool) -> Period:
    return Period(pool.starts_on, pool.ends_on)


def said_of(pool: SubsidyPool) -> dict[str, Any]:
    """What the trail says of a pool: no sums, for more people read the trail than may know what anybody is paid."""
    return {"period": period_of_pool(pool).name, "people": pool.counts.get("people")}


def locked(pool: SubsidyPool) -> SubsidyPool:
    return SubsidyPool.objects.select_for_update(of=("self",)).select_related("court").get(pk=pool.pk)


def not_a_draft(pool: SubsidyPool) -> str:
    return "" if pool.state == "draft" else NOT_NOW.format(state=pool.get_state_display())


def not_standing(pool: SubsidyPool) -> str:
    return NOT_NOW.format(state=pool.get_state_display()) if pool.state == "withdrawn" else ""


def words_problem(words: str, what: str, longest: int) -> str:
    return "" if 0 < len(words) <= longest else f"请写明{what}，不超过{longest}字。"


def refuse_if(problem: str, act: str, on: Any, by: User) -> None:
    if problem:
        raise trail.Refused(problem, act=act, on=on, by=by, status=409)

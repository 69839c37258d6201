"""Assignment by lot (随机分案): a seed promised, lots drawn by it, followed or departed from with a reason, the seed told."""

from __future__ import annotations

import secrets
from collections import Counter
from datetime import date, datetime, timedelta

from django.db import transaction

from audit import trail
from cases.guard import locked, permit, refuse_if
from cases.models import Case
from cases.services import reassign
from catalogues.selectors import law_in_use
from courts.ciphers import Unreadable, lock, unlock
from courts.clock import today
from courts.models import Court, Division, Posting, User
from courts.roles import ROLE_CHOICES, Permission, Role, may
from quota.drawing import SEED_BYTES, commit, draw_entry
from quota.eligibility import REASONS, published
from quota.lot_candidates import Field, code_of, field_of, waits
from quota.lot_hands import had_a_hand, names_a_party, turns_problem
from quota.lot_names import digest_of_names, name_on
from quota.models import Draw, DrawDay, Recusal
from quota.recusals import asides_of

SEEDS = b"mingjing: seeds of lots"
COMMIT, PROPOSE, REVEAL = "quota.commit_seed", "quota.propose_draw", "quota.reveal_seed"
ACCEPT, DEPART, VOID = "quota.accept_draw", "quota.depart_from_draw", "quota.void_draw"
WITHOUT = "quota.assign_without_lot"
LOST = "今日的种子无法读取（系统密钥已更换），今天不能抽签；请联系系统管理员。"
#: For how many days ahead seeds are promised: longer than most cases wait for a judge.
AHEAD = 14
NO_REASON = "未按抽签结果或者不经抽签分案的，请写明理由。"
#: Why a lot is set aside. The words are published: they tell nothing of the parties and no ground of a recusal.
VOIDS = {
    "data": "立案信息有误",
    "twice": "重复立案",
    "moved": "案件移送、撤回或者合并",
    "unable": "抽中的法官不能承办",
}
OVERTAKEN = "案件已经另行确定承办人或者不再等待分案"
NO_VOID = "请从列表中选择作废的理由。"


# --- the seed -------------------------------------------------------------------------------------------
@transaction.atomic
def commit_seed(*, court: Court, on: date, by: User | None, at: datetime) -> DrawDay:
    """Take a seed for the lots of a day and record its digest (种子承诺). A day has one seed: asking again gives it."""
    found = DrawDay.objects.filter(court=court, on=on).first()
    if found:
        return found
    seed = secrets.token_bytes(SEED_BYTES)
    reveals_on = law_in_use().calendar(court.pk).next_workday(on + timedelta(days=1))
    day, is_new = DrawDay.objects.get_or_create(
        court=court, on=on,
        defaults={
            "commitment": commit(seed, court=court.code or "", day=str(on)), "locked_seed": lock(seed.hex(), SEEDS),
            "committed_at": at, "reveals_on": reveals_on, "veil": secrets.token_hex(32),
        },
    )  # fmt: skip
    if is_new:
        names = digest_of_names(day.veil, court=court.code or "", day=str(on))
        after = {"day": str(on), "commitment": day.commitment, "names": names}
        trail.record(COMMIT, on=court, by=by, at=at, after=after)
    return day


def commit_seeds(*, on: date, at: datetime) -> int:
    """The seeds of a day and of those after it, for every court where somebody draws; how many there are.

    A case filed meanwhile is drawn with a seed that was promised before anybody knew of the case.
    """
    roles = [role for role, _name in ROLE_CHOICES if may(Role(role), Permission.DRAW_CASES)]
    drawing = Posting.objects.held_on(on).filter(role__in=roles).values("court")
    courts = Court.objects.filter(pk__in=drawing).exclude(code=None)
    days = [on + timedelta(days=ahead) for ahead in range(AHEAD + 1)]
    return len([commit_seed(court=court, on=day, by=None, at=at) for court in courts for day in days])


def reveal_seeds(*, today: date, at: datetime) -> int:
    """Tell the seeds of the days that are due; told ones stay told. One that cannot be read does not keep the others."""
    due = DrawDay.objects.filter(seed="", reveals_on__lte=today).order_by("on", "pk")
    told, lost = 0, []
    for pk in due.values_list("pk", flat=True):
        try:
            told += _reveal(pk, at)
        except Unreadable as wrong:
            lost.append(wrong)
    if lost:
        raise lost[0]
    return told


@transaction.atomic
def _reveal(pk: int, at: datetime) -> int:
    day = DrawDay.objects.select_for_update(of=("self",)).select_related("court").get(pk=pk)
    if day.seed:
        return 0
    day.seed, day.revealed_at, day.counts = unlock(day.locked_seed, SEEDS), at, _counts(day)
    day.save(update_fields=["seed", "revealed_at", "counts"])
    ends = {name: day.counts[name] for name in ("drawn", "last_receipt")}
    trail.record(REVEAL, on=day.court, at=at, after={"day": str(day.on), "seed": day.seed} | ends)
    return 1


def _counts(day: DrawDay) -> dict[str, int | str]:
    """With the receipt the chain of the day ends in (末签回执): how many cases waited when the seed was told, and what became of the lots by then; sealed ones do not wait here."""
    states = Counter(day.draws.values_list("state", flat=True))
    return {
        "waiting": Case.objects.filter(waits(), court=day.court_id, sealed="").count(),
        "drawn": day.draws.filter(total__gt=0).count(),
        "assigned": states["accepted"] + states["departed"],
        "void": states["void"],
        "last_receipt": _last_receipt(day),
    }


# --- a lot ------------------------------------------------------------------------------------------------
@transaction.atomic
def propose_draw(*, case: Case, by: User, at: datetime, because: str = "") -> Draw:
    """Draw a judge for a case that waits for one (抽签). A lot not decided yet is given again, not drawn again.

    A case drawn before is drawn again only with a reason, and only so many times. Whoever took part in who may have the
    case does not draw it.
    """
    permit(PROPOSE, permission=Permission.DRAW_CASES, case=case, by=by)
    case = locked(case)
    void_overtaken(court=case.court, at=at)
    waiting = Draw.objects.filter(case=case, state="proposed").first()
    if waiting:
        return waiting
    refuse_if(waiting_problem(case) or had_a_hand(case, by), PROPOSE, case=case, by=by)
    before, because = last_lot(case), because.strip()
    again = "本案已经抽过签，请写明再次抽签的理由。" if before and not because else None
    problem = turns_problem(before, today()) or again or names_a_party(case, because)
    refuse_if(problem, PROPOSE, case=case, by=by)
    day = _todays(case.court, by, at)
    field = field_of(case, day.on, lambda person: name_on(day, person))
    refuse_if(field_problem(field), PROPOSE, case=case, by=by)
    return _drawn(case, day, field, turn=before.turn + 1 if before else 1, because=because, by=by, at=at)


def last_lot(case: Case) -> Draw | None:
    """The last time the case was drawn."""
    return Draw.objects.filter(case=case, total__gt=0).order_by("turn").last()


def waiting_problem(case: Case) -> str | None:
    """Why a case is not to be drawn; None when it waits for a judge."""
    if case.filed_on is None or case.closed_on is not None:
        return "本案没有立案或者已经结案，不能抽签分案。"
    if (
        case.judge_id
        and not Recusal.objects.filter(case=case, person=case.judge_id, withdrawn_at=None).exists()
    ):
        return "本案已有承办人；承办人应当回避的，请先登记回避。"
    return None


def field_problem(field: Field) -> str | None:
    """Why nobody can be drawn, with how many are left out for which reason."""
    if field.lots.tickets:
        return None
    counts = Counter(excluded.reason for excluded in field.lots.excluded)
    reasons = "，".join(f"{REASONS[code]}{count}人" for code, count in counts.items())
    return f"没有可以参加抽签的法官（{reasons or '本院没有在任法官'}）；请指定承办人并写明理由。"


def _todays(court: Court, by: User, at: datetime) -> DrawDay:
    """Today's seed, held until the transaction ends, so that lots have one order."""
    day = commit_seed(court=court, on=today(), by=by, at=at)
    return DrawDay.objects.select_for_update().get(pk=day.pk)


def _drawn(
    case: Case, day: DrawDay, field: Field, *, turn: int, because: str, by: User, at: datetime
) -> Draw:
    entry = draw_entry(
        seed=_seed_of(day, case, by), label=case.number, tickets=field.lots.tickets,
        excluded=published(field.lots.excluded), turn=turn, because=because,
        salt=secrets.token_hex(16), rule=field.rule, previous=_last_receipt(day),
    )  # fmt: skip
    draw = Draw.objects.create(
        case=case, day=day, sequence=_next(day), label=case.number, turn=turn, because=because,
        tickets=entry["tickets"], excluded=entry["excluded"], rule=entry["rule"], left_out=_left_out(field), total=entry["total"], drawn=entry["number"],
        picked=field.people[entry["person"]], salt=entry["salt"], receipt=entry["receipt"], drawn_by=by, drawn_at=at,
    )  # fmt: skip
    after = {"draw": draw.pk, "picked": draw.picked_id, "receipt": draw.receipt, "day": str(day.on)}
    trail.record(PROPOSE, on=case, by=by, at=at, because=because, after=after, secret=bool(case.sealed))
    return draw


def _seed_of(day: DrawDay, case: Case, by: User) -> bytes:
    try:
        return bytes.fromhex(unlock(day.locked_seed, SEEDS))
    except Unreadable:
        raise trail.Refused(LOST, act=PROPOSE, on=case, by=by, status=409) from None


def _left_out(field: Field) -> list[dict[str, str]]:
    return [{"person": one.person, "reason": one.reason} for one in field.lots.excluded]


def _last_receipt(day: DrawDay) -> str:
    last = Draw.objects.filter(day=day, total__gt=0).order_by("sequence").last()
    return last.receipt if last else day.commitment


def _next(day: DrawDay) -> int:
    return Draw.objects.filter(day=day).count() + 1


# --- what becomes of it -------------------------------------------------------------------------------------
@transaction.atomic
def accept_draw(*, draw: Draw, by: User, at: datetime) -> Draw:
    """Give the case to whom the lot fell on (按抽签分案)."""
    draw = _undecided(ACCEPT, draw, by)
    refuse_if(recusal_problem(draw.case, draw.picked), ACCEPT, case=draw.case, by=by)
    _assign(draw.case, draw.picked, f"随机分案，第{draw.sequence}签", by, at)
    return _decided(ACCEPT, draw, "accepted", by=by, at=at, to=draw.picked)


@transaction.atomic
def depart_from_draw(*, draw: Draw, judge: User, reason: str, by: User, at: datetime) -> Draw:
    """Give the case to somebody else than the lot fell on; the reason stands in the published record."""
    draw = _undecided(DEPART, draw, by)
    same = "抽中的就是此人，请按抽签结果分案。" if judge.pk == draw.picked_id else None
    problem = same or reason_problem(draw.case, reason) or recusal_problem(draw.case, judge)
    refuse_if(problem, DEPART, case=draw.case, by=by)
    _assign(draw.case, judge, reason.strip(), by, at)
    return _decided(DEPART, draw, "departed", by=by, at=at, to=judge, reason=reason.strip())


@transaction.atomic
def void_draw(*, draw: Draw, reason: str, by: User, at: datetime) -> Draw:
    """Set a lot aside (作废) for one of ``VOIDS``; the case waits again. Never by who drew a lot of the case."""
    draw = _undecided(VOID, draw, by)
    drew = Draw.objects.filter(case=draw.case, drawn_by=by, total__gt=0).exists()
    own = "本案由您抽签，应由其他有权分案的人员作废。" if drew else None
    refuse_if(own or (None if reason in VOIDS else NO_VOID), VOID, case=draw.case, by=by)
    return _decided(VOID, draw, "void", by=by, at=at, to=None, reason=VOIDS[reason])


@transaction.atomic
def void_overtaken(*, at: datetime, court: Court | None = None) -> int:
    """Set aside the lots whose case came to a judge in another way, or is closed; how many."""
    lots = Draw.objects.filter(state="proposed").exclude(
        pk__in=Draw.objects.filter(waits("case"), state="proposed").values("pk")
    )
    if court:
        lots = lots.filter(day__court=court)
    found = list(lots.select_related("case").select_for_update(of=("self",), skip_locked=True))
    for draw in found:
        _decided(VOID, draw, "void", by=None, at=at, to=None, reason=OVERTAKEN)
    return len(found)


@transaction.atomic
def assign_without_lot(*, case: Case, judge: User, reason: str, by: User, at: datetime) -> Draw:
    """Give a case that waits to somebody without a lot (指定分案); the reason stands in the published record."""
    permit(WITHOUT, permission=Permission.REASSIGN, case=case, by=by)
    case = locked(case)
    drawn = Draw.objects.filter(case=case, state="proposed").exists()
    undecided = "本案已经抽签，请按抽签结果分案，或者改为他人并写明理由。" if drawn else None
    problem = undecided or waiting_problem(case) or reason_problem(case, reason)
    refuse_if(problem or recusal_problem(case, judge), WITHOUT, case=case, by=by)
    day = _todays(case.court, by, at)
    row = Draw.objects.create(
        case=case, day=day, sequence=_next(day), label=case.number, total=0, drawn=0, picked=judge, drawn_by=by,
        drawn_at=at,
    )  # fmt: skip
    _assign(case, judge, reason.strip(), by, at)
    return _decided(WITHOUT, row, "departed", by=by, at=at, to=judge, reason=reason.strip())


def reason_problem(case: Case, reason: str) -> str | None:
    """Why a reason is not fit to be published."""
    return names_a_party(case, reason) if reason.strip() else NO_REASON


def recusal_problem(case: Case, judge: User) -> str | None:
    asides = asides_of(case, [judge.pk]).get(judge.pk, ())
    reasons = "、".join(sorted({REASONS[aside.code] for aside in asides}))
    return f"{judge.name}不能承办本案：{reasons}。" if reasons else None


def _undecided(act: str, draw: Draw, by: User) -> Draw:
    permit(act, permission=Permission.REASSIGN, case=draw.case, by=by)
    case = locked(draw.case)
    draw = Draw.objects.select_for_update(of=("self",)).select_related("picked", "day").get(pk=draw.pk)
    draw.case = case
    decided = f"这一签已经{draw.get_state_display()}。" if draw.state != "proposed" else None
    refuse_if(decided or (None if act == VOID else waiting_problem(case)), act, case=case, by=by)
    return draw


def _assign(case: Case, judge: User, reason: str, by: User, at: datetime) -> None:
    reassign(
        case=case, judge=judge, division=division_for(case, judge), reason=reason, by=by, at=at, on=today()
    )


def division_for(case: Case, judge: User) -> Division | None:
    """The case keeps its division; without one it comes into the judge's."""
    if case.division_id:
        return None
    seats = [seat for seat in judge.seats if seat.court_id == case.court_id and seat.division]
    return seats[0].division if seats else None


def _decided(
    act: str, draw: Draw, state: str, *, by: User | None, at: datetime, to: User | None, reason: str = ""
) -> Draw:
    draw.state, draw.assigned_to, draw.reason = state, to, reason
    draw.decided_by, draw.decided_at = by, at
    draw.save(update_fields=["state", "assigned_to", "reason", "decided_by", "decided_at"])
    after = {"draw": draw.pk, "state": state, "to": code_of(to) if to else None}
    trail.record(act, on=draw.case, by=by, at=at, because=reason, after=after, secret=bool(draw.case.sealed))
    return draw

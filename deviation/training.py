"""Asking for runs and putting them into use (发起训练、启用): one asks, another releases, and both stand in the trail."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from audit import trail
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import Court, User
from courts.roles import Permission
from deviation.fitting import UNFINISHED, train_run
from deviation.models import Run
from deviation.using import runs, unusable

__all__ = [
    "ask_for_run", "may_ask", "may_release", "propose_runs", "refuse_run", "release_run", "train", "unusable",
]  # fmt: skip

ASK, RELEASE, REFUSE = "deviation.ask_for_run", "deviation.release_run", "deviation.refuse_run"
NOT_TO_ASK = "您的职务不能在该法院发起训练。"
NOT_TO_RELEASE = "您的职务不能在该法院启用模型。"
NOT_ONES_OWN = "发起训练的人不能启用自己发起的模型，请由另一人启用。"
NOT_TRAINED = "只有训练完成、尚未决定的模型可以启用或者不予启用。"
NO_REASON = "请写明理由，不超过 500 字。"
NOT_SOUND = {
    "stale": "模型所用数据已经过期，请重新训练后启用。",
    "uncalibrated": "按时间先后检验，90%区间的实际覆盖率不在目录规定的上下限以内，不能启用。",
    "drifted": "案件要素的分布已有显著变化，请重新训练后启用。",
}


def may_ask(user: User, court: Court) -> bool:
    return court.pk in user.courts_where(Permission.TRAIN_DEVIATION)


def may_release(user: User, run: Run) -> bool:
    """Who puts runs of the court into use; never whoever asked for this one."""
    return run.court_id in user.courts_where(Permission.RELEASE_DEVIATION) and run.asked_by_id != user.pk


@transaction.atomic
def ask_for_run(*, court: Court, code: str, by: User | None, at: datetime) -> Run:
    """Have a model trained on the years that end today (发起训练). What is being trained is not asked for twice.

    ``by`` None: the system proposes it; releasing it is for people all the same.
    """
    if by is not None and not may_ask(by, court):
        raise trail.Refused(NOT_TO_ASK, act=ASK, on=court, by=by)
    day = today()
    kind = law_in_use().deviation_models(court.pk, day).get(code)
    if kind is None:
        raise trail.Refused(
            f"目录“偏离度模型”中没有 {code}，请从列表中选择。", act=ASK, on=court, by=by, status=409
        )
    Court.objects.select_for_update(no_key=True).get(pk=court.pk)  # two who ask at once get the same run
    if under_way := runs().filter(court=court, code=code, state__in=UNFINISHED).first():
        return under_way
    run = Run.objects.create(
        court=court, code=code, asked_by=by, asked_at=at,
        window_from=years_before(day, kind.history_years), window_to=day - timedelta(1),
    )  # fmt: skip
    run.seed = run.pk % 2**31
    run.save(update_fields=["seed"])
    said = {"code": code, "from": str(run.window_from), "to": str(run.window_to)}
    trail.record(ASK, on=run, by=by, at=at, after=said)
    return run


def years_before(day: date, years: int) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if is_leap_day else day.day)


def train(*, run: Run, at: datetime) -> Run:
    """Train a run here and now; the queue does it with ``tasks.train_run``."""
    train_run(run.pk, lambda: at)
    return runs().get(pk=run.pk)


@transaction.atomic
def release_run(*, run: Run, by: User, at: datetime, reason: str = "") -> Run:
    """Put a trained run into use (启用); the one in use until now is superseded. By another than who asked for it."""
    run = held_run(run, by, RELEASE)
    if why := unusable(run, today()):
        raise trail.Refused(NOT_SOUND[why], act=RELEASE, on=run, by=by, status=409)
    former = runs().in_use().filter(court=run.court_id, code=run.code).first()
    if former is not None:
        former.state, former.ended_at = "superseded", at
        former.save(update_fields=["state", "ended_at"])
    run.state, run.released_by, run.released_at, run.reason = "in_use", by, at, reason.strip()[:500]
    run.save(update_fields=["state", "released_by", "released_at", "reason"])
    before = {"run": former.pk} if former else None
    trail.record(
        RELEASE,
        on=run,
        by=by,
        at=at,
        because=reason,
        before=before,
        after={"run": run.pk, "digest": run.digest},
    )
    return run


@transaction.atomic
def refuse_run(*, run: Run, by: User, at: datetime, reason: str) -> Run:
    """Decide that a trained run is not put into use (不予启用), and say why."""
    run = held_run(run, by, REFUSE)
    if not reason.strip() or len(reason.strip()) > 500:
        raise trail.Refused(NO_REASON, act=REFUSE, on=run, by=by, status=409)
    run.state, run.ended_at, run.reason = "refused", at, reason.strip()
    run.save(update_fields=["state", "ended_at", "reason"])
    trail.record(REFUSE, on=run, by=by, at=at, because=run.reason, after={"run": run.pk})
    return run


def held_run(run: Run, by: User, act: str) -> Run:
    """The run as it stands, held until the transaction ends, if this person may decide about it now."""
    Court.objects.select_for_update(no_key=True).get(pk=run.court_id)
    run = runs().get(pk=run.pk)
    if run.court_id not in by.courts_where(Permission.RELEASE_DEVIATION):
        raise trail.Refused(NOT_TO_RELEASE, act=act, on=run, by=by)
    if run.asked_by_id == by.pk:
        raise trail.Refused(NOT_ONES_OWN, act=act, on=run, by=by)
    if run.state != "trained":
        raise trail.Refused(NOT_TRAINED, act=act, on=run, by=by, status=409)
    return run


def propose_runs(*, day: date, at: datetime) -> list[Run]:
    """Ask anew for what is in use and old enough by the catalogue (每隔几日重新训练), unless one waits to be decided."""
    law = law_in_use()
    proposed = []
    for run in runs().in_use():
        every = timedelta(int(law.deviation_setting("train_every_days", run.court_id, day)))
        waiting = Run.objects.filter(court=run.court_id, code=run.code, state__in=(*UNFINISHED, "trained"))
        if run.window_to and run.window_to + every <= day and not waiting.exists():
            proposed.append(ask_for_run(court=run.court, code=run.code, by=None, at=at))
    return proposed

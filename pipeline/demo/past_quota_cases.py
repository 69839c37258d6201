"""What became of single cases (演示繁简、分案): classes decided, simple cases that are slow, lots drawn and departed from."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import QuerySet

from audit import trail
from cases.models import Case, Party
from catalogues.selectors import law_in_use
from courts.ciphers import lock
from courts.models import Court, Posting, User
from pipeline.demo.living import Past, person
from pipeline.demo.past import leader_of
from pipeline.demo.people import NEAREST, UPPER
from quota.breaches import answer_breach, find_breaches
from quota.classes import decide_class
from quota.drawing import SEED_BYTES, commit
from quota.lot_names import digest_of_names, people_on
from quota.lots import (
    COMMIT,
    SEEDS,
    accept_draw,
    assign_without_lot,
    depart_from_draw,
    propose_draw,
    reveal_seeds,
    void_draw,
)
from quota.models import Breach, CaseWeight, Draw, DrawDay
from quota.recusals import confirm_standing, record_recusal, record_standing

#: How many classes are decided of each, and how many in a hundred agree.
DECIDED = {"simple": 110, "ordinary": 80, "complex": 40}
AGREEING = {"simple": 96, "ordinary": 91, "complex": 94}
#: What people decide instead, and why.
INSTEAD = {
    "simple": (
        "ordinary",
        ("形式上是小额案件，但涉及多层转包关系，争议较大", "需要鉴定，且当事人对事实争议大"),
    ),
    "ordinary": ("simple", ("双方对事实无争议，已达成调解意向", "系列案件之一，示范案件已判决")),
    "complex": ("ordinary", ("法律关系单一，只是当事人较多", "同类问题已有生效裁判，无新的法律问题")),
}
FILING, OFFICE, HEAD, JUDGE = "cuiping_filing", "cuiping_office", "cuiping_head", "cuiping_judge"
PRESIDENT, POLITICS = "cuiping_president", "yibin_politics"
ANSWERED = "被告下落不明，公告送达期间较长；已重新排期。"
DEPARTED = "与另案系同一事实的关联案件，由同一承办人一并审理，便于查明事实、统一裁判尺度。"
VOIDED = "立案信息有误，案由更正后重新抽签"
DIRECT = "系列案件，由已审理首案的承办人集中办理"
RECUSED = "承办人配偶与本案被告的法定代表人系近亲属，本人申请回避"
LOTS = 12
WAITING = 2


# --- classes and breaches ------------------------------------------------------------------------------------------
def decide_classes(past: Past, fixed: date) -> None:
    """In half a year judges and heads looked at what was proposed; mostly they agreed."""
    wanted: list[tuple[date, int]] = []
    deciding = Posting.objects.filter(role__in=("judge", "division_head"), ends_on=None).values("user")
    for klass, many in DECIDED.items():
        rows = CaseWeight.objects.filter(
            klass=klass, case__sealed="", case__judge__in=deciding, case__filed_on__gt=fixed - timedelta(days=175)
        )  # fmt: skip
        known = list(rows.order_by("pk").values_list("case__filed_on", "pk"))
        for filed, pk in past.rng.sample(known, min(many, len(known))):
            wanted.append(
                (min(filed + timedelta(days=past.rng.randint(1, 9)), fixed - timedelta(days=1)), pk)
            )
    known_cases = Case.objects.select_related("judge", "court").in_bulk([pk for _, pk in wanted])
    for day, pk in sorted(wanted):
        past.day = day
        decide_one(past, known_cases[pk])


def decide_one(past: Past, case: Case) -> None:
    proposed = case.weight.klass
    klass, reason = proposed, ""
    if past.rng.randrange(100) >= AGREEING[proposed]:
        klass, reasons = INSTEAD[proposed]
        reason = past.rng.choice(reasons)
    head = leader_of(case, "division_head") if past.rng.random() < 0.3 else None
    past.did(decide_class, case=case, klass=klass, reason=reason, by=head or case.judge)


def find_slow(past: Past) -> None:
    """Of two courts; the others follow in the night."""
    for court in Court.objects.filter(code__in=(UPPER, NEAREST)).order_by("position"):
        past.done["breaches"] += find_breaches(court=court, day=past.day, at=past.at)
    for breach in Breach.objects.filter(ended_on=None, case__judge__isnull=False).order_by(
        "case", "kind", "what"
    )[:3]:
        past.did(answer_breach, breach=breach, answer=ANSWERED, by=breach.case.judge)


# --- lots ----------------------------------------------------------------------------------------------------------
def promise(past: Past, on: date) -> None:
    """The seed of a day of the court nearby: the same for the same demo, so that the same lots are drawn."""
    court = Court.objects.get(code=NEAREST)
    seed = past.rng.randbytes(SEED_BYTES)
    day = DrawDay.objects.create(
        court=court, on=on, commitment=commit(seed, court=NEAREST, day=str(on)),
        locked_seed=lock(seed.hex(), SEEDS), committed_at=past.at, veil=past.rng.randbytes(SEED_BYTES).hex(),
        reveals_on=law_in_use().calendar(court.pk).next_workday(on + timedelta(days=1)),
    )  # fmt: skip
    names = digest_of_names(day.veil, court=NEAREST, day=str(on))
    after = {"day": str(on), "commitment": day.commitment, "names": names}
    trail.record(COMMIT, on=court, at=past.at, after=after)
    past.done["commit_seed"] += 1


def waiting(day: date) -> QuerySet[Case]:
    found = Case.objects.filter(
        court__code=NEAREST, judge=None, closed_on=None, filed_on__lte=day, sealed="", category__in=("民事", "刑事")
    )  # fmt: skip
    return found.order_by("filed_on", "number")


def draw_yesterday(past: Past) -> None:
    """A day of lots: most followed, one departed from, one drawn again, one case given without a lot."""
    by = person(FILING)
    stand_aside(past)
    cases = list(waiting(past.day)[: LOTS + 1])
    for number, case in enumerate(cases[:LOTS]):
        draw = past.did(propose_draw, case=case, by=by)
        if draw is None:
            continue
        if number == 0:
            other = other_judge(draw)
            if other:
                past.did(depart_from_draw, draw=draw, judge=other, reason=DEPARTED, by=by)
        elif number == 2:
            past.did(void_draw, draw=draw, reason="data", by=person(PRESIDENT))
            again = past.did(propose_draw, case=case, by=by, because=VOIDED)
            if again:
                past.did(accept_draw, draw=again, by=by)
        else:
            past.did(accept_draw, draw=draw, by=by)
    for case in cases[LOTS:]:
        past.did(assign_without_lot, case=case, judge=person(JUDGE), reason=DIRECT, by=by)


def other_judge(draw: Draw) -> User | None:
    people = people_on(draw.day, [ticket["person"] for ticket in draw.tickets]).values()
    others = [one for one in people if one.pk != draw.picked_id]
    return min(others, key=lambda one: one.pk, default=None)


def stand_aside(past: Past) -> None:
    """A judge recuses in a case of their own, which is drawn anew; and names a party whose cases they may never have."""
    judge = person(JUDGE)
    name = Party.objects.filter(case__in=waiting(past.day)[:3]).order_by("pk").first()
    if name:
        standing = past.did(record_standing, person=judge, name=name.name, ground="近亲属", by=judge)
        if standing:
            past.did(confirm_standing, standing=standing, by=person(POLITICS))
    own = Case.objects.filter(judge=judge, closed_on=None, sealed="").order_by("-filed_on", "pk")
    if own.count() < 5:
        return
    past.did(record_recusal, case=own[0], person=judge, ground=RECUSED, by=judge)
    draw = past.did(propose_draw, case=own[0], by=person(OFFICE))
    if draw:
        past.did(accept_draw, draw=draw, by=person(HEAD))


def begin_today(past: Past) -> None:
    """Yesterday's seed is told; today's was promised; two lots wait to be followed, the other cases to be drawn."""
    past.done["reveal_seeds"] += reveal_seeds(today=past.day, at=past.at)
    for case in waiting(past.day)[:WAITING]:
        past.did(propose_draw, case=case, by=person(FILING))

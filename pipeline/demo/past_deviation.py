"""The demo court's last weeks of deviation (演示偏离度): a model released, judgments compared, notices answered, one contested."""

from __future__ import annotations

from cases.models import Case, Element
from courts.models import Court, User
from deviation.contests import contest, decide_contest
from deviation.drafts import accused_of, save_draft
from deviation.models import Contest, Notice, Score
from deviation.notices import disclose_due, explain
from deviation.summaries import make_all_summaries
from deviation.sweeps import courts_to_score, score_court, watch_run
from deviation.training import ask_for_run, release_run, train
from deviation.using import runs
from pipeline.demo.living import Past, person
from pipeline.demo.people import UPPER
from precedents.indexing import index_waiting

COMPARED = ("months",)
DRAFTING = "cuiping_crime_judge"
#: How often the expectation the visiting judge's draft is.
TIMES = 6
EXPLAINED = ("other_circumstance", "evidence", "collegial_decision")
CONTESTED = "所列可比案件均为单一被告人，本案系共同犯罪，地位作用不同，不宜直接比较。"
DECIDED = "经核对，所列可比案件与本案要素相同，比较口径适当；法官的说明已记录，异议不成立。"


def put_models_to_use(past: Past) -> None:
    """The trial office asks, the president reads the cards and releases what is sound."""
    court = Court.objects.get(code=UPPER)
    for code in COMPARED:
        run = past.did(ask_for_run, court=court, code=code, by=person("yibin_office"))
        if run and past.did(train, run=run).state == "trained":
            past.did(release_run, run=run, by=person("yibin_president"), reason="已阅模型卡")


def compare(past: Past, place: int, days: int) -> None:
    """Every night what was judged is compared; every day notices come due; some judges explain, one contests."""
    if place % 5 == 1 or place == days - 1:
        for court in courts_to_score():
            score_court(court=court, at=past.at)
        for run in runs().in_use():
            watch_run(run, past.at)
    past.done["disclosed"] += disclose_due(today=past.day, at=past.at)
    if place % 3 == 0:
        for notice in Notice.objects.filter(state="private").order_by("pk"):
            if past.rng.random() < 0.3:
                explain_one(past, notice)
    contest_two(past)
    if place == days - 2:
        decide_one(past)


def explain_one(past: Past, notice: Notice) -> None:
    words = "本案另有未列入要素的情节，裁判理由中已载明。"
    past.did(explain, notice=notice, code=past.rng.choice(EXPLAINED), words=words, by=notice.judge)


def contest_two(past: Past) -> None:
    """The first two that are shown are contested."""
    for notice in Notice.objects.filter(state="disclosed").order_by("pk")[: 2 - Contest.objects.count()]:
        past.did(contest, notice=notice, ground="not_comparable", text=CONTESTED, by=notice.judge)


def decide_one(past: Past) -> None:
    """One is decided in time, the other waits for the visitor."""
    first = Contest.objects.filter(decided_at=None).select_related("notice__court").order_by("pk").first()
    office = User.objects.filter(
        postings__court=first.notice.court, postings__role="trial_office", postings__ends_on=None
    ).first() if first else None  # fmt: skip
    if first and office:
        heard = "审管办两名工作人员、特邀专业法官一名"
        past.did(decide_contest, contest=first, upheld=False, reason=DECIDED, heard=heard, by=office)


def leave_a_draft(past: Past) -> None:
    """The visiting judge has drafted a sentence far above its peers: told to that judge, to nobody else."""
    judge = person(DRAFTING)
    known = Element.objects.filter(withdrawn_at=None).values("case")
    pending = Case.objects.filter(judge=judge, closed_on=None, sealed="", pk__in=known).order_by("pk")
    for case in pending[:8]:
        party = next(iter(accused_of(case)), None)
        told = {"case": case, "party": party, "guideline": {}, "by": judge}
        first = past.did(save_draft, values={"months": 12.0}, **told)
        expected = first[1][0].expected if first else None
        if expected:
            past.did(save_draft, values={"months": float(round(min(expected * TIMES, 180)))}, **told)
            if Notice.objects.filter(case=case, judge=judge, state="private").exists():
                return


def tell_of_groups(past: Past) -> None:
    """What is told of groups, and the collection of judgments ready to be searched."""
    index_waiting(at=past.at)
    make_all_summaries(today=past.day, at=past.at)


def what_came_of_it() -> dict[str, int]:
    return {"scores": Score.objects.count(), "notices": Notice.objects.count()}

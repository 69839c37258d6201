"""Who sees what of a notice at which moment, and what its page says."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import product

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.models import Entry
from cases.models import Element, Outcome
from catalogues.selectors import law_in_use
from courts.models import Availability
from deviation.comparing import compare
from deviation.contests import contest as file_contest
from deviation.contests import decide_contest
from deviation.models import Notice, Score
from deviation.notice_page import workdays_left
from deviation.notices import disclose_due, tell_judge
from deviation.wording import WHY_NOT, bar_of, outcome_said, rarity_said, why_not
from tests.supervision.test_secrecy import visit

TUESDAY = date(2026, 6, 9)
CSRF = re.compile(rb'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]+"')
HTMX = {"HX-Request": "true"}


# --- every person at every moment --------------------------------------------------------------------------------------
OWN = {"judge"}
COMPETENT = {"division_head", "vice_president", "president", "trial_office"}
PANEL = {"presiding", "member", "assistant"}
STRANGERS = {"outsider", "itadmin"}
EVERYBODY = sorted(OWN | COMPETENT | PANEL | STRANGERS)
MOMENTS = ["nothing", "told", "yellow", "explained", "adjusted", "ended", "disclosed", "contested", "upheld"]
SHOWN = {"disclosed", "contested", "upheld"}


@pytest.fixture
def at_moment(theft, told, score, presiding, member, assistant, trial_office, on_day, monday, judge, now):
    """``at_moment("told")``: a case, and its notice as it stands at that moment (None where there is none)."""

    def bring(moment: str, case=None):
        case = case or theft(presiding=presiding, members=[member.pk], assistant=assistant)
        if moment == "nothing":
            return case, None
        notice = told(case, "yellow" if moment in ("yellow", "ended") else "red")
        if moment == "explained":
            Notice.objects.filter(pk=notice.pk).update(
                state="explained", reason_code="other", explained_at=now
            )
        elif moment == "adjusted":
            tell_judge(score=score(case, "green", outcome=15), at=now)
        elif moment in SHOWN or moment == "ended":
            on_day(date(2026, 6, 9))
            disclose_due(today=date(2026, 6, 9), at=now)
        if moment in ("contested", "upheld"):
            filed = file_contest(notice=notice, ground="method", text="样本太少", by=judge, at=now)
            if moment == "upheld":
                decide_contest(
                    contest=filed, upheld=True, reason="某", heard="周法官", by=trial_office, at=now
                )
        notice.refresh_from_db()
        return case, notice

    return bring


def answer(client, address: str, **headers) -> tuple[int, bytes]:
    given = client.get(address, headers=headers)
    return given.status_code, CSRF.sub(rb"\1", given.content)


@pytest.mark.parametrize(("who", "moment"), list(product(EVERYBODY, MOMENTS)))
def test_who_sees_the_notice_at_which_moment(client, at_moment, request, who, moment):
    case, notice = at_moment(moment)
    client.force_login(request.getfixturevalue(who))
    if notice is None:
        return
    seen = who in OWN or (who in COMPETENT and moment in SHOWN)
    status, _body = answer(client, reverse("deviation:notice", args=[notice.pk]))
    assert status == (200 if seen else 404)
    part = answer(client, reverse("deviation:for-case", args=[case.pk]), **HTMX)
    if who in STRANGERS:
        assert part[0] == 404
    else:
        assert (str(notice.pk).encode() in part[1]) is seen


UNSEEN = [moment for moment in MOMENTS if moment not in SHOWN and moment != "nothing"]


@pytest.mark.parametrize(("who", "moment"), list(product(sorted(COMPETENT | PANEL | STRANGERS), UNSEEN)))
def test_before_its_disclosure_others_read_the_same_bytes_as_without_any(
    client, at_moment, on_day, request, who, moment
):
    """The part of the case's page, the page of the case, its trail, the lists and the interface."""
    case, _none = at_moment("nothing")
    client.force_login(request.getfixturevalue(who))
    fixed = ["/deviation/", "/deviation/disclosed/", "/deviation/contests/", "/api/v1/deviations/", "/trail/"]
    about = [
        f"/deviation/cases/{case.pk}/",
        f"/deviation/cases/{case.pk}/draft/",
        f"/trail/of-case/{case.pk}/",
        f"/cases/{case.pk}/",
    ]
    addresses = [*fixed, *about, f"/api/v1/deviations/?case={case.pk}"]
    on_day(TUESDAY)
    visited(client, addresses)  # what is read once a process
    without = visited(client, addresses)
    at_moment(moment, case)
    on_day(TUESDAY)
    assert visited(client, addresses) == without


def visited(client, addresses: list[str]) -> dict[str, tuple[int, bytes]]:
    """Visits that leave nothing behind: a refusal and a reading would be in the trail the next time."""
    seen = {address: visit(client, address) for address in addresses}
    return {address: (found.status, found.body) for address, found in seen.items()}


@pytest.mark.parametrize("who", sorted(PANEL | COMPETENT))
def test_the_part_of_the_case_is_empty_for_others_until_then(client, at_moment, request, who):
    for moment in ("nothing", "told"):
        case, _notice = at_moment(moment)
        client.force_login(request.getfixturevalue(who))
        status, body = answer(client, reverse("deviation:for-case", args=[case.pk]), **HTMX)
        assert (status, body.strip()) == (200, b"")


@pytest.mark.parametrize(
    ("who", "act"), list(product(EVERYBODY, ["explain", "contest", "decide", "close", "x"]))
)
def test_nobody_acts_on_what_is_not_theirs_to_see(
    client, told, presiding, member, assistant, theft, request, who, act
):
    notice = told(theft(presiding=presiding, members=[member.pk], assistant=assistant))
    client.force_login(request.getfixturevalue(who))
    status = client.post(reverse("deviation:notice-act", args=[notice.pk, act]), {}).status_code
    if who not in OWN or act == "x":
        assert status == 404
    else:
        assert status == (422 if act in ("explain", "contest") else 403)


# --- one's own list ----------------------------------------------------------------------------------------------------
@pytest.fixture
def mine(client, judge):
    def visit(person=None):
        client.force_login(person or judge)
        return client.get(reverse("deviation:mine"))

    return visit


def test_the_own_list_counts_working_days(mine, told, on_day):
    told()
    assert "还有 5 个工作日" in mine().content.decode()
    on_day(date(2026, 6, 5))  # a Friday: one more, the Monday
    assert "还有 1 个工作日" in mine().content.decode()
    on_day(date(2026, 6, 8))
    assert "最后一日" in mine().content.decode()


def test_the_own_list_offers_the_drafts_of_open_cases(mine, theft, file_case, monday):
    case, closed = theft(), theft(closed_on=date(2026, 5, 4))
    page = mine().content.decode()
    assert reverse("deviation:draft", args=[case.pk]) in page
    assert reverse("deviation:draft", args=[closed.pk]) not in page


def test_the_first_judge_still_sees_the_notice_and_no_longer_the_case(mine, told, member, theft, monday):
    case = theft()
    told(case)
    case.judge = member
    case.save()
    page = mine().content.decode()
    assert "已变更承办人的案件" in page
    assert case.number not in page
    assert "/deviation/notices/" not in mine(member).content.decode()


def test_the_own_list_costs_the_same_however_long(mine, told, theft, costs_the_same):
    def grow(n: int = 10) -> None:
        for _ in range(n):
            told(theft())

    grow(2)
    costs_the_same(mine, grow=grow)


def test_leaders_come_to_what_is_disclosed_and_others_are_refused(mine, division_head, itadmin, monday):
    assert mine(division_head)["Location"] == reverse("deviation:disclosed")
    assert mine(itadmin).status_code == 403


# --- one notice --------------------------------------------------------------------------------------------------------
@pytest.fixture
def page(client):
    def visit(notice: Notice, person) -> str:
        client.force_login(person)
        return client.get(reverse("deviation:notice", args=[notice.pk])).content.decode()

    return visit


def test_the_page_says_how_sure_it_is(page, told, judge):
    shown = page(told(), judge)
    for words in (
        "与可比案件差异较大，请说明",
        "8 个月 至 24 个月",
        "5 个月 至 40 个月",
        "13 个月",
        "210 件",
        "99%",
        "−3.2 个月",
    ):
        assert words in shown
    for word in ("异常", "错误", "排名", "违规"):
        assert word not in shown


def test_the_page_promises_what_the_days_are(page, told, theft, judge):
    assert "目前只有您本人可见" in page(told(theft()), judge)
    assert "始终没有其他人看到" in page(told(theft(), "yellow"), judge)


def test_what_the_judge_read_is_noted_once_and_leaves_no_reading(page, told, judge):
    notice = told()
    page(notice, judge)
    notice.refresh_from_db()
    read_at = notice.read_at
    assert read_at
    page(notice, judge)
    notice.refresh_from_db()
    assert notice.read_at == read_at
    assert not Entry.objects.filter(act="cases.read").exists()


def test_who_reads_it_from_outside_the_case_leaves_a_reading(page, disclosed, division_head):
    page(disclosed(), division_head)
    assert Entry.objects.filter(act="cases.read", actor_id=division_head.pk).exists()


def test_leaders_are_told_that_the_judge_never_read_it(page, disclosed, division_head, judge):
    notice = disclosed()
    day = timezone.localdate(notice.told_at)
    assert "尚未阅读" in page(notice, division_head)
    assert "离岗" not in page(notice, division_head)
    Availability.objects.create(
        user=judge, starts_on=day - timedelta(400), ends_on=day + timedelta(3), fraction=0, reason="病假"
    )
    shown = page(notice, division_head)
    assert "离岗" in shown
    assert "病假" not in shown
    Notice.objects.filter(pk=notice.pk).update(read_at=timezone.now())
    assert "尚未阅读" not in page(notice, division_head)


def test_leaders_read_the_last_reason_and_not_those_before(
    client, told, judge, division_head, page, on_day, now
):
    notice = told()
    client.force_login(judge)
    address = reverse("deviation:notice-act", args=[notice.pk, "explain"])
    for words in ("先前的想法", "最后的说明"):
        client.post(address, {"explain-reason_code": "other", "explain-reason": words})
    assert "先前的想法" in page(notice, judge)
    on_day(date(2026, 6, 9))
    disclose_due(today=date(2026, 6, 9), at=now)
    shown = page(notice, division_head)
    assert "最后的说明" in shown
    assert "先前的想法" not in shown


def test_leaders_do_not_read_the_judges_own_steps(page, disclosed, division_head, judge):
    notice = disclosed(
        guideline={"breaches": ["高于区间上限"], "inside": False, "low": 1, "high": 9, "because": ["逐步一"]}
    )
    assert "逐步一" in page(notice, judge)
    shown = page(notice, division_head)
    assert "高于区间上限" in shown
    assert "逐步一" not in shown


def test_what_was_typed_survives_a_reason_that_will_not_do(client, told, judge):
    notice = told()
    client.force_login(judge)
    address = reverse("deviation:notice-act", args=[notice.pk, "explain"])
    given = client.post(address, {"explain-reason_code": "other", "explain-reason": "   "})
    assert (given.status_code, "请写明具体情况" in given.content.decode()) == (422, True)
    given = client.post(address, {"explain-reason_code": "x<y>", "explain-reason": "写到一半的话"})
    assert given.status_code == 422
    assert "写到一半的话" in given.content.decode()


@pytest.mark.parametrize("code", sorted(WHY_NOT))
def test_abstaining_says_why_and_what_it_would_take(page, told, theft, judge, code):
    notice = told(
        theft(),
        guideline={"breaches": ["某"]},
        state="abstained",
        reason_code=code,
        expected=None,
        p=None,
        q=None,
    )
    shown = page(notice, judge)
    reason, wanted = why_not(code)
    assert reason in shown
    assert wanted in shown


# --- the nearest, element by element -----------------------------------------------------------------------------------
@pytest.fixture
def with_peers(theft, disclosed, judge, member, division):
    """A disclosed notice with three comparable cases: one's own, another judge's, a sealed one."""

    def make():
        closed = {"filed_on": date(2025, 9, 1), "closed_on": date(2026, 1, 9)}
        peers = [
            theft(**closed),
            theft(judge=member, division=None, **closed),
            theft(judge=member, sealed="juvenile", **closed),
        ]
        for peer, months in zip(peers, (12, 18, 24), strict=True):
            Element.objects.create(case=peer, key="surrender", value=months == 12)
            Outcome.objects.create(case=peer, measure="months", value=months, decided_on=date(2026, 1, 8))
        return disclosed(theft(), comparables=[str(peer.pk) for peer in peers]), peers

    return make


def test_comparable_cases_show_no_number_one_may_not_see_and_no_sealed_case(page, with_peers, judge):
    notice, (own, other, sealed) = with_peers()
    shown = page(notice, judge)
    assert own.number in shown
    assert other.number not in shown
    assert sealed.number not in shown
    assert "18 个月" in shown
    assert "24 个月</td>" not in shown
    assert "另有 1 件不能列出" in shown


def test_elements_are_marked_as_the_same_or_not(with_peers, judge, monday):
    notice, _peers = with_peers()
    found = compare(notice.score, judge, law_in_use(), date(2026, 6, 9))
    line = next(line for line in found.lines if line.name == "自首")
    assert (line.own, [cell.is_same for cell in line.cells]) == ("是", [True, False])


def test_what_is_protected_is_never_compared(with_peers, judge):
    notice, (own, *_rest) = with_peers()
    Element.objects.create(case=own, key="gender", value="女")
    notice.score.elements |= {"gender": "女"}
    law = law_in_use()
    names = {line.name for line in compare(notice.score, judge, law, date(2026, 6, 9)).lines}
    assert law.case_elements(None, date(2026, 6, 9))["gender"].name not in names


def test_the_page_costs_the_same_however_many_peers(client, with_peers, judge, theft, costs_the_same):
    notice, peers = with_peers()
    client.force_login(judge)

    def grow() -> None:
        more = [theft(filed_on=date(2025, 9, 1), closed_on=date(2026, 1, 9)) for _ in range(7)]
        for peer in more:
            Outcome.objects.create(case=peer, measure="months", value=10, decided_on=date(2026, 1, 8))
        ids = [str(peer.pk) for peer in (*peers, *more)]
        Score.objects.filter(pk=notice.score_id).update(comparables=ids)

    costs_the_same(lambda: client.get(reverse("deviation:notice", args=[notice.pk])), grow=grow)


# --- words and the bar ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("code", "value", "said"),
    [
        ("months", 36.0, "36 个月"), ("months", 5.4, "5.4 个月"), ("fine", 5000.0, "5,000 元"), ("probation", 1.0, "宣告缓刑"),
        ("probation", 0.0, "不宣告缓刑"), ("awarded_share", 0.625, "62.5%"), ("trial_days", 90.0, "90 日"),
    ],
)  # fmt: skip
def test_outcomes_are_said_in_their_own_units(code, value, said):
    assert outcome_said(code, value) == said


@pytest.mark.parametrize(
    ("p", "said"), [(0.004, "99%"), (0.2, "80%"), (1.0, "常见"), (0.6, "常见"), (None, "")]
)
def test_how_rare_it_is_never_says_more_than_the_peers_can_carry(p, said):
    assert said in rarity_said(p)
    assert "100%" not in rarity_said(0.0001)


def test_the_bar_keeps_everything_inside_and_in_order():
    about = {
        "outcome": 60.0,
        "expected": 14.0,
        "low": 8.0,
        "high": 24.0,
        "low99": 5.0,
        "high99": 40.0,
        "baseline": 13.0,
    }
    bar = bar_of(**about)
    places = [float(each) for each in (bar.wide_x, bar.x, bar.baseline, bar.expected, bar.outcome)]
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)
    assert bar_of(**dict.fromkeys(about, 3.0)) is None


def test_working_days_left_skip_weekends():
    class Weekdays:
        def is_workday(self, day: date) -> bool:
            return day.weekday() < 5

    assert workdays_left(Weekdays(), date(2026, 6, 5), date(2026, 6, 8)) == 1
    assert workdays_left(Weekdays(), date(2026, 6, 8), date(2026, 6, 8)) == 0


@pytest.mark.parametrize(
    ("outcome", "inside", "said"),
    [
        (60.0, True, "99%区间外"),
        (30.0, False, "超出量刑指导区间"),
        (60.0, False, "99%区间外，超出量刑指导区间"),
    ],
)
def test_a_red_result_says_on_which_ground(client, told, judge, outcome, inside, said):
    """On the page of the notice and in the list of one's own."""
    notice = told(outcome=outcome, guideline={"inside": inside, "breaches": [] if inside else ["高于上限"]})
    client.force_login(judge)
    shown = client.get(reverse("deviation:notice", args=[notice.pk])).content.decode()
    assert f'<span class="badge badge-mid">{said}</span>' in shown
    assert f'<span class="muted">{said}</span>' in client.get(reverse("deviation:mine")).content.decode()

"""The pages of runs and of trust: who sees which run, that the card says it all, and that nothing private is told by them."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from docx import Document

from cases.models import Case
from courts.models import FixedDay
from courts.services import issue_token
from deviation import tasks
from deviation.calibration import Share, false_among, told
from deviation.charts import power_curve
from deviation.models import Notice, Run, Score
from tests.deviation.trained_runs import NOW, TODAY, run_in_use, trained_run

RUNS, TRUST = "/deviation/runs/", "/deviation/trust/"
FORBIDDEN = re.compile("异常|错误")


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    sent: list[int] = []
    monkeypatch.setattr(tasks.train_run, "delay_on_commit", sent.append)
    return sent


@pytest.fixture
def trained(court, trial_office):
    return trained_run(court, trial_office)


@pytest.fixture
def in_use(court, trial_office, president):
    return run_in_use(court, trial_office, president)


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", strip_tags(answer.content.decode()))


def page(client, user, address, **headers):
    client.force_login(user)
    return client.get(address, headers=headers)


def address(run, name="run", *more):
    return reverse(f"deviation:{name}", args=[run.pk, *more])


# --- the list ------------------------------------------------------------------------------------------------------
def test_a_judge_reads_the_runs_in_use_and_none_that_are_being_prepared(
    client, in_use, court, trial_office, judge, post
):
    waiting = trained_run(court, post("trial_office"))
    text = text_of(page(client, judge, RUNS))
    assert "有期徒刑、拘役刑期" in text and "使用中" in text and "待启用" not in text
    assert page(client, judge, address(in_use)).status_code == 200
    assert page(client, judge, address(waiting)).status_code == 404
    assert "待启用" in text_of(page(client, trial_office, RUNS))


def test_another_court_reads_neither(client, in_use, outsider):
    assert "使用中" not in text_of(page(client, outsider, RUNS))
    for name in ("run", "run-impact"):
        assert page(client, outsider, address(in_use, name)).status_code == 404


def test_the_courts_below_read_what_speaks_for_them(client, in_use, upper_court, outsider):
    Run.objects.filter(pk=in_use.pk).update(court=upper_court)
    assert upper_court.name in text_of(page(client, outsider, RUNS))


def test_courts_stand_in_organisational_order(client, in_use, upper_court, post, court):
    above = post("trial_office", at=upper_court)
    run_in_use(upper_court, above, post("president", at=upper_court))
    text = text_of(page(client, above, RUNS))
    assert text.index(f"{upper_court.name} ") < text.index(f"{court.name} ")


def test_the_list_costs_the_same_however_many_runs(client, trained, trial_office, costs_the_same):
    def grow():
        for n in range(20):
            Run.objects.create(court=trained.court, code="months", state="trained", asked_at=NOW, card=trained.card, n=n, window_to=TODAY)  # fmt: skip

    client.force_login(trial_office)
    costs_the_same(lambda: client.get(RUNS), grow=grow)
    assert "以往" in text_of(client.get(f"{RUNS}?past"))


def test_an_empty_list_says_what_that_means(client, judge):
    assert "不评价" in text_of(page(client, judge, RUNS))


# --- asking --------------------------------------------------------------------------------------------------------
def test_the_trial_office_asks_and_sees_how_far_it_is(client, court, trial_office, quiet):
    client.force_login(trial_office)
    answer = client.post(reverse("deviation:run-ask"), {"court": court.pk, "code": "months"})
    run = Run.objects.get()
    assert answer.status_code == 302 and answer.url == address(run) and quiet == [run.pk]
    assert "正在排队" in text_of(client.get(address(run)))
    Run.objects.update(state="training", progress=40, step="对照检验", attempts=2)
    part = client.get(address(run), headers={"HX-Request": "true"})
    assert "40%" in text_of(part) and "从头重新开始" in text_of(part)
    assert b"<html" not in part.content and b"every 2s" in part.content
    Run.objects.update(state="failed", problem="往案太少")
    assert client.get(address(run), headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "往案太少" in text_of(client.get(address(run)))


def test_who_may_not_ask_has_no_form_and_is_refused(client, court, judge, president):
    for person in (judge, president):
        assert "发起训练</button>" not in page(client, person, RUNS).content.decode()
        answer = client.post(reverse("deviation:run-ask"), {"court": court.pk, "code": "months"})
        assert answer.status_code == 422 and not Run.objects.exists()


@pytest.mark.parametrize("typed", [{}, {"court": "7", "code": "months"}, {"court": "x", "code": "mercy"}])
def test_a_wrong_form_comes_back_with_a_sentence(client, trial_office, typed):
    client.force_login(trial_office)
    answer = client.post(reverse("deviation:run-ask"), typed)
    assert answer.status_code == 422 and "请从列表中选择" in text_of(answer)


# --- one run ---------------------------------------------------------------------------------------------------------
def test_the_card_shows_data_coverage_baseline_exclusions_and_no_ranking(client, in_use, judge):
    text = text_of(page(client, judge, address(in_use)))
    for words in (
        "90%区间实际覆盖率", "盗窃罪", "只用同类中位数", "自首", "民族", "受保护属性", "可能间接替代", "法院之间差异占剩余差异的约",
        "启用以后可以核对的案件还不足 20 件", "案件要素", "scikit-learn", "封存案件不在其中", "也不排名",
    ):  # fmt: skip
        assert words in text, words
    assert not FORBIDDEN.search(text)


def test_another_than_who_asked_releases_it_on_the_page(client, trained, trial_office, president):
    text = text_of(page(client, trial_office, address(trained)))
    assert "请由另一人核对" in text and "已核对，启用" not in text
    assert client.post(address(trained, "run-decide", "release")).status_code == 403
    assert "已核对，启用" in text_of(page(client, president, address(trained)))
    answer = client.post(address(trained, "run-decide", "release"), {"release-reason": "已核对"}, follow=True)
    assert "已启用" in text_of(answer) and Run.objects.get().state == "in_use"


def test_a_refusal_without_a_reason_comes_back_and_with_one_ends_the_run(client, trained, president):
    client.force_login(president)
    answer = client.post(address(trained, "run-decide", "refuse"), {"refuse-reason": ""})
    assert answer.status_code == 422 and "请填写这一项" in text_of(answer)
    client.post(address(trained, "run-decide", "refuse"), {"refuse-reason": "区间太宽"})
    assert Run.objects.values_list("state", "reason").get() == ("refused", "区间太宽")
    assert client.post(address(trained, "run-decide", "forget")).status_code == 404


def test_a_run_that_does_not_score_says_so_on_its_page_in_the_list_and_on_the_trust_page(
    client, in_use, judge
):
    Run.objects.update(window_to=TODAY - timedelta(181))
    for where in (address(in_use), RUNS, TRUST):
        assert "数据已过期，停止评价" in text_of(page(client, judge, where)), where


def test_a_run_of_which_too_many_contests_were_right_names_the_stratum(client, in_use, judge, monkeypatch):
    monkeypatch.setattr("deviation.run_page.stopped_strata", lambda run, day: ["盗窃罪"])
    assert "已停止评价：盗窃罪" in text_of(page(client, judge, address(in_use)))


def test_small_strata_are_counted_and_not_listed(client, in_use, judge):
    card = in_use.card
    card["held_out"]["strata"].append({**card["held_out"]["strata"][0], "stratum": "罕见罪", "n": 3})
    Run.objects.update(card=card)
    text = text_of(page(client, judge, address(in_use)))
    assert "罕见罪" not in text and "另有 1 类各不足 20 件" in text


def test_the_impact_assessment_is_a_document_drawn_from_the_card(client, in_use, judge):
    answer = page(client, judge, address(in_use, "run-impact"))
    document = Document(BytesIO(answer.content))
    words = " ".join(paragraph.text for paragraph in document.paragraphs)
    cells = " ".join(cell.text for table in document.tables for row in table.rows for cell in row.cells)
    assert (
        "个人信息保护影响评估底稿" in words
        and "第五十五条" in words
        and "自首" in words
        and "（请填写）" in words
    )
    assert "民族" in cells and "盗窃罪" in cells
    assert answer.headers["Content-Disposition"].startswith("attachment")


def test_how_a_run_has_done_is_shown_only_by_whole_groups_on_the_page_and_in_the_interface(
    client, in_use, judge, president
):
    """Exact numbers of every night would tell of single cases by their difference."""
    exact = {
        "as_of": "2026-06-30T05:00:00", "n": 61, "coverage90": Share(53, 61).as_json(),
        "coverage99": Share(60, 61).as_json(), "abstained": Share(0, 61).as_json(), "moved": {"psi": 0.1234, "farthest": "amount", "features": {}},
    }  # fmt: skip
    first = exact | {"n": 40, "coverage90": Share(37, 40).as_json(), "as_of": "2026-06-20T05:00:00"}
    shown = told({}, first, 20)
    Run.objects.update(drift=exact)
    assert "还不足 20 件" in text_of(page(client, judge, address(in_use)))
    Run.objects.update(drift=exact | {"told": shown})
    for where in (address(in_use), RUNS):
        text = text_of(page(client, judge, where))
        assert "n=40" in text and "n=61" not in text
    drift = client.get(f"/api/v1/deviation/runs/{in_use.pk}/").json()["drift"]
    assert drift == shown and drift["moved"] == {"psi": 0.12, "farthest": "amount"}


# --- trust -----------------------------------------------------------------------------------------------------------
def test_everybody_of_the_court_reads_what_it_is_worth(client, in_use, judge, post):
    for person in (judge, post("clerk"), post("politics")):
        text = text_of(page(client, person, TRUST))
        for words in (
            "可信度", "检出率", "误报比例", "没有任何差异的数据", "不是对法官的评价", "每 100 条", "预计约 5 条为误报", "自首", "校验",
        ):  # fmt: skip
            assert words in text, words
        assert "本月" not in text and not FORBIDDEN.search(text)


def disclosed(case: Case, q: float, *, shown: bool, **fields):
    score = Score.objects.create(
        case=case, court=case.court, code="months", stratum="盗窃罪", stage="closing", at=NOW, batch="2026-06", outcome=60,
        state="scored", band="red", expected=12, p=q / 2, q=q, disclosed=shown, **fields,
    )  # fmt: skip
    Notice.objects.create(
        case=case, court=case.court, judge=case.judge, score=score, code="months", told_at=NOW,
        private_until=NOW.date(), state="disclosed" if shown else "private", disclosed_at=NOW if shown else None,
    )  # fmt: skip


def test_the_months_number_counts_what_was_disclosed_and_nothing_private(
    client, in_use, president, judge, file_cases
):
    cases = file_cases(6)
    for case in cases[:2]:
        disclosed(case, 0.01, shown=True)
    disclosed(cases[2], 0.01, shown=False)
    disclosed(cases[3], 0.4, shown=True)
    disclosed(cases[4], 0.01, shown=True)
    Case.objects.filter(pk=cases[4].pk).update(sealed="juvenile")
    assert "本月已公开 2 条，预计不到 1 条为误报" in text_of(page(client, president, TRUST))
    before = page(client, judge, TRUST).content
    disclosed(cases[5], 0.01, shown=True)
    strip = re.compile(rb"[a-zA-Z0-9]{32,}")
    assert strip.sub(b"", page(client, judge, TRUST).content) == strip.sub(b"", before)


def test_a_court_without_a_run_says_that_nothing_is_judged(client, judge):
    assert "还没有启用的模型" in text_of(page(client, judge, TRUST))


def test_the_power_curve_rises_with_what_was_found():
    def band(low, high, share):
        return {
            "low": low,
            "high": high,
            "power": {"share": share, "low": share / 2, "high": min(1, share * 1.2)},
        }

    curve = power_curve([band(2, 3, 0.1), band(3, 5, 0.5), band(5, 10, 0.8)])
    heights = [point.y for point in curve.points]
    assert heights == sorted(heights, reverse=True) and len({point.x for point in curve.points}) == 3
    assert all(point.top <= point.y <= point.bottom for point in curve.points)
    assert power_curve([]) is None


def test_expected_false_findings_are_rounded_up():
    assert [false_among(n, 0.05) for n in (0, 1, 12, 20, 21)] == [0, 1, 1, 1, 2]


# --- the interface -----------------------------------------------------------------------------------------------------
def test_the_interface_reads_runs_with_their_cards_within_the_same_scope(
    client, in_use, court, judge, outsider, post
):
    waiting = trained_run(court, post("trial_office"))
    _, secret = issue_token(
        user=judge, name="卡", scopes=["deviation:read"], days=30, by=judge, at=timezone.now()
    )
    headers = {"Authorization": f"Bearer {secret}"}
    found = client.get("/api/v1/deviation/runs/", headers=headers).json()["results"]
    assert [row["id"] for row in found] == [in_use.pk]
    said = client.get(f"/api/v1/deviation/runs/{in_use.pk}/", headers=headers).json()
    assert said["card"]["features"] and said["unusable"] is None and "reference" not in said["card"]
    assert said["court"] == court.code and said["trust"]["bands"]
    assert client.get(f"/api/v1/deviation/runs/{waiting.pk}/", headers=headers).status_code == 404
    client.force_login(outsider)
    assert client.get("/api/v1/deviation/runs/").json()["results"] == []


def test_a_token_for_other_things_reads_no_run(client, in_use, judge):
    _, secret = issue_token(
        user=judge, name="案件", scopes=["cases:read"], days=30, by=judge, at=timezone.now()
    )
    answer = client.get("/api/v1/deviation/runs/", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403

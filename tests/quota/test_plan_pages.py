"""Pages of scenarios and plans: who sees them, sliders that keep nothing, files, and the way to the last seat."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document
from python_calamine import CalamineWorkbook

from audit.models import Entry
from courts.models import Court, FixedDay
from courts.services import issue_token
from quota.canonical import canonical
from quota.models import Plan, Scenario
from quota.plans import publish_plan, submit_plan
from quota.scenario import compute, replay
from quota.scenario_page import remarks_of
from quota.scenarios import inputs_of, result_of, vary_scenario
from tests.quota.planned_courts import TODAY, make, region

PAGES = ("quota:home", "quota:scenarios", "quota:compare", "quota:plans")


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=TODAY)


@pytest.fixture
def planner(post, upper_court):
    return post("politics", "中院政治部", at=upper_court)


@pytest.fixture
def chief(post, upper_court):
    return post("president", "中院院长", at=upper_court)


@pytest.fixture
def base(upper_court, planner):
    region(upper_court)
    return make(upper_court, planner)


@pytest.fixture
def plan(base, planner, now):
    return submit_plan(scenario=base, reason="年度核定", by=planner, at=now)


@pytest.fixture
def published(plan, chief, now):
    return publish_plan(plan=plan, by=chief, at=now)


def addresses(base, plan, court):
    return [
        *map(reverse, PAGES),
        reverse("quota:scenario", args=[base.pk]),
        reverse("quota:scenario-bundle", args=[base.pk]),
        reverse("quota:plan", args=[plan.pk]),
        reverse("quota:court-seats", args=[court.pk]),
    ]


@pytest.mark.parametrize(
    "role", ["judge", "division_head", "trial_office", "clerk", "filing", "itadmin", "external"]
)
def test_nobody_without_the_permission_sees_a_page(client, post, base, plan, upper_court, role):
    client.force_login(post(role, at=upper_court))
    assert {client.get(address).status_code for address in addresses(base, plan, upper_court)} == {403}


@pytest.mark.parametrize("who", ["president", "politics", "outsider"])
def test_courts_below_and_elsewhere_do_not_see_what_is_planned_above(
    client, request, base, plan, upper_court, who
):
    client.force_login(request.getfixturevalue(who))
    for address in addresses(base, plan, upper_court)[len(PAGES) :]:
        assert client.get(address).status_code == 404
    assert not client.get(reverse("quota:scenarios")).context["page"].object_list


def test_a_plan_in_force_is_open_to_every_court_it_gives_seats(client, president, base, published, court):
    base_row = next(row for row in result_of(base)["courts"] if row["code"] == court.code)
    client.force_login(president)
    assert client.get(reverse("quota:plan", args=[published.pk])).status_code == 200
    assert client.get(reverse("quota:scenario", args=[base.pk])).status_code == 200
    page = client.get(reverse("quota:court-seats", args=[court.pk]))
    assert page.context["row"]["seats"] == base_row["seats"]


@pytest.mark.parametrize("role", ["president", "vice_president", "politics", "superior"])
def test_leaders_and_the_political_department_read_every_page(client, post, base, plan, upper_court, role):
    client.force_login(post(role, at=upper_court))
    assert {client.get(address).status_code for address in addresses(base, plan, upper_court)} == {200}


def test_visitors_are_asked_to_log_in(client, base, plan, upper_court):
    assert {client.get(address).status_code for address in addresses(base, plan, upper_court)} == {302}


# --- scenarios -------------------------------------------------------------------------------------------------------
def test_a_scenario_is_made_and_a_wrong_year_keeps_what_was_typed(client, planner, upper_court):
    region(upper_court)
    client.force_login(planner)
    said = {"court": upper_court.pk, "year": "", "name": "基准", "note": ""}
    refused = client.post(reverse("quota:scenario-make"), said)
    assert (refused.status_code, "基准" in refused.content.decode()) == (422, True)
    made = client.post(reverse("quota:scenario-make"), said | {"year": 2026}, follow=True)
    assert "已测算" in made.content.decode()
    assert Scenario.objects.get().name == "基准"


def test_a_slider_moved_shows_what_would_come_and_keeps_nothing(client, planner, base):
    client.force_login(planner)
    asked = {"moved": 1, "surge": 50}
    part = client.get(reverse("quota:scenario", args=[base.pk]), asked, headers={"HX-Request": "true"})
    told = part.content.decode()
    assert "全部收案增加 50%" in told and "没有保存" in told and "<html" not in told
    assert "<html" in client.get(reverse("quota:scenario", args=[base.pk]), asked).content.decode()
    assert Scenario.objects.count() == 1


def test_untouched_sliders_are_the_scenario_itself(client, planner, base):
    client.force_login(planner)
    page = client.get(reverse("quota:scenario", args=[base.pk]))
    form = page.context["form"]
    query = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    again = client.get(reverse("quota:scenario", args=[base.pk]), query | {"moved": 1})
    assert again.context["digest"] == base.inputs_digest
    assert not again.context["moved"]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [({"seats": 5}, "多于可分配的"), ({"floor": 40}, "高于上限"), ({"leave": "many"}, "请填写数字"), ({"surge": 999}, "应不大于")],
)  # fmt: skip
def test_what_cannot_be_is_said_in_place_of_a_result(client, planner, base, query, sentence):
    client.force_login(planner)
    page = client.get(reverse("quota:scenario", args=[base.pk]), query | {"moved": 1})
    assert (page.status_code, sentence in page.content.decode()) == (200, True)


def test_levers_are_kept_under_a_name(client, planner, base):
    client.force_login(planner)
    levers = {"leave": {"all": 0.1}, "new_judges": {base.court.code: 2}}
    said = {"name": "请假一成", "levers": json.dumps(levers)}
    client.post(reverse("quota:scenario-act", args=[base.pk, "keep"]), said)
    made = Scenario.objects.get(name="请假一成")
    assert made.base == base
    shown = client.get(reverse("quota:scenario", args=[made.pk])).content.decode()
    assert "各院请假、借调占工作时间 10%" in shown and "新增在任法官 2 名" in shown


BAD = (
    "", "[]", "{", "[" * 5000, '{"leave": {"x": 1}}', '{"leave": []}', '{"change_step": ""}', '{"seats": NaN}',
    '{"floor": Infinity}', '{"floor": 1e400}', '{"\\ud800": 1}', '{"method": "\\u0000"}', '{"seats": 5}',
)  # fmt: skip


@pytest.mark.parametrize("levers", BAD)
def test_levers_nobody_can_read_are_refused(client, planner, base, levers):
    client.force_login(planner)
    answer = client.post(
        reverse("quota:scenario-act", args=[base.pk, "keep"]), {"name": "坏", "levers": levers}
    )
    assert answer.status_code == 422
    assert Scenario.objects.count() == 1


def test_levers_without_a_name_stay_as_they_were_moved(client, planner, base):
    client.force_login(planner)
    said = {"name": "", "levers": json.dumps({"surge": [{"type": "all", "ratio": 0.3}]})}
    answer = client.post(reverse("quota:scenario-act", args=[base.pk, "keep"]), said)
    assert (answer.status_code, answer.context["moved"]) == (422, True)
    assert answer.context["form"]["surge"].value() == 30


def test_a_court_too_small_to_move_is_told_and_where_new_judges_go_past_the_yearly_change(
    client, planner, base, now
):
    inputs = inputs_of(base)
    for court, last in zip(inputs["courts"], (9, 40), strict=False):
        court["last_seats"] = last
    second = inputs["courts"][1]
    Scenario.objects.filter(pk=base.pk).update(inputs=canonical(inputs), result=canonical(compute(inputs)))
    client.force_login(planner)
    address = reverse("quota:scenario", args=[base.pk])
    page = client.get(address).content.decode()
    assert page.count('<span class="muted">不动</span>') == 1
    assert "年度调整幅度不足一名，不能增减" in page and "按在任核定" not in page
    moved = inputs | {"levers": {"new_judges": {second["code"]: 45}}}
    told = " ".join(remarks_of(compute(moved)))
    assert f"{second['name']}在任（含新增）法官多于年度调整幅度允许的名额" in told


def test_bounds_moved_are_read_on_the_page_and_on_paper(client, planner, chief, base, now):
    varied = vary_scenario(base=base, levers={"change_limit": 1.0}, name="放宽", by=planner, at=now)
    client.force_login(planner)
    address = reverse("quota:scenario-act", args=[varied.pk, "submit"])
    assert client.post(address, {"reason": "年度核定"}).status_code == 422
    client.post(address, {"reason": "年度核定", "loosening": "新区设立"})
    client.force_login(chief)
    page = reverse("quota:plan", args=[Plan.objects.get().pk])
    paper = Document(BytesIO(client.get(page, {"docx": ""}).content))
    on_paper = "\n".join(paragraph.text for paragraph in paper.paragraphs)
    for told in (client.get(page).content.decode(), on_paper):
        assert "每年调整幅度由 10% 放宽为 100%" in told and "理由：新区设立" in told


def test_two_scenarios_stand_side_by_side(client, planner, base, now):
    varied = vary_scenario(base=base, levers={"surge": [{"ratio": 0.3}]}, name="增三成", by=planner, at=now)
    client.force_login(planner)
    page = client.get(reverse("quota:compare"), {"s": [base.pk, varied.pk]})
    told = page.content.decode()
    assert "全部收案增加 30%" in told and "没有调节" in told and "登记的数据与第一个测算不同" not in told
    assert "请选择二至四个测算" in client.get(reverse("quota:compare"), {"s": [base.pk]}).content.decode()


# --- plans -----------------------------------------------------------------------------------------------------------
def test_from_putting_forward_to_seats_in_force(client, planner, chief, base):
    client.force_login(planner)
    client.post(reverse("quota:scenario-act", args=[base.pk, "submit"]), {"reason": "年度核定"})
    plan = Plan.objects.get()
    mine = client.get(reverse("quota:plan", args=[plan.pk])).content.decode()
    assert "请由另一人审批" in mine and "批准并公布" not in mine
    client.force_login(chief)
    assert "等您审批" in client.get(reverse("quota:home")).content.decode()
    client.post(reverse("quota:plan-act", args=[plan.pk, "publish"]), {"publish-reason": "同意"})
    plan.refresh_from_db()
    assert (plan.state, plan.decided_by) == ("published", chief)
    overview = client.get(reverse("quota:home")).content.decode()
    assert "逐项说明" in overview


def test_what_was_put_forward_is_not_put_forward_again(client, planner, base, plan):
    client.force_login(planner)
    page = client.get(reverse("quota:scenario", args=[base.pk])).content.decode()
    assert reverse("quota:scenario-act", args=[base.pk, "submit"]) not in page
    plan.state = "withdrawn"
    plan.save(update_fields=["state"])
    page = client.get(reverse("quota:scenario", args=[base.pk])).content.decode()
    assert reverse("quota:scenario-act", args=[base.pk, "submit"]) in page


def test_a_refusal_without_reasons_is_not_taken(client, chief, plan):
    client.force_login(chief)
    answer = client.post(reverse("quota:plan-act", args=[plan.pk, "refuse"]), {"refuse-reason": ""})
    assert answer.status_code == 422
    plan.refresh_from_db()
    assert plan.state == "submitted"


def test_the_planner_cannot_publish_by_address(client, planner, plan):
    client.force_login(planner)
    answer = client.post(reverse("quota:plan-act", args=[plan.pk, "publish"]), {"publish-reason": ""})
    assert answer.status_code == 403
    assert Entry.objects.filter(act="quota.publish_plan", outcome="refused").exists()


def test_every_seat_is_explained_down_to_the_last(client, chief, published, base):
    client.force_login(chief)
    for row in result_of(base)["courts"]:
        court = Court.objects.get(code=row["code"])
        page = client.get(reverse("quota:court-seats", args=[court.pk]))
        told = page.context["explanation"]
        assert sum(line.seats for line in told.lines) == pytest.approx(row["seats"])
        assert told.last_seat and told.turning
        assert "最后一名员额" in page.content.decode()


def test_a_court_without_a_plan_says_so(client, president, court):
    client.force_login(president)
    assert (
        "还没有已公布的员额方案" in client.get(reverse("quota:court-seats", args=[court.pk])).content.decode()
    )


# --- files -----------------------------------------------------------------------------------------------------------
def test_the_bundle_replays_and_leaves_a_trace(client, chief, base):
    client.force_login(chief)
    answer = client.get(reverse("quota:scenario-bundle", args=[base.pk]))
    assert replay(json.loads(answer.content)).holds
    assert Entry.objects.filter(act="quota.export").count() == 1


@pytest.mark.parametrize("name", ["scenario", "plan"])
def test_spreadsheets_say_what_they_rest_on(client, chief, base, plan, name):
    client.force_login(chief)
    address = reverse(f"quota:{name}", args=[base.pk if name == "scenario" else plan.pk])
    data = b"".join(client.get(address, {"xlsx": ""}).streaming_content)
    rows = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()
    words = "\n".join(str(row[0]) for row in rows)
    assert base.inputs_digest in words and "机构序" in words
    assert [row[0] for row in rows[-4:]] == [row["name"] for row in result_of(base)["courts"]]


def test_the_paper_of_a_plan_not_approved_says_so(client, chief, plan, now):
    client.force_login(chief)
    address = reverse("quota:plan", args=[plan.pk])

    def words():
        document = Document(BytesIO(client.get(address, {"docx": ""}).content))
        assert len(document.tables[0].rows) == 5
        return "\n".join(paragraph.text for paragraph in document.paragraphs)

    assert "未经批准" in words()
    publish_plan(plan=plan, by=chief, at=now)
    assert "未经批准" not in words() and plan.scenario.inputs_digest in words()


# --- cost ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", PAGES)
def test_lists_cost_the_same_however_long(
    client, planner, upper_court, base, plan, costs_the_same, now, name
):
    client.force_login(planner)

    def grow():
        for place in range(18):
            floor = {"floor": 3 + place % 5, "reserve": place / 100}
            vary_scenario(base=base, levers=floor, name=f"方案{place}", by=planner, at=now)

    costs_the_same(lambda: client.get(reverse(name)), grow=grow)


def test_a_scenario_costs_the_same_however_many_courts(client, planner, court, upper_court, costs_the_same):
    region(court, 0)
    small = make(court, planner)
    client.force_login(planner)
    region_of_many = list(Court.objects.filter(parent=upper_court).exclude(pk=court.pk))[:5]
    assert region_of_many
    address = {"now": reverse("quota:scenario", args=[small.pk])}

    def grow():
        region(upper_court, 0)
        for each in region_of_many:
            region(each, 0)
        address["now"] = reverse("quota:scenario", args=[make(upper_court, planner).pk])

    costs_the_same(lambda: client.get(address["now"]), grow=grow)


# --- the interface ---------------------------------------------------------------------------------------------------
def token(user, *scopes):
    about = {"name": "读", "scopes": list(scopes), "days": 30, "by": user, "at": timezone.now()}
    return {"Authorization": f"Bearer {issue_token(user=user, **about)[1]}"}


def test_the_interface_reads_published_plans_with_their_seats(client, chief, published, base):
    headers = token(chief, "quota:read")
    (row,) = client.get("/api/v1/quota-plans/", headers=headers).json()["results"]
    assert (row["id"], row["state"], row["inputs_digest"]) == (published.pk, "published", base.inputs_digest)
    said = client.get(f"/api/v1/quota-plans/{published.pk}/", headers=headers).json()
    assert [(seat["court"], seat["seats"]) for seat in said["seats"]] == [
        (row["code"], row["seats"]) for row in result_of(base)["courts"]
    ]


def test_the_interface_tells_nothing_of_plans_not_approved_or_elsewhere(client, chief, outsider, plan, judge):
    client.force_login(chief)
    assert client.get("/api/v1/quota-plans/").json()["results"] == []
    assert client.get(f"/api/v1/quota-plans/{plan.pk}/").status_code == 404
    client.force_login(outsider)
    assert client.get("/api/v1/quota-plans/").json()["results"] == []
    assert client.get("/api/v1/quota-plans/", headers=token(chief, "cases:read")).status_code == 403
    client.force_login(judge)
    assert client.get("/api/v1/quota-plans/").status_code == 403

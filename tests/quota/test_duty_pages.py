"""Pages of leaders' cases and subsidies: for whom, what a line leads to, files, and nothing of a colleague's money."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from io import BytesIO

import docx
import pytest
from django.urls import reverse
from django.utils import timezone
from python_calamine import CalamineWorkbook

from courts.models import Court, FixedDay
from quota import circular_paper, circulars, subsidy_views
from quota.circulars import approve_circular, draft_circular, note_circular
from quota.duty_page import REMARKS
from quota.duty_spans import period_of
from quota.models import CaseWeight, DutyCircular, SubsidyPool, SubsidyShare
from quota.subsidies import object_to_share, prepare_pool
from tests.quota.duty_people import CLOSED, Q1, on_quota

pytestmark = pytest.mark.django_db
EVERYBODY = [
    "politics", "president", "vice_president", "ac_member", "division_head", "presiding", "judge", "assistant", "clerk",
    "filing", "trial_office", "discipline", "petition", "itadmin", "superior", "external",
]  # fmt: skip


@pytest.fixture(autouse=True)
def a_day_in_june(db):
    FixedDay.objects.create(day=date(2026, 6, 10))


@pytest.fixture
def politics(post):
    return post("politics", "政治部冯")


@pytest.fixture
def filled(court, judge, division_head, president, file_case, now):
    """Three on the quota; 20 closed and weighed cases of the judge, 2 of the head."""
    on_quota(judge, division_head, president, court=court)
    for place in range(22):
        case = file_case(
            filed_on=date(2026, 1, 5), closed_on=CLOSED, judge=judge if place < 20 else division_head
        )
        CaseWeight.objects.create(
            case=case, group="民间借贷", procedure="简易", floating=1, weight=1, klass="simple", score=0, edition="tables-1",
            weighed_at=now,
        )  # fmt: skip


@pytest.fixture
def draft(filled, court, politics) -> DutyCircular:
    return draft_circular(
        court=court, period=Q1, notes_until=date(2026, 6, 20), by=politics, at=timezone.now()
    )


@pytest.fixture
def published(draft, president, division_head) -> DutyCircular:
    for person in (president, division_head):
        note_circular(circular=draft, note="", by=person, at=timezone.now())
    return approve_circular(
        circular=draft, version=circulars.version_of(draft), by=president, at=timezone.now()
    )


@pytest.fixture
def pool(filled, court, politics) -> SubsidyPool:
    return prepare_pool(court=court, period=Q1, amount=Decimal("1100.00"), by=politics, at=timezone.now())


def version_in(page: str) -> str:
    """What the page says of the state it showed."""
    return re.search(r'name="version" value="(\w+)"', page).group(1)


def visit(client, user, name, *args, query=""):
    client.force_login(user)
    return client.get(reverse(f"quota:{name}", args=args) + query)


def text(answer) -> str:
    return answer.content.decode()


def sheet_of(answer) -> list[list]:
    """The rows of the first sheet of a file."""
    file = CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
    return file.get_sheet_by_index(0).to_python()


# --- for whom ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "open_to"),
    [
        ("duties", {"politics", "president", "vice_president", "ac_member", "division_head"}),
        ("subsidies", {"politics", "president"}),
        (
            "my-subsidy",
            {
                "president",
                "vice_president",
                "ac_member",
                "division_head",
                "presiding",
                "judge",
                "trial_office",
            },
        ),
        ("circulars", set(EVERYBODY)),
    ],
)
def test_a_page_is_for_those_whose_post_it_is(client, post, name, open_to):
    answers = {role: visit(client, post(role), name).status_code for role in EVERYBODY}
    assert {role for role, status in answers.items() if status == 200} == open_to
    assert {status for role, status in answers.items() if role not in open_to} <= {403}


@pytest.mark.parametrize("name", ["duties", "circulars", "subsidies", "my-subsidy"])
def test_a_visitor_is_sent_to_the_door(client, name):
    assert client.get(reverse(f"quota:{name}")).status_code == 302


@pytest.mark.parametrize("name", ["circular", "circular-docx", "circular-xlsx"])
def test_a_draft_is_unknown_to_those_it_does_not_concern(client, draft, outsider, judge, trial_office, name):
    for stranger in (outsider, judge, trial_office):
        assert visit(client, stranger, name, draft.pk).status_code == 404


@pytest.mark.parametrize("name", ["subsidy", "subsidy-xlsx"])
def test_a_pool_is_unknown_to_all_but_those_who_keep_it(
    client, pool, outsider, judge, division_head, trial_office, post, upper_court, name
):
    above = post("superior", at=upper_court)
    for stranger in (outsider, judge, division_head, trial_office, above):
        assert visit(client, stranger, name, pool.pk).status_code == 404


# --- the figures as they stand -------------------------------------------------------------------------------
def test_the_keeper_sees_everybody_and_a_leader_their_own_line(client, filled, politics, division_head):
    whole = text(visit(client, politics, "duties", query=f"?period={Q1.key}"))
    assert "郑院长" in whole and "吴庭长" in whole
    own = text(visit(client, division_head, "duties", query=f"?period={Q1.key}"))
    assert "吴庭长" in own and "郑院长" not in own


def test_a_number_leads_to_its_cases_for_those_who_may_list_them(client, filled, politics, president):
    query = f"?period={Q1.key}"
    assert "closed_from=2026-01-01" in text(visit(client, president, "duties", query=query))
    assert "closed_from" not in text(visit(client, politics, "duties", query=query))


def test_a_court_out_of_reach_is_unknown(client, filled, politics):
    other = Court.objects.get(code="川1503")
    assert visit(client, politics, "duties", query=f"?court={other.pk}").status_code == 404


def test_a_period_under_way_says_so(client, filled, politics):
    assert "本期尚未结束" in text(visit(client, politics, "duties"))
    assert "本期尚未结束" not in text(visit(client, politics, "duties", query=f"?period={Q1.key}"))


def test_the_table_as_a_file_says_what_its_numbers_mean(client, filled, politics):
    answer = visit(client, politics, "duties", query=f"?period={Q1.key}&xlsx")
    cells = [cell for row in sheet_of(answer) for cell in row]
    assert {"郑院长", "吴庭长", "统计期间：2026年第一季度"} <= set(cells)
    assert any(str(cell).startswith("口径：应办") for cell in cells)


def test_the_page_says_what_the_paper_says(client, filled, politics, pool):
    page = text(visit(client, politics, "duties"))
    assert all(line in page for line in circular_paper.DEFINITIONS)
    page = text(visit(client, politics, "subsidy", pool.pk))
    assert all(name in page and says in page for name, says in subsidy_views.DEFINITIONS)
    assert all(str(shown) == said for said, shown in REMARKS.items())


# --- a circular, from the draft to the paper -------------------------------------------------------------------
def test_a_circular_is_drafted_looked_at_approved_and_read(
    client, filled, court, politics, president, division_head, judge
):
    client.force_login(politics)
    given = {"court": court.pk, "period": Q1.key, "notes_until": "2026-06-20"}
    address = client.post(reverse("quota:circulars"), given)["Location"]
    pk = DutyCircular.objects.get().pk
    for person, note in ((division_head, "参加巡回审判"), (president, "")):
        client.force_login(person)
        assert (
            client.post(reverse("quota:circular-act", args=[pk, "note"]), {"note": note})["Location"]
            == address
        )
    page = text(client.get(address))
    assert "批准并通报" in page
    client.post(reverse("quota:circular-act", args=[pk, "approve"]), {"version": version_in(page)})
    page = text(visit(client, judge, "circular", pk))
    assert "参加巡回审判" in page
    assert "吴庭长" in page
    assert "按最新登记重新统计" not in page


def test_in_a_draft_one_sees_ones_own_line_and_no_paper(client, draft, division_head):
    page = text(visit(client, division_head, "circular", draft.pk))
    assert "请核对本人的数字" in page
    assert "郑院长" not in page
    assert visit(client, division_head, "circular-docx", draft.pk).status_code == 404


def test_until_everybody_has_looked_there_is_no_button_to_approve(client, draft, president):
    page = text(visit(client, president, "circular", draft.pk))
    assert "还有2人没有核对" in page
    assert "批准并通报" not in page


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"notes_until": ""}, "请填写日期"),
        ({"notes_until": "六月"}, "2026-03-02 这样的格式"),
        ({"period": "x"}, "没有这一选项"),
        ({"court": "9"}, "没有这一选项"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(client, filled, court, politics, given, says):
    client.force_login(politics)
    good = {"court": court.pk, "period": Q1.key, "notes_until": "2026-06-20"}
    answer = client.post(reverse("quota:circulars"), good | given)
    assert (answer.status_code, says in text(answer)) == (422, True)


def test_taking_back_needs_a_reason(client, draft, politics):
    client.force_login(politics)
    answer = client.post(reverse("quota:circular-act", args=[draft.pk, "withdraw"]), {"reason": ""})
    assert (answer.status_code, "请填写这一项" in text(answer)) == (422, True)
    assert client.post(reverse("quota:circular-act", args=[draft.pk, "burn"])).status_code == 404


def test_the_files_of_a_published_circular(client, published, judge):
    answer = visit(client, judge, "circular-docx", published.pk)
    assert docx.Document(BytesIO(answer.content)).tables[0].rows[1].cells[0].text == "郑院长"
    answer = visit(client, judge, "circular-xlsx", published.pk)
    assert any(row[0] == "郑院长" for row in sheet_of(answer))


def test_the_list_adds_up_the_courts_of_a_period(client, published, upper_court, post, court):
    other = Court.objects.get(code="川1503")
    DutyCircular.objects.create(
        court=other, starts_on=Q1.starts_on, ends_on=Q1.ends_on, state="published", rows=published.rows,
        prepared_at=timezone.now(), approved_at=timezone.now(),
    )  # fmt: skip
    page = text(visit(client, post("superior", at=upper_court), "circulars"))
    assert "已通报的 2 个法院合计：入额院领导、庭长 4 人，其中 2 人办理案件，审结 4 件，人均 1.00 件" in page


# --- subsidies -------------------------------------------------------------------------------------------------
def test_a_pool_is_prepared_objected_to_answered_and_approved(
    client, filled, court, politics, president, judge
):
    client.force_login(politics)
    given = {"court": court.pk, "period": Q1.key, "amount": "1100.00"}
    address = client.post(reverse("quota:subsidies"), given)["Location"]
    pk = SubsidyPool.objects.get().pk
    client.force_login(judge)
    client.post(reverse("quota:my-subsidy-object", args=[pk]), {"objection": "少计一件"})
    client.force_login(president)
    assert "少计一件" in text(client.get(address))
    client.post(
        reverse("quota:subsidy-act", args=[pk, "answer"]), {"person": judge.pk, "answer": "经核对无误"}
    )
    seen = {"version": version_in(text(client.get(address)))}
    client.post(reverse("quota:subsidy-act", args=[pk, "approve"]), seen)
    assert SubsidyPool.objects.get().state == "approved"
    page = text(visit(client, judge, "my-subsidy"))
    assert "1000.00" in page
    assert "郑院长答复：经核对无误" in page


def test_one_sees_ones_own_money_and_of_few_people_not_even_the_sum(client, pool, judge, division_head):
    page = text(visit(client, judge, "my-subsidy"))
    assert "1000.00" in page
    assert "100.00 " not in page.replace("1000.00", "") and "1100.00" not in page
    assert "不足 5 人" in page
    assert "1000.00" not in text(visit(client, division_head, "my-subsidy"))


def test_among_enough_people_one_can_calculate_ones_own_share(
    client, filled, court, politics, post, judge, now
):
    for case, person in zip(
        filled_cases(court)[:3], [post("judge", f"法官{place}") for place in range(3)], strict=True
    ):
        on_quota(person, court=court)
        case.judge = person
        case.save()
    prepare_pool(court=court, period=Q1, amount=Decimal("2200.00"), by=politics, at=timezone.now())
    page = text(visit(client, judge, "my-subsidy"))
    assert "2200.00" in page and "22.0000" in page and "1700.00" in page


def test_shares_of_nothing_do_not_make_up_the_number_of_people(client, pool, judge, post):
    for place in range(3):
        SubsidyShare.objects.create(
            pool=pool,
            person=post("judge", f"无份额{place}"),
            amount=0,
            basis={"weighted": "0", "quality": "1"},
        )
    page = text(visit(client, judge, "my-subsidy"))
    assert "不足 5 人" in page
    assert "1100.00" not in page


def filled_cases(court):
    return list(court.cases.filter(judge__name="周法官").order_by("pk"))


@pytest.mark.parametrize("amount", ["", "0", "-5", "1.005", "many", "9999999999999999"])
def test_an_amount_that_is_none_is_answered_with_a_sentence(client, filled, court, politics, amount):
    client.force_login(politics)
    answer = client.post(reverse("quota:subsidies"), {"court": court.pk, "period": Q1.key, "amount": amount})
    assert answer.status_code == 422
    assert ("请填写总额" if not amount else "最多两位小数") in text(answer)
    assert not SubsidyPool.objects.exists()


def test_an_objection_that_says_nothing_comes_back(client, pool, judge, division_head, president):
    client.force_login(judge)
    answer = client.post(reverse("quota:my-subsidy-object", args=[pool.pk]), {"objection": ""})
    assert (answer.status_code, "请填写这一项" in text(answer)) == (422, True)
    client.force_login(president)
    assert (
        client.post(reverse("quota:my-subsidy-object", args=[pool.pk]), {"objection": "x"}).status_code == 404
    )


def test_an_answer_that_says_nothing_comes_back_in_its_place(client, pool, judge, division_head, politics):
    for person in (judge, division_head):
        object_to_share(pool=pool, objection="少计", by=person, at=timezone.now())
    client.force_login(politics)
    answer = client.post(
        reverse("quota:subsidy-act", args=[pool.pk, "answer"]), {"person": judge.pk, "answer": ""}
    )
    assert (answer.status_code, text(answer).count("请填写这一项")) == (422, 1)


def test_the_file_of_a_pool_adds_up(client, pool, politics):
    answer = visit(client, politics, "subsidy-xlsx", pool.pk)
    assert [row[8] for row in sheet_of(answer) if isinstance(row[8], float)] == [100.0, 1000.0]


# --- however many there are ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "who"), [("circulars", "judge"), ("subsidies", "politics"), ("my-subsidy", "judge")]
)
def test_a_list_costs_the_same_however_long(
    client, request, published, pool, court, name, who, costs_the_same
):
    client.force_login(request.getfixturevalue(who))

    def grow():
        for year in range(2005, 2025):
            period = period_of(year, 1, 3)
            for kept in (published, pool):
                copy = type(kept).objects.get(pk=kept.pk)
                copy.pk, copy.starts_on, copy.ends_on = None, period.starts_on, period.ends_on
                copy.pk = copy._meta.pk.get_default()
                copy._state.adding = True
                copy.save(force_insert=True)
            for share in pool.shares.all():
                share.pk, share.pool = None, copy
                share.save()

    costs_the_same(lambda: client.get(reverse(f"quota:{name}")), grow=grow)


@pytest.mark.parametrize("name", ["circular", "subsidy"])
def test_one_costs_the_same_however_many_people_it_names(
    client, published, pool, politics, post, name, costs_the_same
):
    kept = {"circular": published, "subsidy": pool}[name]

    def grow():
        if name == "circular":
            kept.rows = kept.rows * 20
            kept.save()
        else:
            share = pool.shares.first()
            for _ in range(20):
                share.pk, share.person = None, post("judge")
                share.save()

    client.force_login(politics)
    costs_the_same(lambda: client.get(reverse(f"quota:{name}", args=[kept.pk])), grow=grow)

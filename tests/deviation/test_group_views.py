"""Pages about groups: own units, own order, nothing small, nobody's name, and no way to a single case or person."""

from __future__ import annotations

import ast
import re
from datetime import date

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.urls import reverse

from courts.models import Court, Division, FixedDay, User
from deviation.fairness import Audited
from deviation.models import Run, Summary
from deviation.narrowing import Measured
from deviation.residuals import Residual
from tests.deviation.told_of_groups import four_divisions, rows, run_in_use, surveyed, tell_of_groups

PAGES = ["groups", "consistency", "fairness", "spread"]
CHARTS = ["fairness-chart", "spread-chart"]


@pytest.fixture(autouse=True)
def today_is_fixed(db):
    FixedDay.objects.create(day=date(2026, 6, 30))


@pytest.fixture
def divisions(court, division):
    return four_divisions(court, division)


@pytest.fixture
def run(upper_court, post):
    """A run of the upper court, which speaks for the courts below it too."""
    return run_in_use(upper_court, by=post("president", at=upper_court))


@pytest.fixture
def told(run, court, divisions):
    """``told(shift={…})``: the four summaries of one quarter."""
    return lambda shift=(): tell_of_groups(run, court, divisions, shift)


def page(client, user, name="groups", **query):
    client.force_login(user, backend="courts.backends.PostedUserBackend")
    return client.get(reverse(f"deviation:{name}"), query | {"code": "months"})


def text_of(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def rows_of(answer, place=0) -> list[str]:
    """The names in the first column of a table of units."""
    body = answer.content.decode().split("<tbody>")[place + 1].split("</tbody>")[0]
    return re.findall(r'<th scope="row">([^<]*)</th>', body)


# --- who sees what -----------------------------------------------------------------------------------------------
def test_a_president_sees_the_divisions_of_the_court_in_organisational_order(
    client, president, told, divisions
):
    told(shift={divisions[0].pk: 0.8})
    answer = page(client, president)
    assert rows_of(answer, 2) == [each.name for each in divisions]


def test_a_division_head_sees_the_own_division_alone_beside_the_cases_of_the_court(
    client, division_head, told, divisions
):
    told()
    answer = page(client, division_head)
    assert rows_of(answer) == [divisions[0].name]
    said = text_of(answer)
    assert "四分位" in said and not any(each.name in said for each in divisions[1:])
    chart = client.get(reverse("deviation:groups-chart", args=[0]), {"code": "months"}).json()
    assert chart["yAxis"]["data"] == [divisions[0].name]


def test_a_superior_sees_the_courts_of_the_region_in_organisational_order(
    client, post, upper_court, told, run
):
    told()
    superior = post("superior", at=upper_court)
    shown = rows_of(page(client, superior))
    below = list(Court.objects.filter(pk__in=superior.reach.courts).values_list("name", flat=True))
    assert shown == below and len(shown) > 3


def test_a_president_sees_of_the_courts_the_own_one_alone(client, president, outsider, told):
    told()
    assert rows_of(page(client, president)) == [president.seats[0].court.name]
    said = text_of(page(client, outsider))
    assert "翠屏" not in said


@pytest.mark.parametrize(
    "role", ["judge", "presiding", "assistant", "clerk", "discipline", "politics", "itadmin"]
)
@pytest.mark.parametrize("name", ["groups", "consistency", "spread", "spread-chart"])
def test_who_answers_for_no_unit_sees_no_units(client, post, division, told, role, name):
    told()
    assert page(client, post(role, division=division), name).status_code == 403


def test_judges_see_the_fairness_of_what_their_cases_are_compared_with(client, judge, told):
    told()
    assert page(client, judge, "fairness").status_code == 200
    assert "法院与部门" not in text_of(page(client, judge, "fairness"))


@pytest.mark.parametrize("role", ["assistant", "clerk", "discipline", "politics", "itadmin"])
def test_others_do_not(client, post, division, told, role):
    told()
    assert page(client, post(role, division=division), "fairness").status_code == 403


@pytest.mark.parametrize("name", [*PAGES, *CHARTS])
def test_nobody_sees_the_figures_of_a_court_that_is_not_theirs(client, outsider, court, told, name):
    told()
    assert page(client, outsider, name, court=court.pk).status_code == 404


@pytest.mark.parametrize("name", [*PAGES, *CHARTS])
def test_a_visitor_is_asked_to_log_in(client, told, name):
    told()
    assert client.get(reverse(f"deviation:{name}")).status_code == 302


@pytest.mark.parametrize("query", [{"court": "x"}, {"court": "999999"}, {"code": "no_such"}])
def test_an_unknown_court_or_outcome_is_not_there(client, president, told, query):
    told()
    client.force_login(president, backend="courts.backends.PostedUserBackend")
    assert client.get(reverse("deviation:groups"), query).status_code == 404


def test_a_chart_of_no_table_is_not_there(client, president, told):
    told()
    client.force_login(president, backend="courts.backends.PostedUserBackend")
    assert client.get(reverse("deviation:groups-chart", args=[7]), {"code": "months"}).status_code == 404


# --- what is said ------------------------------------------------------------------------------------------------
def test_a_unit_beyond_the_usual_for_three_periods_is_said_to_be_and_no_other(
    client, president, told, divisions
):
    told(shift={divisions[1].pk: 0.8})
    said = text_of(page(client, president))
    assert said.count("在通常波动之外（连续 3 期）") == 1


def test_a_unit_with_too_few_cases_has_no_number_at_all(client, president, told, divisions):
    told()
    answer = page(client, president)
    row = answer.content.decode().split(f'<th scope="row">{divisions[3].name}</th>')[1].split("</tr>")[0]
    assert "案件或者法官人数不足，不显示" in row and not re.search(r"\d", re.sub(r"<[^>]+>", "", row))


def test_the_number_of_false_signals_to_expect_is_said_in_plain_numbers(client, president, told):
    told()
    said = text_of(page(client, president))
    assert "单看一期也预计约 0.05 个" in said and "连续 3 期的预计不到 0.01 个" in said


def test_where_most_units_are_on_one_side_none_is_named(client, president, told, divisions):
    told(shift={each.pk: 0.8 for each in divisions})
    said = text_of(page(client, president))
    assert "六成以上单位同时偏高" in said and "在通常波动之外（" not in said


def test_a_number_of_cases_leads_to_the_closed_cases_of_the_unit_and_quarter(
    client, president, told, divisions
):
    told()
    answer = page(client, president).content.decode()
    address = next(
        each
        for each in re.findall(r'href="(/cases/\?[^"]+)"', answer)
        if f"division={divisions[0].pk}" in each
    )
    assert "closed_from=2026-01-01" in address and "closed_to=2026-03-31" in address
    assert client.get(address.replace("&amp;", "&")).status_code == 200


def test_fairness_names_groups_in_words_and_says_how_many_comparisons(client, president, told):
    told()
    said = text_of(page(client, president, "fairness"))
    assert "女" in said and "60 周岁以上" in said and "同时比较" in said and "可以部分猜出" in said


def test_consistency_says_what_chance_alone_makes(client, president, told):
    told()
    said = text_of(page(client, president, "consistency"))
    assert "22.1" in said and "10.5" in said and "超出偶然" in said


def test_spread_that_shrank_is_told_to_those_who_lead(client, president, told):
    told()
    assert "明显收窄，请了解原因" in text_of(page(client, president, "spread"))


def test_a_stale_run_says_so_and_a_missing_one_too(client, president, told, run):
    told()
    run.window_to = date(2020, 1, 1)
    run.save()
    assert "已经过期" in text_of(page(client, president))
    Summary.objects.all().delete()
    assert "还没有可以公开的统计" in text_of(page(client, president))
    Run.objects.all().delete()
    assert "没有启用中的模型" in text_of(page(client, president))


@pytest.mark.parametrize("name", PAGES)
def test_no_page_speaks_of_abnormal_or_wrong(client, president, told, name, divisions):
    told(shift={divisions[1].pk: 0.8})
    said = text_of(page(client, president, name))
    assert not re.search("异常|错误(?!发现率)|最高|最低|第.名|超标", said)


def test_the_page_costs_the_same_however_many_units(client, president, told, court, costs_the_same):
    (summary, *_) = told()
    client.force_login(president, backend="courts.backends.PostedUserBackend")

    def grow():
        new = [Division.objects.create(court=court, name=f"新庭{n}", position=20 + n).pk for n in range(20)]
        summary.body["divisions"][str(court.pk)] = surveyed(new, rows(new))
        summary.save()

    costs_the_same(lambda: client.get(reverse("deviation:groups"), {"code": "months"}), grow=grow)


# --- no number of a person anywhere --------------------------------------------------------------------------------
PEOPLE = {
    "judge",
    "presiding",
    "assistant",
    "clerk",
    "members",
    "person",
    "lawyer",
    "filed_by",
    "decided_by",
    "by",
}
#: Numbers a deviation is made of, however called.
SCORES = re.compile(r"score$|surprise|residual|deviation|^p$|^q$|expected|rank|mean|z$|percentile")


def test_no_table_holds_a_person_together_with_a_number_of_deviation():
    for model in apps.get_app_config("deviation").get_models():
        names = {field.name for field in model._meta.concrete_fields if not field.is_relation}
        people = {field.name for field in model._meta.concrete_fields if field.related_model is User}
        numbers = {name for name in names if SCORES.search(name)}
        numbers |= {
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.FloatField | models.DecimalField)
        }
        assert not (people and numbers), f"{model._meta.label}: {people} beside {numbers}"


def test_what_groups_are_made_of_knows_no_person():
    for row in (Residual, Audited, Measured):
        assert not PEOPLE & set(row.__dataclass_fields__)


@pytest.mark.parametrize(
    "path", sorted((settings.BASE_DIR / "deviation").rglob("*.py")), ids=lambda path: path.stem
)
def test_no_query_of_the_room_groups_by_a_person(path):
    """``.values("…judge…").annotate(…)``, a regroup or a GROUP BY of one would be a figure of a person."""
    source = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "annotate"
        ):
            assert not names_a_person(node.func.value), f"{path.name}:{node.lineno}"
    grouped = re.findall(r"(?is)group by\s+([^\n;)]*)", source)
    assert not any(re.search("judge|presiding|assistant|clerk|member", each) for each in grouped), path.name


def names_a_person(node: ast.expr) -> bool:
    """Whether a chain of calls has ``values`` or ``values_list`` of a person in it."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in ("values", "values_list"):
            words = [each.value for each in node.args if isinstance(each, ast.Constant)]
            if any(re.search("judge|presiding|assistant|clerk|member|_by(_|$)", str(word)) for word in words):
                return True
        node = node.func.value
    return False


@pytest.mark.parametrize(
    "path", sorted((settings.BASE_DIR / "templates/deviation").glob("*.html")), ids=lambda path: path.stem
)
def test_no_template_groups_by_a_person(path):
    regrouped = re.findall(r"{%\s*(?:regroup|ifchanged)[^%]*%}", path.read_text(encoding="utf-8"))
    assert not any(re.search("judge|presiding|assistant|clerk|member", each) for each in regrouped)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_of_groups_names_a_judge_or_a_case(client, president, judge, told, file_case, name):
    case = file_case(category="刑事", cause="盗窃罪")
    told()
    answer = page(client, president, name)
    assert judge.name not in answer.content.decode() and case.number not in answer.content.decode()


def test_the_interface_has_no_field_of_a_person_beside_a_number_of_deviation():
    from rest_framework.serializers import Serializer

    def everything(kind):
        for each in kind.__subclasses__():
            yield each
            yield from everything(each)

    for each in everything(Serializer):
        if each.__module__.startswith(("deviation", "supervision", "dashboard")):
            names = set(getattr(each, "_declared_fields", {})) | set(
                getattr(getattr(each, "Meta", None), "fields", ())
            )
            numbers = {name for name in names if SCORES.search(str(name))}
            assert not (names & PEOPLE and numbers), each

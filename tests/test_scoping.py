"""Nobody outside a case learns of it: a sweep over every table and one over every address.

Generated over all models and all addresses: a new table about cases, or a new page, is swept without being named.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from audit.models import Entry
from cases.models import Case, Change
from courts.models import Division
from courts.scoping import ScopedQuerySet
from precedents.models import Document

ROOMS = [
    "pipeline",
    "dashboard",
    "ingest",
    "alerts",
    "supervision",
    "deviation",
    "quota",
    "precedents",
    "cases",
    "catalogues",
    "courts",
    "audit",
]
OURS = [model for model in apps.get_models() if model._meta.app_label in ROOMS]

#: Tables that name a case and have no scoped manager, each with the reason.
EXEMPT = {
    "audit.Entry": "the trail knows nobody; dashboard.trail_views hides what is about cases one may not see",
    "cases.Change": "the outbox of the machine: ids only, on no page and in no answer",
}
#: What is kept from the panel itself, with the reason.
KEPT_FROM_THE_PANEL = {
    "supervision.SecretFacts": "complaints about the judge are for discipline until verified"
}
SECRET_WORDS = ["川1599民初777号", "绝密当事人", "绝不外传"]


# --- every table -------------------------------------------------------------------------------------
def paths_to_case(model: type[models.Model], seen: tuple[type[models.Model], ...] = ()) -> Iterator[str]:
    """Lookup paths from the model to a case along foreign keys of tables about cases."""
    for field in model._meta.get_fields():
        target = field.related_model if field.many_to_one or field.one_to_one else None
        if field.auto_created or target is None or target in seen:
            continue
        if target is Case:
            yield field.name
        elif target._meta.app_label in ROOMS[:9]:
            yield from (f"{field.name}__{path}" for path in paths_to_case(target, (*seen, model)))


def names_a_case(model: type[models.Model]) -> bool:
    return (
        model is Case
        or any(paths_to_case(model))
        or "case_id" in {field.name for field in model._meta.fields}
    )


ABOUT_CASES = [model for model in OURS if names_a_case(model) and model._meta.label not in EXEMPT]


def test_the_sweep_finds_the_tables_and_every_exemption_is_still_needed():
    assert {"cases.Case", "cases.Party", "cases.Clock", "alerts.Alert"} <= {
        model._meta.label for model in ABOUT_CASES
    }
    assert set(EXEMPT) <= {model._meta.label for model in OURS if names_a_case(model)}


@pytest.mark.parametrize("model", ABOUT_CASES, ids=lambda model: model._meta.label)
def test_rows_about_a_case_are_scoped(model):
    rows = model._default_manager.all()
    assert isinstance(rows, ScopedQuerySet)
    assert rows.to_case == "" if model is Case else rows.to_case in paths_to_case(model)


@pytest.mark.parametrize("model", ABOUT_CASES, ids=lambda model: model._meta.label)
def test_rows_about_another_courts_case_or_a_sealed_one_are_hidden(
    model, secret_case, sealed_case, judge, post
):
    division_head = post("division_head", at=sealed_case.court, division=sealed_case.division)
    for case, stranger in [(secret_case, judge), (sealed_case, division_head)]:
        row = case if model is Case else row_about(model, case)
        mine = model._default_manager
        assert (row in mine.visible_to(case.judge)) is (model._meta.label not in KEPT_FROM_THE_PANEL)
        assert row not in mine.visible_to(stranger)


# --- a case nobody but its judge may know of, with one row in every table ----------------------------------
@pytest.fixture
def secret_case(upper_court, file_case, post):
    """A case of another court."""
    division = Division.objects.create(court=upper_court, name="民事审判第九庭")
    theirs = post("judge", "另案法官", at=upper_court, division=division)
    return file_case(
        number="（2026）川1599民初777号", court=upper_court, division=division, judge=theirs, cause="绝不外传"
    )


@pytest.fixture
def sealed_case(file_case, post, court):
    """A sealed case of the own court."""
    division = Division.objects.create(court=court, name="少年审判庭")
    return file_case(
        division=division, judge=post("judge", "少年庭法官", division=division), sealed="juvenile"
    )


def row_about(model: type[models.Model], case: Case) -> models.Model:
    """One row of the table about the case under the case's own id, filled as its columns demand."""
    if row := model._default_manager.filter(pk=case.pk).first():
        return row
    values = {field.name: value_for(field, case) for field in model._meta.concrete_fields if is_needed(field)}
    values |= TOLD.get(model._meta.label, lambda case: {})(case)
    return model._default_manager.create(**values | {"pk": case.pk})


#: What a row needs beside its columns so that the judge of the case sees it: a letter is sent, and to somebody.
TOLD = {
    "supervision.Letter": lambda case: {
        "person": case.judge, "approved_by": case.judge, "kind": "prompt", "number": "1", "state": "SENT",
    },
    "alerts.Alert": lambda case: {"kind": "statutory"},  # one about a contest is for whom deviations are told
    "supervision.Rule": lambda case: {"code": f"Z{case.pk}"},
    "precedents.Document": lambda case: {"number": f"{case.pk}"},
    "quota.DrawDay": lambda case: {"reveals_on": date(2026, 5, 7), "seed": "", "commitment": "0" * 64},
    "precedents.Grade": lambda case: {"grade": 3},
    "precedents.Conflict": lambda case: {
        "second": Document.objects.create(
            pk=case.pk + 10**9, source="other", number=f"另一件{case.pk}", text="事实", digest="", added_at=timezone.now()
        )
    },
}  # fmt: skip


def is_needed(field: models.Field[Any, Any]) -> bool:
    if field.primary_key or field.has_default() or field.has_db_default():
        return False
    return not field.null or field.name in ("case", "resumes_on", "until_on")


def value_for(field: models.Field[Any, Any], case: Case) -> Any:
    if field.is_relation:
        return related_to(field.related_model, case)
    if field.name in ("case_id", "about_id"):
        return case.pk
    if field.choices:
        return field.choices[-1][0]
    plain = {
        models.DateField: date(2026, 5, 6),
        models.DateTimeField: timezone.now(),
        models.JSONField: {},
        models.BooleanField: False,
        models.BinaryField: b"",
        models.FileField: "",
        ArrayField: [],
    }
    if type(field) in plain:
        return plain[type(field)]
    return "绝密当事人"[: field.max_length] if isinstance(field, models.CharField | models.TextField) else 7


def related_to(model: type[models.Model], case: Case) -> models.Model:
    known = {
        "cases.Case": case,
        "courts.User": case.judge,
        "courts.Court": case.court,
        "courts.Division": case.division,
    }
    return known.get(model._meta.label) or row_about(model, case)


# --- every address -----------------------------------------------------------------------------------
def addresses(resolver: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every address of the house as a template of its path, with its converters."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.pattern.converters


def test_the_sweep_meets_every_room(db):
    routes = [route for route, _ in addresses()]
    for start in (
        "login/",
        "account/",
        "trail/",
        "cases/",
        "imports/",
        "alerts/",
        "supervision/",
        "api/v1/",
        "admin/",
    ):
        assert any(route.startswith(start) for route in routes), start


#: Open to those who are not logged in: doors, and what the doors need.
OPEN = ["login/", "logout/", "password/reset/", "admin/login/", "admin/jsi18n/", "health", "static/"]


@pytest.fixture
def everywhere(secret_case, sealed_case):
    """``everywhere()``: every address filled with the id of the rows about the two cases."""
    cases = [secret_case, sealed_case]
    rows = [row_about(model, case) for case in cases for model in ABOUT_CASES if model is not Case]
    ids = sorted({row.pk for row in [*cases, *rows]})

    def walk() -> Iterator[tuple[str, str]]:
        for route, converters in addresses():
            for path in filled(route, converters, ids):
                yield route, path

    return walk


def filled(route: str, converters: dict[str, Any], ids: list[int]) -> set[str]:
    """The route with every id in its first place, and what else its parts may be."""
    clean = route.replace("^", "").replace("$", "").replace("\\Z", "").replace("\\.", ".")
    if "(?P<" in clean or "(" in clean:
        return set(filled_pattern(clean, ids))
    paths = set()
    for pk in ids if converters else [0]:
        path = clean
        for name, converter in converters.items():
            word = (
                str(pk)
                if type(converter).__name__ in ("IntConverter", "PathConverter") or name in ("pk", "id")
                else "x"
            )
            path = path.replace(f"<{name}>", word)
            for kind in ("int", "str", "slug", "path", "uuid"):
                path = path.replace(f"<{kind}:{name}>", word)
        paths.add("/" + path)
    return paths


def filled_pattern(route: str, ids: list[int]) -> Iterator[str]:
    """A route of the API's router: its groups take an id, or the format json."""
    for pk in ids:
        path, rest = "", route
        while "(?P<" in rest:
            start, _, rest = rest.partition("(?P<")
            name, _, rest = rest.partition(">")
            depth, end = 1, 0
            while depth:
                depth += {"(": 1, ")": -1}.get(rest[end], 0)
                end += 1
            path, rest = path + start + ("json" if name == "format" else str(pk)), rest[end:].lstrip("?")
        yield "/" + (path + rest).replace("/?", "/").replace("?", "")


def is_open(route: str) -> bool:
    return route.startswith(tuple(OPEN))


@pytest.mark.slow
def test_a_stranger_gets_the_login_page_or_a_refusal_everywhere(client, everywhere, settings):
    settings.DEBUG, settings.METRICS_ALLOW = False, []  # a stranger does not ask from the machine itself
    for route, path in everywhere():
        if is_open(route):
            continue
        answer = client.get(path)
        assert answer.status_code in (301, 302, 401, 403, 404, 405), (path, answer.status_code)
        if answer.status_code == 302:
            assert answer["Location"].partition("?")[0] in (
                "/login/",
                "/admin/login/",
                "/account/",
                "/password/",
            ), path


@pytest.mark.slow
@pytest.mark.parametrize("who", ["outsider", "trial_office", "itadmin", "division_head"])
def test_no_page_tells_an_outsider_of_the_case(client, everywhere, request, post, who):
    user = post("itadmin") if who == "itadmin" else request.getfixturevalue(who)
    client.force_login(user)
    for route, path in everywhere():
        if route == "logout/":
            continue
        answer = client.get(path)
        assert answer.status_code < 500, path
        page = b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode(
            "utf-8", "replace"
        )
        told = [word for word in SECRET_WORDS if word in page]
        assert not told, (path, answer.status_code, told)


@pytest.mark.slow
def test_the_sweep_would_notice(client, everywhere, secret_case):
    """The same words are there for the judge of the case: the sweep looks where they would be."""
    client.force_login(secret_case.judge)
    pages = [client.get(path) for route, path in everywhere() if route.startswith("cases/")]
    told = [
        page
        for page in pages
        if not page.streaming and SECRET_WORDS[0] in page.content.decode("utf-8", "replace")
    ]
    assert len(told) > 5


@pytest.mark.slow
def test_no_address_lets_an_outsider_change_the_case(client, everywhere, outsider, secret_case, sealed_case):
    client.force_login(outsider)
    before = [list(Case.objects.filter(pk=case.pk).values()) for case in (secret_case, sealed_case)]
    for route, path in everywhere():
        if route == "logout/" or route.startswith("account/"):
            continue
        assert client.post(path, {}).status_code < 500, path
    assert before == [list(Case.objects.filter(pk=case.pk).values()) for case in (secret_case, sealed_case)]
    assert not Change.objects.filter(case_id__in=[secret_case.pk, sealed_case.pk]).exists()
    assert not Entry.objects.filter(case_id__in=[secret_case.pk, sealed_case.pk], outcome="done").exists()


def test_the_house_serves_no_uploads():
    assert not any(route.startswith("media") for route, _ in addresses())
    assert not settings.MEDIA_URL.strip("/")

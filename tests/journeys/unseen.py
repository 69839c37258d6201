"""What everybody but a case's judge can ask the house about a case: pages, files, lists, the interface; and how to compare it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import StringIO

from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from cases.models import Case
from courts.models import User
from deviation.models import Notice, Run
from supervision.models import Rule
from tests.supervision.test_secrecy import NOBODYS, Answer, visit

OTHERS = ("head", "president", "trial_office", "presiding", "assistant", "itadmin")


@dataclass
class Cast:
    """Everybody in the story, by their part in it."""

    judge: User
    colleague: User
    head: User
    president: User
    trial_office: User
    presiding: User
    assistant: User
    itadmin: User
    tokens: dict[str, str]


#: Lists, counts, the parts of the case's page, files, the workshop: wherever something of a notice could be seen.
OF_CASE = """
cases:page alerts:for-case alerts:nodes-of-case alerts:side supervision:case supervision:facts supervision:file
supervision:looked deviation:for-case deviation:draft dashboard:trail-of-case"""
OF_HOUSE = """
dashboard:home dashboard:mine dashboard:desk dashboard:trail cases:list alerts:day alerts:inbox supervision:waiting
supervision:log supervision:ledger supervision:quality supervision:rules deviation:mine deviation:disclosed
deviation:contests deviation:runs deviation:trust deviation:groups deviation:consistency deviation:fairness
deviation:spread"""
#: Of these the persons named are really shown something: an address that refuses everybody proves nothing.
ANSWERED = {
    "head": "dashboard:home cases:list supervision:waiting supervision:log deviation:disclosed cases:export",
    "president": "dashboard:home dashboard:trail supervision:quality deviation:disclosed deviation:groups cases:export",
    "trial_office": "deviation:contests deviation:disclosed supervision:rules supervision:ledger cases:export",
}


def addresses(case: Case, run: Run) -> list[str]:
    found = [reverse(name, args=[case.pk]) for name in OF_CASE.split()] + list(map(reverse, OF_HOUSE.split()))
    rule = Rule.objects.get(code="C04")
    found += [reverse("deviation:run", args=[run.pk]), reverse("supervision:rule", args=[rule.pk])]
    found += [f"{reverse('cases:export')}{asks}" for asks in ("", "?format=csv", "?format=xlsx")]
    asked = [
        ("dashboard:trail", "act=deviation.explain"),
        ("cases:list", f"q={case.number}"),
        ("supervision:log", f"case={case.pk}"),
    ]
    return [*found, *(f"{reverse(name)}?{asks}" for name, asks in asked)]


def interface(case: Case) -> list[str]:
    about = [f"/api/v1/{name}/?case={case.pk}" for name in ("deviations", "facts", "flags", "alerts")]
    return [
        *about,
        "/api/v1/deviations/",
        f"/api/v1/cases/{case.pk}/",
        "/api/v1/cases/",
        "/api/v1/deviation/runs/",
    ]


def seen_by_others(cast: Cast, paths: list[str], asked: list[str]) -> dict[str, Answer]:
    """Every answer to everybody but the judge, and to tokens, the judge's own too; nothing is left behind."""
    clients: dict[str, tuple[Client, list[str]]] = {}
    for who in OTHERS:
        clients[who] = Client(raise_request_exception=False), paths
        clients[who][0].force_login(getattr(cast, who))
    for who, secret in cast.tokens.items():
        headers = {"Authorization": f"Bearer {secret}"}
        clients[f"token of the {who}"] = Client(raise_request_exception=False, headers=headers), asked
    return {
        f"{who} {path}": replace(visit(client, path), queries=0)
        for who, (client, some) in clients.items()
        for path in some
    }


def nothing_tells(seen: dict[str, Answer], case: Case, words: str) -> None:
    """No answer has a word of it, and it was not for want of answers."""
    assert not [where for where, answer in seen.items() if words.encode() in answer.body]
    lists = [where for where in seen if "/deviation/" in where and f"/{case.pk}/" not in where]
    assert not [where for where in lists if case.number.encode() in seen[where].body]
    shown = [f"{who} {reverse(name)}" for who, names in ANSWERED.items() for name in names.split()]
    shown += [
        f"head {reverse(name, args=[case.pk])}"
        for name in ("cases:page", "supervision:file", "deviation:for-case")
    ]
    shown += [f"token of the {who} {path}" for who in ("judge", "head") for path in interface(case)]
    assert [where for where in shown if seen[where].status != 200] == []


def its_address_is_one_there_is_not(cast: Cast, notice: Notice) -> None:
    paths = [reverse("deviation:notice", args=[pk]) for pk in (notice.pk, NOBODYS)]
    seen = seen_by_others(cast, paths, [])
    for who in OTHERS:
        ours, nobodys = (seen[f"{who} {path}"] for path in paths)
        assert (ours.status, ours.body.replace(paths[0].encode(), paths[1].encode())) == (404, nobodys.body)


def the_trail_as_a_file_says_nothing(words: str) -> None:
    out = StringIO()
    call_command("export_trail", stdout=out, output="-")
    assert words not in out.getvalue()
    assert not [act for act in ("save_draft", "deviation.explain", "tell_judge") if act in out.getvalue()]


def the_browser_of_others_shows_nothing(pages: list[Page], notice: Notice, case: Case) -> None:
    for page in pages:
        answer = page.goto(reverse("deviation:notice", args=[notice.pk]))
        assert answer.status == 404
        page.goto(reverse("cases:page", args=[case.pk]))
        page.wait_for_load_state("networkidle")
        said = page.locator("main").inner_text()
        assert case.number in said and "偏离" not in said and "拟判" not in said

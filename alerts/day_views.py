"""The day page of those who answer for cases (今日): tabs, rows, the side panel, and acts on several cases at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from alerts.bulk import ACTS, HOWS, Bulk, BulkForm, Refusals, acts_for, blank
from alerts.models import Subscription
from alerts.queue import Asked, Tab, cases_in, counts, house_alerts, in_order, tabs_for
from alerts.queue_filters import COLUMNS, DayFilter, choose_columns, columns_of, tab_of
from alerts.queue_rows import Line, lines
from alerts.selectors import described
from alerts.side import side_of, words_for
from audit import trail
from cases.forms import id_in
from cases.guard import may_on, sits_on
from cases.models import Case
from cases.page import with_everything
from cases.views import PAGE_SIZE, is_part, page_number, pages, query_without
from catalogues.ladders import STAGES
from catalogues.selectors import law_in_use
from courts.clock import today
from courts.models import SavedView
from courts.roles import Permission

MOST_AT_ONCE = 200
#: What a prompt about several cases of a tab says, until the sender writes something else.
WORDS = {
    "near": "以下案件临近审限，请抓紧办理、按期审结；确需延长的，请在法定期限内申请。",
    "overdue": "以下案件已超期限，请尽快办结，并说明超期原因和预计办结时间。",
    "pause": "以下案件的暂停已到复核日，请核对暂停原因是否消失；已经消失的，请及时恢复计时。",
    "stalled": "以下案件久无进展，请推进程序并说明情况。",
    "doubts": "以下案件的数据有疑点，请核对并更正。",
    "finished": "以下案件疑似已经审结而未登记结案，请核实后登记。",
}
OTHERWISE = "以下案件有事项待办，请核对办理情况。"


@dataclass(frozen=True)
class Tried:
    """An act that was asked for and not wholly done: what was typed, what was chosen, what was refused and why."""

    typed: Any = None
    act: str = ""
    form: BulkForm | None = None
    chosen: frozenset[int] = frozenset()
    refused: Refusals | None = None
    done: int = 0


@login_required
@require_GET
def day(request: HttpRequest) -> HttpResponse:
    """The cases of one tab. The part alone is answered to htmx."""
    context = day_page(request, Tried())
    return render(request, "alerts/day_queue.html" if is_part(request) else "alerts/day.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def bulk(request: HttpRequest) -> HttpResponse:
    """Do something about the chosen cases; the address carries the same query as the page the form stands on."""
    if request.method == "GET":
        return back_to_day(request)
    tried = carried_out(request)
    if tried.form is not None or tried.refused or not tried.done:
        return render(request, "alerts/day.html", day_page(request, tried))
    name = ACTS[tried.act].name
    messages.success(request, _("%(n)s 件已办：%(act)s。") % {"n": tried.done, "act": name})
    return back_to_day(request)


def carried_out(request: HttpRequest) -> Tried:
    """The act on every chosen case, or what stands in its way."""
    typed, user = request.POST, request.user
    code = "close" if "close" in typed else typed.get("act", "")
    asked = [typed["close"]] if "close" in typed else typed.getlist("case")
    chosen = frozenset(pk for text in asked[:MOST_AT_ONCE] if (pk := id_in(text)) is not None)
    cases = Case.objects.visible_to(user).filter(pk__in=chosen)
    found = list(cases.select_related("court", "division", "judge").order_by("pk"))
    if code not in ACTS or not found:
        problem = _("请先选择要办理的事项。") if code not in ACTS else _("请先在表中选择案件。")
        messages.error(request, problem)
        return Tried(typed=typed, act=code, chosen=chosen)
    form = ACTS[code].form(typed, prefix=code, auto_id="bulk_%s")
    if not form.is_valid():
        return Tried(typed=typed, act=code, form=form, chosen=chosen)
    refused = ACTS[code].perform(found, form.cleaned_data, user, timezone.now())
    return Tried(typed, code, None, frozenset(refused), refused, len(found) - len(refused))


def back_to_day(request: HttpRequest) -> HttpResponse:
    query = request.GET.urlencode()
    return redirect(reverse("alerts:day") + (f"?{query}" if query else ""))


def day_page(request: HttpRequest, tried: Tried) -> dict[str, Any]:
    form = DayFilter(request.GET, user=request.user)
    asked = Asked(request.user, today(), form.wanted())
    tab, number = tab_of(request.GET, request.user), page_number(request)
    found, how_many = (
        in_order(cases_in(tab.code, asked), asked.wanted.get("sort", ""), asked.user),
        counts(asked),
    )
    start = (number - 1) * PAGE_SIZE
    shown = list(found.select_related("court", "division", "judge")[start : start + PAGE_SIZE + 1])
    query = query_without(request, "page", "side")
    return {
        "form": form,
        "tab": tab,
        "tabs": [(each, how_many[each.code], query_of(request, each)) for each in tabs_for(request.user)],
        "count": how_many[tab.code],
        "lines": marked(lines(shown[:PAGE_SIZE], asked), tried),
        "left_over": left_over(tried, {case.pk for case in shown[:PAGE_SIZE]}, asked),
        "tried": tried,
        "acts": forms_of(request.user, tab, tried),
        "columns": columns_of(request.user),
        "show": {code: str(label) for code, label in columns_of(request.user)},
        "all_columns": COLUMNS,
        "hows": HOWS,
        "may_close": request.user.may(Permission.RECORD_EVENT),
        "house": described(list(house_alerts(request.user)), asked.today),
        "pages": pages(request, number, has_next=len(shown) > PAGE_SIZE),
        "query": query,
        "conditions": form.conditions(),
        **fields_shown(form, asked),
        "saved": SavedView.objects.offered_to(request.user).filter(page=reverse("alerts:day")),
        "every": Subscription.EVERY,
    }


def fields_shown(form: DayFilter, asked: Asked) -> dict[str, Any]:
    """Which conditions stand in the first line and which behind it; who sees their own cases alone chooses no place."""
    reach = asked.user.reach
    many_courts = len(reach.courts) > 1 and not form.is_one_court
    places = {"division", "judge"} if reach.courts or reach.divisions else set()
    first = {"q", "sort"} | places | ({"court"} if len(reach.courts) > 1 else set())
    more = {"category", "procedure", "kind", "stage"} | ({"court"} & asked.wanted.keys() - first)
    shown = {"many_courts": many_courts, "first_fields": first, "more_fields": more}
    return shown | {"has_more_conditions": bool(asked.wanted.keys() & more)}


def query_of(request: HttpRequest, tab: Tab) -> str:
    """The address's conditions under another tab."""
    kept = query_without(request, "page", "tab", "side")
    return f"tab={tab.code}{'&' if kept else ''}{kept}"


def marked(found: list[Line], tried: Tried) -> list[Line]:
    """The lines with what was chosen and why it was refused, so that nothing has to be chosen again."""
    for line in found:
        line.is_selected = line.case.pk in tried.chosen
        line.refused = (tried.refused or {}).get(line.case.pk, "")
    return found


def left_over(tried: Tried, on_page: set[int], asked: Asked) -> list[Line]:
    """Chosen cases that are not on this page of the list: they stay chosen too."""
    missing = tried.chosen - on_page
    if not missing:
        return []
    found = in_order(Case.objects.visible_to(asked.user).filter(pk__in=missing), "number", asked.user)
    return marked(lines(found.select_related("court", "division", "judge"), asked), tried)


def forms_of(user: Any, tab: Tab, tried: Tried) -> list[tuple[Bulk, BulkForm]]:
    """The acts offered, each with its form; the one that was tried with what is wrong in it."""
    words = {"words": WORDS.get(tab.code, OTHERWISE)}
    return [
        (act, tried.form)
        if tried.form is not None and act.code == tried.act
        else (act, blank(act, tried.typed, ids="bulk_%s", **(words if act.code == "prompt" else {})))
        for act in acts_for(user, tab.code)
    ]


@login_required
@require_GET
def side(request: HttpRequest, pk: int) -> HttpResponse:
    """One case beside the list; a page of its own without scripts. Reading leaves a trace as the case page does."""
    case, law = with_everything(pk, request.user), law_in_use()
    if case is None:
        raise Http404
    if not sits_on(request.user, case):
        trail.record_reading(case, by=request.user, at=timezone.now())
    shown = side_of(case, request.user, law, today())
    acts = acts_for(request.user, "watched" if shown.watch else "")
    forms = [(act, blank(act, None, ids=f"side_{pk}_%s", words=words_for(shown.line))) for act in acts]
    may_close = bool(shown.line.finishing) and may_on(request.user, Permission.RECORD_EVENT, case)
    context = {"side": shown, "case": case, "acts": forms, "may_close": may_close, "hows": HOWS}
    context["query"] = query_without(request)
    return render(
        request, "alerts/day_side.html" if is_part(request) else "alerts/day_side_page.html", context
    )


@login_required
@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    """Remember which columns this person wants."""
    choose_columns(user=request.user, columns=request.POST.getlist("column"), at=timezone.now())
    return back_to_day(request)


@login_required
@require_GET
def moved(request: HttpRequest) -> HttpResponse:
    """The former list of alerts is the last tab of the day page."""
    stage = request.GET.get("stage", "")
    return redirect(reverse("alerts:day") + "?tab=all" + (f"&stage={stage}" if stage in STAGES else ""))
